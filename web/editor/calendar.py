"""The editors' calendar: what goes out when, what comes before, and what else is on."""

from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds.store import upcoming_events
from feeds.values import AMSTERDAM
from newsletter.account_mail import ACCOUNT
from newsletter.dutch import local, month, status_word
from newsletter.rhythm import Rhythm, slots_between
from newsletter.store.planning import (
    list_planned,
    list_undated,
    read_choices,
    read_rhythm,
    taken_periods,
)
from newsletter.store.reminders import choose_reminders, wants_reminders
from web.editor import rhythm_words
from web.editor.calendar_entries import of_editions, of_events, of_slots
from web.editor.calendar_month import (
    SORT_WORDS,
    Entry,
    Sort,
    days_of,
    make_month,
    month_key,
    read_month,
    wanted_sorts,
)
from web.editor.desk import CALENDAR, REMINDERS, desk_page, edition_path
from web.pages import Call, see_other


def show_calendar(call: Call) -> Response:
    """Show one month."""
    today = local(call.now).date()
    first = read_month(call.query.get("maand", ""), today=today)
    sorts = wanted_sorts(call.request.query_params.getlist("toon"))
    with call.services.db.read() as session:
        rhythm = read_rhythm(session)
        entries = [one for one in _entries(call, session, first, rhythm) if one.sort in sorts]
        shown = make_month(first, entries, today=today, rhythm=rhythm)
        return desk_page(
            call,
            session,
            "calendar.html",
            month=shown,
            title=_name(first),
            rhythm=rhythm,
            undated=_undated(session) if Sort.ANNOUNCEMENTS in sorts else [],
            sentence=rhythm_words.rhythm_sentence(rhythm) if rhythm else "",
            sorts=[(one.value, SORT_WORDS[one], one in sorts) for one in Sort],
            is_narrow=len(sorts) < len(Sort),
            key=month_key(first),
            before=_way(shown.before, sorts),
            after=_way(shown.after, sorts),
            now_path=_way(today.replace(day=1), sorts)[0],
            is_now=first == today.replace(day=1),
            wants_reminders=wants_reminders(session, call.user_id),
        )


def choose(call: Call) -> Response:
    """Let this person get reminders by mail, or none."""
    wants = str(call.form.get("wil") or call.query.get("wil")) == "ja"
    choose_reminders(call.services.db, call.user_id, wants=wants)
    told = "Je krijgt herinneringen per mail." if wants else "Je krijgt geen herinneringen meer."
    of_account = "account" in {call.form.get("van"), call.query.get("van")}
    place = ACCOUNT if of_account else CALENDAR
    undo = f"{REMINDERS}?wil={'nee' if wants else 'ja'}{'&van=account' if of_account else ''}"
    return see_other(f"{place}#herinneringen", message=told, undo=undo)


def _entries(call: Call, session: Session, first: date, rhythm: Rhythm | None) -> list[Entry]:
    weeks = days_of(first)
    begins, last = weeks[0][0], weeks[-1][-1]
    start, end = _midnight(begins), _midnight(last + timedelta(days=1))
    editions = list_planned(session, start, end)
    entries = [*of_editions(editions, rhythm, call.now)]
    entries += of_events(upcoming_events(session, start=start, end=end))
    if rhythm is not None:
        # Beyond the month too: the deadlines of an edition stand weeks before it.
        slots = slots_between(rhythm, begins, last + timedelta(days=60), read_choices(session))
        taken = taken_periods(session, slots)
        entries += of_slots(slots, taken, rhythm, call.now)
    return [one for one in entries if begins <= one.on <= last]


def _undated(session: Session) -> list[tuple[str, str, str]]:
    """Return the announcements that have no day yet: address, title and state."""
    return [
        (edition_path(one.id), one.title, status_word(one.state)) for one in list_undated(session)
    ]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), AMSTERDAM).astimezone(UTC)


def _name(first: date) -> str:
    return f"{month(first)} {first.year}"


def _way(first: date | None, sorts: frozenset[Sort]) -> tuple[str, str]:
    """Return the address of a month with the same filters, and its name; "" where there is none."""
    if first is None:
        return "", ""
    shown = [one.value for one in Sort if one in sorts] if len(sorts) < len(Sort) else []
    query = urlencode([("maand", month_key(first)), *(("toon", one) for one in shown)])
    return f"{CALENDAR}?{query}", _name(first)
