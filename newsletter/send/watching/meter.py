"""Figures of the sending that all processes keep together: for /metrics, and how fast it goes.

They are gathered in memory and written about once a second, apart from the ledger: a process that
is killed takes the last second of them along, and the ledger loses nothing by that.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, cast

from sqlalchemy import Table, bindparam, delete, select, update
from sqlalchemy.orm import Session

from newsletter.sending_rows import Counted, Pulse
from newsletter.values import DeliveryState
from storage.dialect import insert_new
from storage.session import Database

COUNTED: Final = cast("Table", Counted.__table__)  # a mapped class's table is a Table
PULSE: Final = cast("Table", Pulse.__table__)
EACH: Final = timedelta(seconds=1)
SLOT_S: Final = 5
KEPT: Final = timedelta(minutes=15)
WINDOWS: Final = tuple(timedelta(seconds=seconds) for seconds in (30, 300, 900))
ENOUGH: Final = 5  # messages in a window that say how fast it goes

ANSWERS: Final = "answers"  # label: state and class of the answer, such as "failed 5xx"
WAITS: Final = "waits"  # label: "number" or "seconds" that the pace held a worker up
TAKEOVERS: Final = "takeovers"  # of a lease, by who found its holder gone
TAKEN_BACK: Final = "taken_back"  # messages that were in hand when a worker died
RELAY: Final = "relay"  # 1: it took a message or answered; 0: it could not be reached
TICK: Final = "tick"  # when the clock last asked what is due; its value says nothing

ADD: Final = (
    update(COUNTED)
    .where(COUNTED.c.name == bindparam("of_name"), COUNTED.c.label == bindparam("of_label"))
    .values(value=COUNTED.c.value + bindparam("more"), at=bindparam("new_at"))
)
BEAT: Final = (
    update(PULSE)
    .where(PULSE.c.edition_id == bindparam("of_edition"), PULSE.c.slot == bindparam("of_slot"))
    .values(number=PULSE.c.number + bindparam("more"))
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure as it stands. at: when it last moved."""

    name: str
    label: str
    value: float
    at: datetime


def label_of(state: DeliveryState, code: int | None) -> str:
    """Return under what an outcome is counted: its state and the class of the answer."""
    return f"{state.value} {code // 100}xx" if code else f"{state.value} none"


class Meter:
    """Gathers what one process did, and writes it down now and then."""

    def __init__(self, db: Database, *, now: datetime) -> None:
        self._db, self._due = db, now + EACH
        self._counted: Counter[tuple[str, str]] = Counter()
        self._pulses: Counter[tuple[int, int]] = Counter()
        self._relay: float | None = None

    def add(self, edition_id: int, answers: Mapping[str, int], *, now: datetime) -> None:
        """Count what became of messages of an edition. answers: by `label_of`."""
        self._counted.update({(ANSWERS, label): number for label, number in answers.items()})
        number = sum(answers.values())
        if number:
            self._pulses[edition_id, slot_of(now)] += number

    def count(self, name: str, number: int = 1, *, label: str = "") -> None:
        """Count something else, such as TAKEOVERS."""
        self._counted[name, label] += number

    def waited(self, how_long: timedelta) -> None:
        """Count that the pace held this process up."""
        self._counted[WAITS, "number"] += 1
        self._counted[WAITS, "milliseconds"] += round(how_long / timedelta(milliseconds=1))

    def note_relay(self, *, is_up: bool) -> None:
        """Say whether the relay could be reached."""
        self._relay = float(is_up)

    def beat(self, now: datetime) -> None:
        """Write down what was gathered, when a second has gone by. Raises StorageError."""
        if now >= self._due:
            self.write(now)

    def write(self, now: datetime) -> None:
        """Write down what was gathered. Raises StorageError, and then it is kept."""
        if self._counted or self._pulses or self._relay is not None:
            with self._db.write_lightly() as session:
                _add(session, self._counted, now)
                _beat(session, self._pulses, now)
                if self._relay is not None:
                    put(session, RELAY, self._relay, now=now)
        self._counted.clear()
        self._pulses.clear()
        self._relay, self._due = None, now + EACH


def slot_of(now: datetime) -> int:
    """Return the number of the stretch of time that a moment is in."""
    return int(now.timestamp()) // SLOT_S


def put(session: Session, name: str, value: float, *, now: datetime) -> None:
    """Set a figure that goes up and down."""
    insert_new(session, COUNTED, [{"name": name, "label": "", "value": value, "at": now}])
    session.execute(
        update(COUNTED)
        .where(COUNTED.c.name == name, COUNTED.c.label == "")
        .values(value=value, at=now)
    )


def figures(session: Session) -> list[Figure]:
    """Return every figure: some dozens, by name and label."""
    rows = session.scalars(select(Counted).order_by(Counted.name, Counted.label))
    return [Figure(one.name, one.label, one.value, one.at) for one in rows]


def pulses(session: Session, edition_id: int, now: datetime) -> list[tuple[int, int]]:
    """Return how many messages an edition had settled in each stretch of the last minutes."""
    since = slot_of(now - KEPT)
    rows = session.execute(
        select(Pulse.slot, Pulse.number)
        .where(Pulse.edition_id == edition_id, Pulse.slot >= since)
        .order_by(Pulse.slot)
    )
    return [(slot, number) for slot, number in rows]


def per_second(found: Sequence[tuple[int, int]], *, since: datetime, now: datetime) -> float:
    """Return how many messages a second go now: over half a minute, or longer when few go.

    found: as `pulses` gives them. since: when it last began to go; no pause counts.
    """
    rate = 0.0
    for window in WINDOWS:
        first = max(slot_of(now - window), slot_of(since))
        number = sum(one for slot, one in found if slot >= first)
        begun = max(float(first * SLOT_S), since.timestamp())
        rate = number / max(now.timestamp() - begun, 1.0)
        if number >= ENOUGH:
            break
    return rate


def forget_old(session: Session, *, now: datetime) -> int:
    """Remove the stretches that are no longer looked at; return how many."""
    old = delete(PULSE).where(PULSE.c.slot < slot_of(now - KEPT))
    return len(session.execute(old.returning(PULSE.c.slot)).all())


def _add(session: Session, counted: Mapping[tuple[str, str], int], now: datetime) -> None:
    keys = sorted(
        counted
    )  # in one order, so that two processes never wait for each other in a ring
    insert_new(
        session, COUNTED, [{"name": n, "label": one, "value": 0.0, "at": now} for n, one in keys]
    )
    if keys:
        rows = [
            {"of_name": n, "of_label": one, "more": float(counted[n, one]), "new_at": now}
            for n, one in keys
        ]
        session.connection().execute(ADD, rows)


def _beat(session: Session, found: Mapping[tuple[int, int], int], now: datetime) -> None:
    keys = sorted(found)
    insert_new(session, PULSE, [{"edition_id": one, "slot": s, "number": 0} for one, s in keys])
    if keys:
        rows = [{"of_edition": one, "of_slot": s, "more": found[one, s]} for one, s in keys]
        session.connection().execute(BEAT, rows)
        forget_old(session, now=now)
