"""Whatever is changed after approval: nothing leaves, and both hashes are on record.

Every column of every table is classified here: one that decides what readers get, or when, is
changed by a statement in the database itself, and then sending is tried in each way there is. A new
column fails the first test until somebody says which it is.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import Event
from typing import Final

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from newsletter.approve import review
from newsletter.compose import draft
from newsletter.compose.marks import block_mark
from newsletter.errors import ContentChanged
from newsletter.model import Block, Delivery, Edition, Variant
from newsletter.review_rows import Approval
from newsletter.send import schedule as scheduling
from newsletter.send.freeze import freeze_due
from newsletter.send.worker import run_worker
from newsletter.settings import Settings
from newsletter.store.editions import events_of, get_edition
from newsletter.values import EditionEvent, EditionKind, EditionStatus, Role
from storage.base import Base
from storage.session import Database
from subscribers.model import Segment
from subscribers.segments import save_segment
from tests.factories import make_readers, make_segments, make_subscriber, make_user, store_item
from tests.fakes import START, FakeClock, FakeTransport
from tests.newsletter.making import HOUSE, TERMS, make_draft, sound, terms_of, worker_services

S = EditionStatus
LATER: Final = START + timedelta(hours=2)

# ---- which columns decide what readers get, or when, and another value for each -----------------

SEALED: Final[Mapping[str, Mapping[str, object]]] = {
    "edition": {
        "kind": "announcement",
        "number": 15,
        "title": "Nieuwsbrief 14 ",
        "subject": "Nieuwsbrief 14: één dag meelopen ",
        "preheader": "Wat er speelt.",
        "dated_on": "2027-04-21",
        "segments": '["school", "lerarenopleiding", "overig", "zuid"]',
        "event_id": "ITEM",
        "not_after": "2027-12-01 08:00:00.000000",
        "listed": False,
        "content_hash": "f" * 64,
        "terms_hash": "f" * 64,
        "planned_at": "2027-04-20 12:00:00.000000",
        "in_doubt_policy": "hold",
        "without": '["contents"]',
        "heads": '{"school": {"subject": "Anders", "preheader": ""}}',
        "orders": '{"school": [2, 1]}',
    },
    "block": {
        "id": 99,
        "position": 0,
        "kind": "intro",
        "audience": "school",
        "segment": "noord",
        "item_id": "ITEM",
        "fields": '{"title": "Een dag meelopen ", "text": "Dat mag."}',
    },
    "segment": {"slug": "zuiden", "conditions": '{"region": ["Zuid", "Oost"]}'},
    "edition_variant": {
        "edition_id": "OTHER",
        "cut": "overig.zuid",
        "subject": "Nieuwsbrief 14: één dag meelopen.",
        "preheader": "Wat er speelt. ",
        "html": "<p>Anders</p>",
        "text": "Anders",
        "marker": "slot",
    },
    "approval": {"edition_id": "OTHER", "hash": "f" * 64},
}
# Of a planned edition also the moment; `status` is tried by itself below.
PLANNED: Final = {"due_at": "2027-04-20 08:30:00.000000", "plan_hash": "f" * 64}

# Columns of those tables that change nothing of what readers get, and why.
FREE: Final[Mapping[str, Mapping[str, str]]] = {
    "edition": {
        "id": "what it is called by; other rows keep to it",
        "period": "for which week the draft was made",
        "status": "where it is on its way: tried by itself",
        "status_since": "when it came there",
        "version": "which form was open",
        "created_at": "history",
        "author_id": "who began it",
        "submitted_by_id": "who submitted it",
        "approved_by_id": "who approved it: the rows of `approval` count",
        "approved_at": "when",
        "size": "counted when sending begins",
        "materialised_at": "set when sending begins",
        "started_at": "set when sending begins",
        "finished_at": "set when it is done",
        "reminded_at": "of a reminder",
        "retry_at": "when an outage is looked at again",
        "told_at": "when its people were told how it ended",
        "filling": "why items were proposed",
    },
    "block": {"edition_id": "a block that goes or comes: below"},
    "segment": {"name": "what editors call it", "version": "so that two editors hear it"},
    "edition_variant": {"id": "the order in which they were kept"},
    "approval": {"id": "a key", "user_id": "who: the number of people counts", "at": "when"},
}

ITEM: Final = 7


def test_every_column_of_what_is_sent_is_classified() -> None:
    for name in SEALED:
        columns = {column.name for column in Base.metadata.tables[name].columns}
        told = {*SEALED[name], *FREE[name], *(PLANNED if name == "edition" else ())}
        assert columns == told, f"say of each column of {name} whether approval is bound to it"


# ---- one edition, approved or planned, and the ways to send it ----------------------------------


class Way:
    """An edition with two blocks, one of them for a saved segment, and everybody around it."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db, self.transport, self.clock = db, FakeTransport(), FakeClock()
        self.services = worker_services(settings, db, self.clock, transport=self.transport)
        with db.write() as session:
            make_segments(session)
            session.add(Segment(slug="zuid", name="Zuid", conditions={"region": "Zuid"}))
            make_readers(session, 5)
            make_subscriber(session, "zuid@example.org", region="Zuid")
            store_item(session, "Los bericht", id=ITEM)
            self.author = make_user(session, "auteur@example.org", Role.EDITOR)
            self.approver = make_user(session, "eind@example.org", Role.APPROVER)
            self.second = make_user(session, "tweede@example.org", Role.APPROVER)
            self.id = make_draft(session, now=START, author_id=self.author)
            fields = {"title": "Een dag in het zuiden", "text": "Dat ook."}
            session.add(
                Block(edition_id=self.id, position=2, kind="article", segment="zuid", fields=fields)
            )
            session.flush()
            self.other = make_draft(session, now=START, kind=EditionKind.ANNOUNCEMENT)

    def approve(self, *, by: int | None = None) -> None:
        if self.edition().state is S.DRAFT:
            review.submit(
                self.db,
                self.id,
                by=self.author,
                render=TERMS.render,
                house=HOUSE,
                now=START,
            )
        review.approve(
            self.db,
            self.id,
            by=by or self.approver,
            terms=TERMS,
            house=HOUSE,
            four_eyes=True,
            now=START,
        )

    def plan(self) -> None:
        scheduling.schedule(self.db, self.id, at=LATER, terms=TERMS, now=START)

    def send_now(self) -> None:
        scheduling.send_now(self.db, self.id, terms=TERMS, now=START)

    def freeze(self) -> None:
        freeze_due(self.db, terms=TERMS, preflight=sound, now=START)

    def work(self) -> None:
        """Let a worker do whatever is due two hours later, with a relay that takes everything."""
        self.clock.now = LATER
        run_worker(self.services, stop=Event(), until_complete=self.id)

    def change(self, table: str, column: str, value: object) -> None:
        """Change one column by a statement, as somebody with the database's password can."""
        where = {
            "edition": f"id = {self.id}",
            "block": "segment = 'zuid'",
            "segment": "slug = 'zuid'",
            "edition_variant": "id = (select min(id) from edition_variant)",
            "approval": f"edition_id = {self.id}",
        }[table]
        told = {"ITEM": ITEM, "OTHER": self.other}.get(str(value), value)
        with self.db.write() as session:
            statement = f'update {table} set "{column}" = :value where {where}'  # noqa: S608 - ours
            session.execute(text(statement), {"value": told})

    def edition(self) -> Edition:
        with self.db.read() as session:
            return get_edition(session, self.id)

    def last(self) -> EditionEvent:
        with self.db.read() as session:
            return events_of(session, self.id)[-1]

    def require_void(self) -> None:
        """See that it is a draft again, that both hashes are on record, and that nothing left."""
        found, last = self.edition(), self.last()
        assert (found.state, found.content_hash, found.due_at) == (S.DRAFT, "", None)
        assert last.what == "seal_broken"
        assert last.detail["approved"]
        assert last.detail["found"] not in {"", last.detail["approved"]}
        assert self.transport.attempted == []
        with self.db.read() as session:
            assert session.scalars(select(Delivery.id)).all() == []
            assert (
                session.scalars(select(Approval.id).where(Approval.edition_id == self.id)).all()
                == []
            )


