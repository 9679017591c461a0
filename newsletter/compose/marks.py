"""What somebody saw of a block or of the head, as a hash: so that we notice a rewrite since. Pure.

Who writes in one block does not get in the way of who writes in another.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from newsletter.compose.blocks import BLOCKS
from newsletter.model import Block, Edition

ABOVE: Final = ("title", "subject", "preheader", "dated_on", "planned_at")


def block_mark(block: Block) -> str:
    """Return the mark of what editors can write in a block; where it stands does not matter."""
    return fields_mark(block.kind, block.fields)


def head_mark(edition: Edition) -> str:
    """Return the mark of what editors can write above the blocks."""
    return words_mark({name: getattr(edition, name) for name in ABOVE})


def words_mark(content: Mapping[str, Any]) -> str:
    """Return the mark of a head with these values; dates as such, or as a snapshot keeps them."""
    return _hashed([_plain(content[name]) for name in ABOVE])


def fields_mark(kind: str, fields: Mapping[str, Any]) -> str:
    """Return the mark of a block of this kind with these fields."""
    words = [fields.get(field.name) or "" for field in BLOCKS[kind].editable]
    return _hashed(words)


def _hashed(words: Sequence[str]) -> str:
    return hashlib.sha256(json.dumps(words).encode("ascii")).hexdigest()


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value or "")
