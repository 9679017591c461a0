"""Text is kept on one line, cut to fit, and as a slug."""

import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.text import INVISIBLE, NO_TEXT, folded, one_line, shorten, slugify


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Zoë\t de\n\nVries ", "Zoë de Vries"),
        ("a\u00a0b\u2028c", "a b c"),
        ("om\u00adzoom\u200b\u202e\x07\ufeff", "omzoom"),
        ("half \ud83d, geen teken \ufdd0", "half , geen teken"),
        ("", ""),
    ],
)
def test_one_line_holds_what_can_be_seen(text: str, line: str) -> None:
    assert one_line(text) == line


def test_every_character_is_seen_or_not_as_the_plain_class_says() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    unseen = "\u00ad\u061c\u180e\u200b-\u200f\u2060-\u2065\ufeff\ufff9-\ufffb"

    assert INVISIBLE.findall(every) == re.findall(f"[{NO_TEXT}{unseen}]", every)


def test_one_line_is_cut_without_a_space_at_its_end() -> None:
    assert one_line("Zoë  de Vries", maximum=4) == "Zoë"


@given(text=st.text(), maximum=st.integers(1, 20))
def test_one_line_is_the_same_again(text: str, maximum: int) -> None:
    once = one_line(text, maximum=maximum)

    assert len(once) <= maximum
    assert one_line(once, maximum=maximum) == once


@pytest.mark.parametrize(
    ("text", "length", "mark", "short"),
    [
        ("past precies", 12, "…", "past precies"),
        ("een zin, met meer", 10, "…", "een zin…"),
        ("Een zin. En nog een.", 12, " …", "Een zin …"),
        ("samenwerkingsverband", 10, "…", "samenwerk…"),
    ],
)
def test_a_long_text_is_cut_at_a_word(text: str, length: int, mark: str, short: str) -> None:
    assert shorten(text, length, mark=mark) == short


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Opleidingsschool Één", "opleidingsschool-een"),
        ("  --Raad & Co.-- ", "raad-co"),
        ("日本", ""),
    ],
)
def test_a_slug_is_letters_digits_and_dashes(text: str, slug: str) -> None:
    assert slugify(text, maximum=80) == slug


def test_a_slug_is_cut_without_a_dash_at_its_end() -> None:
    assert slugify("een tweede woord", maximum=11) == "een-tweede"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("  Coördinatie\t van\nÉÉN  Straße ", "coordinatie van een strasse"),
        ("‘Agenda’s’ – “havo‑vwo”", "'agenda's' - \"havo-vwo\""),
        ("ﬁnanciën ½", "financien 1⁄2"),
        ("GEWOON", "gewoon"),
        ("", ""),
    ],
)
def test_what_is_searched_has_no_capitals_and_no_accents(text: str, plain: str) -> None:
    assert folded(text) == plain
