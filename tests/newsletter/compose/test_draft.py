from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from feeds.model import Item
from feeds.values import ItemKind, ItemStatus
from newsletter.approve.checks import run_checks
from newsletter.compose import draft, for_whom, restoring
from newsletter.compose.filling import Because, Reason, Why, read_filling
from newsletter.compose.for_whom import Whom
from newsletter.compose.marks import block_mark
from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.errors import (
    EditionChanged,
    MoveNotAllowed,
    UnknownBlock,
    UnknownEdition,
    UnknownItem,
)
from newsletter.identity import Organisation
from newsletter.model import Block, Edition, Variant
from newsletter.store import editions as editions_store
from newsletter.values import EditionContent, EditionStatus, Facts, House, Role
from storage.session import Database
from subscribers.segments import add_default_segments
from subscribers.values import Audience
from tests.factories import make_event, make_item, make_user, store_items
from tests.fakes import START
from tests.queries import counted, reads

WEEK = timedelta(weeks=1)


def month() -> list[Item]:
    return [
        make_item(1, ItemKind.REPORT, title="Verslag van de sessie"),
        make_item(2, audiences=["school"]),
        make_item(3, audiences=["school", "lerarenopleiding"]),
        make_event(4, START + WEEK, details={"type": "themabijeenkomst"}),
        make_event(5, START + 2 * WEEK, audiences=["lerarenopleiding"]),
        make_item(
            6, ItemKind.PRACTICE, details={"question": "Hoe?", "contact": "een schoolopleider"}
        ),
        make_item(7, ItemKind.PUBLICATION, details={"format": "factsheet", "size": "320 kB"}),
        make_item(8, status=ItemStatus.REFUSED),
    ]


@pytest.fixture
def filled(db: Database) -> Database:
    with db.write() as session:
        store_items(session, *month())
    return db


def content(db: Database, edition_id: int) -> EditionContent:
    with db.read() as session:
        edition = editions_store.get_edition(session, edition_id, with_blocks=True)
        return editions_store.content_of(edition)


def row(db: Database, edition_id: int) -> Edition:
    with db.read() as session:
        return editions_store.get_edition(session, edition_id, with_blocks=True)


def history(db: Database, edition_id: int) -> list[str]:
    with db.read() as session:
        return [one.what for one in editions_store.events_of(session, edition_id)]


def shown(db: Database, edition_id: int) -> list[tuple[str, str | None, str]]:
    blocks = content(db, edition_id).blocks
    return [(one.kind, one.audience, str(one.fields.get("title", ""))) for one in blocks]


def test_newsletter_is_drafted_from_what_was_gathered(filled: Database) -> None:
    edition_id = draft.draft_newsletter(filled, now=START)

    edition = row(filled, edition_id)
    assert (edition.number, edition.title, edition.state) == (1, "Editie 1", EditionStatus.DRAFT)
    assert edition.dated_on == date(2027, 4, 20)
    assert edition.segments == ["school", "lerarenopleiding", "overig"]
    assert edition.subject == "Verslag van de sessie, en data voor je agenda"
    assert edition.preheader == "Titel 3. Op dinsdag 27 april is er een themabijeenkomst in Breda."
    assert shown(filled, edition_id) == [
        ("intro", None, ""),
        ("article", None, "Verslag van de sessie"),
        ("article", None, "Titel 3"),
        ("article", "school", "Titel 2"),
        ("event", None, "Titel 4"),
        ("event", "lerarenopleiding", "Titel 5"),
        ("practice", None, "Titel 6"),
        ("publication", None, "Titel 7"),
    ]
    assert history(filled, edition_id) == ["drafted"]


def test_why_items_were_proposed_is_kept_with_what_was_left(filled: Database) -> None:
    with filled.write() as session:
        session.add_all([make_item(20, backlog=True), make_event(21, START + 20 * WEEK)])

    edition_id = draft.draft_newsletter(filled, now=START, maximum=2)

    filling = read_filling(row(filled, edition_id).filling)
    assert filling.of(3) == Why(Reason.NEWEST)
    assert filling.of(4) == Why(Reason.NEXT_DATE)
    assert filling.of(None) is None
    assert {(one.item_id, one.because) for one in filling.left} == {
        (1, Because.FULL),
        (20, Because.FLOOD),
        (21, Because.TOO_FAR),
    }


def test_fields_of_a_block_come_from_its_item(filled: Database) -> None:
    blocks = content(filled, draft.draft_newsletter(filled, now=START)).blocks

    lead, event = blocks[1].fields, blocks[4].fields
    assert (lead["source"], lead["lead"], lead["label"]) == ("De Bron", True, "Verslag")
    assert (event["type"], event["starts_at"]) == (
        "Themabijeenkomst",
        (START + WEEK).isoformat(),
    )
    assert blocks[6].fields["contact"] == "een schoolopleider"


