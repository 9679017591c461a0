"""Events at the desk: which there are, and who came to one, by a list of addresses."""

from datetime import datetime, timedelta
from pathlib import Path
from shutil import copyfileobj
from tempfile import NamedTemporaryFile
from typing import Final
from urllib.parse import urlencode

from starlette.datastructures import UploadFile
from starlette.responses import Response

from feeds.event_names import find_events, get_event
from newsletter.accounts.people import user_names
from newsletter.dutch import capital, counted, number, plural
from storage.text import shorten
from subscribers.attendance import (
    AttendanceReport,
    attendance_by_event,
    bring_attendance,
    brought_lists,
    count_attendance,
    take_back,
)
from subscribers.errors import MalformedImport
from web.editor.desk import EVENTS, desk_page
from web.editor.list_words import refusal
from web.errors import PageUnknown
from web.pages import Call, see_other
from web.public.paging import read_pages

PAGE: Final = 50
SHOWN_SINCE: Final = timedelta(days=2 * 365)  # as long as who came is kept
SHOWN_UNTIL: Final = timedelta(days=1)  # those of today are among them
NO_FILE: Final = "Kies eerst een bestand."
NO_LIST: Final = (
    "Dit kunnen we niet lezen als lijst met adressen. Bewaar het als CSV of .xlsx, met één adres "
    "per regel in een kolom ‘e-mailadres’."
)


def show_events(call: Call) -> Response:
    """Show the events that were, the latest first, with how many came as far as that is known."""
    with call.services.db.read() as session:
        found = find_events(session, since=call.now - SHOWN_SINCE, until=call.now + SHOWN_UNTIL)
        pages = read_pages(call.query, path=EVENTS, count=len(found), size=PAGE)
        return desk_page(
            call,
            session,
            "events.html",
            events=found[pages.offset : pages.offset + PAGE],
            pages=pages,
            came=attendance_by_event(session),
            base=EVENTS,
        )


def show_event(call: Call) -> Response:
    """Show one event: who came is a number here, and the lists that said so."""
    return _page(call, "")


def bring(call: Call) -> Response:
    """Take in a list of who came."""
    upload = call.form.get("bestand")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return _page(call, NO_FILE)
    with call.services.db.read() as session:
        event = get_event(session, call.number("event"))
    with NamedTemporaryFile() as kept:
        copyfileobj(upload.file, kept)
        kept.flush()
        try:
            report = bring_attendance(
                call.services.db,
                Path(kept.name),
                event_id=event.id,
                title=event.title,
                now=call.now,
            )
        except MalformedImport as wrong:
            return _page(call, refusal(wrong, NO_LIST))
    undo = _away(event.id, call.now) if report.new else ""
    return see_other(f"{EVENTS}/{event.id}", message=_told(report), undo=undo)


def remove(call: Call) -> Response:
    """Forget what one list said."""
    with call.services.db.read() as session:
        event = get_event(session, call.number("event"))
    at = _moment(call.query.get("lijst", ""))
    gone = take_back(call.services.db, event.id, at=at, title=event.title, now=call.now)
    told = f"Van {plural(gone, 'abonnee', 'abonnees')} weten we niet meer dat ze er waren."
    return see_other(f"{EVENTS}/{event.id}", message=told if gone else "Deze lijst was al weg.")


def _page(call: Call, problem: str) -> Response:
    with call.services.db.read() as session:
        event = get_event(session, call.number("event"))
        names = user_names(session)
        lists = [
            (
                one,
                names.get(one.user_id or 0, "Iemand via de opdrachtregel"),
                _away(event.id, one.at),
            )
            for one in brought_lists(session, event.id)
        ]
        return desk_page(
            call,
            session,
            "event.html",
            status=422 if problem else 200,
            event=event,
            title=shorten(event.title, 120),
            came=count_attendance(session, event.id),
            lists=lists,
            problem=problem,
            base=EVENTS,
        )


def _told(report: AttendanceReport) -> str:
    """Say what became of a list in at most four sentences."""
    if not report.read:
        return "Er stond geen adres in dit bestand."
    known = plural(report.came, "abonnee", "abonnees")
    said = [f"{known} herkend, van {number(report.new)} wisten we het nog niet."]
    if report.unknown:
        others = counted(report.unknown, "adres staat", "adressen staan")
        said.append(f"{capital(others)} niet op de lijst: daarvan bewaren we niets.")
    if report.unreadable:
        lines = counted(report.unreadable, "regel was", "regels waren")
        said.append(f"{capital(lines)} geen adres.")
    return " ".join(said)


def _away(event_id: int, at: datetime) -> str:
    return f"{EVENTS}/{event_id}/weg?{urlencode({'lijst': at.isoformat()})}"


def _moment(text: str) -> datetime:
    """Return the moment in an address of ours. Raises PageUnknown."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise PageUnknown("lijst") from None
    if at.tzinfo is None:
        raise PageUnknown("lijst")
    return at
