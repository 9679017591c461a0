"""Use case: one address for another, wherever it stands in an edition."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from newsletter.compose.blocks.kind import link
from newsletter.compose.editing import editing
from storage.session import Database


@dataclass(frozen=True, slots=True)
class Replaced:
    """In how many blocks an address was replaced, and the version of the edition since."""

    blocks: int
    version: int


def replace_link(
    db: Database, edition_id: int, *, old: str, new: str, now: datetime, by: int | None
) -> Replaced:
    """Put a new address in the place of an old one, in every block of an edition.

    What others wrote meanwhile stays: nothing but that address changes.
    old: as it stands in the mail. Raises what `editing` raises.
    """
    changed = 0
    with editing(db, edition_id, version=None, now=now, by=by) as (_, edition):
        for block in edition.blocks:
            fields = {name: replaced(value, old, new) for name, value in block.fields.items()}
            if fields != block.fields:
                block.fields = fields
                changed += 1
    return Replaced(changed, edition.version)


def replaced(value: Any, old: str, new: str) -> Any:  # Any: of a field of JSON, whole or within
    """Return the value of a field with one address for another. Pure."""
    if isinstance(value, str):
        return _in_text(value, old, new)
    if isinstance(value, Mapping):
        return {name: replaced(one, old, new) for name, one in value.items()}
    if isinstance(value, list):
        return [replaced(one, old, new) for one in value]
    return value


def _in_text(text: str, old: str, new: str) -> str:
    if text.strip() == old or link({"url": text}, "url") == old:
        return new
    # Not where the address only begins another one: its end must be the end of an address.
    return re.sub(re.escape(old) + r"(?!\.?[\w/?#&=%+~@:-])", lambda _: new, text)