@pytest.fixture
def way(db: Database, settings: Settings) -> Way:
    return Way(db, settings)


CHANGES: Final = [(table, column) for table, told in SEALED.items() for column in told]


def test_what_is_as_it_was_approved_goes_out(way: Way) -> None:
    way.approve()
    sealed = way.edition().content_hash
    way.plan()

    way.work()

    assert (way.edition().state, len(way.transport.accepted)) == (S.SENT, 6)
    assert way.edition().content_hash == sealed


@pytest.mark.parametrize(("table", "column"), CHANGES)
def test_a_statement_after_approval_stops_the_order_to_send(
    way: Way, table: str, column: str
) -> None:
    way.approve()
    way.change(table, column, SEALED[table][column])

    with pytest.raises(ContentChanged, match="not what was approved"):
        way.send_now()

    way.require_void()


@pytest.mark.parametrize(("table", "column"), CHANGES)
def test_a_statement_after_planning_stops_what_is_due(way: Way, table: str, column: str) -> None:
    way.approve()
    way.plan()
    way.change(table, column, SEALED[table][column])

    way.work()

    way.require_void()


@pytest.mark.parametrize("column", PLANNED)
def test_the_moment_of_a_plan_is_sealed_as_well(way: Way, column: str) -> None:
    way.approve()
    way.plan()
    way.change("edition", column, PLANNED[column])

    way.work()

    way.require_void()
    assert way.last().detail["what"] == "plan"


