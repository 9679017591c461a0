"""What a provider's own record tells of a message: that it was taken, or nothing."""

import base64
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest

from newsletter.send.doubt.doubts import LookedUp, find_doubts, look_up_doubts
from newsletter.send.doubt.relay_log import Fate
from newsletter.send.transports.records import (
    FIRST_WAIT_S,
    LONGEST_WAIT_S,
    MOST,
    RECORDS,
    ProviderRecord,
    record_of,
)
from newsletter.settings import Settings
from storage.session import Database
from tests.fakes import START
from tests.newsletter.send import providers
from tests.newsletter.send.test_doubts import in_doubt
from tests.newsletter.send.web_server import Heard, Web, answer, web_serving

ONE, OTHER = "<e1.aaaa@example.org>", "<e1.bbbb@example.org>"
KINDS = tuple(RECORDS)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def record(kind: str, port: int, clock: Callable[[], float] | None = None) -> ProviderRecord:
    found = record_of(providers.provider(kind, port))
    assert found is not None
    return replace(found, clock_s=clock or Clock())


def taken(kind: str, message_id: str, event: str = "accepted") -> bytes:
    """Return an answer that says that one message was taken."""
    if kind == "postmark":
        return answer(
            200, {"TotalCount": 1, "Messages": [{"Metadata": {"message-id": message_id}}]}
        )
    headers = {"message-id": message_id.strip("<>")}
    return answer(200, {"items": [{"event": event, "message": {"headers": headers}}]})


def asked(heard: Heard) -> dict[str, list[str]]:
    return parse_qs(urlsplit(heard.line.split()[1]).query)


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_taken_is_told(kind: str) -> None:
    web = Web(lambda _: taken(kind, ONE))

    with web_serving(web) as port:
        fates = record(kind, port).look_up([ONE, OTHER], START)

    assert fates == {ONE: Fate.ACCEPTED, OTHER: Fate.UNKNOWN}
    assert len(web.heard) == 2


def test_each_is_asked_in_its_own_way() -> None:
    heard = {}
    for kind in KINDS:
        web = Web(lambda _, kind=kind: taken(kind, ONE))  # type: ignore[misc]
        with web_serving(web) as port:
            record(kind, port).look_up([ONE], START)
        [heard[kind]] = web.heard

    assert heard["mailgun"].line.startswith("GET /v3/mg.example.org/events?")
    assert asked(heard["mailgun"]) == {"message-id": [ONE.strip("<>")], "limit": ["10"]}
    basic = heard["mailgun"].headers["authorization"].removeprefix("Basic ")
    assert base64.b64decode(basic) == b"api:key-1"
    assert heard["postmark"].line.startswith("GET /messages/outbound?")
    assert asked(heard["postmark"]) == {
        "count": ["1"],
        "offset": ["0"],
        "metadata_message-id": [ONE],
    }
    assert heard["postmark"].headers["x-postmark-server-token"] == "tok-en"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "said",
    [
        None,
        answer(401, {"message": "no"}),
        answer(200, {}),
        answer(200, {"items": [], "Messages": []}),
        answer(200, {"items": {"a": 1}, "Messages": 5}),
        answer(200, {"items": [1, {"message": []}, {}], "Messages": [[], {"Metadata": 1}, {}]}),
        answer(200, b"<html>"),
    ],
    ids=["hangs up", "401", "nothing", "empty", "no lists", "other things", "no JSON"],
)
def test_anything_else_proves_nothing(kind: str, said: bytes | None) -> None:
    with web_serving(Web(lambda _: said)) as port:
        assert record(kind, port).look_up([ONE], START) == {ONE: Fate.UNKNOWN}


def test_what_mailgun_rejected_it_did_not_take() -> None:
    with web_serving(Web(lambda _: taken("mailgun", ONE, "rejected"))) as port:
        assert record("mailgun", port).look_up([ONE], START) == {ONE: Fate.UNKNOWN}


def test_a_provider_that_does_not_answer_is_not_asked_further() -> None:
    web = Web(lambda _: answer(429, {}))

    with web_serving(web) as port:
        record("postmark", port).look_up([ONE, OTHER], START)

    assert len(web.heard) == 1


def test_what_is_not_known_yet_is_asked_for_ever_less_often() -> None:
    web, clock, moments = Web(lambda _: answer(200, {})), Clock(), []

    with web_serving(web) as port:
        told_by = record("postmark", port, clock)
        for _ in range(int(4 * LONGEST_WAIT_S / 10)):
            before = len(web.heard)
            told_by.look_up([ONE], START)
            if len(web.heard) > before:
                moments.append(clock.now_s)
            clock.now_s += 10

    waits = [later - one for one, later in pairwise(moments)]
    assert waits[:4] == [FIRST_WAIT_S, 60, 120, 240]
    assert max(waits) == LONGEST_WAIT_S


def test_one_look_asks_a_few_only() -> None:
    web = Web(lambda _: answer(200, {}))
    many = [f"<e1.{number}@example.org>" for number in range(MOST + 20)]

    with web_serving(web) as port:
        told_by = record("mailgun", port)
        told_by.look_up(many, START)
        first = len(web.heard)
        told_by.look_up(many, START)

    assert (first, len(web.heard)) == (MOST, len(many))


def test_ses_and_a_folder_keep_none() -> None:
    assert record_of(providers.provider("ses", 1)) is None


def test_who_is_in_doubt_and_was_taken_gets_no_second_copy(
    db: Database, settings: Settings
) -> None:
    in_doubt(db, readers=3)
    names = [one.message_id for one in find_doubts(db, settings=settings, now=START)]
    assert len(names) == 3
    web = Web(lambda heard: taken("mailgun", names[1]))

    with web_serving(web) as port:
        now = START + timedelta(minutes=1)
        found = look_up_doubts(db, record("mailgun", port), settings=settings, now=now)

    left = [one.message_id for one in find_doubts(db, settings=settings, now=START)]
    assert found == LookedUp(sent=1, again=0)
    assert sorted(left) == sorted({names[0], names[2]})
