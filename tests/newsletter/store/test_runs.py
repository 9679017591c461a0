"""What went wrong with the jobs: the last trouble of each, and whether it passed."""

from datetime import UTC, datetime, timedelta

from newsletter.model import Run
from newsletter.store.runs import PastRun, Trouble, find_trouble, recent_runs
from storage.session import Database

NIGHT = datetime(2027, 4, 20, 1, 30, tzinfo=UTC)
MORNING = NIGHT + timedelta(hours=5)
MINUTE = timedelta(minutes=1)


def test_a_job_that_began_hours_late_is_told() -> None:
    runs = [PastRun("clean_up", NIGHT, MORNING, is_done=True, error="")]

    assert find_trouble(runs) == [Trouble("clean_up", NIGHT, MORNING, "", None)]


def test_a_few_minutes_are_not_late() -> None:
    runs = [PastRun("gather", NIGHT, NIGHT + 10 * MINUTE, is_done=True, error="")]

    assert find_trouble(runs) == []


def test_a_failure_is_told_once_with_when_it_went_well_again() -> None:
    again, later = MORNING + MINUTE, MORNING + 2 * MINUTE
    runs = [
        PastRun("send", NIGHT, NIGHT, is_done=True, error="OSError: no"),
        PastRun("send", MORNING, MORNING, is_done=True, error="OSError: no"),
        PastRun("gather", MORNING, MORNING, is_done=True, error=""),
        PastRun("send", again, again, is_done=True, error=""),
        PastRun("send", later, later, is_done=True, error=""),
    ]

    assert find_trouble(runs) == [Trouble("send", MORNING, MORNING, "OSError: no", again)]


def test_runs_are_read_from_a_moment_on(db: Database) -> None:
    with db.write() as session:
        for started_at in (NIGHT, MORNING):
            session.add(Run(stage="send", due_at=NIGHT, started_at=started_at, report={}, error=""))

    with db.read() as session:
        found = recent_runs(session, since=NIGHT + MINUTE)

    assert found == [PastRun("send", NIGHT, MORNING, is_done=False, error="")]