def test_a_moment_that_was_put_off_in_the_database_cannot_be_planned_over(way: Way) -> None:
    way.approve()
    way.plan()
    way.change("edition", "due_at", "2027-04-25 08:30:00.000000")

    with pytest.raises(ContentChanged):
        way.plan()

    way.require_void()


@pytest.mark.parametrize("status", [S.APPROVED, S.SCHEDULED])
@pytest.mark.parametrize("begun", [False, True])
def test_a_status_that_nobody_gave_sends_nothing(
    way: Way, status: EditionStatus, *, begun: bool
) -> None:
    if begun:  # approved once, and returned
        way.approve()
        review.return_(way.db, way.id, by=way.approver, because="te lang", terms=TERMS, now=START)
    way.change("edition", "status", status.value)
    way.change("edition", "due_at", "2027-04-20 08:30:00.000000")

    if status is S.APPROVED:
        with pytest.raises(ContentChanged):
            way.send_now()
    else:
        way.work()

    assert (way.edition().state, way.transport.attempted) == (S.DRAFT, [])


@pytest.mark.parametrize(
    "column",
    ["period", "version", "author_id", "submitted_by_id", "reminded_at", "status_since"],
)
def test_what_says_nothing_to_readers_breaks_no_seal(way: Way, column: str) -> None:
    value = {"period": "2027-W16", "version": 40, "reminded_at": None}.get(column, way.second)
    way.approve()
    if column == "status_since":
        value = "2027-04-19 08:00:00.000000"
    way.change("edition", column, value)
    way.send_now()

    way.work()

    assert (way.edition().state, len(way.transport.accepted)) == (S.SENT, 6)


UNREADABLE: Final = [
    ("edition", "kind", "brief"),
    ("edition", "heads", '{"school": {"titel": "Anders"}}'),
    ("edition", "orders", '{"niemand": [1]}'),
    ("edition", "in_doubt_policy", "weet niet"),
    ("block", "kind", "verzonnen"),
    ("block", "audience", "niemand"),
    ("segment", "conditions", '{"verzonnen": "veld"}'),
]


@pytest.mark.parametrize(("table", "column", "value"), UNREADABLE)
def test_what_we_never_wrote_stops_it_as_well(
    way: Way, table: str, column: str, value: str
) -> None:
    way.approve()
    way.change(table, column, value)
    with pytest.raises(ContentChanged):
        way.send_now()
    way.require_void()


@pytest.mark.parametrize(("table", "column", "value"), UNREADABLE)
def test_what_we_never_wrote_keeps_no_worker_from_the_next(
    way: Way, table: str, column: str, value: str
) -> None:
    way.approve()
    way.plan()
    way.change(table, column, value)
    way.work()
    way.require_void()


# ---- rows that come and go ----------------------------------------------------------------------


def drop_block(session: Session, way: Way) -> None:
    session.execute(delete(Block).where(Block.segment == "zuid"))


def add_block(session: Session, way: Way) -> None:
    values = {"edition_id": way.id, "position": 3, "kind": "intro", "fields": {"text": "Hoi."}}
    session.execute(insert(Block).values(values))


def lend_block(session: Session, way: Way) -> None:
    session.execute(update(Block).where(Block.segment == "zuid").values(edition_id=way.other))


def drop_variant(session: Session, way: Way) -> None:
    first = select(Variant.id).order_by(Variant.id).limit(1)
    session.execute(delete(Variant).where(Variant.id.in_(first)))


def add_variant(session: Session, way: Way) -> None:
    values = dict.fromkeys(("subject", "preheader", "html", "text", "marker"), "anders")
    session.execute(insert(Variant).values(edition_id=way.id, cut="school.oost", **values))


def drop_approval(session: Session, way: Way) -> None:
    session.execute(delete(Approval))


def drop_segment(session: Session, way: Way) -> None:
    session.execute(delete(Segment).where(Segment.slug == "school"))


def unread_cut(session: Session, way: Way) -> None:
    session.execute(update(Variant).values(cut="geen kant"))


