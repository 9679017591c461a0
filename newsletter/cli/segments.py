"""`newsletter segment ...`: saved selections of subscribers, in a small language.

audience = school and region in (noord, oost) and not role = bestuurder
"""

from typing import Annotated, Any

import typer
from sqlalchemy.orm import Session

from newsletter.cli.output import JSON, fail, print_list, print_report
from newsletter.cli.session import open_services
from newsletter.store.segment_terms import terms_there_are
from newsletter.store.segment_use import remove_segment
from storage.log import record
from subscribers import members, segments, store
from subscribers.counts import count_list
from subscribers.expressions import parse, text_of
from subscribers.model import Segment
from subscribers.trees import Tree, stored, tree_of

segment_app = typer.Typer(no_args_is_help=True, help="Selections of subscribers.")

WHERE = 'Such as "audience = school and region in (noord, oost) and not role = bestuurder".'
SHOWN = ("email", "audience", "role", "organisation", "partnership", "region")


@segment_app.command("list")
def list_(json: bool = JSON) -> None:
    """List the segments, with how many of their people may be mailed."""
    services = open_services()
    with services.db.read() as session:
        found = segments.list_segments(session)
        counts = count_list(session, found).segments
        rows = [_as_json(one) | {"count": counts[one.slug].people} for one in found]
    print_list(
        rows,
        json=json,
        columns=("Segment", "Name", "Count", "Who"),
        rows=((r["segment"], r["name"], r["count"], r["where"]) for r in rows),
        empty="There are no segments: run newsletter init",
    )


@segment_app.command("save")
def save(
    slug: Annotated[str, typer.Argument(help="a-z, 0-9 and hyphens; one that is there changes.")],
    where: Annotated[str, typer.Option(help=WHERE)],
    name: Annotated[
        str, typer.Option(help="What the desk calls it; without it as before, or its slug.")
    ] = "",
    json: bool = JSON,
) -> None:
    """Save a selection under a name."""
    services = open_services()
    with services.db.read() as session:
        conditions = stored(_typed(session, where))
    segments.save_segment(services.db, slug, conditions=conditions, name=name, now=services.clock())
    with services.db.read() as session:
        report = {"segment": slug, "count": store.count_segment(session, slug)}
    print_report(report, json=json)


@segment_app.command("count")
def count(
    slug: Annotated[str, typer.Argument(help="Of a saved segment.")] = "",
    where: Annotated[str, typer.Option(help=f"Instead of a slug. {WHERE}")] = "",
    json: bool = JSON,
) -> None:
    """Count the people in a segment who may be mailed."""
    if bool(slug) == bool(where):
        raise typer.BadParameter("name a segment, or write --where and an expression")
    services = open_services()
    with services.db.read() as session:
        if slug:
            report = {"segment": slug, "count": store.count_segment(session, slug)}
        else:
            chosen = stored(segments.whole(session, _typed(session, where)))
            report = {"segment": None, "count": store.count_of(session, chosen)}
    if not slug and not json:
        report.pop("segment")
    print_report(report, json=json)


@segment_app.command("show")
def show(slug: str, json: bool = JSON) -> None:
    """Show one segment: whom it selects, how many there are, and which segments it is in."""
    services = open_services()
    with services.db.read() as session:
        report = {
            **_as_json(segments.get_segment(session, slug)),
            "count": store.count_segment(session, slug),
            "in_segments": segments.used_by(session, slug),
        }
    if not json:  # for people, `where` says it
        report = {name: value for name, value in report.items() if name != "conditions"}
    print_report(report, json=json)


@segment_app.command("delete")
def delete(slug: str, json: bool = JSON) -> None:
    """Delete a segment that no edition, block or other segment uses; say how to save it again."""
    services = open_services()
    with services.db.read() as session:
        was = _as_json(segments.get_segment(session, slug))
    remove_segment(services.db, slug, now=services.clock())
    print_report({"segment": slug, "name": was["name"], "where": was["where"]}, json=json)


@segment_app.command("why")
def why(slug: str, email: str, json: bool = JSON) -> None:
    """Say why somebody is in a segment or not: each of its conditions, and whether it holds."""
    services = open_services()
    with services.db.write() as session:
        tree = _tree(session, slug)
        found = members.why(session, tree, email)
        if found is not None:
            number = {"subscriber": found.row.id}
            record(session, "subscriber.viewed", now=services.clock(), detail=number)
    if found is None:
        fail("no subscriber has that address")
    conditions = [{"where": text_of(one.part), "holds": one.holds} for one in found.reasons]
    report = {
        "segment": slug,
        "in": found.is_in,
        "status": found.row.status,
        "conditions": conditions,
    }
    if json:
        print_report(report, json=True)
        return
    said = "is in" if found.is_in else "is not in"
    print_list(
        report,
        json=False,
        columns=(f"This person ({found.row.status}) {said} {slug}", "Holds"),
        rows=((one["where"], "yes" if one["holds"] else "no") for one in conditions),
        empty=f"This person ({found.row.status}) {said} {slug}: it has everybody",
    )


@segment_app.command("sample")
def sample(slug: str, json: bool = JSON) -> None:
    """Show ten people in a segment who may be mailed, others every time."""
    services = open_services()
    with services.db.write() as session:
        segment = segments.get_segment(session, slug)
        found = members.sample(session, tree_of(segment.conditions))
        record(
            session,
            "segment.sampled",
            now=services.clock(),
            about=segment.name,
            detail={"segment": slug},
        )
        rows = [{name: getattr(one, name) for name in SHOWN} for one in found]
    print_list(
        rows,
        json=json,
        columns=[name.capitalize() for name in SHOWN],
        rows=(tuple(row.values()) for row in rows),
        empty="Nobody in it may be mailed.",
    )


def _typed(session: Session, where: str) -> Tree:
    """Return what was typed; what it names and is not there is told with its place."""
    return parse(where, terms_there_are(session))


def _tree(session: Session, slug: str) -> Tree:
    return tree_of(segments.get_segment(session, slug).conditions)


def _as_json(segment: Segment) -> dict[str, Any]:
    tree = tree_of(segment.conditions)
    return {
        "segment": segment.slug,
        "name": segment.name,
        "where": text_of(tree),
        "conditions": segment.conditions,
    }
