"""Choosing a moment: what a form brings, and what it says in words."""

from datetime import UTC, datetime, timedelta

import pytest

from feeds.values import AMSTERDAM
from web.editor.moment_form import Chosen, chosen_again, in_words, odd_words, read_moment
from web.forms import Form

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)  # ten o'clock in Amsterdam


def read(on: str = "", time: str = "", **more: str) -> Chosen:
    return read_moment(Form({"on": on, "time": time, **more}), now=NOW)


@pytest.mark.parametrize(
    ("on", "time"), [("2026-12-03", "10:00"), ("3-12-2026", "10.00"), ("2026-12-03", "10:00:30")]
)
def test_a_day_and_a_time_are_a_moment(on: str, time: str) -> None:
    assert read(on, time) == Chosen("2026-12-03", "10:00", at=datetime(2026, 12, 3, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("on", "time", "problems"),
    [
        ("", "", {"on": "Kies een dag.", "time": "Kies een tijd."}),
        ("31-2-2027", "10:00", {"on": "Kies een dag."}),
        ("2026-12-03", "tien", {"time": "Kies een tijd."}),
        ("2026-11-27", "10:00", {"on": "Dit moment is al geweest. Kies een later moment."}),
        ("9999-12-31", "23:59", {}),
        ("0001-01-01", "00:00", {"on": "Kies een dag."}),
    ],
)
def test_what_is_no_moment_says_so_at_its_field(
    on: str, time: str, problems: dict[str, str]
) -> None:
    assert read(on, time).problem_of == problems


def test_a_moment_that_does_not_exist_offers_the_next() -> None:
    chosen = read("2027-03-28", "02:30")

    assert chosen.at is None
    assert chosen.instead == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert chosen.problem_of == {
        "time": "Op 28 maart gaat de klok vooruit: 2.30 uur bestaat dan niet. "
        "Het eerstvolgende moment is 3.00 uur."
    }


def test_a_moment_that_comes_twice_asks_which() -> None:
    asked = read("2027-10-31", "02:30")
    first, second = (read("2027-10-31", "02:30", once=one).at for one in ("eerste", "tweede"))

    assert asked.at is None
    assert asked.twice == (
        ("eerste", "de eerste keer 2.30 uur (zomertijd)"),
        ("tweede", "de tweede keer 2.30 uur (wintertijd)"),
    )
    assert first == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)
    assert second == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_our_own_button_says_exactly_which_moment() -> None:
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)

    assert read(at=second.isoformat()).at == second
    assert read(at="2020-01-01T10:00").at is None
    assert read(at="2020-01-01T10:00").problem_of == {
        "on": "Dit moment is al geweest. Kies een later moment."
    }


def test_a_moment_far_away_is_marked() -> None:
    assert read("2027-12-03", "10:00").is_far
    assert not read("2026-12-03", "10:00").is_far


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-27T16:00", "Vrijdag 27 november 2026 om 16.00 uur, vandaag."),
        ("2026-12-03T10:00", "Donderdag 3 december 2026 om 10.00 uur, over zes dagen."),
        ("2027-03-27T10:00", "Zaterdag 27 maart 2027 om 10.00 uur, over 120 dagen."),
        (
            "2027-03-29T10:00",
            "Maandag 29 maart 2027 om 10.00 uur, over 122 dagen. Dat is zomertijd.",
        ),
        (
            "2027-10-31T02:30",
            "Zondag 31 oktober 2027 om 2.30 uur, over 338 dagen. Dat is zomertijd.",
        ),
    ],
)
def test_a_moment_in_words(moment: str, words: str) -> None:
    assert in_words(datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM), NOW) == words


def test_the_second_of_two_is_told_by_its_clock() -> None:
    second = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)

    assert in_words(second, NOW).endswith("Dat is wintertijd.")
    assert in_words(second - timedelta(hours=1), NOW).endswith("Dat is zomertijd.")


def test_what_is_odd_is_a_sentence_each() -> None:
    christmas = datetime(2026, 12, 26, 22, 0, tzinfo=UTC)

    assert odd_words(christmas) == [
        "Dat is in de nacht. Overdag wordt mail beter gelezen.",
        "Dat is op een zaterdag. Dan leest bijna niemand werkmail.",
        "Dat is op een feestdag: Tweede kerstdag.",
    ]
    assert odd_words(datetime(2026, 12, 3, 9, tzinfo=UTC)) == []


def test_the_form_begins_with_the_moment_that_is_there() -> None:
    assert chosen_again(datetime(2026, 12, 3, 9, tzinfo=UTC)).on == "2026-12-03"
    assert chosen_again(None) == Chosen(time="10:00")
