"""`newsletter source list` and `newsletter gather`."""

from datetime import datetime
from typing import Annotated

import typer

from feeds import store
from feeds.model import Source
from feeds.values import GatherReport, SourceReport
from newsletter import pipeline
from newsletter.cli.output import (
    JSON,
    Bar,
    fail,
    print_json,
    print_list,
    print_table,
    progress_bar,
    say,
)
from newsletter.cli.session import open_services
from newsletter.cli.stopping import ended_by_interrupt

app = typer.Typer(no_args_is_help=True, help="Where items come from.")

COLUMNS = ("Source", "Kind", "Outcome", "Entries", "New", "Updated", "Seconds", "Error")
STOPPED = "stopped; what was read is kept, and the rest is still due"
NONE_READ = "none of the {} sources could be read; see whether this machine reaches the internet"


@app.command("list")
def list_(json: bool = JSON) -> None:
    """List the sources, how their last looks ended and when the next one is."""
    services = open_services()
    with services.db.read() as session:
        rows = store.list_sources(session)
    print_list(
        [_source_as_json(row) for row in rows],
        json=json,
        columns=(
            *("Source", "Kind", "Last success", "Failing since", "Times"),
            *("Next look", "Every", "Error"),
        ),
        rows=(
            (
                *(row.slug, row.kind, row.last_success_at),
                *(row.failing_since, row.failures_in_row or None),
                *(row.next_look_at if row.active else "off", f"{row.interval_minutes} min"),
                row.last_error_line,
            )
            for row in rows
        ),
        empty="There are no sources yet: newsletter source add URL",
    )


def gather(
    source: Annotated[
        list[str] | None, typer.Option(help="Slug; look there now. May be repeated.")
    ] = None,
    json: bool = JSON,
) -> None:
    """Fetch the sources that are due; with --source: these, now.

    A source that fails is told of in the report. When there are several and all fail, the status
    is 1.
    """
    services = open_services()
    with ended_by_interrupt(STOPPED), progress_bar("Gathering") as bar:
        gathered = pipeline.gather(
            services, now=services.clock(), only=tuple(source or ()), progress=_Progress(bar)
        )
    report = gathered.report
    if json:
        print_json(_as_json(report))
    else:
        _print(gathered)
    if len(report.sources) > 1 and all(one.error for one in report.sources):
        fail(NONE_READ.format(len(report.sources)))


def _print(gathered: pipeline.Gathered) -> None:
    report = gathered.report
    print_table(
        COLUMNS,
        (
            (r.name, r.kind, r.outcome, r.entries, r.new, r.updated, f"{r.seconds:.2f}", r.error)
            for r in report.sources
        ),
        empty="No source is due. See newsletter source list for when each is.",
    )
    say(f"{report.new} new, {report.updated} updated.")
    for one in gathered.held:
        say(f"Edition {one.edition_id} is a draft again: an event in it was moved or called off.")


class _Progress:
    """Counts while gathering: on a terminal in the bar, elsewhere in a line at each tenth."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._new = self._updated = self._failed = 0

    def __call__(self, one: SourceReport, done: int, total: int) -> None:
        self._new, self._updated = self._new + one.new, self._updated + one.updated
        self._failed += one.error is not None
        counts = f"{self._new} new, {self._updated} updated, {self._failed} failed"
        self._bar.update(done, total, f"{counts}; {one.name}")
        if not self._bar.is_shown and done * 10 // total > (done - 1) * 10 // total:
            say(f"Gathering: {done} of {total} sources; {counts}.")


def _as_json(report: GatherReport) -> dict[str, object]:
    rows = [
        {
            "slug": one.slug,
            "name": one.name,
            "url": one.url,
            "kind": one.kind,
            "outcome": one.outcome.value,
            "entries": one.entries,
            "new": one.new,
            "updated": one.updated,
            "error": one.error,
            "seconds": round(one.seconds, 3),
        }
        for one in report.sources
    ]
    return {"sources": rows, "new": report.new, "updated": report.updated}


def _last_failure_at(row: Source) -> datetime | None:
    return row.last_look_at if row.failures_in_row else None


def _source_as_json(row: Source) -> dict[str, object]:
    return {
        "slug": row.slug,
        "name": row.name,
        "kind": row.kind,
        "url": row.url,
        "previous_url": row.previous_url or None,
        "themes": row.themes,
        "audiences": row.audiences,
        "active": row.active,
        "last_look_at": row.last_look_at,
        "last_success_at": row.last_success_at,
        "last_failure_at": _last_failure_at(row),
        "failing_since": row.failing_since,
        "failures_in_row": row.failures_in_row,
        "recent": row.recent,
        "next_look_at": row.next_look_at,
        "interval_minutes": row.interval_minutes,
        "error": row.last_error_line or None,
    }
