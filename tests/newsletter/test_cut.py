"""Which blocks a reader gets: the key of a cut, and what it sees."""

from dataclasses import replace

import pytest

from newsletter.cut import Cut, parse_cut
from newsletter.values import BlockContent, Head
from subscribers.values import Audience
from tests.newsletter.compose import samples

SCHOOL = Audience.SCHOOL


@pytest.mark.parametrize(
    ("cut", "key"),
    [
        (Cut(SCHOOL), "school"),
        (Cut(None), "overig"),
        (Cut(None, frozenset({"zuid", "startend-2"})), "overig.startend-2.zuid"),
    ],
)
def test_a_cut_has_a_key_and_comes_back_from_it(cut: Cut, key: str) -> None:
    assert (cut.key, parse_cut(key)) == (key, cut)


@pytest.mark.parametrize("key", ["", "iedereen", "school.", "school..zuid"])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_cut(key)


def blocks() -> tuple[BlockContent, ...]:
    everybody, side, south, starting = (
        samples.block(number, "article", SCHOOL if number == 2 else None, title=f"Titel {number}")
        for number in range(1, 5)
    )
    return (everybody, side, replace(south, segment="zuid"), replace(starting, segment="startend"))


@pytest.mark.parametrize(
    ("key", "seen"),
    [
        ("overig", [1]),
        ("school", [1, 2]),
        ("school.zuid", [1, 2, 3]),
        ("overig.startend", [1, 4]),
        ("lerarenopleiding.startend.zuid", [1, 3, 4]),
    ],
)
def test_a_reader_gets_the_blocks_of_their_side_and_of_their_segments_once(
    key: str, seen: list[int]
) -> None:
    content = samples.newsletter(blocks=blocks())

    assert [one.id for one in content.seen_by(parse_cut(key)).blocks] == seen
    assert content.segments == ("startend", "zuid")


def test_a_side_has_its_own_head_and_else_that_of_everybody() -> None:
    heads = {SCHOOL: Head(subject="Voor jullie school"), Audience.TEACHER_EDUCATION: Head()}
    content = samples.newsletter(subject="Voor allen", preheader="Daarna", heads=heads)

    def head(key: str) -> tuple[str, str]:
        seen = content.seen_by(parse_cut(key))
        return seen.subject, seen.preheader

    assert head("school.startend") == ("Voor jullie school", "Daarna")
    assert head("lerarenopleiding") == head("overig") == ("Voor allen", "Daarna")


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ((), [1, 2, 3, 4]),
        ((4, 3, 2, 1), [4, 3, 2, 1]),
        # What it does not name stands below what it stands below for everybody.
        ((4, 1), [4, 1, 2, 3]),
        ((3, 99, 2), [1, 3, 4, 2]),
        ((2,), [1, 2, 3, 4]),
    ],
)
def test_a_side_has_its_own_order_with_each_block_once(
    order: tuple[int, ...], expected: list[int]
) -> None:
    content = samples.newsletter(blocks=blocks(), orders={SCHOOL: order})

    def ids(side: Audience | None) -> list[int]:
        return [one.id for one in content.ordered(side)]

    assert ids(SCHOOL) == (expected if order else [1, 2, 3, 4])
    assert ids(None) == ids(Audience.TEACHER_EDUCATION) == [1, 2, 3, 4]
    seen = content.seen_by(parse_cut("school.zuid"))
    assert [one.id for one in seen.blocks] == [one for one in expected if one != 4]
    assert seen.orders == {}
