"""What the jobs did lately, for the people at the desk."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.model import Run

LOOKED_AT: Final = 3000  # a day has about 2.100 runs; older ones are not worth a scan
GATHERED: Final = 700  # a week of rounds of gathering
TRIED_AGAIN_AFTER: Final = timedelta(hours=6)
TRIES: Final = 4  # in a week; a picture that does not come then is not coming
LATE: Final = timedelta(minutes=15)  # less is a machine that was busy, or that started anew


@dataclass(frozen=True, slots=True)
class Trouble:
    """A job that began late or failed.

    error:     as it was stored, "" for one that was late only.
    mended_at: when the same job went well after that, None when it did not yet.
    """

    stage: str
    due_at: datetime
    started_at: datetime
    error: str
    mended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PastRun:
    """One run, as far as it tells whether something went wrong."""

    stage: str
    due_at: datetime
    started_at: datetime
    is_done: bool
    error: str


def last_runs(session: Session, stage: str, *, number: int) -> list[Run]:
    """Return the newest runs of a job that ended, the newest first."""
    done = select(Run).where(Run.stage == stage, Run.finished_at.is_not(None))
    return list(session.scalars(done.order_by(Run.id.desc()).limit(number)))


def recent_runs(session: Session, *, since: datetime) -> list[PastRun]:
    """Return the runs that began since then, oldest first."""
    newest = select(func.max(Run.id)).scalar_subquery()
    rows = session.execute(
        select(Run.stage, Run.due_at, Run.started_at, Run.finished_at, Run.error)
        .where(Run.id > newest - LOOKED_AT, Run.started_at >= since)
        .order_by(Run.id)
    )
    return [
        PastRun(stage, due_at, started_at, finished_at is not None, error)
        for stage, due_at, started_at, finished_at, error in rows
    ]


def find_trouble(runs: Sequence[PastRun]) -> list[Trouble]:
    """Return the last trouble of each job, oldest first. runs: oldest first. Pure."""
    found: dict[str, Trouble] = {}
    for run in runs:
        if run.error or run.started_at - run.due_at > LATE:
            found.pop(run.stage, None)  # so that the order is that of the last trouble
            found[run.stage] = Trouble(run.stage, run.due_at, run.started_at, run.error, None)
        elif run.is_done and run.stage in found and found[run.stage].mended_at is None:
            known = found[run.stage]
            found[run.stage] = Trouble(
                known.stage, known.due_at, known.started_at, known.error, run.started_at
            )
    return list(found.values())


@dataclass(frozen=True, slots=True)
class Missed:
    """A round of gathering that could not get the pictures of these items."""

    at: datetime
    item_ids: tuple[int, ...]


def missed_pictures(session: Session, *, since: datetime) -> list[Missed]:
    """Return the rounds since then that missed a picture, oldest first."""
    rows = session.execute(
        select(Run.started_at, Run.report)
        .where(Run.stage == "gather", Run.started_at >= since)
        .order_by(Run.id.desc())
        .limit(GATHERED)
    )
    found = [Missed(at, tuple(report.get("pictures_missed", ()))) for at, report in rows]
    return [one for one in reversed(found) if one.item_ids]


def not_yet_again(missed: Sequence[Missed], *, now: datetime) -> set[int]:
    """Return the items whose picture is not to be asked for now. Pure."""
    tries = Counter(item_id for one in missed for item_id in one.item_ids)
    just_now = {
        item_id for one in missed if one.at > now - TRIED_AGAIN_AFTER for item_id in one.item_ids
    }
    return just_now | {item_id for item_id, count in tries.items() if count >= TRIES}
