"""The gallery: every kind of block with a good example of itself, as mail and as text. Pure."""

from newsletter.compose.blocks.kind import BlockKind
from newsletter.compose.render import Alone, Renderer
from newsletter.values import BlockContent, EditionKind


def sample_block(kind: BlockKind) -> BlockContent:
    """Return a block of this kind with the fields of its sample, for everybody."""
    return BlockContent(id=1, kind=kind.name, audience=None, fields={**kind.blank, **kind.sample})


def show_sample(render: Renderer, kind: BlockKind) -> Alone:
    """Return the sample of a kind as it stands in a newsletter."""
    return render.alone(sample_block(kind), EditionKind.NEWSLETTER)
