"""What somebody saw of a block, as a hash: so that we notice when another rewrote it since. Pure.

Who writes in one block does not get in the way of who writes in another.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from newsletter.compose.blocks import BLOCKS
from newsletter.model import Block


def block_mark(block: Block) -> str:
    """Return the mark of what editors can write in a block; where it stands does not matter."""
    return fields_mark(block.kind, block.fields)


def fields_mark(kind: str, fields: Mapping[str, Any]) -> str:
    """Return the mark of a block of this kind with these fields."""
    words = [fields.get(field.name) or "" for field in BLOCKS[kind].editable]
    return hashlib.sha256(json.dumps(words).encode("ascii")).hexdigest()
