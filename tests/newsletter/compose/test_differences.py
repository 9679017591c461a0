"""What changed between two snapshots, and how texts differ word by word."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.compose.differences import (
    About,
    Change,
    Difference,
    Piece,
    Summary,
    differences,
    in_words,
    summary,
)

SAME, DEL, INS = "same", "del", "ins"


def block(number: int, audience: str | None = None, **fields: Any) -> dict[str, Any]:
    fields = {"title": f"Titel {number}", **fields}
    return {"id": number, "kind": "article", "audience": audience, "item_id": None} | {
        "fields": fields
    }


def about(number: int, title: str = "") -> About:
    return About(number, "article", title or f"Titel {number}")


def edition(*blocks: dict[str, Any], **head: Any) -> dict[str, Any]:
    return {"title": "Editie 1", "subject": "Onderwerp", **head, "blocks": list(blocks)}


BEFORE = edition(block(1), block(2), block(3), block(4))
CASES = [
    (BEFORE, (), Summary(Change.NOTHING)),
    (
        edition(block(1), block(2), block(3), block(4), subject="Anders"),
        (Difference(Change.HEAD, None, "subject", "Onderwerp", "Anders"),),
        Summary(Change.HEAD),
    ),
    (
        edition(block(1), block(2, title="Anders", teaser="Kort"), block(3), block(4)),
        (
            Difference(Change.WRITTEN, about(2, "Anders"), "title", "Titel 2", "Anders"),
            Difference(Change.WRITTEN, about(2, "Anders"), "teaser", None, "Kort"),
        ),
        Summary(Change.WRITTEN, about(2, "Anders")),
    ),
    (
        edition(block(1), block(2, "school"), block(3), block(4)),
        (Difference(Change.AUDIENCE, about(2), "audience", None, "school"),),
        Summary(Change.AUDIENCE, about(2)),
    ),
    (
        edition(block(1), block(2), block(5), block(3), block(4)),
        (Difference(Change.ADDED, about(5)),),
        Summary(Change.ADDED, about(5)),
    ),
    (
        edition(block(1), block(3), block(4)),
        (Difference(Change.DROPPED, about(2)),),
        Summary(Change.DROPPED, about(2)),
    ),
    (
        edition(block(4), block(1), block(2), block(3)),
        (Difference(Change.MOVED, about(4)),),
        Summary(Change.MOVED, about(4)),
    ),
    (
        edition(block(3), block(4), block(1), block(2)),
        (Difference(Change.MOVED, about(3)), Difference(Change.MOVED, about(4))),
        Summary(Change.MOVED),
    ),
    (
        edition(block(5), block(1), block(3), block(4), title="Editie 2"),
        (
            Difference(Change.HEAD, None, "title", "Editie 1", "Editie 2"),
            Difference(Change.ADDED, about(5)),
            Difference(Change.DROPPED, about(2)),
        ),
        Summary(Change.SEVERAL),
    ),
    (
        edition(block(1, title="x"), block(2, title="y"), block(3), block(4)),
        (
            Difference(Change.WRITTEN, about(1, "x"), "title", "Titel 1", "x"),
            Difference(Change.WRITTEN, about(2, "y"), "title", "Titel 2", "y"),
        ),
        Summary(Change.SEVERAL),
    ),
    (
        edition(
            *(block(number) for number in range(1, 5)),
            heads={"school": {"subject": "Voor scholen"}},
        ),
        (Difference(Change.HEAD, None, "subject school", None, "Voor scholen"),),
        Summary(Change.HEAD),
    ),
    (
        edition(block(1, offered_image="/beeld/x.jpg"), block(2), block(3), block(4)),
        (),
        Summary(Change.NOTHING),
    ),
]


@pytest.mark.parametrize(("after", "found", "called"), CASES)
def test_each_change_is_found_and_called_by_its_name(
    after: dict[str, Any], found: tuple[Difference, ...], called: Summary
) -> None:
    assert set(differences(BEFORE, after)) == set(found)
    assert len(differences(BEFORE, after)) == len(found)
    assert summary(differences(BEFORE, after)) == called


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("", "", ()),
        ("Nieuw", "Nieuw", ((SAME, "Nieuw"),)),
        ("", "Nieuw", ((INS, "Nieuw"),)),
        ("Oud", "", ((DEL, "Oud"),)),
        (
            "Meld je aan voor vrijdag.",
            "Meld je aan voor maandag.",
            ((SAME, "Meld je aan voor "), (DEL, "vrijdag"), (INS, "maandag"), (SAME, ".")),
        ),
        (
            "Kom met een collega langs",
            "Kom samen langs",
            ((SAME, "Kom "), (DEL, "met een collega"), (INS, "samen"), (SAME, " langs")),
        ),
        ("drie keer", "vier maal", ((DEL, "drie keer"), (INS, "vier maal"))),
        ("é én", "é een", ((SAME, "é "), (DEL, "én"), (INS, "een"))),
    ],
)
def test_texts_differ_by_whole_words(
    before: str, after: str, pieces: tuple[tuple[str, str], ...]
) -> None:
    assert in_words(before, after) == tuple(Piece(*one) for one in pieces)


@given(st.text(alphabet="ab .,\n<"), st.text(alphabet="ab .,\n<"))
def test_the_pieces_are_both_texts_whole(before: str, after: str) -> None:
    pieces = in_words(before, after)

    assert "".join(one.text for one in pieces if one.how != INS) == before
    assert "".join(one.text for one in pieces if one.how != DEL) == after


def test_texts_that_are_very_long_are_told_whole() -> None:
    before, after = "een " * 2000, "twee " * 2000

    assert in_words(before, after) == (Piece(DEL, before), Piece(INS, after))