def test_what_was_carried_is_not_carried_again(filled: Database) -> None:
    first = draft.draft_newsletter(filled, now=START)
    with filled.write() as session:
        store_more = make_item(9)
        session.add(store_more)

    second = draft.draft_newsletter(filled, now=START + WEEK / 7)

    assert shown(filled, second) == [("intro", None, ""), ("article", None, "Titel 9")]
    with filled.read() as session:
        listed = editions_store.list_editions(session)
        assert [(one.id, one.number) for one in listed] == [(second, 2), (first, 1)]


def test_cancelled_edition_gives_its_items_back(filled: Database) -> None:
    first = draft.draft_newsletter(filled, now=START)
    with filled.write() as session:
        editions_store.get_edition(session, first).move(EditionStatus.CANCELLED, now=START)

    second = draft.draft_newsletter(filled, now=START)

    assert len(shown(filled, second)) == len(shown(filled, first))
    assert row(filled, second).number == 2


def test_period_has_one_newsletter(filled: Database) -> None:
    first = draft.draft_newsletter(filled, now=START, period="2027-W16")

    assert draft.draft_newsletter(filled, now=START, period="2027-W16") == first
    assert draft.draft_newsletter(filled, now=START, period="2027-W18") != first


def test_a_button_that_was_pressed_twice_begins_one_draft(filled: Database) -> None:
    add_default_segments(filled)
    with filled.write() as session:
        author = make_user(session, "a@example.org")
        event = next(one.id for one in session.scalars(select(Item)) if one.kind == ItemKind.EVENT)
    since, later = START - timedelta(seconds=10), START + timedelta(seconds=11)

    def begin(author_id: int | None, now: datetime) -> int:
        since = now - timedelta(seconds=10)
        return draft.draft_newsletter(filled, now=now, author_id=author_id, since=since)

    def announce(segment: str) -> int:
        return draft.draft_announcement(
            filled, event_id=event, segment=segment, now=START, author_id=author, since=since
        )

    assert begin(author, START) == begin(author, START)
    assert announce("school") == announce("school")
    editions = {begin(author, START), begin(None, START), begin(author, later)}
    assert len(editions | {announce("school"), announce("lerarenopleiding")}) == 5


def test_draft_without_items_holds_an_intro(db: Database) -> None:
    edition_id = draft.draft_newsletter(db, now=START, title="Over samen beginnen")

    assert shown(db, edition_id) == [("intro", None, "")]
    assert (row(db, edition_id).title, row(db, edition_id).subject) == (
        "Over samen beginnen",
        "Editie 1",
    )


def test_drafting_asks_as_many_queries_for_many_items_as_for_few(filled: Database) -> None:
    with counted(filled.engine) as few:
        draft.draft_newsletter(filled, now=START)
    with filled.write() as session:
        session.add_all(make_item(number) for number in range(20, 60))
        session.add_all(make_event(number, START + WEEK) for number in range(60, 90))

    with counted(filled.engine) as many:
        draft.draft_newsletter(filled, now=START)

    assert len(reads(many)) == len(reads(few))


def test_announcement_is_drafted_from_an_event(db: Database) -> None:
    starts_at = datetime(2027, 6, 3, 7, 30, tzinfo=UTC)
    programme = [{"time": "10.00", "title": "Opening"}]
    details = {
        "type": "congres",
        "programme": programme,
        "register_url": "https://congres.example.org/aanmelden",
        "register_by": "2027-05-21",
    }
    with db.write() as session:
        store_items(session, make_event(1, starts_at, title="Samen sterker", details=details))
    add_default_segments(db)

    edition_id = draft.draft_announcement(db, event_id=1, segment="school", now=START)

    edition = row(db, edition_id)
    assert (edition.number, edition.segments, edition.event_id) == (None, ["school"], 1)
    assert edition.not_after == datetime(2027, 5, 21, 21, 59, tzinfo=UTC)
    assert edition.listed
    assert edition.subject == "Congres Samen sterker op donderdag 3 juni in Breda"
    assert edition.preheader == "Tekst 1. Aanmelden tot en met vrijdag 21 mei."
    (block,) = content(db, edition_id).blocks
    assert (block.kind, block.audience) == ("congress", None)
    assert block.fields["programme"] == programme
    assert block.fields["register_by"] == "2027-05-21"


@pytest.mark.parametrize(
    "item",
    [make_item(1), make_event(1, START + WEEK, cancelled=True), make_item(2)],
    ids=["no event", "cancelled", "not there"],
)
def test_announcement_needs_an_event_that_takes_place(db: Database, item: Item) -> None:
    with db.write() as session:
        store_items(session, item)

    with pytest.raises(UnknownItem):
        draft.draft_announcement(db, event_id=1, segment="school", now=START)


