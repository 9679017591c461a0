"""A demo's folder remembers its day, until what partners wrote is old."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from newsletter.demo.remembered import Remembered, recall, remember

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, Remembered("2026-11-24", 4000)),
        (20, Remembered("2026-11-24", 4000)),
        (21, Remembered("2026-12-15", 4000)),
        (-1, Remembered("2026-11-23", 4000)),
    ],
)
def test_day_holds_for_three_weeks(tmp_path: Path, days: int, expected: Remembered) -> None:
    remember(tmp_path, Remembered(TODAY.isoformat(), 4000))

    assert recall(tmp_path, today=TODAY + timedelta(days=days)) == expected


@pytest.mark.parametrize("text", [None, "", "{}", "[1]", '{"day": "soon"}', '{"day": 3}'])
def test_what_cannot_be_read_starts_anew(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "demo.json").write_text(text, encoding="utf-8")

    assert recall(tmp_path, today=TODAY) == Remembered("2026-11-24")
