"""The list of editions, and how one begins."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds.model import Item
from feeds.store import upcoming_events
from newsletter.compose.by_rhythm import draft_slot, next_free
from newsletter.compose.discarding import bring_back, discard
from newsletter.compose.draft import draft_announcement, draft_newsletter
from newsletter.errors import DraftExists
from newsletter.model import Edition
from newsletter.rhythm import Slot
from newsletter.store.comments import open_among
from newsletter.store.deliveries import figures_of
from newsletter.store.editions import find_drafts, get_edition, list_discarded, list_editions
from newsletter.store.planning import read_rhythm
from newsletter.values import EditionFigures, EditionKind, EditionStatus
from storage.text import shorten
from subscribers.segments import list_segments
from web.editor.desk import EDITIONS, desk_page, edition_path
from web.editor.slot import read_slot
from web.editor.words import edition_label
from web.forms import Form
from web.pages import Call, read_number, see_other

ANNOUNCED_DAYS: Final = 180  # an event further away has no place in the list yet
SHOWN: Final = 50
UNDERWAY: Final = frozenset(
    {
        EditionStatus.DRAFT,
        EditionStatus.IN_REVIEW,
        EditionStatus.APPROVED,
        EditionStatus.SCHEDULED,
    }
)
NO_SEGMENT: Final = "Kies voor wie de aankondiging is."
BIN: Final = "weggegooid"
BROUGHT_BACK: Final = "/terugzetten"
PRESSED_TWICE: Final = timedelta(seconds=10)  # by who is impatient; nobody begins two that fast


@dataclass(frozen=True, slots=True)
class Asked:
    """An edition that was not begun, beside the newest draft that is there. slot: as asked."""

    label: str
    path: str
    slot: str
    newest: int


@dataclass(frozen=True, slots=True)
class Line:
    """One edition in the list. remarks: how many comments on it are open."""

    edition: Edition
    label: str
    figures: EditionFigures
    remarks: int = 0

    @property
    def on(self) -> date | datetime | None:
        """When it goes or went out; None for an announcement for which nobody chose a day."""
        at = self.edition.started_at or self.edition.due_at or self.edition.planned_at
        is_newsletter = self.edition.kind == EditionKind.NEWSLETTER
        return at or (self.edition.dated_on if is_newsletter else None)

    @property
    def path(self) -> str:
        """Where a click on it leads: to what somebody wants to see of it now."""
        ends = {
            EditionStatus.SENDING: "/verzenden",
            EditionStatus.PAUSED: "/verzenden",
            EditionStatus.SENT: "/resultaat",
        }
        return edition_path(self.edition.id, ends.get(self.edition.state, ""))


def show_editions(call: Call) -> Response:
    """Show what is being made and what went out, newest first."""
    return _page(call, asked_event=call.query.get("bijeenkomst", ""))


def _page(
    call: Call, *, asked_event: str = "", problem: str = "", asked: Asked | None = None
) -> Response:
    """Return the page. asked: an edition that was not begun, because there is a draft already."""
    is_bin = call.query.get("toon") == BIN
    with call.services.db.read() as session:
        discarded = list_discarded(session, limit=SHOWN)
        editions = discarded if is_bin else list_editions(session, limit=SHOWN)
        figures = figures_of(session, [edition.id for edition in editions])
        said = open_among(session, [one.id for one in editions if one.state in UNDERWAY])
        lines = [
            Line(one, edition_label(one), figures[one.id], said.get(one.id, 0)) for one in editions
        ]
        return desk_page(
            call,
            session,
            "editions.html",
            status=409 if asked else 422 if problem else 200,
            lines=lines,
            is_bin=is_bin,
            discarded=len(discarded),
            asked=asked,
            drafts=[(edition_path(one.id), edition_label(one)) for one in find_drafts(session)],
            slot=next_slot(session, call.now),
            events=_to_announce(session, call.now),
            segments=list_segments(session),
            asked_event=asked_event,
            problem=problem,
        )


def next_slot(session: Session, now: datetime) -> Slot | None:
    """Return the next planned edition that is not made yet; None without a rhythm."""
    rhythm = read_rhythm(session)
    return next(iter(next_free(session, rhythm, now=now, count=1)), None) if rhythm else None


def _to_announce(session: Session, now: datetime) -> list[Item]:
    """Return the events that stand by themselves: sessions go with their congress."""
    events = upcoming_events(session, start=now, end=now + timedelta(days=ANNOUNCED_DAYS))
    return [event for event in events if not event.details.get("part_of")]


def begin_edition(call: Call) -> Response:
    """Make a draft, filled with what came in; or an announcement of one event."""
    form = Form(call.form)
    if form.line("kind") == EditionKind.ANNOUNCEMENT:
        return _begin_announcement(call, form)
    slot = form.line("slot")
    newest = read_number(form.line("naast")) or 0
    try:
        edition_id = _begin(call, slot, newest)
    except DraftExists as there:
        with call.services.db.read() as session:
            label = edition_label(get_edition(session, there.edition_id))
        asked = Asked(label, edition_path(there.edition_id), slot, there.edition_id)
        return _page(call, asked=asked)
    return see_other(
        edition_path(edition_id),
        message="Het concept is gevuld met wat er nieuw is. Lees het na en maak het van jou.",
    )


def _begin(call: Call, slot: str, newest: int) -> int:
    """Make the draft of a planned edition, or one that stands by itself."""
    services, maximum = call.services, call.services.settings.section_maximum
    if slot:
        on = read_slot(slot)
        return draft_slot(
            services.db,
            on,
            now=call.now,
            author_id=call.user_id,
            maximum=maximum,
            beside=newest,
        )
    return draft_newsletter(
        services.db,
        now=call.now,
        author_id=call.user_id,
        maximum=maximum,
        since=call.now - PRESSED_TWICE,
        beside=newest,
    )


def discard_edition(call: Call) -> Response:
    """Throw a draft away."""
    edition_id = call.number("id")
    with call.services.db.read() as session:
        edition = get_edition(session, edition_id)
        name = edition.title or edition_label(edition)
    discard(call.services.db, edition_id, now=call.now, by=call.user_id)
    told = f"‘{shorten(name, 80)}’ is weggegooid. Wat erin stond, staat weer in de rij."
    return see_other(EDITIONS, message=told, undo=edition_path(edition_id, BROUGHT_BACK))


def bring_back_edition(call: Call) -> Response:
    """Make what was thrown away a draft again."""
    bring_back(call.services.db, call.number("id"), now=call.now, by=call.user_id)
    return see_other(edition_path(call.number("id")), message="Het concept is er weer.")


def _begin_announcement(call: Call, form: Form) -> Response:
    segment = form.line("segment")
    with call.services.db.read() as session:
        is_known = segment in {one.slug for one in list_segments(session)}
    if not is_known:
        return _page(call, asked_event=form.line("event"), problem=NO_SEGMENT)
    edition_id = draft_announcement(
        call.services.db,
        event_id=form.number("event"),
        segment=segment,
        now=call.now,
        author_id=call.user_id,
        since=call.now - PRESSED_TWICE,
    )
    return see_other(edition_path(edition_id), message="De aankondiging staat klaar als concept.")
