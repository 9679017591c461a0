"""Whose turn it is: one slow domain holds up no other."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import time, timedelta

import pytest

from newsletter.limits import Limit, Limits, QuietHours
from newsletter.send.loop.pages import Ready
from newsletter.send.loop.turns import Turns
from newsletter.send.pace import Pace
from newsletter.values import Personal
from storage.session import Database
from tests.fakes import FakeClock

SOMEBODY = Personal(
    email="",
    name="",
    reason="",
    unsubscribe_url="",
    one_click_url="",
    preferences_url="",
    poll_url="",
    message_id="",
)
A, B, C = (f"{one}.example.org" for one in "abc")


class People:
    """A list that counts how often each row is read."""

    def __init__(self, domains: Sequence[str]) -> None:
        self.all = dict(enumerate(domains, 1))
        self.read = Counter[int]()
        self._waiting = deque(self.all)
        self._back = deque[Ready]()

    def take(self, number: int) -> list[Ready]:
        found = [self._back.popleft() for _ in range(min(number, len(self._back)))]
        more = min(number - len(found), len(self._waiting))
        return found + self.again([self._waiting.popleft() for _ in range(more)])

    def give_back(self, ready: Ready) -> None:
        self._back.append(ready)

    def again(self, ids: Sequence[int]) -> list[Ready]:
        self.read.update(ids)
        return [self._ready(one) for one in ids]

    def _ready(self, one: int) -> Ready:
        domain = self.all[one]
        personal = SOMEBODY._replace(email=f"{one}@{domain}") if domain else None
        return Ready(one, None, personal, "")


def send(turns: Turns, clock: FakeClock, *, lanes: int = 8) -> list[tuple[float, Ready]]:
    """Send as a loop does; return who began, and how many seconds after the beginning."""
    begun, start = [], clock()
    while True:
        ready = turns.take(lanes)
        begun += [((clock() - start).total_seconds(), one) for one in ready]
        if not ready and turns.next_at is None:
            return begun
        if ready:
            clock.later(milliseconds=10)
        elif turns.next_at is not None:
            assert turns.next_at > clock(), "it never asks twice at one moment"
            clock.now = turns.next_at


def turns_of(
    db: Database, clock: FakeClock, limits: Limits, people: People, *, most: int = 1000
) -> Turns:
    return Turns(people, Pace(db, limits), clock, most=most)


def finished(begun: Sequence[tuple[float, Ready]]) -> Mapping[str, float]:
    """Return when the last of each domain began."""
    return {one.domain: at for at, one in begun}


def test_without_limits_all_go_in_their_order(db: Database, clock: FakeClock) -> None:
    people = People([A, B] * 20)

    begun = send(turns_of(db, clock, Limits(), people), clock)

    assert [one.delivery_id for _, one in begun] == list(people.all)


def test_slow_domain_holds_up_no_other(db: Database, clock: FakeClock) -> None:
    people = People([A] * 50 + [B] * 200)
    limits = Limits(domains={A: (Limit(10, 1),)})

    begun = send(turns_of(db, clock, limits, people), clock)

    assert sorted(one.delivery_id for _, one in begun) == list(people.all)
    last = finished(begun)
    assert last[B] < 1
    assert last[A] == pytest.approx(49 / 9.09, rel=0.1)


def test_nobody_is_read_more_than_twice(db: Database, clock: FakeClock) -> None:
    people = People([A, B, A, C] * 100)
    limits = Limits(domains={A: (Limit(20, 1),), C: (Limit(40, 1),)})

    send(turns_of(db, clock, limits, people), clock)

    assert set(people.read) == set(people.all)
    assert max(people.read.values()) <= 2


def test_no_more_are_put_aside_than_there_is_room_for(db: Database, clock: FakeClock) -> None:
    people = People([A] * 60 + [B])
    limits = Limits(domains={A: (Limit(20, 1),)})

    begun = send(turns_of(db, clock, limits, people, most=10), clock)

    assert len(begun) == 61
    assert finished(begun)[B] > 1, "who stands behind them is not read yet"


def test_limit_of_all_keeps_the_order(db: Database, clock: FakeClock) -> None:
    people = People([A, B, C] * 20)

    begun = send(turns_of(db, clock, Limits(whole=(Limit(20, 1),)), people), clock)

    assert len(begun) == 60
    assert begun[-1][0] == pytest.approx(59 / 18.2, rel=0.1)
    assert max(people.read.values()) == 1


def test_last_one_is_not_waited_for(db: Database, clock: FakeClock) -> None:
    turns = turns_of(db, clock, Limits(whole=(Limit(1, 3600),)), People([A]))

    first = turns.take(8)
    turns.take(8)

    assert len(first) == 1
    assert turns.next_at is None


def test_quiet_hours_let_nobody_begin(db: Database, clock: FakeClock) -> None:
    people = People([A] * 4)
    turns = turns_of(db, clock, Limits(quiet=QuietHours(time(9), time(11))), people)

    assert turns.take(8) == []
    assert turns.next_at == clock() + timedelta(hours=1)
    clock.later(hours=1)
    assert len(turns.take(8)) == 4


def test_who_is_gone_needs_no_turn(db: Database, clock: FakeClock) -> None:
    turns = turns_of(db, clock, Limits(whole=(Limit(1, 3600),)), People([A, "", ""]))

    assert [one.delivery_id for one in turns.take(8)] == [2, 3, 1]
