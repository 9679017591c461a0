"""The registry of blocks: a new kind is one file here, two templates, and one line below.

BLOCKS are what editors make an edition of; FIXED are what every edition has, in its place.
"""

from collections.abc import Mapping
from typing import Final

from newsletter.compose.blocks import (
    article,
    call,
    colofon,
    congress,
    contents,
    divider,
    event,
    footer,
    image,
    intro,
    masthead,
    poll,
    practice,
    publication,
    quote,
    report,
    text,
)
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
        report.KIND,
        text.KIND,
        quote.KIND,
        image.KIND,
        poll.KIND,
        call.KIND,
        divider.KIND,
    )
}
FIXED: Final[Mapping[str, BlockKind]] = {
    kind.name: kind
    for kind in (
        masthead.KIND,
        contents.KIND,
        colofon.KIND,
        footer.KIND,
    )
}
KINDS: Final[Mapping[str, BlockKind]] = {**BLOCKS, **FIXED}
