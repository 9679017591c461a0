"""A sound edition passes; for each check there is an edition that does not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from newsletter.approve.checks import CHECKS, run_checks
from newsletter.compose.render import Renderer
from newsletter.identity import Organisation
from newsletter.values import EditionContent, Finding, Level, Rendered
from subscribers.values import Audience
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE, INSTITUTE, SCHOOL, block

RENDER = Renderer(organisation=Organisation(), base_url=BASE)
Variants = Mapping[Audience | None, Rendered]


def variants(content: EditionContent, *audiences: Audience | None) -> Variants:
    return {one: RENDER(content, one) for one in audiences or (None, SCHOOL, INSTITUTE)}


def found(content: EditionContent, *audiences: Audience | None) -> list[tuple[str, Level, str]]:
    findings = run_checks(content, variants(content, *audiences))
    return [(one.rule, one.level, one.where) for one in findings]


@pytest.mark.parametrize("content", [samples.newsletter(), samples.announcement()])
def test_sound_edition_has_no_findings(content: EditionContent) -> None:
    assert run_checks(content, variants(content)) == ()


def one_block(
    kind: str = "article", audience: Audience | None = None, **fields: Any
) -> EditionContent:
    return samples.newsletter(blocks=(block(1, kind, audience, **{"title": "Titel", **fields}),))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (samples.newsletter(subject=" "), ("head.subject", Level.ERROR, "subject")),
        (samples.newsletter(subject="a" * 151), ("head.subject-long", Level.WARNING, "subject")),
        (
            samples.newsletter(subject="KOM ALLEMAAL!!"),
            ("head.subject-loud", Level.WARNING, "subject"),
        ),
        (samples.newsletter(preheader=""), ("head.preheader", Level.WARNING, "preheader")),
        (samples.newsletter(preheader="Kort"), ("head.preheader-short", Level.INFO, "preheader")),
        (
            samples.newsletter(blocks=(block(1, "intro", text="Hallo"),)),
            ("head.no-items", Level.ERROR, ""),
        ),
        (
            one_block(url="ftp://x.example.org"),
            ("links.address", Level.ERROR, "block 1"),
        ),
        (
            one_block(url="https://x.example.org/a", link_text="Lees meer »"),
            ("links.words", Level.ERROR, "https://x.example.org/a"),
        ),
        (
            one_block(url="https://x.example.org/a", link_text="Klik hier"),
            ("links.words", Level.ERROR, "https://x.example.org/a"),
        ),
        (
            samples.newsletter(
                blocks=tuple(
                    block(
                        number,
                        "publication",
                        title="Titel",
                        url=f"https://x.example.org/{number}",
                        link_text="Open de factsheet",
                    )
                    for number in (1, 2)
                )
            ),
            ("links.same-words", Level.WARNING, "https://x.example.org/2"),
        ),
        (
            one_block("publication", image=f"{BASE}/static/mail/koppel.png"),
            ("images.alt", Level.ERROR, "block 1"),
        ),
        (
            one_block(lead=True, offered_image="/beeld/x.jpg"),
            ("images.offered", Level.INFO, "block 1"),
        ),
        (
            one_block("event", starts_at="2027-04-20T10:00+02:00"),
            ("dates.past", Level.ERROR, "block 1"),
        ),
        (
            one_block("event", starts_at="2027-06-20T10:00+02:00", register_by="2027-04-01"),
            ("dates.register-by", Level.WARNING, "block 1"),
        ),
        (
            one_block(teaser="Kom op vrijdag 3 juni naar Doorn."),
            ("dates.weekday", Level.WARNING, "block 1"),
        ),
        (
            samples.newsletter(subject="Tot maandag 2 februari"),
            ("dates.weekday", Level.WARNING, "subject"),
        ),
    ],
)
def test_broken_edition_is_found(content: EditionContent, expected: tuple[str, Level, str]) -> None:
    (finding,) = run_checks(content, variants(content))

    assert (finding.rule, finding.level, finding.where) == expected
    assert finding.mend.endswith(".")


def test_block_that_reaches_nobody_is_found() -> None:
    content = samples.newsletter(
        blocks=(block(1, "article", title="Allen"), block(2, "article", INSTITUTE, title="Titel"))
    )

    assert found(content, SCHOOL) == [("reach.nobody", Level.WARNING, "block 2")]
    assert found(content, SCHOOL, INSTITUTE) == []


def test_audience_that_gets_nothing_is_found() -> None:
    content = one_block("article", SCHOOL)

    assert found(content, SCHOOL) == []
    assert found(content, SCHOOL, None) == [("render.empty", Level.ERROR, "")]


def test_mail_that_is_too_large_is_found_once() -> None:
    many = tuple(
        block(number, "article", title=f"Titel {number}", teaser="Veel woorden. " * 40)
        for number in range(100)
    )

    assert found(samples.newsletter(blocks=many)) == [("size.clipped", Level.ERROR, "")]


def test_mail_that_is_nearly_too_large_is_found() -> None:
    sound = one_block()
    large: Variants = {None: replace(RENDER(sound, None), html="x" * 95_000)}

    assert [one.rule for one in run_checks(sound, large)] == ["size.close"]


def test_foreign_link_and_picture_in_the_html_are_found() -> None:
    sound = one_block()
    html = '<a href="javascript:x">tekst</a><a href="https://x.example.org"></a><img src="a.png">'
    broken: Variants = {None: replace(RENDER(sound, None), html=html)}

    assert [one.rule for one in run_checks(sound, broken)] == [
        "links.scheme",
        "links.empty",
        "images.alt-missing",
    ]


def test_date_of_next_year_is_understood() -> None:
    content = samples.newsletter(dated_on=date(2027, 12, 20), blocks=())

    findings = CHECKS["dates"](replace(content, subject="Tot vrijdag 7 januari"), {})

    assert list(findings) == []


def test_errors_come_first_and_each_finding_once() -> None:
    content = samples.newsletter(preheader="", subject="")

    findings = run_checks(content, variants(content))

    assert [one.level for one in findings] == [Level.ERROR, Level.WARNING]
    assert all(isinstance(one, Finding) and one.message for one in findings)
