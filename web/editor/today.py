"""What waits for me, when the next edition goes, and how the last one did: on one screen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.accounts.people import called, has_come_in, list_users
from newsletter.compose.by_rhythm import next_free
from newsletter.due import Due, next_due, submit_due
from newsletter.dutch import capital, clock, local, status_word
from newsletter.learn.report import EditionReport, edition_report
from newsletter.model import Edition, User
from newsletter.rhythm import Rhythm, Slot
from newsletter.send.doubt.held import HOLDABLE, count_undecided
from newsletter.send.notices.telling import TURNS
from newsletter.store.deliveries import figures, topic_of
from newsletter.store.editions import list_editions
from newsletter.store.inbox import count_waiting
from newsletter.store.planning import read_rhythm
from newsletter.store.runs import find_trouble, recent_runs
from newsletter.store.today import (
    Returned,
    approvers_among,
    last_among,
    overslept_among,
    remarks_among,
    returned_among,
)
from newsletter.store.unknown_mail import count_unknown
from newsletter.store.writers import writers_among
from newsletter.values import EditionFigures, EditionKind, EditionStatus
from storage.text import one_line, shorten
from subscribers.store import counts_by_audience, has_subscribers
from subscribers.values import Audience
from web.access import Who, rank
from web.editor import starting
from web.editor.calendar_entries import deadlines_of, slot_path
from web.editor.desk import Desk, desk_page, edition_path, read_desk
from web.editor.subscribers import may_see_people
from web.editor.today_tasks import (
    OPEN,
    Standing,
    Task,
    doubt_task,
    find_returned,
    find_tasks,
)
from web.editor.today_words import (
    SENDING_WORDS,
    day_word,
    due_sentence,
    late_sentence,
    short_day,
    smalls,
)
from web.editor.words import Step, edition_label, job_trouble, state_line
from web.pages import Call

S = EditionStatus
LOOKED_AT: Final = 30
TROUBLE_SHOWN: Final = timedelta(days=1)
TASKS_SHOWN: Final = 4
GOING_OUT_SHOWN: Final = 4
PLANNED_SHOWN: Final = 2
DOUBT_ASKED: Final = timedelta(days=14)  # who got nothing for so long has no use of it any more
BECAUSE_SHOWN: Final = 200  # of the reason that an edition was given back


@dataclass(frozen=True, slots=True)
class Next:
    """The edition that goes next, with who gets it."""

    edition: Edition
    label: str
    at: datetime | None
    due: Due | None
    steps: tuple[Step, ...]
    people: Mapping[Audience | None, int]
    made_by: str

    @property
    def total(self) -> int:
        """How many people get it."""
        return sum(self.people.values())

    @property
    def only(self) -> Audience | None:
        """The only side that gets it; None when others do as well."""
        sides = [side for side, number in self.people.items() if number]
        return sides[0] if len(sides) == 1 else None


@dataclass(frozen=True, slots=True)
class Going:
    """One thing that goes out: an edition, or one that is planned and not made yet."""

    on: date | datetime | None
    label: str
    small: str
    path: str

    @property
    def day(self) -> str:
        """Return "do 3 dec"; "nog geen dag" while nobody chose one."""
        if self.on is None:
            return "nog geen dag"
        return short_day(local(self.on).date() if isinstance(self.on, datetime) else self.on)


@dataclass(frozen=True, slots=True)
class Last:
    """The newest newsletter that went out, and what became of it."""

    edition: Edition
    label: str
    figures: EditionFigures
    report: EditionReport

    @property
    def at(self) -> datetime:
        """When it was done."""
        return self.figures.finished_at or self.edition.status_since


def show_today(call: Call) -> Response:
    """Show the day."""
    with call.services.db.read() as session:
        editions = list_editions(session, limit=LOOKED_AT)
        desk, rhythm = read_desk(call, session), read_rhythm(session)
        users = list_users(session)
        names = {user.id: called(user) for user in users}
        standing = _standing(call, session, editions, rhythm, names)
        coming = _next(call, session, standing, rhythm, users)
        slots = _planned(session, rhythm, call.now)
        has_plan = bool(slots) or not editions
        tasks = _doubts(call, session, editions)
        tasks += _tasks(call, desk, standing, users, has_plan=has_plan)
        tasks += find_returned(count_unknown(session))
        troubles = find_trouble(recent_runs(session, since=call.now - TROUBLE_SHOWN))
        first = _first_steps(session, desk, rhythm) if not editions else ()
        return desk_page(
            call,
            session,
            "today.html",
            desk=desk,
            left_waiting=_left_waiting(session, desk, call.now),
            headline=_headline(call, coming, slots, tasks, is_new=not editions),
            coming=coming,
            first=first,
            first_open=next((one for one in first if not one.is_done), None),
            user_rank=rank(call.user),
            tasks=tasks[:TASKS_SHOWN],
            more_tasks=tasks[TASKS_SHOWN:],
            late=_late(standing, coming, call.now),
            troubles=[job_trouble(one, call.now) for one in troubles],
            going_out=_going_out(standing, slots)[:GOING_OUT_SHOWN],
            last=find_last(session, editions),
        )


def _left_waiting(session: Session, desk: Desk, now: datetime) -> int:
    """Return how many items nobody judged stayed from before, when there are no new ones."""
    if desk.new_total:
        return 0
    return sum(count_waiting(session, since=None, now=now).values())


def find_last(session: Session, editions: Sequence[Edition]) -> Last | None:
    """Return the newest of these newsletters that was sent, or else the newest announcement."""
    sent = [one for one in editions if one.state is S.SENT]
    newsletters = [one for one in sent if one.kind == EditionKind.NEWSLETTER]
    found = next(iter(newsletters or sent), None)
    if found is None:
        return None
    return Last(
        found,
        edition_label(found),
        figures(session, found.id),
        edition_report(session, found.id),
    )


def _first_steps(session: Session, desk: Desk, rhythm: Rhythm | None) -> tuple[starting.Step, ...]:
    has_readers = has_subscribers(session)
    return starting.first_steps(desk, has_readers=has_readers, has_rhythm=rhythm is not None)


def _standing(
    call: Call,
    session: Session,
    editions: Sequence[Edition],
    rhythm: Rhythm | None,
    names: Mapping[int, str],
) -> list[Standing]:
    """Return the editions on their way, by when they go: those with a moment first."""
    unfinished = sorted((one for one in editions if one.state in OPEN), key=_when)
    ids, me = [one.id for one in unfinished], call.user_id
    writers, approvers = writers_among(session, ids), approvers_among(session, ids)
    remarks = remarks_among(session, ids, not_by=me)
    returned, overslept = returned_among(session, ids), overslept_among(session, ids)
    turns = last_among(session, ids, TURNS)
    four_eyes, may_approve = call.services.settings.four_eyes, rank(call.user) >= Who.APPROVER

    def stand(one: Edition) -> Standing:
        at, before = one.due_at or one.planned_at, deadlines_of(one, rhythm)
        wrote = writers.get(one.id, frozenset())
        barred = approvers.get(one.id, frozenset()) | (wrote if four_eyes else frozenset())
        return Standing(
            edition=one,
            due=next_due(one.state, before, at, call.now),
            submit_by=submit_due(one.state, before, at, call.now),
            may_judge=may_approve and me not in barred,
            remarks=remarks.get(one.id, 0) if me in wrote or not wrote else 0,
            is_left=four_eyes and may_approve and one.author_id is not None and me not in wrote,
            returned=returned_words(returned.get(one.id), names),
            overslept=overslept.get(one.id),
            last_turn=turns.get(one.id, ""),
        )

    return [stand(one) for one in unfinished]


def returned_words(returned: Returned | None, names: Mapping[int, str]) -> str:
    """Return "Teruggestuurd door Idris Bonte: ‘De datum klopt niet.’"; "" for what was not."""
    if returned is None:
        return ""
    who = names.get(returned.user_id or 0, "een collega")
    return f"Teruggestuurd door {who}: ‘{shorten(one_line(returned.because), BECAUSE_SHOWN)}’"


def _when(edition: Edition) -> tuple[bool, str, int]:
    at = edition.due_at or edition.planned_at
    return at is None, (at.isoformat() if at else edition.dated_on.isoformat()), edition.id


def _next(
    call: Call,
    session: Session,
    standing: Sequence[Standing],
    rhythm: Rhythm | None,
    users: Sequence[User],
) -> Next | None:
    """Return the newsletter that goes first, or else the announcement that does."""
    newsletters = [one for one in standing if one.edition.kind == EditionKind.NEWSLETTER]
    first = next(iter(newsletters or standing), None)
    if first is None:
        return None
    edition = first.edition
    at = edition.due_at or edition.planned_at
    names = {user.id: called(user) for user in users}
    return Next(
        edition,
        edition_label(edition),
        at,
        first.due,
        state_line(edition.state, smalls(edition, deadlines_of(edition, rhythm), at, call.now)),
        counts_by_audience(session, edition.segments, topic_of(edition)),
        names.get(edition.author_id or 0, ""),
    )


def _planned(session: Session, rhythm: Rhythm | None, now: datetime) -> list[Slot]:
    """Return the next planned editions that are not made yet."""
    if rhythm is None:
        return []
    return next_free(session, rhythm, now=now, count=PLANNED_SHOWN)


def _tasks(
    call: Call,
    desk: Desk,
    standing: Sequence[Standing],
    users: Sequence[User],
    *,
    has_plan: bool,
) -> list[Task]:
    invited = [one for one in users if one.invited_at and not one.disabled_at]
    return find_tasks(
        standing,
        desk,
        who=rank(call.user),
        has_plan=has_plan,
        invited=sum(not has_come_in(one) for one in invited),
        now=call.now,
    )


def _doubts(call: Call, session: Session, editions: Sequence[Edition]) -> list[Task]:
    """Return the mails that may have arrived and wait for a decision, for who sees people."""
    if not may_see_people(call):
        return []
    begun = {one.id: one for one in editions if one.state in HOLDABLE}
    found = count_undecided(session, list(begun))
    since = call.now - DOUBT_ASKED
    return [
        doubt_task(begun[one], n) for one, n in found.items() if begun[one].status_since > since
    ]


def _headline(
    call: Call, coming: Next | None, slots: Sequence[Slot], tasks: Sequence[Task], *, is_new: bool
) -> str:
    if coming is None:
        planned = _planned_headline(slots, call.now) or "Er is nu geen editie in de maak"
        return "Welkom. Zo begin je" if is_new else planned
    if coming.edition.state in SENDING_WORDS:
        return f"{coming.label} {SENDING_WORDS[coming.edition.state]}"
    if coming.due is not None:
        return due_sentence(coming.edition, coming.due, call.now)
    waiting = f"Er {'wacht 1 ding' if len(tasks) == 1 else f'wachten {len(tasks)} dingen'} op jou"
    return waiting if tasks else "Er wacht nu niets op jou"


def _planned_headline(slots: Sequence[Slot], now: datetime) -> str:
    at = slots[0].at if slots else None
    if at is None:
        return ""
    return capital(f"{day_word(at, now)} om {clock(at)} uur gaat de volgende editie uit")


def _late(
    standing: Sequence[Standing], coming: Next | None, now: datetime
) -> list[tuple[str, str]]:
    """Return what else is late: the headline tells of the edition that goes first."""
    told = coming.edition.id if coming else None
    return [
        (late_sentence(one.edition, one.due, now), edition_path(one.edition.id))
        for one in standing
        if one.due is not None and one.due.is_late and one.edition.id != told
    ]


def _going_out(standing: Sequence[Standing], slots: Sequence[Slot]) -> list[Going]:
    found = [_going(one.edition) for one in standing]
    found += [
        Going(one.at, "Editie gepland", f"{clock(one.at)} uur, concept volgt", slot_path(one))
        for one in slots
        if one.at is not None
    ]
    with_moment = [one for one in found if isinstance(one.on, datetime)]
    without = [one for one in found if not isinstance(one.on, datetime)]
    return [*sorted(with_moment, key=lambda one: str(one.on)), *without]


def _going(edition: Edition) -> Going:
    at = edition.due_at or edition.planned_at
    label = edition_label(edition)
    is_newsletter = edition.kind == EditionKind.NEWSLETTER
    moment = f"{clock(at)} uur, " if at else "nog geen moment, " if is_newsletter else ""
    has_title = edition.title not in {"", label}
    return Going(
        on=at or (edition.dated_on if is_newsletter else None),
        label=f"{label}: {edition.title}" if has_title else label,
        small=f"{moment}{status_word(edition.state)}",
        path=edition_path(edition.id),
    )
