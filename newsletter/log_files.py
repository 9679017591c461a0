"""The log as a file: CSV for a spreadsheet, JSON for programs. Line by line, however long it is."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from newsletter.dutch import local
from newsletter.store.log import Told
from storage.spreadsheet import BOM, spreadsheet_line
from storage.text import harmless_cell

COLUMNS: Final = ("id", "moment", "wie", "wat", "zin", "over", "opmerking", "gegevens")


def as_json(told: Told) -> dict[str, object]:
    """Return an entry as programs read it."""
    return {
        "id": told.id,
        "at": local(told.at).isoformat(),
        "by": told.who,
        "user_id": told.user_id,
        "what": told.what,
        "sentence": told.sentence,
        "about": told.it,
        "edition_id": told.edition_id,
        "note": told.note,
        "detail": dict(told.detail),
    }


def csv_lines(entries: Iterable[Told]) -> Iterator[str]:
    """Yield a head and a line for each entry; no cell is a formula."""
    yield BOM + spreadsheet_line(COLUMNS)
    for one in entries:
        detail = json.dumps(dict(one.detail), ensure_ascii=False) if one.detail else ""
        at = local(one.at).isoformat(sep=" ", timespec="seconds")
        texts = (one.who, one.what, one.sentence, one.it, one.note, detail)
        yield spreadsheet_line((str(one.id), at, *map(harmless_cell, texts)))


def json_lines(entries: Iterable[Told]) -> Iterator[str]:
    """Yield one JSON list, an entry a line."""
    before = "[\n"
    for one in entries:
        yield before + json.dumps(as_json(one), ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"
