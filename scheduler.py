"""WHEN: the clock. A table of jobs, and the process that runs them beside the web site.

A due moment is a row in UTC, computed from Amsterdam time; APScheduler only asks every few seconds
what is due. So a moment that passed while nobody ran is caught up, a clock change neither skips nor
doubles a run, and of several processes one claims it. APScheduler's own calendar triggers are not
used: in local time they fire twice or never on the nights that the clock changes.
"""

import gc
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from threading import Event, Thread
from typing import Final, Protocol

import structlog
import uvicorn
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import update

from feeds.values import AMSTERDAM
from newsletter import pipeline
from newsletter.errors import CannotListen
from newsletter.model import JobDue, Run
from newsletter.reachable import ask_relay
from newsletter.send.watching.meter import TICK, put
from newsletter.send.worker import run_worker
from newsletter.signing_up import handle_sign_ups
from newsletter.wiring import Services
from newsletter.working_days import in_amsterdam
from storage.dialect import lock
from web.app import create_app
from web.impatient import server_config

Background = Callable[[Services], AbstractContextManager[None]]

log = structlog.get_logger()

TICK_S: Final = 5
AGAIN_S: Final = 60.0  # until a worker that stumbled begins again
LOCK: Final = "jobs"
MONDAY: Final = date(
    2026, 1, 5
)  # weeks are counted from here, so that "every two weeks" never slips


