"""The seal: anything that changes what readers get, or when, breaks it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from newsletter.cut import Cut
from newsletter.seal import seal
from newsletter.values import EditionKind, Rendered
from subscribers.values import Audience
from tests.fakes import START

ONE = Rendered(Cut(Audience.SCHOOL), "onderwerp", "voorproef", "<p>html</p>", "tekst", "slotab")
TWO = replace(ONE, cut=Cut(None))


def sealed(
    *variants: Rendered,
    sender: str = "S <s@example.org>",
    segments: tuple[str, ...] = ("school", "overig"),
    hours: int = 0,
    number: int | None = 14,
    kind: EditionKind = EditionKind.NEWSLETTER,
    not_after: datetime | None = None,
) -> str:
    return seal(
        variants,
        sender=sender,
        segments=segments,
        planned_at=START + timedelta(hours=hours),
        kind=kind,
        number=number,
        not_after=not_after,
    )


def test_order_does_not_matter() -> None:
    assert sealed(ONE, TWO) == sealed(TWO, ONE, segments=("overig", "school"))


@pytest.mark.parametrize(
    "other",
    [
        sealed(ONE),
        sealed(ONE, replace(TWO, cut=Cut(Audience.TEACHER_EDUCATION))),
        sealed(ONE, replace(TWO, cut=Cut(None, frozenset({"startend"})))),
        sealed(ONE, replace(TWO, subject="onderwerp ")),
        sealed(ONE, replace(TWO, preheader="voorproef ")),
        sealed(ONE, replace(TWO, html="<p>html </p>")),
        sealed(ONE, replace(TWO, text="tekst ")),
        sealed(ONE, replace(TWO, subject="onderwerpv", preheader="oorproef")),
        sealed(ONE, TWO, sender="S <x@example.org>"),
        sealed(ONE, TWO, segments=("school",)),
        sealed(ONE, TWO, segments=("schooloverig",)),
        sealed(ONE, TWO, hours=1),
        sealed(ONE, TWO, number=15),
        sealed(ONE, TWO, number=None),
        sealed(ONE, TWO, kind=EditionKind.ANNOUNCEMENT),
        sealed(ONE, TWO, not_after=START),
    ],
)
def test_any_change_breaks_it(other: str) -> None:
    assert other != sealed(ONE, TWO)


def test_it_is_a_sha_256_in_hexadecimal() -> None:
    found = sealed(ONE)

    assert (len(found), int(found, 16) > 0) == (64, True)
