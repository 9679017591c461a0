"""What changed at its source: events that moved or were called off, and corrected words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from newsletter.approve.checks.changed import find_changed
from newsletter.values import AtSource, EditionContent, Level
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import block

START = datetime(2027, 6, 3, 7, 30, tzinfo=UTC)
THERE = AtSource(
    title="Congres",
    location="Doorn",
    starts_at=START,
    cancelled=False,
    has_vanished=False,
    status="accepted",
    before={},
)


def edition(kind: str = "event", **there: Any) -> EditionContent:
    written = {"title": "Congres", "location": "Doorn"}
    when = {"starts_at": "2027-06-03T09:30+02:00"} if kind != "article" else {}
    one = block(1, kind, **written, **when) if when else block(1, kind, title="Congres")
    return samples.newsletter(blocks=(replace(one, at_source=replace(THERE, **there)),))


def test_an_event_that_is_as_announced_gives_no_finding() -> None:
    assert list(find_changed(edition())) == []
    assert list(find_changed(edition("congress"))) == []
    assert list(find_changed(samples.newsletter())) == []


@pytest.mark.parametrize(
    ("there", "rule", "level", "words"),
    [
        ({"cancelled": True}, "changed.cancelled", Level.ERROR, "afgezegd"),
        (
            {"starts_at": START + timedelta(days=1)},
            "changed.moved",
            Level.ERROR,
            "van donderdag 3 juni, 9.30 uur naar vrijdag 4 juni, 9.30 uur",
        ),
        ({"status": "withdrawn"}, "changed.withdrawn", Level.ERROR, "teruggetrokken"),
        ({"has_vanished": True}, "changed.vanished", Level.WARNING, "Vraag na"),
        (
            {"location": "Ede", "before": {"location": "Doorn"}},
            "changed.corrected",
            Level.WARNING,
            "plaats in “Ede”",
        ),
    ],
)
def test_what_happened_to_an_event_is_told(
    there: dict[str, Any], rule: str, level: Level, words: str
) -> None:
    (finding,) = find_changed(edition(**there))

    assert (finding.rule, finding.level, finding.where) == (rule, level, "block 1")
    assert words in f"{finding.message} {finding.mend}"


def test_what_editors_wrote_is_not_held_against_the_source() -> None:
    content = edition(title="Andere naam", before={"title": "Nog een andere naam"})

    assert list(find_changed(content)) == []


def test_the_moment_of_an_article_says_nothing() -> None:
    assert list(find_changed(edition("article", starts_at=None))) == []


def test_other_words_than_a_reader_agreed_to_stop_the_edition() -> None:
    agreed = replace(THERE, agreed={"title": "Klein beginnen", "result": "Nu  doen er vijf mee."})
    same = block(1, "practice", title="Klein beginnen", result="Nu doen er vijf mee.")
    shorter = block(1, "practice", title="Klein beginnen")
    other = block(1, "practice", title="Klein beginnen", result="Iedereen doet mee.")

    found = [
        [one.rule for one in find_changed(samples.newsletter(blocks=(one,)))]
        for one in (replace(each, at_source=agreed) for each in (same, shorter, other))
    ]

    assert found == [[], [], ["changed.agreed"]]
