"""The history of an edition: what is kept, undone, done again, brought back and forgotten."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from feeds.model import Item
from feeds.values import ItemStatus
from newsletter.compose import draft, for_whom, picking, restoring
from newsletter.compose.for_whom import Whom
from newsletter.compose.history import decisions
from newsletter.compose.marks import block_mark
from newsletter.errors import EditionChanged, MoveNotAllowed, UnknownRevision
from newsletter.model import Block, Edition, Revision, Variant
from newsletter.store import editions as store
from newsletter.store.revisions import get_revision, list_revisions
from newsletter.store.withdrawn import forget_withdrawn
from newsletter.values import EditionContent, EditionStatus
from storage.session import Database
from subscribers.values import Audience
from tests.factories import make_edition, make_event, make_item, make_user, store_items
from tests.fakes import START

MINUTE = timedelta(minutes=1)
Words = dict[str, Any]


class Edited:
    """One edition and who works on it: each step a minute later, on the newest version."""

    def __init__(self, db: Database, edition_id: int, by: int) -> None:
        self.db, self.id, self.by, self.now = db, edition_id, by, START

    def do(self, use_case: Callable[..., Any], *of: int, **values: Any) -> Any:
        self.now += MINUTE
        names = {"version": self.version, "now": self.now, "by": self.by}
        return use_case(self.db, self.id, *of, **{**names, **values})

    def rewrite(self, block_id: int, title: str, **values: Any) -> None:
        self.now += MINUTE
        with self.db.read() as session:
            seen = block_mark(session.get_one(Block, block_id))
        words = {"seen": seen, "fields": {"title": title}, "now": self.now, "by": self.by}
        draft.rewrite_block(self.db, self.id, block_id, **{**words, **values})

    @property
    def version(self) -> int:
        return self.row().version

    def row(self) -> Edition:
        with self.db.read() as session:
            return store.get_edition(session, self.id, with_blocks=True)

    def content(self) -> EditionContent:
        return store.content_of(self.row())

    def block(self, number: int = 1) -> int:
        return self.content().blocks[number].id

    def whats(self) -> list[str]:
        return [one.what for one in self.revisions()]

    def revisions(self) -> list[Revision]:
        with self.db.read() as session:
            return list_revisions(session, self.id)

    def log(self, what: str) -> None:
        with self.db.write() as session:
            store.log_event(session, self.id, what=what, now=self.now)


@pytest.fixture
def edited(db: Database) -> Edited:
    with db.write() as session:
        week = START + timedelta(weeks=1)
        store_items(session, make_item(1), make_item(2, audiences=["school"]), make_event(3, week))
        by = make_user(session, "anna@example.org")
    return Edited(db, draft.draft_newsletter(db, now=START, author_id=by), by)


def set_head(edited: Edited, subject: str, **changed: Any) -> None:
    row = edited.row()
    names = ("title", "preheader", "dated_on", "planned_at")
    same = {name: getattr(row, name) for name in names}
    edited.do(draft.set_head, subject=subject, **{**same, **changed})


def write(edited: Edited, title: str, **changed: Any) -> None:
    edited.rewrite(edited.block(), title, **changed)


CHANGES: list[tuple[str, Callable[[Edited], object]]] = [
    ("head", lambda e: set_head(e, "Anders")),
    ("head", lambda e: set_head(e, "Anders", planned_at=START + timedelta(days=9))),
    ("written", lambda e: write(e, "Een ander opschrift")),
    (
        "audience",
        lambda e: e.do(for_whom.give_blocks, whom={e.block(): Whom(Audience.SCHOOL)}),
    ),
    ("moved", lambda e: e.do(draft.move_block, e.block(), step=1)),
    ("added", lambda e: e.do(draft.add_block, kind="intro")),
    ("dropped", lambda e: e.do(draft.drop_block, e.block())),
]


@pytest.mark.parametrize(("what", "change"), CHANGES)
def test_each_change_is_kept_undone_and_done_again(
    edited: Edited, what: str, change: Callable[[Edited], object]
) -> None:
    before = edited.content()
    change(edited)
    after = edited.content()

    edited.do(restoring.undo)
    undone = edited.content()
    edited.do(restoring.redo)

    assert after != before or what == "head"
    assert undone == before
    assert edited.content() == after
    assert edited.whats() == ["drafted", what, "undone", "redone"]
    assert {one.user_id for one in edited.revisions()} == {edited.by}
    positions = [block.position for block in edited.row().blocks]
    assert positions == list(range(len(positions)))


def test_a_planned_moment_is_undone(edited: Edited) -> None:
    set_head(edited, "Anders", planned_at=START + timedelta(days=9))

    edited.do(restoring.undo)

    assert edited.row().planned_at is None


def test_undo_goes_back_step_by_step_to_how_it_began_and_no_further(edited: Edited) -> None:
    began = edited.content()
    for change in ("een", "twee", "drie"):
        write(edited, change)

    undone = [edited.do(restoring.undo).version for _ in range(3)]

    assert undone == [4, 3, 2]
    assert edited.content() == began
    with pytest.raises(UnknownRevision):
        edited.do(restoring.undo)
    assert [edited.do(restoring.redo).version for _ in range(3)] == [2, 3, 4]
    with pytest.raises(UnknownRevision):
        edited.do(restoring.redo)


def test_what_was_undone_is_gone_once_something_else_is_changed(edited: Edited) -> None:
    write(edited, "een")
    edited.do(restoring.undo)
    set_head(edited, "Iets anders")

    with pytest.raises(UnknownRevision):
        edited.do(restoring.redo)

    edited.do(restoring.undo)
    assert edited.whats() == ["drafted", "written", "undone", "head", "undone"]


def test_a_block_that_comes_back_has_the_id_that_it_had(edited: Edited) -> None:
    block = edited.content().blocks[-1]
    edited.do(draft.drop_block, block.id)
    added = edited.do(draft.add_block, kind="intro")
    edited.do(restoring.undo)
    edited.do(restoring.undo)

    assert added != block.id
    assert edited.content().blocks[-1] == block


def test_the_highest_block_id_is_not_given_to_another_edition(edited: Edited, db: Database) -> None:
    last = max(block.id for block in edited.content().blocks)
    edited.do(draft.drop_block, last)
    with db.write() as session:
        block = Block(kind="intro", position=0, fields={"text": "Hallo"})
        other = make_edition(session, blocks=[block]).blocks[0].id

    edited.do(restoring.undo)

    assert other > last
    assert last in {block.id for block in edited.content().blocks}


def test_undo_of_an_older_version_changes_nothing(edited: Edited) -> None:
    write(edited, "een")
    before = edited.content()

    for step in (restoring.undo, restoring.redo):
        with pytest.raises(EditionChanged):
            edited.do(step, version=1)

    assert edited.content() == before


def test_saves_of_the_same_words_by_one_person_are_one_change_until_a_minute_of_rest(
    edited: Edited,
) -> None:
    began, save = edited.content(), START + timedelta(hours=1)
    for seconds in (0, 20, 59, 118):
        write(edited, f"Na {seconds} seconden", now=save + timedelta(seconds=seconds))

    (_, kept) = edited.revisions()
    assert (kept.at, kept.version) == (save, 5)

    write(edited, "Na een minuut rust", now=save + timedelta(seconds=118) + MINUTE)
    assert edited.whats() == ["drafted", "written", "written"]
    edited.do(restoring.undo)
    assert edited.content().blocks[1].fields["title"] == "Na 118 seconden"
    edited.do(restoring.undo)
    assert edited.content() == began


def test_who_writes_on_and_on_has_a_change_to_undo_for_every_ten_minutes(edited: Edited) -> None:
    save = START + timedelta(hours=1)
    for number in range(25):
        write(edited, f"Regel {number}", now=save + number * timedelta(seconds=50))

    assert edited.whats() == ["drafted", "written", "written", "written"]


@pytest.mark.parametrize("between", ["submitted", "approved", "another", "elsewhere"])
def test_saves_stay_apart_when_something_stands_between_them(
    edited: Edited, db: Database, between: str
) -> None:
    write(edited, "een", now=START)
    if between == "another":
        with db.write() as session:
            edited.by = make_user(session, "bas@example.org")
    elif between == "elsewhere":
        set_head(edited, "Anders", now=START)
    else:
        edited.log(between)

    write(edited, "twee", now=START)

    apart = ["drafted", "written", "written"]
    assert [what for what in edited.whats() if what != "head"] == apart


def test_a_save_that_changes_nothing_is_no_change_to_undo(edited: Edited) -> None:
    write(edited, "een")
    write(edited, "een")

    edited.do(restoring.undo)

    assert edited.whats() == ["drafted", "written", "undone"]
    assert edited.content().blocks[1].fields["title"] == "Titel 1"


def test_an_earlier_revision_is_brought_back_whole_and_that_is_undone(edited: Edited) -> None:
    set_head(edited, "Onderwerp van toen")
    then, kept = edited.content(), edited.revisions()[-1]
    write(edited, "een")
    edited.do(draft.drop_block, edited.block(0))
    edited.do(draft.add_block, kind="article")
    later = edited.content()

    edited.do(restoring.restore, kept.id)

    assert edited.content() == then
    assert (edited.revisions()[-1].what, edited.revisions()[-1].of_id) == ("restored", kept.id)
    edited.do(restoring.undo)
    assert edited.content() == later


def test_only_a_revision_of_this_edition_is_brought_back(edited: Edited, db: Database) -> None:
    other = draft.draft_newsletter(db, now=START)
    with db.read() as session:
        (foreign,) = list_revisions(session, other)

    for revision in (foreign.id, 999):
        with pytest.raises(UnknownRevision):
            edited.do(restoring.restore, revision)

    assert edited.whats() == ["drafted"]


@pytest.mark.parametrize(
    "status", [EditionStatus.IN_REVIEW, EditionStatus.APPROVED, EditionStatus.SCHEDULED]
)
def test_bringing_back_voids_the_approval(
    edited: Edited, db: Database, status: EditionStatus
) -> None:
    write(edited, "een")
    first = edited.revisions()[0]
    with db.write() as session:
        edition = store.get_edition(session, edited.id)
        edition.status, edition.content_hash, edition.due_at = status, "f" * 64, START
        session.add(
            Variant(
                edition_id=edited.id,
                cut="school",
                subject="",
                preheader="",
                html="",
                text="",
                marker="",
            )
        )

    edited.do(restoring.restore, first.id)

    row = edited.row()
    assert (row.state, row.content_hash, row.due_at) == (EditionStatus.DRAFT, "", None)
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Variant)) == 0


def test_what_is_on_its_way_to_readers_is_not_brought_back(edited: Edited, db: Database) -> None:
    write(edited, "een")
    before, first = edited.content(), edited.revisions()[0]
    with db.write() as session:
        store.get_edition(session, edited.id).status = EditionStatus.SENDING

    for use_case, of in ((restoring.restore, [first.id]), (restoring.undo, [])):
        with pytest.raises(MoveNotAllowed):
            edited.do(use_case, *of)

    assert edited.content() == before


def test_a_planned_moment_that_is_over_does_not_come_back(edited: Edited) -> None:
    set_head(edited, "Anders", planned_at=START + timedelta(hours=1))
    planned = edited.revisions()[-1]
    set_head(edited, "Anders", planned_at=None)

    edited.do(restoring.restore, planned.id)
    assert edited.row().planned_at == START + timedelta(hours=1)

    set_head(edited, "Nog eens", planned_at=None)
    edited.now = START + timedelta(hours=2)
    edited.do(restoring.restore, planned.id)
    assert edited.row().planned_at is None


def test_a_date_comes_back_as_a_date(edited: Edited) -> None:
    set_head(edited, "Anders", dated_on=date(2027, 5, 1))

    edited.do(restoring.undo)

    assert edited.row().dated_on == date(2027, 4, 20)


def test_a_photo_that_was_offered_since_stays(edited: Edited, db: Database) -> None:
    write(edited, "een")
    with db.write() as session:
        block = session.get_one(Block, edited.block())
        block.fields = {**block.fields, "offered_image": "/beeld/x.jpg"}

    edited.do(restoring.undo)

    fields = edited.content().blocks[1].fields
    assert (fields["title"], fields["offered_image"]) == ("Titel 1", "/beeld/x.jpg")


def test_an_item_that_was_put_aside_is_of_the_edition_again(edited: Edited, db: Database) -> None:
    picking.put_aside(db, 1, ItemStatus.REFUSED, now=edited.now, by=edited.by)
    assert edited.whats() == ["drafted", "dropped"]

    edited.do(restoring.undo)

    assert 1 in {one.item_id for one in edited.row().blocks}
    with db.read() as session:
        assert session.get_one(Item, 1).status == ItemStatus.ACCEPTED


def test_an_edition_from_before_there_was_history_begins_at_its_first_change(
    db: Database,
) -> None:
    with db.write() as session:
        by = make_user(session, "anna@example.org")
        block = Block(kind="article", position=0, fields={"title": "Oud"})
        edition_id = make_edition(session, blocks=[block]).id
    edited = Edited(db, edition_id, by)
    began = edited.content()

    edited.rewrite(edited.block(0), "Nieuw")
    edited.do(restoring.undo)

    assert edited.whats() == ["drafted", "written", "undone"]
    assert edited.content() == began


def test_a_column_that_a_revision_does_not_know_stays_as_it_is(
    edited: Edited, db: Database
) -> None:
    with db.write() as session:
        first = get_revision(session, edited.id, edited.revisions()[0].id)
        first.content = {name: one for name, one in first.content.items() if name != "subject"}
    set_head(edited, "Van nu")

    edited.do(restoring.restore, first.id)

    assert edited.row().subject == "Van nu"


def test_decisions_are_about_the_content_that_they_saw(edited: Edited, db: Database) -> None:
    write(edited, "een")
    edited.log("submitted")
    edited.log("returned")
    write(edited, "twee")
    for what in ("submitted", "approved", "sending", "sent"):
        edited.log(what)

    with db.read() as session:
        told = list_revisions(session, edited.id)
        found = decisions(told, store.events_of(session, edited.id))

    assert found == {
        told[1].id: {"submitted"},
        told[2].id: {"submitted", "approved", "sent"},
    }


def end(db: Database, edition_id: int, at: datetime, status: EditionStatus) -> None:
    with db.write() as session:
        edition = store.get_edition(session, edition_id)
        edition.status, edition.status_since = status, at


@pytest.mark.parametrize("status", [EditionStatus.SENT, EditionStatus.CANCELLED])
def test_ninety_days_after_its_end_only_what_was_decided_on_is_kept(
    edited: Edited, db: Database, status: EditionStatus
) -> None:
    for title in ("een", "twee", "drie", "vier"):
        write(edited, title)
        if title == "twee":
            edited.log("submitted")
    end(db, edited.id, START, status)

    early = restoring.forget_old(db, now=START + timedelta(days=90))
    late = [restoring.forget_old(db, now=START + timedelta(days=90, seconds=1)) for _ in range(2)]

    assert (early, late) == (0, [2, 0])
    assert [one.version for one in edited.revisions()] == [1, 3, 5]


def test_a_draft_keeps_its_history_however_old(edited: Edited, db: Database) -> None:
    for title in ("een", "twee", "drie"):
        write(edited, title)

    assert restoring.forget_old(db, now=START + timedelta(days=900)) == 0
    assert len(edited.revisions()) == 4


def test_words_that_their_reader_withdrew_leave_the_history_too(
    edited: Edited, db: Database
) -> None:
    edited.do(draft.drop_block, edited.block(2))
    write(edited, "Woorden van een lezer")
    edited.do(draft.drop_block, edited.block())
    with db.write() as session:
        session.get_one(Item, 1).status = ItemStatus.WITHDRAWN

    with db.write() as session:
        forget_withdrawn(session)

    with db.read() as session:
        revisions = list(session.scalars(select(Revision)))
    said = " ".join(f"{one.content} {one.about}" for one in revisions)
    assert "Woorden van een lezer" not in said
    assert "Tekst 1." not in said
    assert "Tekst 2." in said
