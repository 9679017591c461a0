"""An edition's content as plain values that fit in JSON, and back into its rows. No queries.

A snapshot holds what editors can change, whole: {"title": ..., "blocks": [{"id": ..., ...}]}, the
blocks in order. A column that gets its line here is kept and brought back from then on; a snapshot
from before that leaves the column as it is, or as BEFORE says.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from newsletter.compose.sections import renumber
from newsletter.model import Block, Edition

Snapshot = dict[str, Any]
Read = Callable[[Any], object]


def _same(value: object) -> object:
    return value


def _date(text: str) -> date:
    return date.fromisoformat(text)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


# Each column, and how its value is read back.
OF_EDITION: Final[Mapping[str, Read]] = {
    "title": _same,
    "subject": _same,
    "preheader": _same,
    "dated_on": _date,
    "planned_at": _moment,
    "segments": _same,
    "not_after": _moment,
    "without": _same,
    "listed": _same,
    "heads": _same,
    "orders": _same,
}
# item_id stands before fields: `store/revisions.py` finds the item by that.
OF_BLOCK: Final[Mapping[str, Read]] = {
    "id": _same,
    "kind": _same,
    "audience": _same,
    "segment": _same,
    "item_id": _same,
    "fields": _same,
}
BEFORE: Final[Mapping[str, object]] = {"segment": None, "heads": {}, "orders": {}}
OFFERED: Final = "offered_image"  # the program fills it in, whatever editors do


def take(edition: Edition) -> Snapshot:
    """Return the content of an edition, its blocks loaded and stored."""
    blocks = sorted(edition.blocks, key=lambda block: block.position)
    return {
        **_values(edition, OF_EDITION),
        "blocks": [_values(block, OF_BLOCK) for block in blocks],
    }


def bring_back(edition: Edition, snapshot: Snapshot, *, now: datetime) -> None:
    """Make the edition's rows, its blocks loaded, say what the snapshot says.

    A block that was taken out since comes back under the id that it had. A planned moment that is
    over stays out, and a photo that was offered since stays in.
    """
    _fill(edition, snapshot, OF_EDITION)
    if edition.planned_at is not None and edition.planned_at <= now:
        edition.planned_at = None
    rows = {block.id: block for block in edition.blocks}
    edition.blocks = [_brought_back(rows.get(one["id"]), one) for one in snapshot["blocks"]]
    renumber(edition.blocks)


def _brought_back(row: Block | None, values: Mapping[str, Any]) -> Block:
    if row is None:
        row = Block()
        _fill(row, values, OF_BLOCK)
        return row
    offered = row.fields.get(OFFERED)
    _fill(row, values, OF_BLOCK)
    if offered and OFFERED in row.fields:
        row.fields = {**row.fields, OFFERED: offered}
    return row


def _values(row: Edition | Block, columns: Mapping[str, Read]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in columns}


def _fill(row: Edition | Block, values: Mapping[str, Any], columns: Mapping[str, Read]) -> None:
    told = {**BEFORE, **values}
    for name, read in columns.items():
        if name in told:
            setattr(row, name, read(told[name]))


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
