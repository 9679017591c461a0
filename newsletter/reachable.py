"""Whether our relay takes mail for an address, as far as we know before we try."""

import structlog

from newsletter.errors import TransportError
from newsletter.wiring import Services
from subscribers.addresses import has_letters

log = structlog.get_logger(__name__)


def can_reach(services: Services, email: str) -> bool:
    """Say whether mail can go there; True also while the relay did not say what it can do."""
    return services.offers.letters is not False or not has_letters(email)


def ask_relay(services: Services) -> None:
    """Greet the relay, which tells what it can do; one that is away tells nothing."""
    try:
        services.open_transport().connect().close()
    except TransportError as failure:
        log.info("the relay could not be asked what it can do", code=failure.code)
