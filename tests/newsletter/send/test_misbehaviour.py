"""A relay that misbehaves: nobody is missed for it, and no list is burnt.

Black box to the client: an edition is sent by a worker to a relay that does as it is told, and
what counts is what the ledger says and what the relay took.
"""

import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from sqlalchemy import func, select, update

from newsletter.model import Delivery, Edition
from newsletter.send.transports import open_transport
from newsletter.send.transports.smtp import SmtpTransport
from newsletter.send.worker import run_worker
from newsletter.settings import Settings, SmtpRelay, read_settings
from newsletter.store.editions import events_of
from newsletter.values import EditionKind, EditionStatus
from storage.session import Database
from subscribers.model import Subscriber
from tests.factories import make_readers, make_segments, make_subscriber
from tests.fakes import START, FakeClock
from tests.newsletter.making import WorkerServices, make_scheduled, worker_services
from tests.newsletter.send.bad_relay import (
    Answer,
    BadRelay,
    Heard,
    Manners,
    Way,
    misbehaving,
    slowly,
    well,
)
from tests.newsletter.send.certificates import EXPIRED, LONG, NOT_YET, Authority

PATIENCE_S = 30.0  # of the test: what takes longer has got stuck
HURRY = 0.002  # of the program: ten minutes are 1.2 seconds
READERS = 6
GONE = "r2@example.org"


