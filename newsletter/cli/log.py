"""`newsletter log`: who did what, newest first; with --json everything, to keep elsewhere."""

from datetime import date
from itertools import islice
from typing import Annotated

import typer

from newsletter.cli.output import JSON, document_output, fail, local, print_table
from newsletter.cli.session import account_id, open_services
from newsletter.log_files import json_lines
from newsletter.log_words import Group
from newsletter.store.log import LogFilter, read_log


def show_log(
    start: Annotated[str, typer.Option("--from", help="Date: this day and later.")] = "",
    end: Annotated[str, typer.Option("--to", help="Date: up to and with this day.")] = "",
    edition: Annotated[int | None, typer.Option(help="Only about this edition.")] = None,
    group: Annotated[Group | None, typer.Option(help="Only about these things.")] = None,
    by: Annotated[str, typer.Option(metavar="EMAIL", help="Only of this account.")] = "",
    words: Annotated[str, typer.Option(help="Only with these words.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="So many lines at most.")] = 100,
    json: bool = JSON,
) -> None:
    """Tell who did what, newest first. With --json every entry that fits, however many."""
    services = open_services()
    wanted = LogFilter(
        groups=frozenset([group] if group else Group),
        user_id=account_id(services, by) if by else None,
        edition_id=edition,
        since=_day(start, "--from"),
        until=_day(end, "--to"),
        words=words,
    )
    entries = read_log(services.db, wanted)
    if json:
        document_output().writelines(json_lines(entries))
        return
    print_table(
        ("When", "What", "Note"),
        ((local(one.at), f"{one.sentence}.", one.note) for one in islice(entries, limit)),
        empty="Nothing in the log fits.",
    )


def _day(text: str, option: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        fail(f"{option} {text!r} is not a date (2027-04-22)")
    if day is not None and not 1900 <= day.year < 9999:
        fail(f"{option} {text!r} is not a year that the log can have")
    return day
