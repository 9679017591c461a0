"""Fields become values, or sentences by field."""

from datetime import UTC, date, datetime

import pytest

from subscribers.values import Audience
from web.access import sign, unsign
from web.errors import PageUnknown
from web.forms import Form, moment_value


def test_a_line_has_no_breaks_and_no_control_characters() -> None:
    form = Form({"title": " Naast\r\nelkaar,\t of \x00echt\x1b[31m "})

    assert form.line("title") == "Naast elkaar, of echt[31m"
    assert form.problems == {}


def test_a_text_keeps_its_paragraphs() -> None:
    form = Form({"text": "Een.  \r\n\r\nTwee.\rDrie.\n"})

    assert form.text("text") == "Een.\n\nTwee.\nDrie."


def test_what_is_missing_or_too_long_is_said_at_its_field() -> None:
    form = Form({"title": "  ", "subject": "x" * 11})
    form.line("title", missing="Geef een titel.")
    form.line("subject", longest=10)

    assert form.problems == {
        "title": "Geef een titel.",
        "subject": "Dit is te lang: 11 tekens. Maak er hoogstens 10 van.",
    }


@pytest.mark.parametrize("text", ["", "een", "-1", "1.0", "٣", "99999999999", " 1"])
def test_a_number_that_we_did_not_write_is_not_found(text: str) -> None:
    with pytest.raises(PageUnknown):
        Form({"version": text}).number("version")


def test_a_side_is_one_of_two_or_everybody() -> None:
    assert Form({"audience": "school"}).audience("audience") is Audience.SCHOOL
    assert Form({"audience": ""}).audience("audience") is None
    with pytest.raises(PageUnknown):
        Form({"audience": "allebei"}).audience("audience")


def test_a_date_or_a_sentence() -> None:
    form = Form({"good": "2027-05-28", "bad": "31-02-2027"})

    assert form.date("good") == date(2027, 5, 28)
    assert form.date("bad") is None
    assert set(form.problems) == {"bad"}


@pytest.mark.parametrize(
    ("typed", "hour"),
    [
        ("2027-03-27T10:00", 9),  # the day before the clock goes forward
        ("2027-03-28T10:00", 8),
        ("2027-10-30T10:00", 8),  # the day before it goes back
        ("2027-10-31T10:00", 9),
    ],
)
def test_a_moment_is_read_by_the_clock_in_amsterdam(typed: str, hour: int) -> None:
    at = Form({"at": typed}).moment("at")

    assert at is not None
    assert (at.tzinfo, at.hour) == (UTC, hour)
    assert moment_value(at) == typed


def test_a_moment_that_has_passed_or_is_none_is_refused() -> None:
    now = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
    form = Form(
        {"past": "2027-04-20T10:00", "odd": "straks", "far": "0001-01-01T00:00", "empty": ""}
    )

    form.moment("past", after=now)

    assert form.moment("odd") is None
    assert form.moment("far") is None
    assert form.moment("empty") is None
    assert set(form.problems) == {"past", "odd", "far"}


def test_what_we_signed_comes_back_and_nothing_else_does() -> None:
    key = b"k" * 32
    value = sign("Bewaard: ‘één’", key)

    assert unsign(value, key) == "Bewaard: ‘één’"
    for broken in ("", ".", value[:-1], value + "0", value.replace("Q", "R", 1), "é.é"):
        assert broken == value or unsign(broken, key) == ""
    assert unsign(value, b"x" * 32) == ""
