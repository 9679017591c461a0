"""What the checks do together: whole editions pass, findings are ordered. See `test_broken.py`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from newsletter.approve.checks import CHECKS, run_checks
from newsletter.approve.checks.language import sentences_of
from newsletter.approve.checks.looks import without_tracking
from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.identity import Organisation
from newsletter.values import AtSource, EditionContent, Facts, Finding, House, Level, Rendered
from subscribers.values import Audience
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE, INSTITUTE, SCHOOL, block

RENDER = Renderer(organisation=Organisation(), base_url=BASE)
FACTS = Facts(now=datetime(2027, 4, 22, 8, tzinfo=UTC), house=House(base_url=BASE))
Variants = Mapping[Cut, Rendered]


def variants(content: EditionContent, *audiences: Audience | None) -> Variants:
    cuts = [Cut(one) for one in audiences or (None, SCHOOL, INSTITUTE)]
    return {cut: RENDER(content, cut) for cut in cuts}


def found(content: EditionContent, *audiences: Audience | None) -> list[tuple[str, Level, str]]:
    findings = run_checks(content, variants(content, *audiences), FACTS)
    return [(one.rule, one.level, one.where) for one in findings]


@pytest.mark.parametrize("content", [samples.newsletter(), samples.announcement()])
def test_sound_edition_has_no_findings(content: EditionContent) -> None:
    assert run_checks(content, variants(content), FACTS) == ()


def one_block(
    kind: str = "article", audience: Audience | None = None, **fields: Any
) -> EditionContent:
    return samples.newsletter(blocks=(block(1, kind, audience, **{"title": "Titel", **fields}),))


def test_block_that_reaches_nobody_is_found() -> None:
    content = samples.newsletter(
        blocks=(block(1, "article", title="Allen"), block(2, "article", INSTITUTE, title="Titel"))
    )

    assert found(content, SCHOOL) == [("reach.nobody", Level.ERROR, "block 2")]
    assert found(content, SCHOOL, INSTITUTE) == []


def test_audience_that_gets_nothing_is_found() -> None:
    content = one_block("article", SCHOOL)

    assert found(content, SCHOOL) == []
    assert found(content, SCHOOL, None) == [("render.empty", Level.ERROR, "")]


def test_blocks_that_were_shortened_are_named_once() -> None:
    many = tuple(
        block(number, "article", title=f"Titel {number}", teaser="Veel woorden. " * 40)
        for number in range(100)
    )

    content = samples.newsletter(blocks=many)

    shortened = RENDER(content, Cut(SCHOOL)).shortened
    assert shortened
    assert found(content) == [
        ("size.shortened", Level.INFO, f"block {one}") for one in sorted(shortened)
    ]


@pytest.mark.parametrize(
    ("fields", "rules"),
    [
        ({"image": "/a.png"}, ["images.alt"]),
        ({"image": "/a.png", "image_decorative": "ja"}, []),
        ({"image": "/a.png", "image_alt": "Een docent"}, []),
        ({"offered_image": "/a.png"}, ["images.offered"]),
        ({"offered_image": "/a.png", "image_decorative": "ja"}, []),
        ({"image": "/a.png", "image_alt": "Een docent", "image_decorative": "ja"}, ["images.both"]),
    ],
)
def test_a_picture_is_described_or_said_to_be_decorative(
    fields: dict[str, str], rules: list[str]
) -> None:
    content = samples.newsletter(blocks=(block(1, "publication", title="Titel", **fields),))

    assert [one.rule for one in CHECKS["images"](content, {}, FACTS)] == rules


def test_date_of_next_year_is_understood() -> None:
    content = samples.newsletter(dated_on=date(2027, 12, 20), blocks=())

    facts = replace(FACTS, planned_at=datetime(2027, 12, 20, 9, tzinfo=UTC))

    findings = CHECKS["dates"](replace(content, subject="Tot vrijdag 7 januari"), {}, facts)

    assert list(findings) == []


def test_errors_come_first_and_each_finding_once() -> None:
    content = samples.newsletter(preheader="", subject="")

    findings = run_checks(content, variants(content), FACTS)

    assert [one.level for one in findings] == [Level.ERROR, Level.WARNING]
    assert all(isinstance(one, Finding) and one.message for one in findings)


@pytest.mark.parametrize(
    ("url", "shorter"),
    [
        ("https://x.example.org/a?utm_source=b", "https://x.example.org/a"),
        ("https://x.example.org/a?id=1&gclid=z#deel", "https://x.example.org/a?id=1#deel"),
        ("https://x.example.org/a?id=1", "https://x.example.org/a?id=1"),
        ("https://x.example.org/a#utm_source=b", "https://x.example.org/a#utm_source=b"),
        ("https://x.example.org/a?q=utm_source=b", "https://x.example.org/a?q=utm_source=b"),
    ],
)
def test_only_what_follows_readers_is_taken_from_an_address(url: str, shorter: str) -> None:
    assert without_tracking(url) == shorter


def test_sentences_end_where_a_reader_takes_breath() -> None:
    text = "Dr. Jansen komt, bijv. om 9.30 uur. Kom je ook? “Ja.” Dan is het\n\nklaar"

    assert list(sentences_of(text)) == [
        "Dr. Jansen komt, bijv. om 9.30 uur.",
        "Kom je ook?",
        "“Ja.”",
        "Dan is het",
        "klaar",
    ]


def test_words_that_a_reader_agreed_to_may_be_long() -> None:
    long = "Wij doen dit " * 9
    agreed = AtSource(
        title="Titel",
        location="",
        starts_at=None,
        cancelled=False,
        has_vanished=False,
        status="accepted",
        before={},
        agreed={"question": long},
    )
    ours = block(1, "practice", title="Titel", question=long)
    content = samples.newsletter(blocks=(ours,))
    theirs = samples.newsletter(blocks=(replace(ours, at_source=agreed),))

    assert [one for one, _, _ in found(content)] == ["language.sentence"]
    assert found(theirs) == []


def test_a_link_to_our_own_host_may_be_http_where_our_site_is() -> None:
    content = one_block(url="http://127.0.0.1:9000/nieuws", link_text="Lees over meelopen")
    near = replace(FACTS, house=House(base_url="http://127.0.0.1:8000"))
    render = Renderer(organisation=Organisation(), base_url=near.house.base_url)

    assert run_checks(content, {Cut(None): render(content, Cut(None))}, near) == ()


@pytest.mark.parametrize(
    ("image", "rules"),
    [
        ("/static/mail/twee-huizen.png", []),
        ("//elders.example.org/foto.png", ["links.address"]),
        ("foto.png", ["links.address"]),
    ],
)
def test_picture_of_our_own_needs_no_host_in_its_address(image: str, rules: list[str]) -> None:
    content = one_block(image=image, image_alt="Twee huizen.", show_image="ja")

    assert [one.rule for one in CHECKS["links"](content, variants(content), FACTS)] == rules


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"starts_at": "2027-04-21T10:00+02:00"}, "is al geweest, op woensdag 21 april 2027."),
        ({"starts_at": "2027-04-28T10:00+02:00"}, "is dan al geweest: woensdag 28 april 2027."),
        ({"register_by": "2027-04-21"}, "kon tot en met woensdag 21 april 2027."),
        ({"register_by": "2027-04-28"}, "kan dan niet meer: het kan tot en met woensdag 28"),
    ],
)
def test_what_is_over_and_what_will_be_over_are_told_apart(
    fields: dict[str, str], words: str
) -> None:
    """FACTS are of 22 April; readers get it on the 29th."""
    one = block(1, "event", **{"title": "Congres", "starts_at": "2027-06-03T10:00+02:00"} | fields)
    content = samples.newsletter(dated_on=date(2027, 4, 29), blocks=(one,))

    facts = replace(FACTS, planned_at=datetime(2027, 4, 29, 8, tzinfo=UTC))

    (told,) = CHECKS["dates"](content, {}, facts)

    assert words in told.message
