"""How a list calls a block."""

from newsletter.compose.blocks import BLOCKS
from newsletter.model import Block
from web.editor.words import first_words


def block_title(block: Block) -> str:
    """Return how a list calls a block: its first words, else its kind."""
    kind = BLOCKS[block.kind]
    words = [one for one in kind.editable if not (one.picture or one.choices)]
    texts = [str(block.fields.get(field.name) or "") for field in words]
    return first_words(texts) or kind.label
