"""A programme as lines that people write, and back."""

import pytest

from newsletter.compose.blocks.congress import KIND
from newsletter.compose.programme import as_lines, read_lines
from newsletter.errors import Fault, LineUnreadable

LINES = """9.30 | Inloop met koffie en thee
10.00 | Opening | de voorzitter
10.45 | Eén profiel voor de werkplekbegeleider | een schoolopleider | school | https://c.example.org/1
10.45 | Naar een agenda |  | lerarenopleiding"""


def row(time: str, title: str, **more: str) -> dict[str, str]:
    blank = {"summary": "", "leader": "", "audience": "", "url": ""}
    return {"time": time, "title": title, **blank, **more}


def test_lines_become_sessions_in_their_order() -> None:
    assert read_lines(LINES, []) == [
        row("9.30", "Inloop met koffie en thee"),
        row("10.00", "Opening", leader="de voorzitter"),
        row(
            "10.45",
            "Eén profiel voor de werkplekbegeleider",
            leader="een schoolopleider",
            audience="school",
            url="https://c.example.org/1",
        ),
        row("10.45", "Naar een agenda", audience="lerarenopleiding"),
    ]


@pytest.mark.parametrize("programme", [KIND.sample["programme"], read_lines(LINES, [])])
def test_what_is_shown_can_be_read_again(programme: list[dict[str, str]]) -> None:
    shown = as_lines(programme)

    assert as_lines(read_lines(shown, programme)) == shown


def test_a_line_without_bars_is_a_time_and_a_title() -> None:
    assert read_lines("\n 9:30 uur Inloop\n\nNaborrelen", []) == [
        row("9:30", "Inloop"),
        row("", "Naborrelen"),
    ]


def test_what_a_line_does_not_hold_stays_with_its_title() -> None:
    before = [{"time": "09:30", "title": "Opening", "summary": "Wie we zijn."}]

    assert read_lines("10.00 | Opening\n11.00 | Pauze", before) == [
        row("10.00", "Opening", summary="Wie we zijn."),
        row("11.00", "Pauze"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("9.30 | Inloop\n10.00 |", 2, Fault.NO_TITLE),
        ("9.30 | Inloop | | ouders", 1, Fault.OTHER_SIDE),
        ("9.30 | Inloop | | | javascript:alert(1)", 1, Fault.NO_ADDRESS),
        ("9.30 | a | b | school | https://c.example.org | nog iets", 1, Fault.TOO_MANY_PARTS),
        ("9.30 | a\n" * 61, 61, Fault.TOO_MANY_LINES),
    ],
)
def test_a_line_that_is_no_session_is_named(text: str, line: int, fault: Fault) -> None:
    with pytest.raises(LineUnreadable) as wrong:
        read_lines(text, [])

    assert (wrong.value.line, wrong.value.fault) == (line, fault)


def test_nonsense_in_a_block_is_no_programme() -> None:
    assert as_lines("iets") == ""
    assert as_lines(["iets", {"title": "a | b"}]) == " | a / b"
