"""Practice examples in Markdown files."""

from datetime import UTC, datetime

import pytest

from feeds.errors import MalformedSource
from feeds.sources.practice import parse_practice
from feeds.values import ItemKind, ParsedItem

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
FILE = """\
---
title: Klein beginnen
partnership: Opleidingsschool De Brug
themes: [visie, hr-beleid]
audiences: school
question: Waar begin je?
approach: Met één vak.
result: Nu doen er vijf mee.
contact: Coördinator, brug@example.org
published: 2026-09-17
---
In onze streek begonnen we klein.

Het ging *goed*.
"""


def parse(text: str) -> ParsedItem:
    return parse_practice(text.encode(), now=NOW, base_url="/map/klein-beginnen.md").items[0]


def test_a_file_becomes_one_item() -> None:
    assert parse(FILE) == ParsedItem(
        ItemKind.PRACTICE,
        guid="klein-beginnen",
        title="Klein beginnen",
        summary="Waar begin je?",
        published_at=datetime(2026, 9, 16, 22, 0, tzinfo=UTC),
        themes=("visie", "hr-beleid"),
        audiences=("school",),
        details={
            "partnership": "Opleidingsschool De Brug",
            "question": "Waar begin je?",
            "approach": "Met één vak.",
            "result": "Nu doen er vijf mee.",
            "contact": "Coördinator, brug@example.org",
            "story": "In onze streek begonnen we klein.\n\nHet ging *goed*.",
        },
    )


def test_without_a_question_the_story_is_summarised() -> None:
    assert parse(FILE.replace("question: Waar begin je?\n", "")).summary.startswith(
        "In onze streek"
    )


def test_an_image_comes_with_its_description() -> None:
    named = "image: https://example.org/plein.jpg\nimage_alt: Een schoolplein\n"

    item = parse(FILE.replace("published:", f"{named}published:"))

    assert (item.image_url, item.details["image_alt"]) == (
        "https://example.org/plein.jpg",
        "Een schoolplein",
    )


def test_a_field_that_is_not_known_is_complained_of() -> None:
    document = FILE.replace("contact:", "kontakt:").encode()

    parsed = parse_practice(document, now=NOW, base_url="/map/a.md")
    assert parsed.complaints == ("line 2: the field 'kontakt' is not known",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: a head"),
        ("# Kop\n", "line 1: a head"),
        ("---\ntitle: x\n", "line 2: the head has no closing"),
        ("---\ntitle: x\nthemes: [a\n---\n", "line 3: the head cannot be read"),
        ("---\n- a\n---\n", "line 2: the head is not a list of fields"),
        ("---\nquestion: x\n---\n", "line 2: the head has no title"),
        ("---\ntitle: x\npublished: gisteren\n---\n", "line 2: published is not a date"),
        ("---\ntitle: x\npublished: 2026-02-31\n---\n", "line 2: the head cannot be read"),
        ("---\n!!python/object/apply:os.system [x]\n---\n", "line 2: the head cannot be read"),
    ],
)
def test_a_bad_head_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(MalformedSource, match=message):
        parse(text)
