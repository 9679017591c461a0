"""The way to a relay by STARTTLS and by SMTPS: to whom it belongs, or to nobody."""

from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from newsletter.errors import TransportError, TransportUnavailable
from newsletter.send.transports.smtp import SmtpTransport
from newsletter.settings import SmtpRelay
from newsletter.values import Receipt
from tests.newsletter.send.certificates import EXPIRED, LONG, NOT_YET, Authority
from tests.newsletter.send.smtp_server import Relay, serving
from tests.newsletter.send.test_transports import deliver

READER = "lezer@example.org"
SECURED = ("starttls", "tls")


class Gate:
    """Who asks for a password, and writes down what it heard."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []

    def __call__(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: object
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.heard.append(given.password)
        return AuthResult(success=given.password == b"goed", handled=False)


def sent(
    relay: Relay, security: str, server: Authority, client: Authority, **how: object
) -> Receipt | TransportError:
    """Hand one message to a relay with a certificate of `server`; the client knows `client`."""
    name, period = str(how.get("name", "localhost")), how.get("period", LONG)
    assert isinstance(period, tuple)
    gate = how.get("gate", Gate())
    tls = server.server(name, period)
    with serving(
        relay,
        tls_context=tls if security == "starttls" else None,
        require_starttls=security == "starttls",
        over_tls=tls if security == "tls" else None,
        authenticator=gate,
        auth_require_tls=security == "starttls",
    ) as port:
        host, password = str(how.get("host", "localhost")), str(how.get("password", "goed"))
        way = SmtpRelay(host, port, security, user="post", password=password)
        return deliver(SmtpTransport(way, tls=client.trusted), READER)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.mark.parametrize("security", SECURED)
@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_a_sound_certificate_carries_mail(authority: Authority, security: str, name: str) -> None:
    relay, gate = Relay(), Gate()

    found = sent(relay, security, authority, authority, name=name, host=name, gate=gate)

    assert (type(found), len(relay.accepted), gate.heard) == (Receipt, 1, [b"goed"])


@pytest.mark.parametrize("security", SECURED)
@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("elders.example.org", LONG),
        ("127.0.0.2", LONG),
        ("localhost", EXPIRED),
        ("localhost", NOT_YET),
    ],
)
def test_a_certificate_that_is_not_sound_gets_no_password_and_no_mail(
    authority: Authority, security: str, name: str, period: tuple[timedelta, timedelta]
) -> None:
    relay, gate = Relay(), Gate()

    found = sent(relay, security, authority, authority, name=name, period=period, gate=gate)

    assert (type(found), relay.heard, gate.heard) == (TransportUnavailable, [], [])
    assert "certificate" in str(found).lower()


@pytest.mark.parametrize("security", SECURED)
def test_a_stranger_gets_no_password_and_no_mail(tmp_path: Path, security: str) -> None:
    folders = [tmp_path / "ours", tmp_path / "theirs"]
    for one in folders:
        one.mkdir()
    ours, theirs = map(Authority, folders)
    relay, gate = Relay(), Gate()

    found = sent(relay, security, theirs, ours, gate=gate)

    assert (type(found), relay.heard, gate.heard) == (TransportUnavailable, [], [])


@pytest.mark.parametrize("security", SECURED)
def test_a_wrong_password_is_nobodys_fault_but_ours(authority: Authority, security: str) -> None:
    relay = Relay()

    found = sent(relay, security, authority, authority, password="fout")

    assert (type(found), getattr(found, "code", None)) == (TransportUnavailable, 535)
    assert relay.heard == []
    assert "fout" not in str(found)


def test_a_relay_that_speaks_no_tls_on_the_port_of_smtps_is_not_used(
    authority: Authority,
) -> None:
    relay = Relay()

    with serving(relay) as port:
        way = SmtpRelay("localhost", port, "tls")
        found = deliver(SmtpTransport(way, tls=authority.trusted), READER)

    assert (type(found), relay.heard) == (TransportUnavailable, [])
