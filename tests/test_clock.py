"""Ten years of due moments in Europe/Amsterdam: each once, also when the clock changes.

By arithmetic for all ten years; and for each of those nights with two schedulers and a worker's
freezing on one database, for all jobs and for editions in the hours that are missing or come twice.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

import scheduler
from feeds.values import AMSTERDAM
from newsletter.approve import review
from newsletter.model import Delivery, Edition, Run
from newsletter.moments import Missing, Twice, read_local
from newsletter.rhythm import Rhythm, slots_between
from newsletter.send import schedule as scheduling
from newsletter.settings import Settings
from newsletter.store.editions import events_of
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services, build_services
from newsletter.working_days import holiday_on
from scheduler import Daily, Every, Job, Weekly
from tests.factories import make_user
from tests.fakes import FakeClock
from tests.web.desk import fill, make_draft

BEGIN, END = datetime(2026, 10, 1, tzinfo=UTC), datetime(2036, 10, 1, tzinfo=UTC)
CHANGES_AT = time(1)  # in UTC, on the last Sunday of March and October (directive 2000/84/EC)
TICK = timedelta(minutes=15)


def nights() -> list[datetime]:
    """Return the moments at which the clock changes in these years."""
    found = []
    for year in range(BEGIN.year, END.year + 1):
        for month in (3, 10):
            last = date(year, month, 31)
            day = last - timedelta(days=(last.weekday() + 1) % 7)
            found.append(datetime.combine(day, CHANGES_AT, UTC))
    return [one for one in found if BEGIN < one < END]


NIGHTS = nights()
QUICK = ((NIGHTS[0], "second"), (NIGHTS[1], "first"))  # of each change one; all take minutes


def test_there_are_twenty_nights_and_the_clock_does_change_in_them() -> None:
    offsets = [
        [(at + step).astimezone(AMSTERDAM).utcoffset() for at in NIGHTS]
        for step in (timedelta(seconds=-1), timedelta())
    ]

    assert len(NIGHTS) == 20
    assert all(before != after for before, after in zip(*offsets, strict=True))


def due_moments(job: Job, begin: datetime, end: datetime) -> list[datetime]:
    found, moment = [], begin
    while (moment := job.trigger.after(moment)) < end:
        found.append(moment)
    return found


def local_time(on: date, at: time) -> datetime:
    """Return that time on that day: of two the first, and for none the end of the jump."""
    match read_local(on, at):
        case Missing(following=following):
            return following
        case Twice(first=first):
            return first
        case moment:
            return moment


@pytest.mark.parametrize("job", scheduler.JOBS, ids=lambda job: job.stage)
def test_each_job_has_every_moment_of_ten_years_once(job: Job) -> None:
    is_often = isinstance(job.trigger, Every) and job.trigger.minutes < 10
    spans = (
        [(at - timedelta(days=1), at + timedelta(days=1)) for at in NIGHTS]
        if is_often  # each minute of ten years is five million
        else [(BEGIN, END)]
    )
    for begin, end in spans:
        found = due_moments(job, begin, end)
        days = [begin.date() + timedelta(days=n) for n in range((end - begin).days + 2)]
        match job.trigger:
            case Every(minutes=minutes):
                steps = [(later - earlier) for earlier, later in pairwise(found)]
                assert set(steps) == {timedelta(minutes=minutes)}
                assert len(found) == (end - begin) // timedelta(minutes=minutes) - 1
            case Daily(at=at):
                expected = [local_time(on, at) for on in days]
                assert found == [one for one in expected if begin < one < end]
            case Weekly(weekday=weekday, at=at, weeks=weeks):
                mine = [on for on in days if on.weekday() == weekday]
                mine = [on for on in mine if (on - scheduler.MONDAY).days // 7 % weeks == 0]
                expected = [local_time(on, at) for on in mine]
                assert found == [one for one in expected if begin < one < end]


@pytest.mark.parametrize("at", [time(2), time(2, 30), time(3), time(10)])
def test_a_rhythm_has_every_sunday_of_ten_years_once(at: time) -> None:
    rhythm = Rhythm(6, at, date(2026, 10, 4), weeks=1)
    first, last = BEGIN.date(), END.date()

    slots = slots_between(rhythm, first, last)

    assert [one.key for one in slots] == list(dict.fromkeys(one.key for one in slots))
    moments = [one.at for one in slots if one.at is not None]
    assert moments == sorted(set(moments))
    assert moments == [local_time(one.astimezone(AMSTERDAM).date(), at) for one in moments]
    changed = {one.date() for one in NIGHTS if not holiday_on(one.date())}
    assert changed <= {one.astimezone(AMSTERDAM).date() for one in moments}


def all_nights() -> list[object]:
    """Return each night with each moment; what is not looked at each time is marked as long."""
    return [
        pytest.param(at, which, marks=() if (at, which) in QUICK else pytest.mark.long)
        for at in NIGHTS
        for which in ("first", "second")
    ]


@pytest.mark.parametrize(("night", "which"), all_nights(), ids=str)
def test_on_such_a_night_two_schedulers_run_each_job_and_begin_each_edition_once(
    settings: Settings, clock: FakeClock, night: datetime, which: str
) -> None:
    """The edition is planned for 2.30: the first, or the second, or what stands for them."""
    clock.now = night - timedelta(hours=3)
    both = [replace(build_services(settings), clock=clock) for _ in range(2)]
    at = planned(night, which)
    edition = plan(both[0], at)

    begun = run_until(both, clock, night + timedelta(hours=4), edition)

    with both[0].db.read() as session:
        due = Counter((run.stage, run.due_at) for run in session.scalars(select(Run)))
        names = [one.what for one in events_of(session, edition)]
        people = Counter(
            session.scalars(select(Delivery.subscriber_id).where(Delivery.edition_id == edition))
        )
    for services in both:
        services.db.close()
    assert set(due.values()) == {1}
    for stage, trigger in (("clean_up", Daily(time(3, 30))), ("gather", Every(minutes=15))):
        first = min(moment for name, moment in due if name == stage)
        expected = due_moments(
            Job(stage, trigger, ""), first - timedelta(seconds=1), night + timedelta(hours=4)
        )
        assert sorted(moment for name, moment in due if name == stage) == expected
    assert names.count("sending") == 1
    assert at <= begun < at + TICK
    assert set(people.values()) == {1}


def planned(night: datetime, which: str) -> datetime:
    """Return when "2.30 that night" is, as a person would mean it, by the choice they are given."""
    match read_local(night.astimezone(AMSTERDAM).date(), time(2, 30)):
        case Missing(following=following):
            return following if which == "first" else following + timedelta(minutes=30)
        case Twice(first=first, second=second):
            return first if which == "first" else second
        case moment:
            raise AssertionError(f"nothing is odd about {moment}")


def plan(services: Services, at: datetime) -> int:
    """Make an edition, have it approved, and plan it for this moment; return its id."""
    now = services.clock()
    fill(services)
    with services.db.write() as session:
        editor = make_user(session, "redacteur@example.org", Role.EDITOR, now=now)
        approver = make_user(session, "eind@example.org", Role.APPROVER, now=now)
    edition = make_draft(services, editor)
    review.submit(
        services.db,
        edition,
        by=editor,
        render=services.render,
        house=services.house,
        now=now,
    )
    review.approve(
        services.db,
        edition,
        by=approver,
        terms=services.terms,
        house=services.house,
        four_eyes=True,
        now=now,
    )
    scheduling.schedule(services.db, edition, at=at, terms=services.terms, now=now)
    return edition


def run_until(both: list[Services], clock: FakeClock, end: datetime, edition: int) -> datetime:
    """Let both tick at the same moments until then; return when the edition began to be sent."""
    begun: list[datetime] = []
    with ThreadPoolExecutor(2) as pool:
        while clock() < end:
            list(pool.map(scheduler.tick, both))
            with both[0].db.read() as session:
                state = session.get_one(Edition, edition).state
            if state is EditionStatus.SENDING and not begun:
                begun.append(clock())
            clock.now += TICK
    return begun[0]
