"""`newsletter item ...`: what came in."""

from datetime import datetime
from typing import Annotated

import typer

from feeds import store
from feeds.items import add_item
from feeds.model import Item
from feeds.values import ItemKind, ItemStatus
from newsletter.cli.moments import read_moment, read_span
from newsletter.cli.output import JSON, fail, local, print_list, print_report
from newsletter.cli.session import open_services
from newsletter.store.inbox import sightings_of
from storage.text import one_line
from subscribers.values import Audience

app = typer.Typer(no_args_is_help=True, help="What came in, and what editors added.")

KIND = Annotated[ItemKind | None, typer.Option(help="Only this kind.")]


@app.command("list")
def list_(
    kind: KIND = None,
    status: Annotated[ItemStatus | None, typer.Option(help="Only with this judgement.")] = None,
    start: Annotated[str, typer.Option("--from", help="Date or moment: from here on.")] = "",
    end: Annotated[str, typer.Option("--to", help="Date or moment: before this.")] = "",
    json: bool = JSON,
) -> None:
    """List items; events as occurrences, in order of time, others newest first."""
    services = open_services()
    with services.db.read() as session:
        rows = store.list_items(
            session,
            kind=kind.value if kind else None,
            status=status.value if status else None,
            start=_moment(start, "--from"),
            end=_moment(end, "--to"),
        )
        shown = [as_json(row) for row in rows]
    print_list(
        shown,
        json=json,
        columns=("Id", "Kind", "When", "Title", "Source", "Status"),
        rows=(
            (
                r["id"],
                r["kind"],
                r["starts_at"] or r["published_at"],
                r["title"],
                r["source"],
                r["status"],
            )
            for r in shown
        ),
        empty="Nothing yet. Add a source, then: newsletter gather",
    )


@app.command("show")
def show(item_id: Annotated[int, typer.Argument(metavar="ID")], json: bool = JSON) -> None:
    """Show one item, with where it comes from and what its source changed."""
    services = open_services()
    with services.db.read() as session:
        row = store.get_item(session, item_id)
        seen = sightings_of(session, [item_id]).get(item_id, [])
    shown = as_json(row) | {
        "details": row.details,
        "own_title": row.own_title or None,
        "also_in": sorted({one.slug for one in seen} - {row.source.slug if row.source else None}),
        "because": row.because,
        "before": row.before,
    }
    print_report(shown, json=json)


@app.command("add")
def add(
    kind: Annotated[ItemKind, typer.Option()],
    title: Annotated[str, typer.Option()],
    summary: str = "",
    url: str = "",
    starts: Annotated[str, typer.Option(help="For an event: its first day, or a moment.")] = "",
    ends: Annotated[str, typer.Option(help="For an event: its last day, or a moment.")] = "",
    location: str = "",
    theme: Annotated[list[str] | None, typer.Option()] = None,
    audience: Annotated[list[Audience] | None, typer.Option()] = None,
    json: bool = JSON,
) -> None:
    """Add an item of the editors' own."""
    services = open_services()
    when = read_span(starts, ends)
    if (kind is ItemKind.EVENT) != (when is not None):
        fail("an event needs --starts, and only an event has it")
    item_id = add_item(
        services.db,
        kind=kind.value,
        title=title,
        now=services.clock(),
        summary=summary,
        url=url,
        starts_at=when.starts_at if when else None,
        ends_at=when.ends_at if when else None,
        all_day=bool(when and when.all_day),
        location=location,
        themes=tuple(theme or ()),
        audiences=tuple(one.value for one in audience or ()),
    )
    print_report({"id": item_id, "title": one_line(title)}, json=json)


def as_json(row: Item) -> dict[str, object]:
    """Return an item as the contract shows it; the editors' words win over the source's."""
    return {
        "id": row.id,
        "kind": row.kind,
        "title": row.shown_title,
        "summary": row.shown_summary,
        "url": row.url,
        "image_url": row.image_url or None,
        "published_at": local(row.published_at),
        "starts_at": local(row.starts_at),
        "ends_at": local(row.ends_at),
        "all_day": row.all_day,
        "location": row.location,
        "source": row.source.slug if row.source else None,
        "themes": row.themes,
        "audiences": row.audiences,
        "status": row.status,
        "cancelled": row.cancelled,
        "moved_from": local(row.moved_from),
        "changed_at": local(row.changed_at),
        "missing_since": local(row.missing_since),
        "vanished_at": local(row.vanished_at),
    }


def _moment(text: str, option: str) -> datetime | None:
    return read_moment(text, option) if text else None
