"""What somebody saw of a block, as a hash: so that we notice when another rewrote it since. Pure.

Who writes in one block does not get in the way of who writes in another.
"""

import hashlib
import json

from newsletter.compose.blocks import BLOCKS
from newsletter.model import Block


def block_mark(block: Block) -> str:
    """Return the mark of what editors can write in a block; where it stands does not matter."""
    words = [block.fields.get(field.name) or "" for field in BLOCKS[block.kind].editable]
    return hashlib.sha256(json.dumps(words).encode("ascii")).hexdigest()
