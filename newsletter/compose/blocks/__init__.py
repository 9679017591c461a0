"""The registry of blocks: a new kind is one file here, two templates, and one line below."""

from collections.abc import Mapping
from typing import Final

from newsletter.compose.blocks import article, congress, event, intro, practice, publication
from newsletter.compose.blocks.kind import BlockKind

BLOCKS: Final[Mapping[str, BlockKind]] = {
    kind.name: kind
    for kind in (
        intro.KIND,
        article.KIND,
        event.KIND,
        practice.KIND,
        publication.KIND,
        congress.KIND,
    )
}
