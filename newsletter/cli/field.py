"""`newsletter partnership ...` and `newsletter organisation ...`: the database of the field."""

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.files import LIST, given_list, is_workbook
from newsletter.cli.output import (
    JSON,
    document_output,
    fail,
    print_fields,
    print_json,
    print_list,
    print_report,
    print_table,
    say,
)
from newsletter.cli.session import open_services
from newsletter.wiring import Services
from storage.session import Database
from storage.workbook import write_workbook
from subscribers import field_lists, organisations, partnerships
from subscribers.errors import NameTaken, UnknownOrganisation, UnknownPartnership
from subscribers.field import Judged, Sector, Stage, Values, judge_organisation, judge_partnership
from subscribers.field_lists import COUNTS, ListReport
from subscribers.model import Organisation, Partnership
from subscribers.partnerships import Listed
from subscribers.values import Audience

partnership_app = typer.Typer(
    no_args_is_help=True, help="Opleidingsscholen: schools and institutes that train together."
)
organisation_app = typer.Typer(
    no_args_is_help=True, help="Schools and lerarenopleidingen, and what they belong to."
)

DRY_RUN = Annotated[bool, typer.Option("--dry-run", help="Report, and change nothing.")]
OUT = Annotated[
    Path | None, typer.Option(help="Write to this file; a workbook when it ends in .xlsx.")
]
SLUG = Annotated[str, typer.Argument(help="Of partnership list.")]
NAME = Annotated[str, typer.Argument(help="In any case of letters, with or without accents.")]
REGION = Annotated[str, typer.Option(help="A province, such as Gelderland.")]


@partnership_app.command("list")
def list_partnerships(
    region: REGION = "",
    stage: Annotated[Stage | None, typer.Option()] = None,
    search: Annotated[str, typer.Option(help="A piece of its name, or of a member's.")] = "",
    json: bool = JSON,
) -> None:
    """List the partnerships, with how many schools and institutes belong to each."""
    services = open_services()
    where = str(_judged(judge_partnership({"region": region}))["region"])
    with services.db.read() as session:
        rows = partnerships.search(session, words=search, region=where, stage=stage or "")
    print_list(
        [_listed_as_json(one) for one in rows],
        json=json,
        columns=("Partnership", "Name", "Region", "Sector", "Stage", "Schools", "Institutes", "On"),
        rows=(
            (
                *(one.row.slug, one.row.name, one.row.region, one.row.sector, one.row.stage),
                *(one.schools, one.institutes, "the site" if one.row.is_shown else None),
            )
            for one in rows
        ),
        empty="No partnership fits that."
        if search or region or stage
        else "There are no partnerships: newsletter partnership add NAME, or import FILE.csv",
    )


@partnership_app.command("show")
def show_partnership(slug: SLUG, json: bool = JSON) -> None:
    """Show one partnership, its organisations and how many people read for it."""
    services = open_services()
    _partnership(services, slug)
    with services.db.read() as session:
        row = partnerships.read_partnership(session, Partnership.slug == slug)
        report = {
            **_partnership_as_json(row),
            "organisations": [
                {"name": one.name, "audience": one.audience, "city": one.city}
                for one in row.organisations
            ],
            "readers": partnerships.count_readers(session, row),
        }
    if json:
        print_json(report)
        return
    print_fields(report | {"organisations": [one.name for one in row.organisations]})


@partnership_app.command("add")
def add_partnership(
    name: str,
    region: REGION = "",
    sector: Annotated[Sector | None, typer.Option()] = None,
    stage: Annotated[Stage | None, typer.Option()] = None,
    since: Annotated[str, typer.Option(metavar="YEAR")] = "",
    website: str = "",
    agreed_by: Annotated[
        str, typer.Option(help="Who agreed, for it, to be shown on the site; without it: nobody.")
    ] = "",
    agreed_on: Annotated[str, typer.Option(metavar="DATE", help="When; today.")] = "",
    json: bool = JSON,
) -> None:
    """Add a partnership."""
    services = open_services()
    now = services.clock()
    values = _judged(
        judge_partnership(
            {
                "name": name,
                "region": region,
                "sector": sector or "",
                "stage": stage or "",
                "since_year": since,
                "website": website,
                "agreed_by": agreed_by,
                "agreed_on": agreed_on or (now.date().isoformat() if agreed_by else ""),
            }
        )
    )
    try:
        partnership_id = partnerships.add_partnership(services.db, values, now=now)
    except NameTaken:
        fail("there is a partnership of that name: see newsletter partnership list")
    with services.db.read() as session:
        row = partnerships.get_partnership(session, partnership_id)
    print_report(_partnership_as_json(row), json=json)


@partnership_app.command("import")
def import_partnerships(file: LIST, dry_run: DRY_RUN = False, json: bool = JSON) -> None:
    """Import a CSV file or a workbook; lines that are wrong are told of, the others come in."""
    _import(field_lists.import_partnerships, file, dry_run=dry_run, json=json)


@partnership_app.command("export")
def export_partnerships(out: OUT = None) -> None:
    """Write the partnerships as CSV or a workbook, with the columns that import knows."""
    _export(field_lists.partnership_cells, "Opleidingsscholen", out)