def seen(db: Database, block_id: int) -> str:
    """Return the mark of the words of a block that may be there."""
    with db.read() as session:
        block = session.get(Block, block_id)
        return block_mark(block) if block else ""


# What an edit is: a function of database, edition, one of its blocks, and the version it knows.
Edit = Callable[[Database, int, int, int], object]
EDITS: dict[str, Edit] = {
    "set_head": lambda db, edition, block, version: draft.set_head(
        db,
        edition,
        version=version,
        title="Titel\r\nBcc: a@example.org",
        subject="Onderwerp",
        preheader="",
        dated_on=date(2027, 4, 29),
        planned_at=START + WEEK,
        now=START,
        by=None,
    ),
    "add_block": lambda db, edition, block, version: draft.add_block(
        db, edition, version=version, kind="intro", now=START, by=None
    ),
    "rewrite_block": lambda db, edition, block, version: draft.rewrite_block(
        db,
        edition,
        block,
        seen=seen(db, block) if version else "",
        fields={"title": "Nieuw"},
        now=START,
        by=None,
    ),
    "give_blocks": lambda db, edition, block, version: for_whom.give_blocks(
        db, edition, {block: Whom(Audience.SCHOOL)}, version=version, now=START, by=None
    ),
    "move_block": lambda db, edition, block, version: draft.move_block(
        db, edition, block, version=version, step=1, now=START, by=None
    ),
    "drop_block": lambda db, edition, block, version: draft.drop_block(
        db, edition, block, version=version, now=START, by=None
    ),
}


@pytest.fixture(params=EDITS)
def edit(request: pytest.FixtureRequest) -> Edit:
    return EDITS[request.param]


@pytest.fixture
def drafted(filled: Database) -> tuple[int, int]:
    edition_id = draft.draft_newsletter(filled, now=START)
    return edition_id, content(filled, edition_id).blocks[2].id


def test_edit_raises_the_version_and_is_written_down(
    filled: Database, drafted: tuple[int, int], edit: Edit
) -> None:
    edit(filled, *drafted, 1)

    assert row(filled, drafted[0]).version == 2
    assert history(filled, drafted[0]) == ["drafted", "edited"]
    positions = [block.position for block in row(filled, drafted[0]).blocks]
    assert positions == list(range(len(positions)))


def test_edit_of_an_older_version_changes_nothing(
    filled: Database, drafted: tuple[int, int], edit: Edit
) -> None:
    before = content(filled, drafted[0])

    with pytest.raises(EditionChanged):
        edit(filled, *drafted, 0)

    assert content(filled, drafted[0]) == before
    assert history(filled, drafted[0]) == ["drafted"]


@pytest.mark.parametrize(
    "status", [EditionStatus.IN_REVIEW, EditionStatus.APPROVED, EditionStatus.SCHEDULED]
)
def test_edit_voids_the_approval(
    filled: Database, drafted: tuple[int, int], edit: Edit, status: EditionStatus
) -> None:
    bring_to(filled, drafted[0], status)

    edit(filled, *drafted, 1)

    edition = row(filled, drafted[0])
    assert edition.state is EditionStatus.DRAFT
    assert (edition.content_hash, edition.approved_by_id) == ("", None)
    assert (edition.approved_at, edition.due_at) == (None, None)
    assert history(filled, drafted[0]) == ["drafted", "withdrawn", "edited"]
    with filled.read() as session:
        assert session.scalars(select(Variant)).all() == []


@pytest.mark.parametrize("status", [EditionStatus.SENDING, EditionStatus.SENT])
def test_edition_on_its_way_cannot_be_edited(
    filled: Database, drafted: tuple[int, int], edit: Edit, status: EditionStatus
) -> None:
    bring_to(filled, drafted[0], status)

    with pytest.raises(MoveNotAllowed):
        edit(filled, *drafted, 1)

    assert row(filled, drafted[0]).state is status


def test_edition_that_is_not_there_is_named(db: Database, edit: Edit) -> None:
    with pytest.raises(UnknownEdition):
        edit(db, 99, 1, 1)


@pytest.mark.parametrize("name", ["rewrite_block", "give_blocks", "move_block", "drop_block"])
def test_block_of_another_edition_is_unknown(
    filled: Database, drafted: tuple[int, int], name: str
) -> None:
    with pytest.raises(UnknownBlock):
        EDITS[name](filled, drafted[0], 999, 1)


def test_head_is_one_line(filled: Database, drafted: tuple[int, int]) -> None:
    EDITS["set_head"](filled, *drafted, 1)

    edition = row(filled, drafted[0])
    assert (edition.title, edition.subject) == ("Titel Bcc: a@example.org", "Onderwerp")
    assert (edition.dated_on, edition.planned_at) == (date(2027, 4, 29), START + WEEK)


