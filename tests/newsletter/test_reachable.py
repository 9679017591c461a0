"""What we know of our relay before we mail an address with letters outside ASCII."""

from dataclasses import replace

import pytest

from newsletter.errors import TransportUnavailable
from newsletter.reachable import ask_relay, can_reach
from newsletter.wiring import Services, build_services
from tests.fakes import FakeTransport
from tests.newsletter.send.smtp_server import Relay, serving

PLAIN, LETTERS = "jan@xn--bter-5qa.example.org", "zoë@example.org"


@pytest.mark.parametrize("takes", [True, False])
def test_a_relay_is_asked_and_its_answer_kept(
    services: Services,
    takes: bool,  # noqa: FBT001 - made up
) -> None:
    assert can_reach(services, LETTERS)
    with serving(Relay(), enable_SMTPUTF8=takes) as port:
        relay = replace(services.settings.smtp, port=port)
        asking = build_services(replace(services.settings, smtp=relay))

        ask_relay(asking)

    known = (asking.offers.letters, can_reach(asking.current(), LETTERS))
    asking.db.close()
    assert known == (takes, takes)
    assert can_reach(asking, PLAIN)


def test_a_relay_that_is_away_tells_nothing(services: Services) -> None:
    class Away(FakeTransport):
        def connect(self) -> FakeTransport:
            raise TransportUnavailable("no connection")

    ask_relay(replace(services, open_transport=Away))

    assert can_reach(services, LETTERS)
