"""Warnings pass with a reason that is kept; errors do not, and changed words ask anew."""

from dataclasses import replace

import pytest

from newsletter.approve import waive
from newsletter.approve.waive import Sorted, Waived, finding_mark
from newsletter.cut import Cut
from newsletter.errors import FindingGone
from newsletter.ports import Render
from newsletter.store.editions import events_of
from newsletter.store.waivers import waivers_of
from newsletter.values import EditionContent, Finding, Level, Rendered
from storage.session import Database
from tests.factories import make_readers, make_segments, make_user
from tests.fakes import START
from tests.newsletter.making import HOUSE, make_draft, plain_render

LONG = Finding(
    "language.sentence", Level.WARNING, "Deze zin heeft 26 woorden: “Een zin”", "block 1",
    mend="Maak er twee.", field="teaser", quote="Een zin",
)  # fmt: skip


class Desk:
    """An edition of which rendering tells these findings."""

    def __init__(self, db: Database, *told: Finding) -> None:
        self.db, self.told = db, told
        with db.write() as session:
            make_segments(session)
            make_readers(session, 3)
            self.editor = make_user(session, "redacteur@example.org")
            self.edition_id = make_draft(session, now=START)

    @property
    def render(self) -> Render:
        def render(content: EditionContent, cut: Cut) -> Rendered:
            return replace(plain_render(content, cut), problems=self.told)

        return render

    def waive(self, finding: Finding, because: str = "Het is een citaat.") -> None:
        waive.waive(
            self.db,
            self.edition_id,
            finding_mark(finding),
            because=because,
            by=self.editor,
            render=self.render,
            house=HOUSE,
            now=START,
        )

    def ask_again(self, finding: Finding) -> None:
        waive.ask_again(self.db, self.edition_id, finding_mark(finding), by=self.editor, now=START)

    def sorted(self, *findings: Finding) -> Sorted:
        with self.db.read() as session:
            return waive.sort_findings(findings, waivers_of(session, self.edition_id))

    def history(self) -> list[tuple[str, str]]:
        with self.db.read() as session:
            return [(one.what, one.note) for one in events_of(session, self.edition_id)]


def test_a_warning_passes_with_who_when_and_why(db: Database) -> None:
    desk = Desk(db, LONG)

    desk.waive(LONG)

    passed = Waived(LONG, "Het is een citaat.", START, desk.editor)
    assert desk.sorted(LONG) == Sorted((), (passed,))
    assert desk.history() == [("waived", "Het is een citaat.")]


@pytest.mark.parametrize(
    "changed",
    [
        replace(LONG, quote="Een andere zin"),
        replace(LONG, where="block 2"),
        replace(LONG, field="title"),
        replace(LONG, rule="placeholders.left"),
        replace(LONG, level=Level.ERROR),
    ],
)
def test_other_words_another_place_or_an_error_ask_anew(db: Database, changed: Finding) -> None:
    desk = Desk(db, LONG)

    desk.waive(LONG)

    assert desk.sorted(changed) == Sorted((changed,), ())


def test_what_it_says_about_the_same_words_may_change(db: Database) -> None:
    desk = Desk(db, LONG)

    desk.waive(LONG)

    assert desk.sorted(replace(LONG, message="Anders gezegd")).left == ()


def test_an_error_and_what_is_not_there_do_not_pass(db: Database) -> None:
    error = replace(LONG, level=Level.ERROR)
    desk = Desk(db, error)

    for finding in (error, replace(LONG, quote="Weg")):
        with pytest.raises(FindingGone):
            desk.waive(finding)

    assert desk.history() == []


def test_letting_pass_and_asking_again_can_be_done_twice(db: Database) -> None:
    desk = Desk(db, LONG)

    desk.waive(LONG)
    desk.waive(LONG, "Nog eens.")
    desk.ask_again(LONG)
    desk.ask_again(LONG)

    assert desk.sorted(LONG) == Sorted((LONG,), ())
    assert desk.history() == [("waived", "Het is een citaat."), ("asked_again", "")]
