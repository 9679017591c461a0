from datetime import UTC, date, datetime, timedelta

import pytest

from newsletter import dutch
from newsletter.values import EditionKind, EditionStatus
from subscribers.values import Audience

THURSDAY = date(2027, 4, 22)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_dates_in_words() -> None:
    assert dutch.long_date(THURSDAY) == "donderdag 22 april 2027"
    assert dutch.weekday_date(THURSDAY) == "donderdag 22 april"
    assert dutch.day_month(date(2027, 3, 1)) == "1 maart"


def test_parts_of_a_date_tile() -> None:
    days = [date(2027, number, 1) for number in range(1, 13)]

    assert (dutch.weekday_short(THURSDAY), THURSDAY.day) == ("do", 22)
    assert [dutch.month_short(day) for day in days] == (
        ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
    )


@pytest.mark.parametrize(
    ("starts", "ends", "all_day", "words"),
    [
        ("2027-06-03T09:30+02:00", "2027-06-03T16:30+02:00", False, "9.30 tot 16.30 uur"),
        ("2027-06-03T07:30+00:00", "2027-06-03T14:30+00:00", False, "9.30 tot 16.30 uur"),
        ("2027-06-03T09:30+02:00", None, False, "9.30 uur"),
        ("2027-06-03T09:30+02:00", "2027-06-03T09:30+02:00", False, "9.30 uur"),
        ("2027-06-03T20:00+02:00", "2027-06-04T00:00+02:00", False, "20.00 tot 24.00 uur"),
        (
            "2027-06-03T09:30+02:00",
            "2027-06-04T12:00+02:00",
            False,
            "9.30 uur tot vrijdag 4 juni, 12.00 uur",
        ),
        ("2027-06-02T22:00+00:00", "2027-06-03T22:00+00:00", True, "hele dag"),
        ("2027-06-02T22:00+00:00", None, True, "hele dag"),
        ("2027-06-02T22:00+00:00", "2027-06-04T22:00+00:00", True, "tot en met vrijdag 4 juni"),
    ],
)
def test_time_range(starts: str, ends: str | None, all_day: bool, words: str) -> None:  # noqa: FBT001
    assert dutch.time_range(at(starts), at(ends) if ends else None, all_day) == words


def test_clock_goes_forward_in_march() -> None:
    before = datetime(2027, 3, 28, 0, 59, tzinfo=UTC)

    assert dutch.moment(before) == "zondag 28 maart, 1.59 uur"
    assert dutch.moment(before + timedelta(minutes=1)) == "zondag 28 maart, 3.00 uur"


def test_clock_goes_back_in_october() -> None:
    first = datetime(2027, 10, 31, 0, 30, tzinfo=UTC)

    assert dutch.moment(first) == "zondag 31 oktober, 2.30 uur"
    assert dutch.moment(first + timedelta(hours=1)) == "zondag 31 oktober, 2.30 uur"
    assert dutch.moment(first + timedelta(hours=2)) == "zondag 31 oktober, 3.30 uur"


def test_day_of_a_late_moment_is_the_local_one() -> None:
    assert dutch.moment(datetime(2027, 4, 21, 22, 30, tzinfo=UTC)) == "donderdag 22 april, 0.30 uur"


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2027-04-22T06:00+00:00", "vandaag, 8.00 uur"),
        ("2027-04-21T14:40+00:00", "gisteren, 16.40 uur"),
        ("2027-04-20T14:40+00:00", "eergisteren, 16.40 uur"),
        ("2027-04-23T14:40+00:00", "morgen, 16.40 uur"),
        ("2027-04-27T14:40+00:00", "over vijf dagen, 16.40 uur"),
        ("2027-04-16T14:40+00:00", "zes dagen geleden, 16.40 uur"),
        ("2027-06-02T08:00+00:00", "woensdag 2 juni, 10.00 uur"),
        ("2026-06-02T08:00+00:00", "dinsdag 2 juni 2026, 10.00 uur"),
    ],
)
def test_relative_within_a_week(moment: str, words: str) -> None:
    assert dutch.relative(at(moment), datetime(2027, 4, 22, 8, 0, tzinfo=UTC)) == words


def test_months_of_an_agenda() -> None:
    assert dutch.months([date(2027, 6, 3), date(2027, 5, 12), date(2027, 5, 20)]) == (
        "mei en juni 2027"
    )
    assert dutch.months([date(2027, 12, 3), date(2028, 1, 12)]) == "december 2027 en januari 2028"
    assert dutch.months([]) == ""


def test_numbers_and_lists() -> None:
    assert [dutch.number(value) for value in (7, 1284, 1234567)] == ["7", "1.284", "1.234.567"]
    assert dutch.plural(1, "abonnee", "abonnees") == "1 abonnee"
    assert dutch.plural(1284, "abonnee", "abonnees") == "1.284 abonnees"
    assert dutch.counted(4, "datum", "data") == "vier data"
    assert dutch.count(13) == "13"
    assert dutch.join(["a", "b", "c"]) == "a, b en c"
    assert [dutch.join(["a", "b"]), dutch.join(["a"]), dutch.join([])] == ["a en b", "a", ""]
    assert dutch.capital("ijburg") == "IJburg"
    assert dutch.capital("één bron") == "Eén bron"


def test_words_for_states_kinds_and_audiences() -> None:
    assert [dutch.status_word(status) for status in EditionStatus] == [
        "concept",
        "ter beoordeling",
        "goedgekeurd",
        "ingepland",
        "wordt verzonden",
        "gepauzeerd",
        "verzonden",
        "afgebroken",
        "weggegooid",
    ]
    assert [dutch.kind_word(kind) for kind in EditionKind] == ["nieuwsbrief", "aankondiging"]
    assert dutch.audience_word(Audience.SCHOOL) == "scholen"
    assert dutch.audience_word(None) == "iedereen"
    assert dutch.with_article("Congres") == "het congres"
    assert dutch.with_article("Masterclass") == "de masterclass"
