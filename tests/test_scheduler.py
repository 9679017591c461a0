"""The clock: due moments across the nights that it changes, claims, and catching up."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy
from itertools import pairwise
from threading import Event

import pytest
from sqlalchemy import select

import scheduler
from feeds.values import AMSTERDAM
from newsletter.errors import CannotListen
from newsletter.model import Edition, Run
from newsletter.planning import save_rhythm
from newsletter.rhythm import Period, Rhythm
from newsletter.values import Role
from newsletter.wiring import Services
from scheduler import Daily, Every, Job, Weekly
from storage.dialect import lock
from subscribers.segments import add_default_segments
from tests.factories import make_user
from tests.fakes import START, FakeClock, FakeTransport


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_daily_keeps_its_local_time_over_the_change_to_winter() -> None:
    daily = Daily(time(9))

    assert daily.after(utc("2026-10-24T12:00")) == utc("2026-10-25T08:00")
    assert daily.after(utc("2026-10-23T12:00")) == utc("2026-10-24T07:00")


def test_a_time_that_exists_twice_counts_once() -> None:
    daily = Daily(time(2, 30))

    first = daily.after(utc("2026-10-24T12:00"))

    assert first == utc("2026-10-25T00:30")
    assert daily.after(first) == utc("2026-10-26T01:30")


def test_a_time_that_does_not_exist_becomes_the_first_valid_minute() -> None:
    assert Daily(time(2, 30)).after(utc("2027-03-27T12:00")) == utc("2027-03-28T01:00")


def test_ten_years_of_a_daily_job_are_ten_years_of_days() -> None:
    daily, moment, days = Daily(time(2, 30)), utc("2026-01-01T00:00"), []
    while moment < utc("2036-01-01T00:00"):
        moment = daily.after(moment)
        days.append(moment.astimezone(AMSTERDAM).date())

    assert days == [days[0] + timedelta(days=n) for n in range(len(days))]


def test_every_other_week_does_not_slip_in_a_year_of_53_weeks() -> None:
    job, moment, weeks = Weekly(0, time(6), weeks=2), utc("2026-11-01T00:00"), []
    for _ in range(10):
        moment = job.after(moment)
        weeks.append((moment.astimezone(AMSTERDAM).date() - date(2026, 1, 5)).days)

    assert [later - earlier for earlier, later in pairwise(weeks)] == [14] * 9


def test_every_falls_on_whole_steps() -> None:
    assert Every(minutes=15).after(utc("2027-04-22T10:07")) == utc("2027-04-22T10:15")
    assert Every(minutes=15).after(utc("2027-04-22T10:15")) == utc("2027-04-22T10:30")


@pytest.fixture
def job() -> Job:
    return Job("clean_up", Daily(time(3, 30)), "every night")


def test_a_new_job_waits_for_its_moment(services: Services, job: Job) -> None:
    assert scheduler.tick(services, (job,)) == []


def test_a_due_job_runs_once(services: Services, clock: FakeClock, job: Job) -> None:
    scheduler.tick(services, (job,))
    clock.later(days=1)

    assert scheduler.tick(services, (job,)) == ["clean_up"]
    assert scheduler.tick(services, (job,)) == []


def test_missed_days_are_caught_up_once_with_the_moment_they_had(
    services: Services, clock: FakeClock, job: Job
) -> None:
    scheduler.tick(services, (job,))
    clock.later(days=4)

    run = scheduler.claim(services, job)

    assert run is not None
    assert run.due_at == utc("2027-04-21T01:30")
    assert scheduler.claim(services, job) is None


def test_a_job_that_a_crash_cut_off_runs_again(
    services: Services, clock: FakeClock, job: Job
) -> None:
    scheduler.tick(services, (job,))
    clock.later(days=1)
    scheduler.claim(services, job)  # and then the process dies

    assert scheduler.tick(services, (job,)) == ["clean_up"]
    assert scheduler.tick(services, (job,)) == []
    assert runs(services) == [("clean_up", "stopped before it was done"), ("clean_up", "")]


def test_a_job_that_another_process_is_at_is_left_alone(
    services: Services, clock: FakeClock, job: Job
) -> None:
    scheduler.tick(services, (job,))
    clock.later(days=1)

    with lock(services.db.engine, scheduler.LOCK):
        scheduler.claim(services, job)
        assert scheduler.tick(services, (job,)) == []

    with services.db.read() as session:
        assert session.scalars(select(Run.finished_at)).all() == [None]


@pytest.mark.long
def test_the_rhythm_through_the_clock_over_a_clock_change_and_a_holiday(
    services: Services, clock: FakeClock
) -> None:
    """Some weeks with the clock: drafts come when their selection opens in Amsterdam."""
    autumn = Period(date(2026, 10, 17), date(2026, 10, 25), "Herfstvakantie")
    rhythm = Rhythm(4, time(10), date(2026, 10, 16), weeks=1, periods=(autumn,))
    add_default_segments(services.db)
    save_rhythm(services.db, rhythm, version=0, now=clock(), by=None)
    jobs = tuple(job for job in scheduler.JOBS if job.stage in {"draft", "rhythm"})

    for first, days in ((date(2026, 10, 12), 22), (date(2026, 12, 18), 15)):
        for day in (first + timedelta(days=number) for number in range(days)):
            for at in (time(2, 40), time(6, 10), time(10, 10)):
                moment = datetime.combine(day, at, AMSTERDAM).astimezone(UTC)
                clock.later(seconds=(moment - clock()).total_seconds())
                scheduler.tick(services, jobs)

    with services.db.read() as session:
        made = session.execute(select(Edition.created_at, Edition.planned_at).order_by(Edition.id))
        found = [tuple(f"{at.astimezone(AMSTERDAM):%a %d-%m %H.%M}" for at in one) for one in made]
    assert found == [
        ("Mon 12-10 06.10", "Fri 16-10 10.00"),  # the job was new at 2.40 and waited for its turn
        ("Fri 16-10 10.10", "Fri 30-10 10.00"),
        ("Fri 30-10 10.10", "Fri 06-11 10.00"),
        ("Fri 18-12 02.40", "Fri 18-12 10.00"),  # nobody ran for weeks: late, and still in time
        ("Fri 18-12 10.10", "Thu 24-12 10.00"),  # Friday is Eerste kerstdag
        ("Thu 24-12 10.10", "Thu 31-12 10.00"),  # and New Year's Day
        ("Thu 31-12 10.10", "Fri 08-01 10.00"),
    ]


@pytest.mark.long
def test_a_week_of_reminders_through_the_clock_over_a_holiday(
    services: Services, clock: FakeClock
) -> None:
    """An edition that nobody touches: who is told of it, when, each once. Tuesday is Koningsdag."""
    transport = FakeTransport()
    mailing = replace(services, open_transport=lambda: transport)
    rhythm = Rhythm(3, time(10), date(2027, 4, 29))
    add_default_segments(services.db)
    save_rhythm(services.db, rhythm, version=0, now=clock(), by=None)
    with services.db.write() as session:
        make_user(session, "redacteur@example.org", Role.EDITOR)
        make_user(session, "eind@example.org", Role.APPROVER)
    jobs = tuple(job for job in scheduler.JOBS if job.stage in {"rhythm", "remind"})

    told = []
    for day in (date(2027, 4, 21) + timedelta(days=number) for number in range(10)):
        for hour in (6, 8, 9, 10, 12, 17, 21):
            moment = datetime.combine(day, time(hour, 5), AMSTERDAM).astimezone(UTC)
            clock.later(seconds=(moment - clock()).total_seconds())
            scheduler.tick(mailing, jobs)
            for _, recipient, message in transport.accepted:
                told.append(
                    (f"{moment.astimezone(AMSTERDAM):%a %d %H.%M}", recipient, subject(message))
                )
            transport.accepted.clear()

    assert told == [
        (
            "Thu 22 09.05",
            "redacteur@example.org",
            "Editie 1: de selectie sluit vrijdag 23 april, 12.00 uur",
        ),
        (
            "Fri 23 12.05",
            "redacteur@example.org",
            "Editie 1: dien in vóór maandag 26 april, 17.00 uur",
        ),
        ("Thu 29 10.05", "redacteur@example.org", "Editie 1 is niet uitgegaan"),
        ("Thu 29 10.05", "eind@example.org", "Editie 1 is niet uitgegaan"),
    ]


def subject(message: bytes) -> str:
    return str(message_from_bytes(message, policy=policy.default)["Subject"])


class StumblingClock:
    """Fails once, as a full disk or a bug of ours would; `again` is set when it is asked again."""

    def __init__(self) -> None:
        self.again, self._has_failed = Event(), False

    def __call__(self) -> datetime:
        if not self._has_failed:
            self._has_failed = True
            raise OSError("no space left")
        self.again.set()
        return START


def test_a_worker_that_stumbled_begins_again(services: Services) -> None:
    clock = StumblingClock()

    with scheduler.working(replace(services, clock=clock), again_s=0.01):
        assert clock.again.wait(30)


def test_a_port_that_is_taken_is_said() -> None:
    (taken,) = scheduler.listen("127.0.0.1", 0)

    with taken, pytest.raises(CannotListen, match=r"127\.0\.0\.1:\d+: Address already in use"):
        scheduler.listen("127.0.0.1", taken.getsockname()[1])


def runs(services: Services) -> list[tuple[str, str]]:
    with services.db.read() as session:
        return [(one.stage, one.error) for one in session.scalars(select(Run).order_by(Run.id))]
