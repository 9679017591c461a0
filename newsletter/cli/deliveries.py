"""`newsletter edition deliveries`: everybody of an edition by name, and how it went."""

import csv
import json as json_text
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Final, TextIO

import typer

from newsletter.cli.editions import ID
from newsletter.cli.files import private_file
from newsletter.cli.output import JSON, document_output, local, say
from newsletter.cli.session import open_services
from newsletter.send.message import message_namer
from newsletter.send.named import Named, read_named
from newsletter.store.editions import get_edition, log_event
from newsletter.values import DeliveryState
from storage.text import harmless_cell

app = typer.Typer()

COLUMNS: Final = (
    *("email", "name", "audience", "cut", "state", "why", "code", "reply"),
    *("attempts", "resends", "message_id", "at", "next_at"),
)


@app.command("deliveries")
def deliveries(
    edition_id: ID,
    state: Annotated[
        list[DeliveryState] | None,
        typer.Option(
            help="Only who is in this state; may be repeated. For good are: sent, failed (refused; "
            "code and reply say how), skipped (why says for what) and in_doubt."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
    json: bool = JSON,
) -> None:
    """List everybody who was to get an edition, with what became of it: CSV, or JSON.

    It holds addresses; that it was taken is in the log. A second copy that may have arrived beside
    the first is counted in resends.
    """
    services = open_services()
    with services.db.write() as session:
        get_edition(session, edition_id)
        log_event(session, edition_id, what="ledger_taken", now=services.clock())
    pages = read_named(
        services.db,
        edition_id,
        states=state or tuple(DeliveryState),
        name_message=message_namer(services.settings),
    )
    write = _write_json if json else _write_csv
    if out is None:
        write(pages, document_output())
        return
    with private_file(out), out.open("w", newline="", encoding="utf-8") as file:
        written = write(pages, file)
    say(f"{written} people in {out}.")


def _write_csv(pages: Iterable[Sequence[Named]], out: TextIO) -> int:
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    written = 0
    for page in pages:
        writer.writerows([_cell(one) for one in _values(person)] for person in page)
        written += len(page)
    return written


def _write_json(pages: Iterable[Sequence[Named]], out: TextIO) -> int:
    """Write one JSON list, a person a line."""
    out.write("[")
    written = 0
    for page in pages:
        for person in page:
            line = dict(zip(COLUMNS, _values(person), strict=True))
            out.write(("," if written else "") + "\n" + json_text.dumps(line, ensure_ascii=False))
            written += 1
    out.write("\n]\n" if written else "]\n")
    return written


def _values(one: Named) -> Sequence[str | int | None]:
    return (
        *(one.email, one.name, one.audience, one.cut, one.state.value, one.why, one.code),
        *(one.reply, one.attempts, one.resends, one.message_id, local(one.at), local(one.next_at)),
    )


def _cell(value: str | int | None) -> str | int:
    if value is None:
        return ""
    return harmless_cell(value) if isinstance(value, str) else value