@dataclass
class Sending:
    """An edition on its way to a relay, and the two looked at."""

    db: Database
    services: WorkerServices
    clock: FakeClock
    edition_id: int

    def work(self, *, until: Callable[[], bool] | None = None) -> None:
        """Work until the edition is over, or something is so."""
        stop = Event()
        goal = self.edition_id if until is None else None
        worker = Thread(
            target=run_worker, args=(self.services,), kwargs={"stop": stop, "until_complete": goal}
        )
        worker.start()
        try:
            self._wait(lambda: not worker.is_alive() if until is None else until())
        finally:
            stop.set()
            worker.join(PATIENCE_S)
        assert not worker.is_alive()

    def _wait(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not is_so():
            assert time.monotonic() < deadline, f"it got stuck: {self.states()}, {self.events()}"
            time.sleep(0.01)

    def states(self) -> dict[str, int]:
        query = select(Delivery.state, func.count()).group_by(Delivery.state)
        with self.db.read() as session:
            return dict(session.execute(query).all())

    def spent(self) -> tuple[int, int]:
        """Return the attempts and the announced second copies, of all together."""
        query = select(func.sum(Delivery.attempts), func.sum(Delivery.resends))
        with self.db.read() as session:
            attempts, resends = session.execute(query).one()
        return int(attempts or 0), int(resends or 0)

    def status(self) -> EditionStatus:
        with self.db.read() as session:
            return session.get_one(Edition, self.edition_id).state

    def events(self) -> list[str]:
        with self.db.read() as session:
            return [one.what for one in events_of(session, self.edition_id)]

    def saw(self, what: str) -> Callable[[], bool]:
        return lambda: what in self.events()

    def everybody(self) -> list[str]:
        with self.db.read() as session:
            return sorted(session.scalars(select(Subscriber.email)))


@pytest.fixture
def sending(db: Database, settings: Settings, clock: FakeClock) -> Callable[..., Sending]:
    def begin(
        port: int, *, readers: int = READERS, connections: int = 2, url: str = "", **fields: Any
    ) -> Sending:
        address = url or f"smtp://127.0.0.1:{port}?connections={connections}&patience={HURRY}"
        environ = {
            "NEWSLETTER_DATA_DIR": str(settings.data_dir),
            "NEWSLETTER_SMTP_URL": address,
        }
        smtp = read_settings(environ).smtp
        with db.write() as session:
            make_segments(session)
            make_readers(session, readers, now=START)
            edition_id = make_scheduled(session, now=START, **fields)
        own = replace(settings, smtp=smtp)
        return Sending(db, worker_services(own, db, clock), clock, edition_id)

    return begin


@contextmanager
def nobody_listens() -> Iterator[int]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and does not listen: refused
        yield bound.getsockname()[1]


def answering(word: str, answer: Answer, manners: Manners = well) -> Manners:
    """Return manners that are good but for one word."""
    return lambda heard: answer if heard.word == word else manners(heard)


def assert_nobody_is_burnt(sent: Sending, relay: BadRelay | None = None) -> None:
    assert sent.states() == {"pending": READERS}
    assert sent.spent() == (0, 0)
    assert sent.status() is EditionStatus.SENDING
    assert relay is None or relay.recipients() == []


def assert_all_have_one(sent: Sending, relay: BadRelay) -> None:
    assert sent.status() is EditionStatus.SENT
    assert sent.states() == {"sent": len(sent.everybody())}
    assert sorted(relay.recipients()) == sent.everybody()
    assert sent.spent()[1] == 0


def test_a_relay_that_refuses_the_connection_burns_nobody(sending: Callable[..., Sending]) -> None:
    with nobody_listens() as port:
        sent = sending(port)
        sent.work(until=sent.saw("relay_unavailable"))

    assert_nobody_is_burnt(sent)


def test_a_name_that_is_not_found_burns_nobody(sending: Callable[..., Sending]) -> None:
    sent = sending(0, url="smtp://relay.invalid:25?connections=2")

    sent.work(until=sent.saw("relay_unavailable"))

    assert_nobody_is_burnt(sent)


AWAY: dict[str, Manners] = {
    "says that it is closed": answering("connect", b"421 4.3.2 closing\r\n"),
    "takes nobody": answering("connect", b"554 5.7.1 not you\r\n"),
    "hangs up": answering("connect", Way.HANGS_UP),
    "says nothing": answering("connect", Way.IS_SILENT),
    "speaks something else": answering("connect", b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "speaks noise": answering("connect", bytes(range(128, 256)) * 40),
    "never ends its line": answering("connect", b"220 " + b"x" * 100_000),
    "does not greet back": answering("EHLO", b"550 5.0.0 no\r\n"),
    "offers without an end": answering("EHLO", b"250-AUTH\r\n" * 20_000),
    "refuses the sender for now": answering("MAIL", b"451 4.3.0 not today\r\n"),
    "refuses the sender": answering("MAIL", b"550 5.7.1 not you\r\n"),
}


@pytest.mark.parametrize("manners", AWAY.values(), ids=AWAY)
def test_a_relay_that_refuses_us_burns_nobody(
    sending: Callable[..., Sending], manners: Manners
) -> None:
    relay = BadRelay(manners)

    with misbehaving(relay) as port:
        sent = sending(port)
        sent.work(until=sent.saw("relay_unavailable"))
        assert_nobody_is_burnt(sent, relay)
        relay.manners = well
        sent.work()

    assert_all_have_one(sent, relay)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_relay_that_does_not_speak_tls_after_all_is_no_way_out(
    sending: Callable[..., Sending], scheme: str
) -> None:
    offer = b"250-relay.example.org\r\n250-STARTTLS\r\n250 8BITMIME\r\n"
    relay = BadRelay(answering("STAR", b"454 4.7.0 not today\r\n", answering("EHLO", offer)))

    with misbehaving(relay) as port:
        sent = sending(port, url=f"{scheme}://127.0.0.1:{port}?connections=2&patience={HURRY}")
        sent.work(until=sent.saw("relay_unavailable"))

    assert_nobody_is_burnt(sent, relay)
    assert "MAIL" not in relay.words()


CERTIFICATES = {
    "nobody knows who signed it": ("127.0.0.1", LONG, False),
    "of another": ("ander.example.org", LONG, True),
    "over": ("127.0.0.1", EXPIRED, True),
    "not yet": ("127.0.0.1", NOT_YET, True),
}


@pytest.mark.parametrize("name", CERTIFICATES)
def test_a_certificate_that_cannot_be_trusted_is_no_way_out(
    sending: Callable[..., Sending], tmp_path: Path, name: str
) -> None:
    whose, period, is_known = CERTIFICATES[name]
    authority, relay = Authority(tmp_path), BadRelay(well)

    with misbehaving(relay, authority.server(whose, period)) as port:
        sent = sending(port, url=f"smtps://127.0.0.1:{port}?connections=2&patience={HURRY}")
        if is_known:
            way = SmtpTransport(sent.services.settings.smtp, tls=authority.trusted)
            sent.services = replace(sent.services, open_transport=lambda: way)
        sent.work(until=sent.saw("relay_unavailable"))

    assert_nobody_is_burnt(sent, relay)
    assert relay.words() == []


def test_tls_that_is_not_offered_is_no_reason_to_go_without(
    sending: Callable[..., Sending],
) -> None:
    relay = BadRelay(well)

    with misbehaving(relay) as port:
        sent = sending(port, url=f"smtp+starttls://127.0.0.1:{port}?patience={HURRY}")
        sent.work(until=sent.saw("relay_unavailable"))

    assert_nobody_is_burnt(sent, relay)
    assert "MAIL" not in relay.words()


def test_a_password_that_is_refused_burns_nobody(sending: Callable[..., Sending]) -> None:
    offer = b"250-relay.example.org\r\n250 AUTH PLAIN LOGIN\r\n"
    relay = BadRelay(answering("AUTH", b"535 5.7.8 no\r\n", answering("EHLO", offer)))

    with misbehaving(relay) as port:
        sent = sending(port, url=f"smtp://post:geheim@127.0.0.1:{port}?patience={HURRY}")
        sent.work(until=sent.saw("relay_unavailable"))

    assert_nobody_is_burnt(sent, relay)
    assert "MAIL" not in relay.words()


@pytest.mark.parametrize("offer", [b"250-a\r\n250 PIPELINING\r\n", b"250 a\r\n"])
def test_a_byte_in_ten_seconds_is_waited_for(sending: Callable[..., Sending], offer: bytes) -> None:
    def short(heard: Heard) -> Answer:
        return offer if heard.word == "EHLO" else _code(well(heard))

    relay = BadRelay(short, pace_s=10 * HURRY)

    with misbehaving(relay) as port:
        sent = sending(port, readers=2)
        sent.work()

    assert_all_have_one(sent, relay)


def test_after_the_last_moment_the_relay_is_left_alone(sending: Callable[..., Sending]) -> None:
    relay = BadRelay(well)

    with misbehaving(relay) as port:
        ends_at = START + timedelta(hours=1)
        sent = sending(port, readers=40, kind=EditionKind.ANNOUNCEMENT, not_after=ends_at)
        with sent.db.write() as session:
            session.execute(update(Subscriber).values(wants_announcements=True))

        def late(heard: Heard) -> Answer:
            if heard.word == "." and len(relay.accepted) == 5:
                sent.clock.later(hours=2)
            return well(heard)

        relay.manners = late
        sent.work()

    assert sent.status() is EditionStatus.CANCELLED
    assert 5 <= sent.states()["sent"] <= 8
    assert relay.conversations <= 6  # and not one for each of those who do not get it any more


def _code(answer: Answer) -> bytes:
    assert isinstance(answer, bytes)
    return answer[:3] + b" \r\n"


def test_421_after_each_ten_costs_nobody_a_turn(sending: Callable[..., Sending]) -> None:
    def ten(heard: Heard) -> Answer:
        return b"421 4.7.0 enough\r\n" if heard.number > 10 else well(heard)

    relay = BadRelay(ten)

    with misbehaving(relay) as port:
        sent = sending(port, readers=85)
        sent.work()

    assert_all_have_one(sent, relay)
    assert relay.conversations >= 8
    assert sent.spent() == (85, 0)


@pytest.mark.parametrize("word", ["RCPT", "."])
def test_a_third_put_off_gets_it_later(sending: Callable[..., Sending], word: str) -> None:
    asked: Counter[str] = Counter()

    def third(heard: Heard) -> Answer:
        if heard.word != word:
            return well(heard)
        asked[heard.recipient] += 1
        is_put_off = int(heard.recipient[1:].partition("@")[0]) % 10 < 3
        return b"451 4.7.1 later\r\n" if is_put_off and asked[heard.recipient] == 1 else well(heard)

    relay = BadRelay(third)

    with misbehaving(relay) as port:
        sent = sending(port, readers=60)
        sent.work(until=lambda: sent.states() == {"sent": 42, "deferred": 18})
        sent.clock.later(minutes=2)
        sent.work()

    assert_all_have_one(sent, relay)


@pytest.mark.parametrize(
    ("word", "reply"),
    [
        ("RCPT", b"550 5.1.1 unknown\r\n"),
        ("RCPT", b"554 5.7.1 your network is listed\r\n"),
        ("DATA", b"554 5.7.1 no\r\n"),
        (".", b"554 5.7.1 spam\r\n"),
    ],
)
def test_a_relay_that_refuses_everybody_burns_less_than_a_hundredth(
    sending: Callable[..., Sending], db: Database, word: str, reply: bytes
) -> None:
    relay = BadRelay(answering(word, reply))

    with misbehaving(relay) as port:
        sent = sending(port, readers=1, connections=4)
        with db.write() as session:
            for number in range(299):
                make_subscriber(session, f"lezer@school{number}.example.org")
        sent.work()
        tried = {one.recipient for one in relay.heard if one.word == "RCPT"}
        assert sent.status() is EditionStatus.PAUSED
        assert sent.states().get("failed", 0) < 3
        assert len(tried) <= 20 + 2 * 4
        assert sum(sent.states().values()) == 300


@pytest.mark.parametrize("silence_s", [660 * HURRY, None])
def test_silence_after_the_dot_doubles_nothing_in_secret(
    sending: Callable[..., Sending], silence_s: float | None
) -> None:
    answer: Answer = Way.IS_SILENT if silence_s is None else (silence_s, b"250 2.0.0 at last\r\n")
    relay = BadRelay(answering(".", answer))

    with misbehaving(relay) as port:
        sent = sending(port, readers=2)
        sent.work(until=lambda: sent.states().get("in_doubt", 0) == 2)
        assert sent.status() is EditionStatus.SENDING
        assert sorted(relay.recipients()) == sent.everybody()
        relay.manners = well
        sent.clock.later(minutes=11)
        sent.work()

    copies = Counter(relay.recipients())
    assert sent.states() == {"sent": 2}
    assert copies == dict.fromkeys(sent.everybody(), 2)
    assert sent.spent() == (4, 2)  # each second copy was announced


def test_hanging_up_after_the_dot_doubles_nothing_in_secret(
    sending: Callable[..., Sending],
) -> None:
    relay = BadRelay(answering(".", Way.HANGS_UP))

    with misbehaving(relay) as port:
        sent = sending(port, readers=3)
        sent.work(until=lambda: sent.states().get("in_doubt", 0) == 3)
        relay.manners = well
        sent.clock.later(minutes=11)
        sent.work()

    assert sent.states() == {"sent": 3}
    assert Counter(relay.recipients()) == dict.fromkeys(sent.everybody(), 2)
    assert sent.spent() == (6, 3)


STRANGE: dict[str, tuple[str, Answer]] = {
    "noise to the recipient": ("RCPT", b"\xff\xfe noise\r\n"),
    "a number of nothing to the recipient": ("RCPT", b"999 what\r\n"),
    "an endless answer to the recipient": ("RCPT", b"250-on\r\n" * 20_000),
    "a long line to the recipient": ("RCPT", b"250 " + b"x" * 100_000 + b"\r\n"),
    "noise to DATA": ("DATA", b"\x00\x01\x02\r\n"),
    "yes in place of go on": ("DATA", b"250 OK\r\n"),
    "noise to the dot": (".", b"\x00\x01\x02\r\n"),
    "a long line to the dot": (".", b"250 " + b"x" * 100_000 + b"\r\n"),
    "go on to the dot": (".", b"354 go on\r\n"),
    "hanging up at the recipient": ("RCPT", Way.HANGS_UP),
    "hanging up at DATA": ("DATA", Way.HANGS_UP),
}


@pytest.mark.parametrize(("word", "answer"), STRANGE.values(), ids=STRANGE)
def test_what_is_no_answer_refuses_nobody_and_doubles_nothing_in_secret(
    sending: Callable[..., Sending], word: str, answer: Answer
) -> None:
    relay = BadRelay(answering(word, answer))

    with misbehaving(relay) as port:
        sent = sending(port, readers=2)
        sent.work(until=lambda: relay.words().count(word) >= 2)
        relay.manners = well
        sent.clock.later(hours=1)
        sent.work()

    assert sent.states() == {"sent": 2}
    assert set(relay.recipients()) == set(sent.everybody())
    assert len(relay.recipients()) <= 2 + sent.spent()[1]


GOOD: dict[str, BadRelay] = {
    "in pieces": BadRelay(pace_s=0),
    "in one burst": BadRelay(gathers=True),
    "in one burst, in pieces": BadRelay(gathers=True, pace_s=0),
    "in many lines": BadRelay(
        lambda heard: (
            b"".join([b"%s-line %d\r\n" % (_code(well(heard))[:3], one) for one in range(50)])
            + _code(well(heard))
            if heard.word not in {"EHLO", "DATA"}
            else well(heard)
        )
    ),
    "with nothing but a code": BadRelay(
        lambda heard: well(heard) if heard.word == "EHLO" else _code(well(heard)).replace(b" ", b"")
    ),
    "with line feeds only": BadRelay(lambda heard: _code(well(heard)).replace(b"\r", b"")),
    "without an offer": BadRelay(slowly),
}


@pytest.mark.parametrize("name", GOOD)
def test_however_it_says_yes_all_get_one(sending: Callable[..., Sending], name: str) -> None:
    relay = replace(GOOD[name], heard=[], accepted=[])

    with misbehaving(relay) as port:
        sent = sending(port)
        sent.work()

    assert_all_have_one(sent, relay)


@pytest.mark.parametrize("last", [b"554 5.5.1 no valid recipients\r\n", b"250 2.0.0 OK\r\n"])
def test_nothing_of_a_message_is_sent_to_nobody(
    sending: Callable[..., Sending], last: bytes
) -> None:
    """RCPT is refused, and the server goes on as if it were not (RFC 2920 §3.1)."""

    def one_is_gone(heard: Heard) -> Answer:
        is_gone = heard.recipient == GONE
        if heard.word == "RCPT" and is_gone:
            return b"550 5.1.1 unknown\r\n"
        return last if heard.word == "." and is_gone else well(heard)

    relay = BadRelay(one_is_gone)

    with misbehaving(relay) as port:
        sent = sending(port)
        sent.work()

    assert sent.states() == {"sent": READERS - 1, "failed": 1}
    assert sorted(relay.recipients()) == [one for one in sent.everybody() if one != GONE]


SMUGGLED = b"MAIL FROM:<x@example.org>\r\nRCPT TO:<slachtoffer@example.org>\r\nDATA\r\n"
HEAD = b"Subject: t\r\nMessage-ID: <x@example.org>\r\n\r\n"
BODIES = {
    "a dot": HEAD + b"a\r\n.\r\nb\r\n",
    "two dots": HEAD + b"a\r\n..\r\nb\r\n",
    "dots at the beginning": b".Subject: t\r\n\r\n.\r\n..\r\n...\r\n",
    "a command behind a dot": HEAD + b"a\r\n.\r\n" + SMUGGLED + b"b\r\n.\r\n",
    "the dot at the end": HEAD + b"a\r\n.\r\n",
    "bytes of every kind": HEAD + bytes(one for one in range(256) if one not in b"\r\n") + b"\r\n",
}


@pytest.mark.parametrize("manners", [well, slowly])
@pytest.mark.parametrize("message", BODIES.values(), ids=BODIES)
def test_a_body_arrives_byte_for_byte(manners: Manners, message: bytes) -> None:
    relay = BadRelay(manners)

    with misbehaving(relay) as port:
        _deliver(port, message)

    assert relay.accepted == [("lezer@example.org", message)]


LENIENT = (b"\r\n.\r\n", b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r.\n")


@pytest.mark.parametrize("end", LENIENT)
@pytest.mark.parametrize("ends", [LENIENT, LENIENT[:1]], ids=["lenient", "strict"])
def test_nothing_is_smuggled_past_the_end_of_a_message(
    sending: Callable[..., Sending], db: Database, end: bytes, ends: tuple[bytes, ...]
) -> None:
    """What an editor or a source wrote is quoted-printable when it leaves, whatever it holds."""
    relay = BadRelay(well, ends=ends)
    words = f"voor{end.decode()}{SMUGGLED.decode()}na"

    with misbehaving(relay) as port:
        sent = sending(port, readers=1, title=words)
        with db.write() as session:
            session.scalars(select(Subscriber)).one().name = words
        sent.work()

    assert_all_have_one(sent, relay)
    assert relay.words().count("RCPT") == 1
    assert b"\n.\n" not in relay.accepted[0][1].replace(b"\r\n", b"\n")


def _deliver(port: int, message: bytes) -> None:
    connection = open_transport(SmtpRelay("127.0.0.1", port, "none")).connect()
    connection.deliver(sender="p@example.org", recipient="lezer@example.org", message=message)
    connection.close()
