"""A programme as lines that people can write, and back. Pure.

A line is one session: "9.30 | Titel | Wie het leidt | school | https://...". What stands at the end
may be left out; without bars a line is a time and a title.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from newsletter.compose.blocks import kind
from newsletter.compose.escape import clean_line
from newsletter.errors import Fault, LineUnreadable
from subscribers.values import Audience

MOST: Final = 60  # sessions; a congress has eight at once, in some rounds
PARTS: Final = 5
TIME: Final = re.compile(r"(\d{1,2}[.:]\d{2})(?:\s+uur)?\s+(\S.*)")
SIDES: Final[Mapping[str, str]] = {
    "": "",
    "iedereen": "",
    "school": Audience.SCHOOL,
    "scholen": Audience.SCHOOL,
    "lerarenopleiding": Audience.TEACHER_EDUCATION,
    "lerarenopleidingen": Audience.TEACHER_EDUCATION,
}


def as_lines(programme: object) -> str:
    """Return a programme of a block as lines."""
    rows = programme if isinstance(programme, list) else []
    return "\n".join(_as_line(row) for row in rows if isinstance(row, Mapping))


def read_lines(text: str, before: object) -> list[dict[str, str]]:
    """Return the sessions in lines, in their order.

    before: the programme that was there: what a line does not hold stays with its title.
    Raises LineUnreadable.
    """
    lines = [(number, one) for number, one in enumerate(text.splitlines(), 1) if one.strip()]
    if len(lines) > MOST:
        raise LineUnreadable(lines[MOST][0], Fault.TOO_MANY_LINES)
    rows = before if isinstance(before, list) else []
    summaries = {_text(row, "title"): _text(row, "summary") for row in rows}
    return [_row(number, line, summaries) for number, line in lines]


def _as_line(row: Mapping[str, Any]) -> str:
    parts = [kind.clock_time(row.get("time"))]
    parts += [_text(row, name) for name in ("title", "leader", "audience", "url")]
    while parts and not parts[-1]:
        parts.pop()
    return " | ".join(part.replace("|", "/") for part in parts)


def _row(number: int, line: str, summaries: Mapping[str, str]) -> dict[str, str]:
    time, title, leader, side, url = _parts(number, line)
    if not title:
        raise LineUnreadable(number, Fault.NO_TITLE)
    if side.casefold() not in SIDES:
        raise LineUnreadable(number, Fault.OTHER_SIDE)
    if url and not kind.link({"url": url}, "url"):
        raise LineUnreadable(number, Fault.NO_ADDRESS)
    return {
        "time": time,
        "title": title,
        "summary": summaries.get(title, ""),
        "leader": leader,
        "audience": SIDES[side.casefold()],
        "url": url,
    }


def _parts(number: int, line: str) -> Sequence[str]:
    parts = [clean_line(part) for part in line.split("|")]
    if len(parts) == 1 and (found := TIME.fullmatch(parts[0])):
        parts = [found[1], found[2]]
    if len(parts) > PARTS:
        raise LineUnreadable(number, Fault.TOO_MANY_PARTS)
    if len(parts) == 1:
        parts = ["", *parts]
    return [*parts, *[""] * (PARTS - len(parts))]


def _text(row: object, name: str) -> str:
    return kind.text(row, name) if isinstance(row, Mapping) else ""
