"""The list of editions, and how one begins."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds.model import Item
from feeds.store import upcoming_events
from newsletter.compose.draft import draft_announcement, draft_newsletter
from newsletter.model import Edition
from newsletter.store.deliveries import figures_of
from newsletter.store.editions import list_editions
from newsletter.values import EditionFigures, EditionKind, EditionStatus
from subscribers.segments import list_segments
from web.editor.desk import desk_page, edition_path
from web.editor.words import edition_label
from web.forms import Form
from web.pages import Call, see_other

ANNOUNCED_DAYS: Final = 180  # an event further away has no place in the list yet
SHOWN: Final = 50
NO_SEGMENT: Final = "Kies voor wie de aankondiging is."
PRESSED_TWICE: Final = timedelta(seconds=10)  # by who is impatient; nobody begins two that fast


@dataclass(frozen=True, slots=True)
class Line:
    """One edition in the list."""

    edition: Edition
    label: str
    figures: EditionFigures

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


def _page(call: Call, *, asked_event: str, problem: str = "") -> Response:
    with call.services.db.read() as session:
        editions = list_editions(session, limit=SHOWN)
        figures = figures_of(session, [edition.id for edition in editions])
        lines = [Line(one, edition_label(one), figures[one.id]) for one in editions]
        return desk_page(
            call,
            session,
            "editions.html",
            status=422 if problem else 200,
            lines=lines,
            events=_to_announce(session, call.now),
            segments=list_segments(session),
            asked_event=asked_event,
            problem=problem,
        )


def _to_announce(session: Session, now: datetime) -> list[Item]:
    """Return the events that stand by themselves: sessions go with their congress."""
    events = upcoming_events(session, start=now, end=now + timedelta(days=ANNOUNCED_DAYS))
    return [event for event in events if not event.details.get("part_of")]


def begin_edition(call: Call) -> Response:
    """Make a draft, filled with what came in; or an announcement of one event."""
    form = Form(call.form)
    if form.line("kind") == EditionKind.ANNOUNCEMENT:
        return _begin_announcement(call, form)
    edition_id = draft_newsletter(
        call.services.db,
        now=call.now,
        author_id=call.user_id,
        maximum=call.services.settings.section_maximum,
        since=call.now - PRESSED_TWICE,
    )
    return see_other(
        edition_path(edition_id),
        message="Het concept is gevuld met wat er nieuw is. Lees het na en maak het van jou.",
    )


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