def test_rewriting_keeps_other_fields_and_drops_unknown_ones(
    filled: Database, drafted: tuple[int, int]
) -> None:
    edition_id, block_id = drafted
    before = content(filled, edition_id).blocks[2].fields

    draft.rewrite_block(
        filled,
        edition_id,
        block_id,
        seen=seen(filled, block_id),
        fields={"title": "Nieuwe \x00titel", "onzin": "x"},
        now=START,
        by=None,
    )

    after = content(filled, edition_id).blocks[2].fields
    assert after == {**before, "title": "Nieuwe titel"}


def test_block_moves_within_its_section_and_then_the_section_moves(
    filled: Database, drafted: tuple[int, int]
) -> None:
    edition_id, block_id = drafted

    def move(step: int) -> list[str]:
        version = row(filled, edition_id).version
        draft.move_block(
            filled, edition_id, block_id, version=version, step=step, now=START, by=None
        )
        return [title for _, _, title in shown(filled, edition_id)][1:]

    assert move(+1)[:3] == ["Verslag van de sessie", "Titel 2", "Titel 3"]
    assert move(+1)[:5] == ["Verslag van de sessie", "Titel 4", "Titel 5", "Titel 2", "Titel 3"]
    assert move(-1)[:3] == ["Verslag van de sessie", "Titel 4", "Titel 5"]
    assert move(-1)[:3] == ["Verslag van de sessie", "Titel 3", "Titel 2"]


def test_new_block_stands_at_the_end_of_its_section(
    filled: Database, drafted: tuple[int, int]
) -> None:
    with filled.write() as session:
        session.add(make_item(10, audiences=["school"]))

    block_id = draft.add_block(
        filled, drafted[0], version=1, kind="article", item_id=10, now=START, by=None
    )

    blocks = content(filled, drafted[0]).blocks
    assert (blocks[4].id, blocks[4].audience) == (block_id, Audience.SCHOOL)
    assert blocks[4].fields["title"] == "Titel 10"


def test_item_that_does_not_fit_is_refused(filled: Database, drafted: tuple[int, int]) -> None:
    def add(**values: Any) -> None:
        draft.add_block(filled, drafted[0], version=1, now=START, by=None, **values)

    with pytest.raises(UnknownItem):
        add(kind="event", item_id=2)
    with pytest.raises(UnknownItem):
        add(kind="article", item_id=999)
    with pytest.raises(UnknownBlock):
        add(kind="nergens")
    assert row(filled, drafted[0]).version == 1


def bring_to(db: Database, edition_id: int, status: EditionStatus) -> None:
    with db.write() as session:
        approver = make_user(session, "a@example.org", Role.APPROVER)
        edition = editions_store.get_edition(session, edition_id)
        edition.status, edition.content_hash = status, "f" * 64
        edition.approved_by_id, edition.approved_at, edition.due_at = approver, START, START
        session.add(
            Variant(
                edition_id=edition_id,
                cut="school",
                subject="",
                preheader="",
                html="",
                text="",
                marker="",
            )
        )


def test_fresh_draft_asks_only_to_read_its_practice_example(filled: Database) -> None:
    render = Renderer(organisation=Organisation(), base_url="https://nieuwsbrief.example.org")
    drafted_content = content(filled, draft.draft_newsletter(filled, now=START))

    variants = {Cut(one): render(drafted_content, Cut(one)) for one in (None, *Audience)}

    facts = Facts(now=START, house=House(base_url="https://nieuwsbrief.example.org"))
    assert [one.rule for one in run_checks(drafted_content, variants, facts)] == ["examples.unread"]


def test_fixed_block_is_left_out_and_brought_in(filled: Database) -> None:
    edition_id = draft.draft_newsletter(filled, now=START)

    for place, change in enumerate((draft.leave_out, draft.bring_in), 1):
        later = START + place * timedelta(hours=1)
        change(filled, edition_id, "colofon", version=place, now=later, by=None)
        assert content(filled, edition_id).without == (("colofon",), ())[place - 1]
    restoring.undo(filled, edition_id, version=3, now=START + timedelta(hours=3), by=None)
    assert content(filled, edition_id).without == ("colofon",)


@pytest.mark.parametrize("name", ["footer", "masthead", "article", "?"])
def test_other_blocks_are_not_left_out(filled: Database, name: str) -> None:
    edition_id = draft.draft_newsletter(filled, now=START)

    for change in (draft.leave_out, draft.bring_in):
        with pytest.raises(UnknownBlock):
            change(filled, edition_id, name, version=1, now=START, by=None)
    assert content(filled, edition_id).without == ()
