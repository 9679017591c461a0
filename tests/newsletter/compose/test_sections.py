"""Where a block goes that is put between two others."""

from collections.abc import Sequence

import pytest

from newsletter.compose.sections import put_between
from newsletter.values import BlockContent
from tests.newsletter.compose.samples import block

KINDS = {"i": "intro", "a": "article", "b": "article", "e": "event", "f": "event", "t": "text"}
BLOCKS = {name: block(number, kind) for number, (name, kind) in enumerate(KINDS.items(), 1)}


def put(order: str, name: str, above: str, below: str) -> str:
    blocks: Sequence[BlockContent] = [BLOCKS[one] for one in order]
    placed = put_between(blocks, BLOCKS[name], BLOCKS.get(above), BLOCKS.get(below))
    return "".join(next(name for name, kept in BLOCKS.items() if kept is one) for one in placed)


@pytest.mark.parametrize(
    ("name", "above", "below", "order"),
    [
        ("b", "i", "a", "ibaeft"),  # within its section
        ("a", "b", "e", "ibaeft"),  # to the end of its section
        ("f", "t", "", "iabtef"),  # elsewhere: its whole section
        ("e", "", "i", "efiabt"),
        ("t", "", "i", "tiabef"),
        ("t", "a", "b", "itabef"),  # a section is not cut in two
        ("i", "t", "", "abefti"),
        ("a", "", "", "iabeft"),
    ],
)
def test_a_block_goes_between_two_others_as_far_as_its_section_lets_it(
    name: str, above: str, below: str, order: str
) -> None:
    assert put("iabeft", name, above, below) == order
