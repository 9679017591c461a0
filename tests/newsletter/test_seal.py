"""The seal: anything that changes what readers get, or when, breaks it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from newsletter.cut import Cut
from newsletter.seal import mails_mark, plan_mark, seal, terms_mark
from newsletter.values import Rendered
from subscribers.values import Audience
from tests.fakes import START

LETTERHEAD = ("S <s@example.org>", "vragen@example.org", "Steunpunt")
ONE = Rendered(
    Cut(Audience.SCHOOL), "onderwerp", "voorproef", "<p>html slotabx</p>", "tekst slotaby", "slotab"
)
TWO = replace(ONE, cut=Cut(None))
FACTS = {"title": "Nieuwsbrief", "number": 14, "segments": ["school"], "blocks": [[1, "intro", {}]]}


def marked(*variants: Rendered, letterhead: tuple[str, ...] = LETTERHEAD) -> str:
    return mails_mark(variants, letterhead=letterhead)


def test_order_does_not_matter() -> None:
    assert marked(ONE, TWO) == marked(TWO, ONE)


@pytest.mark.parametrize(
    "other",
    [
        marked(ONE),
        marked(ONE, replace(TWO, cut=Cut(Audience.TEACHER_EDUCATION))),
        marked(ONE, replace(TWO, cut=Cut(None, frozenset({"startend"})))),
        marked(ONE, replace(TWO, subject="onderwerp ")),
        marked(ONE, replace(TWO, preheader="voorproef ")),
        marked(ONE, replace(TWO, html="<p>html slotabx </p>")),
        marked(ONE, replace(TWO, text="tekst slotaby ")),
        marked(ONE, replace(TWO, subject="onderwerpv", preheader="oorproef")),
        marked(ONE, replace(TWO, marker="slot")),
        marked(ONE, replace(TWO, marker="")),
        marked(ONE, replace(TWO, marker="elders")),
        marked(ONE, TWO, letterhead=("S <x@example.org>", *LETTERHEAD[1:])),
        marked(ONE, TWO, letterhead=(LETTERHEAD[0], "x@example.org", LETTERHEAD[2])),
    ],
)
def test_any_change_of_a_mail_is_seen(other: str) -> None:
    assert other != marked(ONE, TWO)


def test_slots_may_be_named_otherwise_by_a_later_release() -> None:
    renamed = replace(ONE, html="<p>html slotcdx</p>", text="tekst slotcdy", marker="slotcd")

    assert marked(renamed) == marked(ONE)


@pytest.mark.parametrize(
    "other",
    [
        FACTS | {"title": "Nieuwsbrief "},
        FACTS | {"number": 15},
        FACTS | {"number": None},
        FACTS | {"segments": ["school", "overig"]},
        FACTS | {"blocks": [[1, "intro", {"text": " "}]]},
        FACTS | {"not_after": START.timestamp()},
    ],
)
def test_any_change_of_the_terms_is_seen(other: dict[str, object]) -> None:
    assert terms_mark(other) != terms_mark(FACTS)


@pytest.mark.parametrize("nothing", [None, "", [], {}])
def test_a_fact_that_a_later_release_knows_of_and_that_says_nothing_breaks_no_seal(
    nothing: object,
) -> None:
    assert terms_mark(FACTS | {"new": nothing}) == terms_mark(FACTS)


def test_a_seal_is_of_both_marks_and_a_plan_of_its_moment() -> None:
    mails, terms = marked(ONE), terms_mark(FACTS)
    sealed = seal(mails, terms)

    assert len({sealed, seal(terms, mails), seal(mails, mails)}) == 3
    assert len(sealed) == 64
    assert plan_mark(sealed, due_at=START) == plan_mark(sealed, due_at=START)
    assert plan_mark(sealed, due_at=START) != plan_mark(sealed, due_at=START + timedelta(seconds=1))
    assert plan_mark(sealed, due_at=START) != plan_mark(terms, due_at=START)
