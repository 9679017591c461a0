"""`newsletter subscriber import`, `export` and `sync`: people as a list, in and out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from feeds.themes import theme_words
from newsletter.cli.files import LIST, given_list, is_workbook, list_source, private_file
from newsletter.cli.output import (
    JSON,
    document_output,
    fail,
    print_fields,
    print_json,
    print_table,
    progress_bar,
    say,
)
from newsletter.cli.session import open_services
from newsletter.cli.stopping import told_of_interrupt
from newsletter.wiring import Services
from subscribers.batches import Difference
from subscribers.exporting import export_csv, export_workbook
from subscribers.heads import FIELDS
from subscribers.importing import COUNTS, ImportReport, import_file
from subscribers.sheets import ENCODINGS, ReadAs
from subscribers.store import count_segment
from subscribers.syncing import sync_file

app = typer.Typer()

NOTHING_DONE: Final = "stopped; nothing was changed"
PART_DONE: Final = "stopped; who is in stays, and the same command again goes on where it was"
SHOWN: Final = 20  # differences in the text; --json holds more
DELIMITERS: Final[Mapping[str, str]] = {"\t": "tab", "": ""}
GROUND = Annotated[
    str, typer.Option(help="Why these people may be mailed; kept as evidence with each of them.")
]
MAP = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help=f"Which column is which, where the head does not say: {', '.join(FIELDS)}. Such as "
        "email=Adres; may be repeated.",
    ),
]
ENCODING = Annotated[
    str, typer.Option(help=f"Of a CSV file, when it is not found out: {', '.join(ENCODINGS)}.")
]
DELIMITER = Annotated[str, typer.Option(help="The same: one of , ; | or the word tab.")]
DRY_RUN = Annotated[bool, typer.Option("--dry-run", help="Report, and change nothing.")]


@app.command("import")
def import_(
    file: LIST,
    ground: GROUND,
    map: MAP = None,
    dry_run: DRY_RUN = False,
    encoding: ENCODING = "",
    delimiter: DELIMITER = "",
    json: bool = JSON,
) -> None:
    """Import a CSV file or a workbook (.xlsx); every line gets a verdict.

    Who left, is suppressed or was erased stays out. An empty cell changes nothing. The same file
    again changes nothing; after a kill it goes on. --dry-run says what would change, person by
    person.
    """
    services = open_services()
    with (
        told_of_interrupt(NOTHING_DONE if dry_run else PART_DONE),
        given_list(file) as path,
        progress_bar("Importing") as bar,
    ):
        report = import_file(
            services.db,
            path,
            ground=ground,
            columns=_columns(map or []),
            dry_run=dry_run,
            key=services.settings.hash_key,
            now=services.clock(),
            known_themes=_themes(services),
            progress=bar.update,
            source=list_source(file),
            read_as=_read_as(encoding, delimiter),
        )
    _print(report, {}, dry_run=dry_run, json=json)


@app.command("sync")
def sync(
    file: LIST,
    ground: GROUND,
    name: Annotated[
        str, typer.Option(help="Of this list, the same every night: its people are known by it.")
    ],
    map: MAP = None,
    allow: Annotated[
        int | None,
        typer.Option(min=0, help="How many people may go at once; otherwise 10, or 5 % of them."),
    ] = None,
    dry_run: DRY_RUN = False,
    encoding: ENCODING = "",
    delimiter: DELIMITER = "",
    json: bool = JSON,
) -> None:
    """Follow a list that another system writes, such as every night.

    Who is new comes in, who is different is updated, as with import. Who came in by this list and
    is no longer in the file stops getting mail, but nobody who asked for it themselves. When more
    people miss than may go at once, nothing changes at all, and the command fails: a list that was
    cut off looks the same. When a line cannot be read, nobody goes. Who left, is suppressed or was
    erased never comes back by a list, also not who went because they were not in it: they can sign
    up themselves.
    """
    services = open_services()
    with (
        told_of_interrupt(NOTHING_DONE if dry_run else PART_DONE),
        given_list(file) as path,
        progress_bar("Following") as bar,
    ):
        done = sync_file(
            services.db,
            path,
            name=name,
            ground=ground,
            columns=_columns(map or []),
            dry_run=dry_run,
            key=services.settings.hash_key,
            now=services.clock(),
            known_themes=_themes(services),
            allow=allow,
            progress=bar.update,
            read_as=_read_as(encoding, delimiter),
        )
    if done.kept:
        say(f"Nobody was let go: {done.kept}.")
    _print(done.imported, {"removed": done.removed}, dry_run=dry_run, json=json)


@app.command("export")
def export(
    segment: Annotated[str, typer.Option(help="Slug; without it everybody.")] = "",
    out: Annotated[
        Path | None, typer.Option(help="Write to this file; a workbook when it ends in .xlsx.")
    ] = None,
) -> None:
    """Write subscribers as CSV or a workbook, with the columns that import knows."""
    services = open_services()
    if out is None:
        export_csv(services.db, document_output(), segment=segment, now=services.clock())
        return
    as_workbook = is_workbook(out)
    if segment:
        with services.db.read() as session:  # before the file is emptied
            count_segment(session, segment)
    if as_workbook:
        with private_file(out), out.open("wb") as book:
            written = export_workbook(services.db, book, segment=segment, now=services.clock())
    else:
        with private_file(out), out.open("w", newline="", encoding="utf-8") as file:
            written = export_csv(services.db, file, segment=segment, now=services.clock())
    say(f"{written} {'subscriber' if written == 1 else 'subscribers'} written to {out}.")


def _read_as(encoding: str, delimiter: str) -> ReadAs:
    return ReadAs(encoding.lower(), "\t" if delimiter == "tab" else delimiter)


def _themes(services: Services) -> Mapping[str, str]:
    with services.db.read() as session:
        return theme_words(session)


def _print(report: ImportReport, more: Mapping[str, int], *, dry_run: bool, json: bool) -> None:
    counts = {name: getattr(report, name) for name in COUNTS} | dict(more)
    if json:
        print_json(counts | _worth_a_look(report) | _found(report))
        return
    read_as = {
        "encoding": report.encoding,
        "delimiter": DELIMITERS.get(report.delimiter, report.delimiter),
        "columns": [f"{field}={head}" for field, head in report.columns.items()],
    }
    if report.unused:
        read_as["not used"] = list(report.unused)
    seen = {name.replace("_", " "): count for name, count in _worth_a_look(report).items() if count}
    print_fields(counts | seen | read_as)
    if report.differences and dry_run:
        print_table(
            ("Line", "Address", "Would be"),
            ((one.line, one.email, _told(one)) for one in report.differences[:SHOWN]),
            empty="",
        )
        rest = report.added + report.updated - len(report.differences[:SHOWN])
        if rest:
            print(f"and {rest} more")
    if report.errors:
        print_table(
            ("Line", "Value", "Reason"),
            ((one.line, one.value, one.reason) for one in report.errors),
            empty="",
        )
    if report.notices:
        print_table(
            ("Line", "Value", "Notice"),
            ((one.line, one.value, one.reason) for one in report.notices[:SHOWN]),
            empty="",
        )


def _worth_a_look(report: ImportReport) -> dict[str, int]:
    return {"role_addresses": report.shared, "addresses_with_letters": report.letters}


def _found(report: ImportReport) -> dict[str, Any]:
    return {
        "errors": list(report.errors),
        "notices": list(report.notices),
        "differences": [
            {
                "line": one.line,
                "email": one.email,
                "added": one.added,
                "activated": one.activated,
                "changes": {
                    name: {"from": before, "to": after}
                    for name, (before, after) in one.changes.items()
                },
            }
            for one in report.differences
        ],
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "columns": dict(report.columns),
        "unused_columns": list(report.unused),
    }


def _told(one: Difference) -> str:
    if one.added:
        return ", ".join(["added", *(to for _, to in one.changes.values())])
    changes = [f"{name}: {was or '-'} > {to or '-'}" for name, (was, to) in one.changes.items()]
    return "; ".join(["active on the stated ground"] * one.activated + changes)


def _columns(pairs: list[str]) -> dict[str, str | int]:
    wrong = [pair for pair in pairs if "=" not in pair]
    if wrong:
        fail(f"--map {wrong[0]!r}: write FIELD=COLUMN, such as email=E-mailadres")
    columns = dict(pair.split("=", 1) for pair in pairs)
    if len(columns) < len(pairs):
        fail("--map names a field twice")
    return {**columns}
