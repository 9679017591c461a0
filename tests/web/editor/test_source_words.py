"""The sentences about sources."""

from datetime import timedelta

import pytest

from feeds.errors import MalformedSource, SourceAnswered, SourceUnreachable
from feeds.model import Source
from tests.fakes import START
from web.editor.source_words import (
    SOURCE_TROUBLE,
    headline,
    how_often,
    last_look,
    looks,
    may_have_moved,
    most_urgent_first,
    next_look,
    streak,
    trouble_of,
    trouble_with,
    what_next,
)


def source(**fields: object) -> Source:
    values = {
        "name": "Bron",
        "kind": "feed",
        "active": True,
        "recent": "",
        "last_error": "",
        "last_error_line": "",
        "failures_in_row": 0,
    }
    return Source(**{**values, **fields})


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (15, "elke 15 minuten"),
        (27, "elke 25 minuten"),
        (54, "elke 55 minuten"),
        (60, "elk uur"),
        (73, "elk uur"),
        (118, "elke 2 uur"),
        (240, "elke 4 uur"),
        (470, "3 keer per dag"),
        (760, "2 keer per dag"),
        (1100, "1 keer per dag"),
        (1440, "1 keer per dag"),
    ],
)
def test_how_often_is_round(minutes: int, words: str) -> None:
    assert how_often(minutes) == words


@pytest.mark.parametrize(
    ("sources", "failing", "words"),
    [
        (0, 0, "Bronnen"),
        (1, 0, "Je bron loopt goed"),
        (8, 0, "Alle bronnen lopen goed"),
        (1, 1, "Je bron vraagt aandacht"),
        (8, 1, "Eén van de acht bronnen vraagt aandacht"),
        (8, 2, "Twee van de acht bronnen vragen aandacht"),
        (40, 20, "20 van de 40 bronnen vragen aandacht"),
        (8, 8, "Alle bronnen vragen aandacht"),
    ],
)
def test_the_headline(sources: int, failing: int, words: str) -> None:
    assert headline(sources, failing) == words


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("the server answered 401", "De site laat alleen mensen met een wachtwoord binnen."),
        ("the server answered 403", "De site laat ons niet binnen."),
        (
            "the server answered 403 (a check for robots)",
            "De site houdt programma’s tegen met een robotcontrole.",
        ),
        ("the server answered 404", "Op dit adres staat niets meer."),
        ("the server answered 429", "De site vindt dat we te vaak kijken."),
        ("the server answered 503", "De site heeft een storing."),
        ("the server answered 418", "De site gaf een foutmelding als antwoord."),
        ("", "De site gaf een foutmelding als antwoord."),
    ],
)
def test_what_a_server_answered_is_told_by_its_number(line: str, cause: str) -> None:
    failing = source(last_error="SourceAnswered", last_error_line=line)

    assert trouble_of(failing).cause == cause
    assert trouble_with(SourceAnswered(line, status=0)).cause == cause


def test_a_web_page_is_told_apart_from_what_cannot_be_read() -> None:
    page = trouble_with(MalformedSource("this is a web page, not a feed"))

    assert "een gewone webpagina" in page.cause
    assert trouble_with(MalformedSource("not a feed")) == SOURCE_TROUBLE["MalformedSource"]


def test_a_certificate_is_no_silence() -> None:
    line = "no usable answer: the certificate of the site cannot be trusted: self-signed"

    assert trouble_with(SourceUnreachable(line)).cause.startswith("De beveiliging van deze site")
    silence = trouble_with(SourceUnreachable("no usable answer: Connection refused"))
    assert silence == SOURCE_TROUBLE["SourceUnreachable"]


def test_every_trouble_has_a_cause_and_a_remedy() -> None:
    for name, trouble in SOURCE_TROUBLE.items():
        for sentence in (trouble.cause, trouble.remedy):
            assert sentence.endswith("."), name
            assert "!" not in sentence


def test_a_folder_has_words_of_its_own() -> None:
    gone = source(kind="practice", last_error="SourceGone")

    assert trouble_of(gone).cause == "De map met voorbeelden is er niet meer."
    assert not may_have_moved(gone)


@pytest.mark.parametrize(
    ("error", "line", "may_have"),
    [
        ("SourceGone", "the server answered 410", True),
        ("SourceAnswered", "the server answered 404", True),
        ("SourceAnswered", "the server answered 503", False),
        ("MalformedSource", "this is a web page, not a feed", True),
        ("MalformedSource", "not a feed", False),
        ("SourceTooSlow", "", False),
    ],
)
def test_what_may_have_moved(error: str, line: str, may_have: bool) -> None:  # noqa: FBT001
    assert may_have_moved(source(last_error=error, last_error_line=line)) is may_have


def test_what_comes_next() -> None:
    soon, later = START - timedelta(hours=1), START + timedelta(hours=4)

    def after(error: str, next_look_at: object) -> str:
        return what_next(source(last_error=error, next_look_at=next_look_at), START)

    assert after("SourceTooSlow", later) == "We proberen het vandaag om 14.00 uur opnieuw."
    assert after("SourceTooSlow", soon) == "We proberen het zo meteen opnieuw."
    assert after("SourceGone", later) == "We kijken nog een paar dagen of het terugkomt."
    assert after("SourceGone", None).startswith("We kijken hier niet meer vanzelf.")


def test_a_streak_names_the_last_success() -> None:
    day = START - timedelta(days=1)

    assert streak(source(failures_in_row=3, last_success_at=day), START) == (
        "3 keer achter elkaar mislukt, voor het laatst goed gisteren om 10.00 uur"
    )
    assert streak(source(failures_in_row=1), START) == "1 keer mislukt, nog nooit gelukt"


def test_the_strip_has_a_mark_a_look() -> None:
    assert looks("nsf").marks == ("news", "same", "fail")
    assert looks("").marks == ()


def test_the_last_and_the_next_look() -> None:
    hour = timedelta(hours=1)
    seen = source(last_look_at=START - hour, recent="sn", next_look_at=START + hour)

    assert last_look(seen, START) == "vandaag, 9.00 uur, iets nieuws"
    assert next_look(seen, START) == "vandaag, 11.00 uur"
    assert next_look(seen, START + 2 * hour) == "zo meteen"
    assert last_look(source(), START) == "nog niet"
    assert next_look(source(active=False, next_look_at=START), START) == ""


def test_what_is_gone_comes_first_then_what_fails_for_the_longest() -> None:
    def failing(name: str, error: str, days: int | None) -> Source:
        since = START - timedelta(days=days) if days else None
        return source(name=name, last_error=error, failing_since=since)

    rows = [
        failing("kort", "SourceTooSlow", 1),
        failing("onbekend", "SourceTooSlow", None),
        failing("lang", "SourceTooSlow", 9),
        failing("weg", "SourceGone", 2),
    ]

    assert [one.name for one in most_urgent_first(rows)] == ["weg", "lang", "kort", "onbekend"]
