"""Why a reader gets a mail, in a sentence."""

import pytest

from newsletter.send.reason import reason_for
from newsletter.values import EditionKind
from subscribers.values import Audience, ConsentKind, Reader
from tests.fakes import START

NEWS, EVENT = EditionKind.NEWSLETTER, EditionKind.ANNOUNCEMENT
ASKED, IMPORTED = ConsentKind.CONFIRMED, ConsentKind.IMPORTED


@pytest.mark.parametrize(
    ("kind", "audience", "role", "ground", "sentence"),
    [
        (
            NEWS,
            Audience.SCHOOL,
            "schoolopleider",
            ASKED,
            "Je krijgt deze nieuwsbrief omdat je je op 20 april 2027 hebt aangemeld. "
            "Je leest de uitgave voor scholen, want je gaf op dat je schoolopleider bent.",
        ),
        (
            NEWS,
            Audience.TEACHER_EDUCATION,
            "",
            ASKED,
            "Je krijgt deze nieuwsbrief omdat je je op 20 april 2027 hebt aangemeld. "
            "Je leest de uitgave voor lerarenopleidingen, want je gaf op dat je daar werkt.",
        ),
        (
            NEWS,
            None,
            "",
            ASKED,
            "Je krijgt deze nieuwsbrief omdat je je op 20 april 2027 hebt aangemeld.",
        ),
        (
            NEWS,
            Audience.SCHOOL,
            "schoolopleider",
            IMPORTED,
            "Je krijgt deze nieuwsbrief omdat we je adres op 20 april 2027 op de verzendlijst "
            "hebben gezet. Je leest de uitgave voor scholen.",
        ),
        (
            EVENT,
            Audience.SCHOOL,
            "schoolopleider",
            ASKED,
            "Je krijgt deze aankondiging omdat je op 20 april 2027 hebt gekozen voor berichten "
            "over bijeenkomsten.",
        ),
        (
            EVENT,
            None,
            "",
            IMPORTED,
            "Je krijgt deze aankondiging omdat we je adres op 20 april 2027 op de verzendlijst "
            "hebben gezet.",
        ),
    ],
)
def test_sentence_names_ground_day_and_side(
    kind: EditionKind, audience: Audience | None, role: str, ground: ConsentKind, sentence: str
) -> None:
    reader = Reader(1, "r@example.org", "", audience, role, START, ground)

    assert reason_for(reader, kind) == sentence