ROWS: Final = [
    *(drop_block, add_block, lend_block, drop_variant, add_variant),
    *(drop_approval, drop_segment, unread_cut),
]


@pytest.mark.parametrize("change", ROWS)
def test_a_row_that_comes_or_goes_stops_the_order(
    way: Way, change: Callable[[Session, Way], None]
) -> None:
    way.approve()
    with way.db.write() as session:
        change(session, way)

    with pytest.raises(ContentChanged):
        way.send_now()

    way.require_void()


@pytest.mark.parametrize("change", ROWS)
def test_a_row_that_comes_or_goes_stops_what_is_due(
    way: Way, change: Callable[[Session, Way], None]
) -> None:
    way.approve()
    way.plan()
    with way.db.write() as session:
        change(session, way)

    way.work()

    way.require_void()


# ---- the doors ----------------------------------------------------------------------------------


def test_a_saved_segment_that_is_saved_anew_voids_the_approval(way: Way) -> None:
    way.approve()
    save_segment(way.db, "zuid", conditions={"region": ["Zuid", "Zeeland"]}, now=START)

    with pytest.raises(ContentChanged):
        way.send_now()

    way.require_void()


def test_a_segment_that_the_edition_does_not_use_may_change(way: Way) -> None:
    way.approve()
    save_segment(way.db, "noord", conditions={"region": "Noord"}, now=START)
    way.send_now()

    way.work()

    assert way.edition().state is S.SENT


def test_an_edit_after_approval_makes_it_a_draft(way: Way) -> None:
    way.approve()
    with way.db.read() as session:
        edition = get_edition(session, way.id, with_blocks=True)
        block = edition.blocks[0]
    draft.rewrite_block(
        way.db,
        way.id,
        block.id,
        seen=block_mark(block),
        fields={"text": "Dat mag wel."},
        now=START,
        by=way.author,
    )

    assert (way.edition().state, way.edition().content_hash) == (S.DRAFT, "")


@pytest.mark.parametrize(
    "sender", ["Ander <nieuwsbrief@example.org>", "Steunpunt Opleidingsscholen VO <x@example.org>"]
)
def test_another_sender_in_the_settings_stops_the_order(way: Way, sender: str) -> None:
    way.approve()

    with pytest.raises(ContentChanged):
        scheduling.send_now(way.db, way.id, terms=terms_of(sender), now=START)

    way.require_void()
    assert way.last().detail["what"] == "mails"


def test_more_approvers_in_the_settings_than_approved_stops_the_order(way: Way) -> None:
    way.approve()

    with pytest.raises(ContentChanged):
        scheduling.send_now(way.db, way.id, terms=terms_of(approvers=2), now=START)

    way.require_void()


def test_approved_anew_it_goes_out_as_it_is_then(way: Way) -> None:
    way.approve()
    way.change("edition", "subject", "Anders")
    with pytest.raises(ContentChanged):
        way.send_now()

    way.approve()
    way.send_now()
    way.work()

    assert (way.edition().state, len(way.transport.accepted)) == (S.SENT, 6)
    assert all(b"Subject: Anders" in message for _, _, message in way.transport.accepted)


# ---- between the freeze and the mailbox (I9) -----------------------------------------------------

ON_THE_WAY: Final = [
    *(("edition_variant", one) for one in SEALED["edition_variant"]),
    ("edition", "content_hash"),
    ("edition", "terms_hash"),
]


def sending(way: Way) -> None:
    """Let the sending begin, and be paused before the first mail."""
    way.approve()
    way.send_now()
    way.freeze()
    scheduling.pause(way.db, way.id, now=START)


@pytest.mark.parametrize(("table", "column"), ON_THE_WAY)
def test_a_mail_that_was_changed_after_the_freeze_does_not_leave(
    way: Way, table: str, column: str
) -> None:
    sending(way)
    way.change(table, column, SEALED[table][column])
    scheduling.resume(way.db, way.id, now=START)

    way.work()

    last = way.last()
    assert (way.edition().state, way.transport.attempted) == (S.PAUSED, [])
    assert last.what == "mails_changed"
    assert last.detail["approved"] != last.detail["found"]


def test_a_segment_that_is_changed_while_it_is_sent_stops_nothing(way: Way) -> None:
    sending(way)
    save_segment(way.db, "zuid", conditions={"region": "Zeeland"}, now=START)
    scheduling.resume(way.db, way.id, now=START)

    way.work()

    assert (way.edition().state, len(way.transport.accepted)) == (S.SENT, 6)
