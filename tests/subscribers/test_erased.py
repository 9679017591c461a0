"""Whoever is erased while a list waits is taken out of what is kept of it."""

import io
from collections.abc import Mapping
from pathlib import Path

import pytest

from storage.session import Database
from storage.workbook import write_workbook
from subscribers import erased
from subscribers.list_rows import ListStep, ReceivedList
from subscribers.receiving import Lists
from subscribers.values import SubscriberStatus
from tests.factories import KEY, make_subscriber
from tests.fakes import FakeClock

WEG, BLIJFT = "weg@example.org", "blijft@example.org"
COLUMNS: Mapping[str, int] = {"email": 0, "name": 1}


class Waiting:
    """Lists of one folder, and what is kept of them."""

    def __init__(self, db: Database, folder: Path, clock: FakeClock) -> None:
        self.db, self.folder = db, folder
        self.lists = Lists(db, folder, key=KEY, clock=clock)

    def receive(self, document: bytes) -> int:
        return self.lists.receive(io.BytesIO(document), name="lijst", by=None)

    def received(self, *people: str) -> int:
        return self.receive("\n".join(["email;naam", *(f"{one};X" for one in people)]).encode())

    def tried(self, *people: str) -> int:
        number = self.received(*people)
        self.lists.try_out(number, columns=COLUMNS, ground="g")
        self.lists.work(known_themes={})
        return number

    def step(self, number: int) -> ListStep:
        return self.row(number).state

    def row(self, number: int) -> ReceivedList:
        with self.db.read() as session:
            return session.get_one(ReceivedList, number)

    def kept(self) -> bytes:
        return b"\n".join(one.read_bytes() for one in self.folder.rglob("*") if one.is_file())


@pytest.fixture
def waiting(db: Database, tmp_path: Path, clock: FakeClock) -> Waiting:
    return Waiting(db, tmp_path / "lists", clock)


def workbook(*people: str) -> bytes:
    out = io.BytesIO()
    write_workbook(out, "Blad", ["email", "naam"], [[one, "X"] for one in people])
    return out.getvalue()


def test_a_list_that_names_them_goes_with_its_file_and_another_stays(waiting: Waiting) -> None:
    with_them, without = waiting.received(WEG.upper(), BLIJFT), waiting.received(BLIJFT)

    assert waiting.lists.forget(WEG) == 1

    assert (waiting.step(with_them), waiting.step(without)) == (
        ListStep.DROPPED,
        ListStep.RECEIVED,
    )
    assert waiting.row(with_them).counts == {"erased": 1}
    assert b"weg@" not in waiting.kept().lower()
    assert BLIJFT.encode() in waiting.kept()


@pytest.mark.parametrize("named", [f"Jan <{WEG}>", f"mail {WEG}, of bel", WEG.replace("w", "W")])
def test_they_are_found_wherever_they_stand_also_in_a_workbook(
    waiting: Waiting, named: str
) -> None:
    number = waiting.receive(workbook(BLIJFT, named))

    waiting.lists.forget(WEG)

    assert waiting.step(number) is ListStep.DROPPED


def test_what_was_found_about_them_goes_and_the_rest_stays(waiting: Waiting) -> None:
    with waiting.db.write() as session:
        make_subscriber(session, WEG, status=SubscriberStatus.UNSUBSCRIBED)
    number = waiting.tried(WEG, BLIJFT, "fout")
    waiting.lists.bring_in(number)
    waiting.lists.work(known_themes={})
    assert WEG.encode() in waiting.kept()

    waiting.lists.forget(WEG)

    found = waiting.lists.found(waiting.row(number))
    assert waiting.step(number) is ListStep.DONE
    assert [one["value"] for one in found.errors] == ["fout"]
    assert [one["email"] for one in found.differences] == [BLIJFT]
    assert WEG.encode() not in waiting.kept()


def test_who_is_erased_during_a_step_is_taken_out_when_it_is_done(waiting: Waiting) -> None:
    number = waiting.received(WEG, BLIJFT)
    waiting.lists.try_out(number, columns=COLUMNS, ground="g")

    assert waiting.lists.forget(WEG) == 0
    assert WEG.encode() in waiting.kept()
    waiting.lists.work(known_themes={})

    assert waiting.step(number) is ListStep.DROPPED
    assert WEG.encode() not in waiting.kept()


def test_the_night_does_what_a_crash_left(waiting: Waiting) -> None:
    number = waiting.received(WEG)
    folder = waiting.folder / waiting.row(number).folder
    erased.note_erased(folder, WEG, key=KEY)

    waiting.lists.forget_old()

    assert waiting.step(number) is ListStep.DROPPED
    assert not folder.exists()


def test_a_large_file_goes_without_being_looked_through(waiting: Waiting) -> None:
    rows = erased.LOOKED_THROUGH // 40
    large = waiting.received(*(f"iemand.anders.{number:020}@example.org" for number in range(rows)))

    waiting.lists.forget(WEG)

    assert waiting.step(large) is ListStep.DROPPED


def test_an_address_that_was_cut_off_for_the_screen_is_no_longer_kept() -> None:
    left = erased.Erased(frozenset(), KEY).left_of(
        {"errors": [{"value": "x@" + "a" * 77 + "…"}, {"value": "fout"}]}
    )

    assert left == {"errors": [{"value": "fout"}]}
