"""What stands on the editors' calendar: editions, made and planned, deadlines, events. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from feeds.model import Item
from newsletter.due import Deadline, is_done
from newsletter.dutch import clock, day_month, local, status_word
from newsletter.model import Edition
from newsletter.rhythm import Deadlines, Rhythm, Slot, Why, deadlines
from newsletter.values import EditionKind, EditionStatus
from web.editor.calendar_month import Entry, Sort
from web.editor.desk import CALENDAR, edition_path
from web.editor.words import edition_label

S = EditionStatus
UNDER_WAY: Final = frozenset({S.DRAFT, S.IN_REVIEW, S.APPROVED, S.SCHEDULED})
STEP_WORDS: Final[Mapping[Deadline, str]] = {
    Deadline.CLOSES: "selectie dicht",
    Deadline.SUBMIT: "ingediend vóór",
    Deadline.APPROVE: "akkoord vóór",
}
LEFT_OUT_WORDS: Final[Mapping[Why, str]] = {
    Why.TEAM: "overgeslagen door de redactie",
    Why.LEFT_OUT: "vrije periode",
}


def moment_of(edition: Edition) -> datetime | None:
    """Return when an edition went or goes out; None while that is not chosen."""
    return edition.started_at or edition.due_at or edition.planned_at


def deadlines_of(edition: Edition, rhythm: Rhythm | None) -> Deadlines | None:
    """Return the deadlines of a newsletter on its way; None when it has none."""
    at = edition.due_at or edition.planned_at
    if rhythm is None or at is None or edition.kind != EditionKind.NEWSLETTER:
        return None
    return deadlines(rhythm, at) if edition.state in UNDER_WAY else None


def slot_path(slot: Slot) -> str:
    """Return the address of a planned edition."""
    return f"{CALENDAR}/{slot.on.isoformat()}"


def of_editions(
    editions: Sequence[Edition], rhythm: Rhythm | None, now: datetime
) -> Iterator[Entry]:
    """Give the entries of editions and announcements, with their deadlines."""
    for edition in editions:
        if edition.kind == EditionKind.NEWSLETTER or moment_of(edition):
            yield _edition(edition)
        yield from _deadlines(edition, rhythm, now)
        if edition.not_after is not None and edition.state in UNDER_WAY:
            yield _last_moment(edition)


def of_slots(
    slots: Sequence[Slot], taken: frozenset[str], rhythm: Rhythm, now: datetime
) -> Iterator[Entry]:
    """Give the entries of planned editions that are not made yet. taken: keys of those that are."""
    for slot in slots:
        if slot.key in taken:
            continue
        if slot.at is None:
            yield _left_out(slot)
        elif slot.at > now:
            yield from _planned(slot, slot.at, rhythm)


def of_events(events: Sequence[Item]) -> Iterator[Entry]:
    """Give the entries of events; sessions go with their congress."""
    for event in events:
        if event.starts_at is None or event.details.get("part_of"):
            continue
        hour = "hele dag" if event.all_day else f"{clock(event.starts_at)} uur"
        place = f", {event.location}" if event.location else ""
        yield _entry(
            Sort.EVENTS,
            "event",
            event.starts_at,
            label=event.shown_title,
            small=f"{hour}{place}",
            path=f"/agenda/{event.id}",
        )


def _edition(edition: Edition) -> Entry:
    is_newsletter = edition.kind == EditionKind.NEWSLETTER
    at = moment_of(edition)
    hour = f"{clock(at)} uur" if at else "nog geen moment"
    label = edition_label(edition) if is_newsletter else edition.title
    return Entry(
        sort=Sort.EDITIONS if is_newsletter else Sort.ANNOUNCEMENTS,
        look="edition" if is_newsletter else "announcement",
        on=local(at).date() if at else edition.dated_on,
        at=_order(at),
        label=label,
        small=f"{hour}, {status_word(edition.state)}",
        path=edition_path(edition.id, "/resultaat" if edition.state is S.SENT else ""),
    )


def _deadlines(edition: Edition, rhythm: Rhythm | None, now: datetime) -> Iterator[Entry]:
    before = deadlines_of(edition, rhythm)
    if before is None:
        return
    for what, words in STEP_WORDS.items():
        at: datetime = getattr(before, what.value)
        yield _entry(
            Sort.DEADLINES,
            "deadline",
            at,
            label=f"{edition_label(edition)}: {words}",
            small=f"{clock(at)} uur{_standing(what, edition.state, at, now)}",
            path=edition_path(edition.id),
        )


def _standing(what: Deadline, state: EditionStatus, at: datetime, now: datetime) -> str:
    if is_done(what, state):
        return ", gedaan"
    if at > now or what is Deadline.CLOSES:
        return ""
    return ", te laat"


def _last_moment(edition: Edition) -> Entry:
    at = edition.not_after
    if at is None:
        raise ValueError(f"edition {edition.id} has no last moment")
    return _entry(
        Sort.DEADLINES,
        "deadline",
        at,
        label=f"{edition.title}: uiterlijk",
        small=f"{clock(at)} uur",
        path=edition_path(edition.id),
    )


def _planned(slot: Slot, at: datetime, rhythm: Rhythm) -> Iterator[Entry]:
    path, before = slot_path(slot), deadlines(rhythm, at)
    small = f"{clock(at)} uur, concept volgt"
    yield _entry(Sort.EDITIONS, "planned", at, label="Editie gepland", small=small, path=path)
    name = f"Editie van {day_month(slot.day)}"
    for what, words in STEP_WORDS.items():
        when: datetime = getattr(before, what.value)
        yield _entry(
            Sort.DEADLINES,
            "deadline",
            when,
            label=f"{name}: {words}",
            small=f"{clock(when)} uur",
            path=path,
        )


def _left_out(slot: Slot) -> Entry:
    return Entry(
        sort=Sort.EDITIONS,
        look="off",
        on=slot.on,
        at="",
        label="Geen editie",
        small=LEFT_OUT_WORDS[slot.why],
        path=slot_path(slot),
    )


def _entry(sort: Sort, look: str, at: datetime, *, label: str, small: str, path: str) -> Entry:
    return Entry(sort, look, local(at).date(), _order(at), label, small, path)


def _order(at: datetime | None) -> str:
    return f"{local(at):%H:%M}" if at else ""
