"""Why a reader gets a mail, in a sentence that is true for this reader."""

import pytest

from newsletter.send.mail.reason import reason_for
from newsletter.values import EditionKind
from subscribers.values import Audience, ConsentKind, Reader
from tests.fakes import START

NEWS, EVENT = EditionKind.NEWSLETTER, EditionKind.ANNOUNCEMENT
ASKED, IMPORTED = ConsentKind.ASKED, ConsentKind.IMPORTED
SCHOOL, INSTITUTE = Audience.SCHOOL, Audience.TEACHER_EDUCATION
LABELS = {"visie": "Visie", "hr": "HR-beleid", "zorg": "Kwaliteitszorg", "nvao": "Toetsing"}
SIGNED_UP = "omdat je je op 20 april 2027 via de site aanmeldde"
BROUGHT_IN = "omdat we je adres op 20 april 2027 op de verzendlijst hebben gezet"


@pytest.mark.parametrize(
    ("kind", "audience", "role", "ground", "themes", "has_changed", "sentence"),
    [
        (
            *(NEWS, INSTITUTE, "lerarenopleider", ASKED, ("zorg",), False),
            f"Je krijgt deze nieuwsbrief {SIGNED_UP} als lerarenopleider, thema Kwaliteitszorg. "
            "Je leest de uitgave voor lerarenopleidingen.",
        ),
        (
            *(NEWS, SCHOOL, "", ASKED, ("zorg", "visie"), False),
            f"Je krijgt deze nieuwsbrief {SIGNED_UP} met thema’s Visie en Kwaliteitszorg. "
            "Je leest de uitgave voor scholen, want je gaf op dat je daar werkt.",
        ),
        (
            *(NEWS, INSTITUTE, "", ASKED, (), False),
            f"Je krijgt deze nieuwsbrief {SIGNED_UP}. Je leest de uitgave voor "
            "lerarenopleidingen, want je gaf op dat je daar werkt.",
        ),
        (*(NEWS, None, "", ASKED, (), False), f"Je krijgt deze nieuwsbrief {SIGNED_UP}."),
        (
            *(NEWS, SCHOOL, "rector", ASKED, ("zorg",), True),
            f"Je krijgt deze nieuwsbrief {SIGNED_UP}. Je staat bij ons als rector, "
            "thema Kwaliteitszorg. Je leest de uitgave voor scholen.",
        ),
        (
            *(NEWS, None, "", ASKED, ("visie", "hr", "zorg", "nvao"), True),
            f"Je krijgt deze nieuwsbrief {SIGNED_UP}. "
            "Je volgt de thema’s Visie, HR-beleid en nog twee.",
        ),
        (
            *(NEWS, SCHOOL, "schoolopleider", IMPORTED, ("hr",), False),
            f"Je krijgt deze nieuwsbrief {BROUGHT_IN}. Je staat bij ons als schoolopleider, "
            "thema HR-beleid. Je leest de uitgave voor scholen.",
        ),
        (
            *(EVENT, SCHOOL, "schoolopleider", ASKED, ("zorg",), False),
            f"Je krijgt deze aankondiging {SIGNED_UP} als schoolopleider, thema Kwaliteitszorg, "
            "en koos voor berichten over bijeenkomsten.",
        ),
        (
            *(EVENT, None, "", IMPORTED, ("zorg",), False),
            f"Je krijgt deze aankondiging {BROUGHT_IN}. Je volgt het thema Kwaliteitszorg.",
        ),
        (
            *(EVENT, None, "", IMPORTED, ("weg",), False),
            f"Je krijgt deze aankondiging {BROUGHT_IN}.",
        ),
    ],
)
def test_sentence_names_ground_day_role_themes_and_side(  # noqa: PLR0917 - facts of one reader
    kind: EditionKind,
    audience: Audience | None,
    role: str,
    ground: ConsentKind,
    themes: tuple[str, ...],
    has_changed: bool,  # noqa: FBT001 - a parameter of the test
    sentence: str,
) -> None:
    reader = Reader(1, "r@example.org", "", audience, role, START, ground, themes, has_changed)

    assert reason_for(reader, kind, LABELS) == sentence
