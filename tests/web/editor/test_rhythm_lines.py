"""Periods as people write and paste them."""

from datetime import date

import pytest

from newsletter.rhythm import Period
from web.editor.rhythm_lines import Read, read_periods, write_periods

CHRISTMAS = Period(date(2026, 12, 19), date(2027, 1, 3), "Kerstvakantie")


@pytest.mark.parametrize(
    "line",
    [
        "Kerstvakantie 19-12-2026 t/m 3-1-2027",
        "Kerstvakantie: 19-12-2026 t/m 03-01-2027",
        "Kerstvakantie\t19/12/2026\ttot en met\t3/1/2027",
        "Kerstvakantie 19 december 2026 t/m 3 januari 2027",
        "Kerstvakantie, zaterdag 19 december t/m zondag 3 januari 2027.",
        "Kerstvakantie (19-12-2026 - 3-1-2027)",
        "Kerstvakantie 19 dec 2026 – 3 jan 2027",
        "  Kerstvakantie   19.12.2026 T/M 3.1.2027  ",
    ],
)
def test_a_period_is_read_in_each_way_that_people_write_it(line: str) -> None:
    assert read_periods(line) == Read((CHRISTMAS,), ())


def test_one_day_is_a_period_too_and_a_name_may_hold_figures() -> None:
    text = "Goede Vrijdag 26-3-2027\n\nStudiedag 2 op 2 april 2027"

    assert read_periods(text).periods == (
        Period(date(2027, 3, 26), date(2027, 3, 26), "Goede Vrijdag"),
        Period(date(2027, 4, 2), date(2027, 4, 2), "Studiedag 2 op"),
    )


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Kerstvakantie", "hier staat geen datum. Schrijf bijvoorbeeld 19-12-2026 t/m 3-1-2027."),
        ("x" * 300, "hier staat geen datum. Schrijf bijvoorbeeld 19-12-2026 t/m 3-1-2027."),
        ("Kerst 19-12", "het jaar ontbreekt. Schrijf het jaar erbij, zoals 3-1-2027."),
        ("Kerst 31-11-2026", "deze datum bestaat niet. Kijk de dag en de maand na."),
        ("Kerst 31-11 t/m 3-1-2027", "deze datum bestaat niet. Kijk de dag en de maand na."),
        ("19-12-2026", "de naam ontbreekt. Zet die voor de datum, zoals Kerstvakantie."),
        ("Kerst 3-1-2027 t/m 19-12-2026", "de laatste dag ligt voor de eerste. Draai ze om."),
        ("Kerst 19-12-2026 t/m 3-1-2028", "dit is langer dan 120 dagen. Kijk de jaren na."),
        ("n" * 90 + " 3-1-2027", "de naam is te lang. Hoogstens 80 tekens passen."),
    ],
)
def test_a_line_that_is_none_has_its_problem(line: str, problem: str) -> None:
    text = f"Zomer 17-7-2027 t/m 29-8-2027\n{line}"

    read = read_periods(text)

    assert read == Read(
        (Period(date(2027, 7, 17), date(2027, 8, 29), "Zomer"),), (f"Regel 2: {problem}",)
    )


def test_more_lines_than_a_team_needs_are_refused() -> None:
    assert read_periods("Kerst 3-1-2027\n" * 101).problems == (
        "Dit zijn 101 regels. Hoogstens 100 passen.",
    )


def test_what_was_read_is_written_so_that_it_is_read_again() -> None:
    text = "Goede Vrijdag 26-3-2027\nKerstvakantie 19 december t/m 3 januari 2027"

    read = read_periods(text)

    assert write_periods(read.periods) == (
        "Kerstvakantie 19-12-2026 t/m 3-1-2027\nGoede Vrijdag 26-3-2027"
    )
    assert read_periods(write_periods(read.periods)) == read
