"""Use case: one address for another, wherever it stands in an edition."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from newsletter.compose.blocks.kind import link
from newsletter.compose.editing import editing
from storage.session import Database


def replace_link(  # noqa: PLR0913 - the fields of the form
    db: Database,
    edition_id: int,
    *,
    version: int,
    old: str,
    new: str,
    now: datetime,
    by: int | None,
) -> int:
    """Put a new address in the place of an old one, in every block; return in how many it stood.

    old: as it stands in the mail. Raises what `editing` raises.
    """
    changed = 0
    with editing(db, edition_id, version=version, now=now, by=by) as (_, edition):
        for block in edition.blocks:
            fields = {name: replaced(value, old, new) for name, value in block.fields.items()}
            if fields != block.fields:
                block.fields = fields
                changed += 1
    return changed


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