class Trigger(Protocol):
    """When a job runs."""

    def after(self, moment: datetime) -> datetime:
        """Return the first due moment later than `moment`, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """Each so many minutes."""

    minutes: int

    def after(self, moment: datetime) -> datetime:
        """Return the next whole step since the epoch."""
        step = self.minutes * 60
        return datetime.fromtimestamp((moment.timestamp() // step + 1) * step, UTC)


@dataclass(frozen=True, slots=True)
class Daily:
    """Each day at a time in Amsterdam; see `in_amsterdam` for the nights that the clock changes."""

    at: time

    def after(self, moment: datetime) -> datetime:
        """Return the next such time."""
        day = moment.astimezone(AMSTERDAM).date() - timedelta(days=1)
        while (due := in_amsterdam(day, self.at)) <= moment:
            day += timedelta(days=1)
        return due


@dataclass(frozen=True, slots=True)
class Weekly:
    """Each so many weeks on a weekday (0 is Monday) at a time in Amsterdam."""

    weekday: int
    at: time
    weeks: int = 1

    def after(self, moment: datetime) -> datetime:
        """Return the next such time."""
        week = (moment.astimezone(AMSTERDAM).date() - MONDAY).days // 7
        week -= week % self.weeks + self.weeks
        while (due := in_amsterdam(self._day(week), self.at)) <= moment:
            week += self.weeks
        return due

    def _day(self, week: int) -> date:
        return MONDAY + timedelta(weeks=week, days=self.weekday)


@dataclass(frozen=True, slots=True)
class Job:
    """A stage and when it runs. sentence: what an operator reads."""

    stage: str
    trigger: Trigger
    sentence: str


JOBS: Final = (
    Job("gather", Every(minutes=15), "every quarter of an hour; each source keeps its own pace"),
    Job("draft", Weekly(0, time(6), weeks=2), "every other Monday at 6.00, without a rhythm"),
    Job(
        "rhythm",
        Every(minutes=15),
        "every quarter of an hour; an edition is made when its selection opens",
    ),
    Job(
        "look_up",
        Every(minutes=10),
        "every ten minutes; each link once a day when it is fine, the sender's domain once a day",
    ),
    Job(
        "remind",
        Every(minutes=10),
        "every ten minutes, on working days from 8.00 to 20.00; each person once a deadline",
    ),
    Job("tell", Every(minutes=1), "every minute; each person once of what happened to an edition"),
    Job("send", Every(minutes=1), "every minute"),
    Job("sign_ups", Every(minutes=5), "every five minutes, and as the program starts"),
    Job(
        "lists", Every(minutes=1), "every minute; what a page began, it goes on with after a crash"
    ),
    Job("verify", Every(minutes=60), "every hour; what is broken is a run that failed"),
    Job("bounces", Every(minutes=10), "every ten minutes"),
    Job("clean_up", Daily(time(3, 30)), "every night at 3.30"),
)


def tick(services: Services, jobs: tuple[Job, ...] = JOBS) -> list[str]:
    """Run every job that is due, once each; return the stages that ran.

    One process at a time does this for a database; the others have nothing to do meanwhile. So a
    run without an end is one that a crash cut off, and never one that another process is at.
    """
    with lock(services.db.engine, LOCK) as held:
        if held is None:
            return []
        _note_tick(services)
        run_again(services)
        due = (run for job in jobs if (run := claim(services, job)) is not None)
        return [pipeline.run_stage(services, run).stage for run in due]


def _note_tick(services: Services) -> None:
    now = services.clock()
    with services.db.write_lightly() as session:
        put(session, TICK, 1, now=now)


def claim(services: Services, job: Job) -> Run | None:
    """Take a due job, and put its run on record in one go; None when it is not due.

    A job that is seen for the first time waits for its next moment. One that was missed, however
    often, is due once, with the moment it should have had.
    """
    now = services.clock()
    with services.db.write() as session:
        row = session.get(JobDue, job.stage)
        if row is None:
            session.add(JobDue(name=job.stage, due_at=job.trigger.after(now)))
            return None
        due_at = row.due_at
        if due_at > now:
            return None
        mine = session.execute(
            update(JobDue)
            .where(JobDue.name == job.stage, JobDue.due_at == due_at)
            .values(due_at=job.trigger.after(now))
            .returning(JobDue.name)
        ).first()
        return pipeline.begin_run(session, job.stage, due_at=due_at, now=now) if mine else None


def run_again(services: Services) -> None:
    """Make jobs that a crash cut off due at once. Only for who holds the lock "jobs"."""
    with services.db.write() as session:
        for stage in pipeline.close_interrupted(session, now=services.clock()):
            row = session.get(JobDue, stage)
            if row is not None:
                row.due_at = services.clock()


@contextmanager
def ticking(services: Services) -> Iterator[None]:
    """Run the jobs in the background while the body runs."""
    clock = BackgroundScheduler(timezone=UTC)
    clock.add_job(
        tick,
        IntervalTrigger(seconds=TICK_S, timezone=UTC),
        args=[services],
        max_instances=1,
        coalesce=True,
        misfire_grace_time=None,  # a late tick still asks what is due
    )
    clock.add_job(_go_on, args=[services])  # once, now
    clock.start()
    try:
        yield
    finally:
        clock.shutdown(wait=True)


def _go_on(services: Services) -> None:
    """Handle the sign-ups that a crash left, and learn what the relay can do: people wait."""
    handle_sign_ups(services.current())
    if services.offers.letters is None:
        ask_relay(services)


@contextmanager
def working(services: Services, *, again_s: float = AGAIN_S) -> Iterator[None]:
    """Run one worker in the background while the body runs. again_s: see `_keep_working`."""
    stop = Event()
    worker = Thread(target=_keep_working, args=(services, stop, again_s), name="worker")
    worker.start()
    try:
        yield
    finally:
        stop.set()
        worker.join()


def _keep_working(services: Services, stop: Event, again_s: float) -> None:
    """Work until stopped; a worker that stumbles says so, and begins again after a while."""
    while not stop.is_set():
        try:
            run_worker(services, stop=stop)
        except Exception:  # the thread's last handler: else the site lives on and nothing is sent
            log.exception("the worker stumbled; it begins again", seconds=again_s)
            stop.wait(again_s)


@contextmanager
def _nothing(_services: Services) -> Iterator[None]:
    yield


def listen(host: str, port: int) -> list[socket.socket]:
    """Return a socket for each address of the host; "" for every address. Raises CannotListen."""
    try:
        found = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        return [socket.create_server(one[4][:2], family=one[0]) for one in found]
    except OSError as failure:
        raise CannotListen(
            f"cannot listen on {host}:{port}: {failure.strerror}; give another --host or --port"
        ) from failure


def serve(
    services: Services,
    sockets: list[socket.socket],
    *,
    with_jobs: bool,
    with_worker: bool,
) -> None:
    """Serve site and desk until stopped, with the jobs and one worker beside them."""
    jobs: Background = ticking if with_jobs else _nothing
    worker: Background = working if with_worker else _nothing
    config = server_config(create_app(services))
    gc.collect()
    gc.freeze()  # what was imported stays: no need to look through it while somebody waits
    with jobs(services), worker(services):
        uvicorn.Server(config).run(sockets)
