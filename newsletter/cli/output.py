"""How a command speaks: one JSON document, or a table for people; errors as one line.

Standard output holds the report and nothing else; progress and logs go to standard error.
"""

import io
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from json import dump
from typing import Any, Final, NoReturn, TextIO

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from feeds.values import AMSTERDAM
from storage.text import one_line

JSON = typer.Option(False, "--json", help="Print one JSON document on standard output.")
PIPED_WIDTH: Final = 2000  # a row is one line for whatever reads it
progress_console = Console(stderr=True)


def prepare_streams() -> None:
    """Let a command run whatever the caller's streams are.

    One that was closed (`>&-`) takes everything and gives nothing; a letter that the locale does
    not have is printed as a question mark.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
        elif mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def document_output() -> TextIO:
    """Return standard output for a document that is UTF-8 whatever the locale, such as CSV."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    return sys.stdout


def print_report(report: Mapping[str, object], *, json: bool) -> None:
    """Print one thing: as JSON, or for people."""
    if json:
        print_json(report)
    else:
        print_fields(report)


def print_list(
    report: object,
    *,
    json: bool,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    empty: str,
) -> None:
    """Print a list: the report as JSON, or its rows for people."""
    if json:
        print_json(report)
    else:
        print_table(columns, rows, empty=empty)


def print_json(report: object) -> None:
    """Print one JSON document; moments are ISO 8601 with the offset of Amsterdam."""
    dump(report, document_output(), default=_plain, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, empty: str) -> None:
    """Print rows under their heads, or one sentence when there are none."""
    table = Table(*columns, box=None, pad_edge=False, header_style="bold")
    count = 0
    for count, row in enumerate(rows, 1):  # noqa: B007 - counted, not used inside
        table.add_row(*(_shown(cell) for cell in row))
    console = Console() if sys.stdout.isatty() else Console(width=PIPED_WIDTH, soft_wrap=True)
    console.print(table if count else empty, markup=False)


def print_fields(report: Mapping[str, object]) -> None:
    """Print one thing, a field a line; of a list of things each on a line of its own."""
    width = max(map(len, report))
    for name, value in report.items():
        first, *rest = map(_shown, _things(value))
        print(f"{name:<{width}}  {first}")
        for line in rest:
            print(f"{'':<{width}}  {line}")


def _things(value: object) -> Sequence[object]:
    """Return the things that a value is a list of; a list of words is one."""
    if isinstance(value, Sequence) and any(isinstance(one, Mapping) for one in value):
        return value
    return [value]


def say(sentence: str) -> None:
    """Print one sentence for people, on standard error, so that a script's output stays clean."""
    typer.echo(sentence, err=True)


def fail(sentence: str) -> NoReturn:
    """End the command with status 1 and one line that says what and what to do."""
    typer.echo(f"newsletter: {sentence}", err=True)
    raise typer.Exit(1)


@contextmanager
def progress_bar(title: str) -> Iterator["Bar"]:
    """Show how far it is, on a terminal; silent when piped."""
    # A source gives itself its name: "[/b]" in it is no markup of ours.
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, console=progress_console, disable=not sys.stderr.isatty(), transient=True
    ) as shown:
        yield Bar(shown, title)


class Bar:
    """One line of progress."""

    def __init__(self, shown: Progress, title: str) -> None:
        self._shown, self._title = shown, title
        self._task = shown.add_task(title, total=None)

    @property
    def is_shown(self) -> bool:
        """Whether there is a terminal to show it on."""
        return not self._shown.disable

    def update(self, done: int, total: int, what: str = "") -> None:
        """Show `done` of `total`, and what is being done."""
        title = f"{self._title}: {what}" if what else self._title
        self._shown.update(self._task, completed=done, total=total, description=title)


def local(moment: datetime | None) -> str | None:
    """Return a moment as ISO 8601 with the offset of Amsterdam."""
    return None if moment is None else moment.astimezone(AMSTERDAM).isoformat()


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return local(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"no JSON for {type(value).__name__}")


def _shown(value: object) -> str:  # noqa: PLR0911 - a line for each kind of value
    if value is None:
        return ""
    if isinstance(value, Mapping):
        told = ((name, one_line(_shown(one))) for name, one in value.items())
        return "; ".join(f"{name} {text}" for name, text in told if text)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return value.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(map(_shown, value))
    return str(value)
