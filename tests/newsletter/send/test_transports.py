"""Every way out, against a real server: what its answers mean."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from newsletter.errors import (
    TransportDeferred,
    TransportError,
    TransportRefused,
    TransportUnavailable,
    TransportUncertain,
)
from newsletter.ports import Transport
from newsletter.send.transports import TRANSPORTS, open_transport
from newsletter.send.transports.folder import FolderTransport
from newsletter.send.transports.links import Timeouts
from newsletter.send.transports.offers import Offers
from newsletter.send.transports.smtp import SmtpTransport
from newsletter.settings import SmtpRelay
from newsletter.values import Receipt
from newsletter.ways_out import MailFolder
from tests.newsletter.send import providers
from tests.newsletter.send.certificates import Authority
from tests.newsletter.send.smtp_server import Relay, serving
from tests.newsletter.send.web_server import Heard, Web, answer, web_serving

MESSAGE = b"Subject: t\r\n\r\nregel\r\n.\r\n..\r\n.\r\nMAIL FROM:<x@example.org>\r\n"
SENDER = "post@example.org"
OUTCOMES = {
    "accepted": ("lezer@example.org", None),
    "refused": ("rcpt.550@example.org", TransportRefused),
    "deferred": ("rcpt.451@example.org", TransportDeferred),
    "unavailable": ("lezer@example.org", TransportUnavailable),
    "uncertain": ("silent@example.org", TransportUncertain),
}


def relay_on(port: int, security: str = "none") -> SmtpRelay:
    return SmtpRelay("127.0.0.1", port, security, connections=2)


@contextmanager
def smtp_rig(outcome: str, folder: Path) -> Iterator[Transport]:
    mail = "451 4.3.0 not today" if outcome == "unavailable" else "250 OK"
    with serving(Relay(mail=mail)) as port:
        yield open_transport(relay_on(port))


@contextmanager
def folder_rig(outcome: str, folder: Path) -> Iterator[Transport]:
    if outcome == "unavailable":
        (folder / "mail").write_text("a file is in the way")
    yield FolderTransport(folder / "mail")


@contextmanager
def web_rig(kind: str, outcome: str) -> Iterator[Transport]:
    def says(heard: Heard) -> bytes | None:
        return answer(401) if outcome == "unavailable" else providers.says(kind, heard)

    with web_serving(Web(says)) as port:
        yield open_transport(providers.provider(kind, port))


RIGS: dict[str, Callable[[str, Path], AbstractContextManager[Transport]]] = {
    "smtp": smtp_rig,
    "folder": folder_rig,
    "ses": lambda outcome, _: web_rig("ses", outcome),
    "postmark": lambda outcome, _: web_rig("postmark", outcome),
    "mailgun": lambda outcome, _: web_rig("mailgun", outcome),
}
# What each can meet with: a folder neither refuses somebody nor leaves anybody in doubt.
MET = {name: set(OUTCOMES) for name in RIGS} | {"folder": {"accepted", "unavailable"}}


def test_every_transport_has_a_rig() -> None:
    assert (set(RIGS), set(MET)) == (set(TRANSPORTS), set(TRANSPORTS))


@pytest.mark.parametrize(
    ("name", "outcome"),
    [(name, one) for name in RIGS for one in sorted(MET[name])],
)
def test_transport_says_what_became_of_a_message(name: str, outcome: str, tmp_path: Path) -> None:
    recipient, expected = OUTCOMES[outcome]

    with RIGS[name](outcome, tmp_path) as transport:
        found = deliver(transport, recipient)

    assert type(found) is (expected or Receipt)


@pytest.mark.parametrize(
    ("recipient", "expected", "code"),
    [
        ("rcpt.550@example.org", TransportRefused, 550),
        ("rcpt.452@example.org", TransportDeferred, 452),
        ("rcpt.552@example.org", TransportDeferred, 552),  # RFC 5321 §4.5.3.1.10
        ("rcpt.421@example.org", TransportDeferred, 421),
        ("dot.554@example.org", TransportRefused, 554),
        ("dot.552@example.org", TransportRefused, 552),
        ("dot.451@example.org", TransportDeferred, 451),
        ("vanish@example.org", TransportDeferred, None),
        ("silent@example.org", TransportUncertain, None),
    ],
)
def test_answer_of_the_relay_is_classified(
    recipient: str, expected: type[TransportError], code: int | None
) -> None:
    with serving(Relay()) as port:
        found = deliver(open_transport(relay_on(port)), recipient)

    assert (type(found), getattr(found, "code", None)) == (expected, code)


def test_connection_serves_the_next_reader_after_every_kind_of_failure() -> None:
    relay = Relay()
    failing = ["rcpt.550", "rcpt.451", "dot.554", "vanish", "silent", "rcpt.421"]

    with serving(relay) as port:
        connection = open_transport(relay_on(port)).connect()
        for kind in failing:
            with pytest.raises(TransportError):
                connection.deliver(sender=SENDER, recipient=f"{kind}@example.org", message=MESSAGE)
            connection.deliver(sender=SENDER, recipient="lezer@example.org", message=MESSAGE)
        connection.close()

    arrived = [one.rcpt_tos[0].partition("@")[0] for one in relay.accepted]
    # The relay had accepted what it hung up on: that is why silence is no failure.
    assert arrived == ["lezer"] * 4 + ["silent"] + ["lezer"] * 2


def test_message_arrives_byte_for_byte_with_one_recipient_and_its_own_sender() -> None:
    relay = Relay()

    with serving(relay) as port:
        connection = open_transport(relay_on(port)).connect()
        connection.deliver(sender="b+1@example.org", recipient="a@example.org", message=MESSAGE)
        connection.deliver(sender="b+2@example.org", recipient="b@example.org", message=MESSAGE)
        connection.close()

    assert [(one.mail_from, one.rcpt_tos, one.original_content) for one in relay.accepted] == [
        ("b+1@example.org", ["a@example.org"], MESSAGE),
        ("b+2@example.org", ["b@example.org"], MESSAGE),
    ]


def test_nobody_listening_is_unavailable() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]

    with pytest.raises(TransportUnavailable):
        open_transport(relay_on(port)).connect()


def test_no_answer_to_the_dot_in_time_is_uncertain() -> None:
    with serving(Relay()) as port:
        transport = SmtpTransport(relay_on(port), Timeouts(after_dot=0.05))

        found = deliver(transport, "mute@example.org")

    assert type(found) is TransportUncertain


def test_relay_that_does_not_greet_is_unavailable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        transport = SmtpTransport(relay_on(mute.getsockname()[1]), Timeouts(connect=0.05))

        with pytest.raises(TransportUnavailable):
            transport.connect()


def test_letters_beyond_ascii_are_refused_for_good_where_the_relay_cannot_take_them() -> None:
    relay = Relay()

    with serving(relay) as port:
        connection = open_transport(relay_on(port)).connect()
        with pytest.raises(TransportRefused) as refused:
            connection.deliver(sender=SENDER, recipient="zoë@example.org", message=MESSAGE)
        connection.deliver(sender=SENDER, recipient="lezer@example.org", message=MESSAGE)
        connection.close()

    assert (refused.value.code, refused.value.reply[:5]) == (553, "5.6.7")
    assert [one.rcpt_tos for one in relay.accepted] == [["lezer@example.org"]]
    assert relay.heard[0] == f"MAIL {SENDER}"  # nothing was said about the other


def test_letters_beyond_ascii_arrive_where_the_relay_takes_them() -> None:
    relay, message = Relay(), "To: <zoë@example.org>\r\n\r\nregel\r\n".encode()

    with serving(relay, enable_SMTPUTF8=True) as port:
        connection = open_transport(relay_on(port)).connect()
        for recipient in ("zoë@example.org", "lezer@example.org"):
            connection.deliver(sender=SENDER, recipient=recipient, message=message)
        connection.close()

    arrived = [(one.rcpt_tos, one.smtp_utf8, one.original_content) for one in relay.accepted]
    assert arrived == [
        (["zoë@example.org"], True, message),
        (["lezer@example.org"], False, message),
    ]


@pytest.mark.parametrize("takes", [True, False])
def test_what_the_relay_can_do_is_noted_at_each_connection(
    takes: bool,  # noqa: FBT001 - made up
) -> None:
    offers = Offers(letters=not takes)

    with serving(Relay(), enable_SMTPUTF8=takes) as port:
        open_transport(relay_on(port), offers).connect().close()

    assert offers.letters is takes


def test_relay_without_starttls_is_never_used_in_clear_text() -> None:
    relay = Relay()

    with serving(relay) as port:
        found = deliver(open_transport(relay_on(port, "starttls")), "lezer@example.org")

    assert (type(found), relay.heard) == (TransportUnavailable, [])


def test_certificate_of_a_stranger_is_refused(tmp_path: Path) -> None:
    relay = Relay()

    with serving(relay, tls_context=Authority(tmp_path).server()) as port:
        found = deliver(open_transport(relay_on(port, "starttls")), "lezer@example.org")

    assert (type(found), relay.heard) == (TransportUnavailable, [])


def test_certificate_that_is_trusted_carries_mail(tmp_path: Path) -> None:
    relay = Relay()
    authority = Authority(tmp_path)

    with serving(relay, tls_context=authority.server(), require_starttls=True) as port:
        transport = SmtpTransport(SmtpRelay("localhost", port, "starttls"), tls=authority.trusted)
        found = deliver(transport, "lezer@example.org")

    assert (type(found), len(relay.accepted)) == (Receipt, 1)


def test_folder_writes_a_repeated_message_once(tmp_path: Path) -> None:
    transport = open_transport(MailFolder(tmp_path / "mail", connections=3))
    first = b"Message-ID: <e1.a@example.org>\r\nDate: 1\r\n\r\ntekst\r\n"
    again = first.replace(b"Date: 1", b"Date: 2")

    connection = transport.connect()
    for message in (first, again, MESSAGE, MESSAGE):
        connection.deliver(sender=SENDER, recipient="a@example.org", message=message)
    connection.deliver(sender=SENDER, recipient="b@example.org", message=first)
    connection.close()

    written = sorted((tmp_path / "mail").iterdir())
    head = b"Return-Path: <post@example.org>\r\nDelivered-To: %b@example.org\r\n"
    assert {one.read_bytes() for one in written} == {
        head % b"a" + again,
        head % b"a" + MESSAGE,
        head % b"b" + first,
    }
    assert transport.connections == 3
    assert {one.suffix for one in written} == {".eml"}
    assert {one.stat().st_mode & 0o777 for one in written} == {0o600}
    assert (tmp_path / "mail").stat().st_mode & 0o777 == 0o700


def test_folder_that_takes_nothing_is_unavailable_and_leaves_no_half(tmp_path: Path) -> None:
    transport = FolderTransport(tmp_path / "mail")
    connection = transport.connect()
    connection.deliver(sender=SENDER, recipient="a@example.org", message=MESSAGE)
    [there] = (tmp_path / "mail").iterdir()
    there.unlink()
    there.mkdir()  # a file cannot take its place

    with pytest.raises(TransportUnavailable):
        connection.deliver(sender=SENDER, recipient="a@example.org", message=MESSAGE)

    assert list((tmp_path / "mail").iterdir()) == [there]


def deliver(transport: Transport, recipient: str) -> Receipt | TransportError:
    """Hand one message over on a fresh connection; return the receipt or the error."""
    try:
        connection = transport.connect()
    except TransportError as failure:
        return failure
    try:
        return connection.deliver(sender=SENDER, recipient=recipient, message=MESSAGE)
    except TransportError as failure:
        return failure
    finally:
        connection.close()
