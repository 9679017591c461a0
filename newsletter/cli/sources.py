"""`newsletter source ...` and `newsletter gather`."""

from typing import Annotated

import typer

from feeds import store
from feeds.model import Source
from feeds.values import GatherReport, SourceKind, SourceReport
from newsletter import pipeline
from newsletter.cli.output import (
    JSON,
    print_json,
    print_list,
    print_report,
    print_table,
    progress_bar,
    say,
)
from newsletter.cli.session import open_services
from subscribers.values import Audience

app = typer.Typer(no_args_is_help=True, help="Where items come from.")

COLUMNS = ("Source", "Kind", "Outcome", "Entries", "New", "Updated", "Seconds", "Error")


@app.command("add")
def add(
    url: str,
    kind: Annotated[SourceKind, typer.Option(help="feed or agenda")],
    name: str = "",
    theme: Annotated[
        list[str] | None, typer.Option(help="Slug of a theme; may be repeated.")
    ] = None,
    audience: Annotated[list[Audience] | None, typer.Option(help="For whom, when not all.")] = None,
    json: bool = JSON,
) -> None:
    """Add a feed or a calendar; the same address twice is one source."""
    services = open_services()
    with services.db.write() as session:
        source = store.add_source(
            session,
            url=url,
            kind=kind.value,
            name=name,
            themes=tuple(theme or ()),
            audiences=tuple(one.value for one in audience or ()),
            now=services.clock(),
        )
    report = {"slug": source.slug, "name": source.name, "kind": source.kind, "url": source.url}
    print_report(report, json=json)


@app.command("list")
def list_(json: bool = JSON) -> None:
    """List the sources and how their last look ended."""
    services = open_services()
    with services.db.read() as session:
        rows = store.list_sources(session)
    print_list(
        [_source_as_json(row) for row in rows],
        json=json,
        columns=("Source", "Kind", "Name", "Last success", "Next look", "Error"),
        rows=(
            (r.slug, r.kind, r.name, r.last_success_at, r.next_look_at, r.last_error_line)
            for r in rows
        ),
        empty="There are no sources yet: newsletter source add URL --kind feed",
    )


def gather(
    source: Annotated[
        list[str] | None, typer.Option(help="Slug; look there now. May be repeated.")
    ] = None,
    json: bool = JSON,
) -> None:
    """Fetch the sources that are due; with --source: these, now."""
    services = open_services()
    with progress_bar("Gathering") as bar:

        def show(one: SourceReport, done: int, total: int) -> None:
            bar.update(done, total, one.name)

        gathered = pipeline.gather(
            services, now=services.clock(), only=tuple(source or ()), progress=show
        )
    report = gathered.report
    if json:
        print_json(_as_json(report))
        return
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


def _source_as_json(row: Source) -> dict[str, object]:
    return {
        "slug": row.slug,
        "name": row.name,
        "kind": row.kind,
        "url": row.url,
        "themes": row.themes,
        "audiences": row.audiences,
        "active": row.active,
        "last_success_at": row.last_success_at,
        "failing_since": row.failing_since,
        "failures_in_row": row.failures_in_row,
        "next_look_at": row.next_look_at,
        "error": row.last_error_line or None,
    }
