"""Moments as people type them: by the clock in Amsterdam, also on the nights that it changes."""

from datetime import UTC, datetime

import pytest
import typer

from newsletter.cli.moments import read_moment

Capture = pytest.CaptureFixture[str]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2027-04-22T10:00", datetime(2027, 4, 22, 8, tzinfo=UTC)),
        ("2027-04-22", datetime(2027, 4, 21, 22, tzinfo=UTC)),
        ("2027-04-22T10:00+00:00", datetime(2027, 4, 22, 10, tzinfo=UTC)),
        ("2027-10-31T02:30+01:00", datetime(2027, 10, 31, 1, 30, tzinfo=UTC)),
    ],
)
def test_without_an_offset_it_is_dutch(text: str, moment: datetime) -> None:
    assert read_moment(text, "--at") == moment


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("morgen", "is not a date"),
        ("0001-01-01", "is not a date"),
        ("2027-03-28T02:30", "does not exist: the clock jumps over it, to 2027-03-28T03:00+02:00"),
        (
            "2027-10-31T02:30",
            "comes twice: give 2027-10-31T02:30:00+02:00 or 2027-10-31T02:30:00+01:00",
        ),
    ],
)
def test_what_is_no_one_moment_is_refused(text: str, told: str, capsys: Capture) -> None:
    with pytest.raises(typer.Exit):
        read_moment(text, "--at")

    assert told in capsys.readouterr().err