@organisation_app.command("list")
def list_organisations(
    partnership: Annotated[str, typer.Option(help="Slug of a partnership; only its own.")] = "",
    search: Annotated[str, typer.Option(help="A piece of the name.")] = "",
    json: bool = JSON,
) -> None:
    """List the schools and institutes, and the partnerships that each belongs to."""
    services = open_services()
    if partnership:
        _partnership(services, partnership)
    with services.db.read() as session:
        rows = organisations.list_organisations(session, words=search, partnership=partnership)
    print_list(
        [_organisation_as_json(one) for one in rows],
        json=json,
        columns=("Name", "Audience", "City", "Region", "Partnerships"),
        rows=(
            (one.name, one.audience, one.city, one.region, [p.slug for p in one.partnerships])
            for one in rows
        ),
        empty="No organisation fits that."
        if search or partnership
        else "There are no organisations: newsletter organisation add NAME, or import FILE.csv",
    )


@organisation_app.command("show")
def show_organisation(name: NAME, json: bool = JSON) -> None:
    """Show one school or institute, and how many people named it."""
    services = open_services()
    with services.db.read() as session:
        found = organisations.find_by_name(session, name)
        if found is None:
            raise UnknownOrganisation(
                "no organisation has that name; see newsletter organisation list"
            )
        row = organisations.read_organisation(session, found.id)
        readers = organisations.count_readers(session, row)
    print_report(_organisation_as_json(row) | {"readers": readers}, json=json)


@organisation_app.command("add")
def add_organisation(
    name: str,
    audience: Annotated[Audience, typer.Option()],
    city: str = "",
    region: REGION = "",
    partnership: Annotated[
        list[str] | None, typer.Option(help="Slug of one it belongs to; may be repeated.")
    ] = None,
    json: bool = JSON,
) -> None:
    """Add a school or institute; people who named it and no side get its side."""
    services = open_services()
    given = {"name": name, "audience": audience.value, "city": city, "region": region}
    values = _judged(judge_organisation(given))
    of = [_partnership(services, slug).id for slug in partnership or ()]
    try:
        saved = organisations.add_organisation(
            services.db, values, partnerships=of, now=services.clock()
        )
    except NameTaken:
        fail("there is an organisation of that name: see newsletter organisation list")
    with services.db.read() as session:
        row = organisations.read_organisation(session, saved.id)
    print_report(_organisation_as_json(row) | {"followed": saved.followed}, json=json)


@organisation_app.command("import")
def import_organisations(file: LIST, dry_run: DRY_RUN = False, json: bool = JSON) -> None:
    """Import a CSV file or a workbook; lines that are wrong are told of, the others come in."""
    _import(field_lists.import_organisations, file, dry_run=dry_run, json=json)


@organisation_app.command("export")
def export_organisations(out: OUT = None) -> None:
    """Write the schools and institutes as CSV or a workbook, with the columns that import knows."""
    _export(field_lists.organisation_cells, "Organisaties", out)


def _partnership(services: Services, slug: str) -> Partnership:
    with services.db.read() as session:
        row = partnerships.find_by_slug(session, slug)
    if row is None:
        raise UnknownPartnership(
            f"there is no partnership {slug!r}; see newsletter partnership list"
        )
    return row


def _judged(judged: Judged) -> Values:
    """Return the values, or end with the first thing that is wrong."""
    for name, sentence in judged.problems.items():
        fail(f"{name.removesuffix('_year').replace('_', '-')}: {sentence}")
    return judged.values


def _export(
    cells_of: Callable[[Database], Iterator[list[str]]], title: str, out: Path | None
) -> None:
    as_workbook = out is not None and is_workbook(out)
    rows = cells_of(open_services().db)
    if out is None:
        csv.writer(document_output()).writerows(rows)
        return
    head, *lines = rows
    if as_workbook:
        with out.open("wb") as book:
            write_workbook(book, title, head, lines)
    else:
        with out.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *lines])
    say(f"{len(lines)} {'line' if len(lines) == 1 else 'lines'} written to {out}.")


def _import(bring: Callable[..., ListReport], file: Path, *, dry_run: bool, json: bool) -> None:
    services = open_services()
    with given_list(file) as path:
        report = bring(services.db, path, dry_run=dry_run, now=services.clock())
    _print_import(report, json=json)


def _print_import(report: ListReport, *, json: bool) -> None:
    counts = {name: getattr(report, name) for name in COUNTS}
    more = {"new": list(report.new), "unused_columns": list(report.unused)}
    if json:
        print_json(counts | {"errors": list(report.errors)} | more)
        return
    named = {"new": "; ".join(report.new), "not used": "; ".join(report.unused)}
    print_fields(counts | {name: text for name, text in named.items() if text})
    if report.errors:
        print_table(
            ("Line", "Value", "Reason"),
            ((one.line, one.value, one.reason) for one in report.errors),
            empty="",
        )


def _listed_as_json(one: Listed) -> Mapping[str, object]:
    counts = {"schools": one.schools, "institutes": one.institutes}
    return _partnership_as_json(one.row) | counts


def _partnership_as_json(row: Partnership) -> dict[str, object]:
    return {
        "slug": row.slug,
        "name": row.name,
        "region": row.region,
        "sector": row.sector,
        "stage": row.stage,
        "since": row.since_year,
        "website": row.website,
        "shown": row.is_shown,
        "agreed_on": row.agreed_on,
        "agreed_by": row.agreed_by,
    }


def _organisation_as_json(row: Organisation) -> dict[str, object]:
    return {
        "name": row.name,
        "audience": row.audience,
        "city": row.city,
        "region": row.region,
        "partnerships": [one.slug for one in row.partnerships],
    }
