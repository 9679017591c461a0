"""One notice to one person, and what became of it: for use cases that store first and mail then."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

import structlog

from newsletter.errors import TransportError, TransportRefused, TransportUncertain
from newsletter.send.notices import send_notice
from newsletter.wiring import Services

log = structlog.get_logger(__name__)


class Mailed(StrEnum):
    """What became of a mail."""

    SENT = "sent"
    UNCERTAIN = "uncertain"  # it may have arrived
    REFUSED = "refused"  # for good: trying again cannot help
    FAILED = "failed"  # nothing was accepted; it can be tried again


def mail(
    services: Services, notice: str, to: str, values: Mapping[str, object], now: datetime
) -> Mailed:
    """Send a notice now; no transaction may be open, for this waits for the relay."""
    try:
        send_notice(
            notice,
            to=to,
            values=values,
            settings=services.settings,
            transport=services.open_notices(),
            render=services.render_notice,
            now=now,
        )
    except TransportUncertain:
        log.warning("a notice may not have arrived", notice=notice)
        return Mailed.UNCERTAIN
    except TransportError as failure:
        log.warning("a notice could not be sent", notice=notice, code=failure.code)
        return Mailed.REFUSED if isinstance(failure, TransportRefused) else Mailed.FAILED
    return Mailed.SENT
