"""The question of a poll block: its fields, read. Pure.

title:   the question; text: why we ask it
answers: one a line, two to five
"""

from collections.abc import Mapping
from typing import Any, Final

KIND: Final = "poll"
FEWEST: Final = 2
MOST: Final = 5


def answers_of(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the answers in their order, each once; a vote names one by its place, from 1."""
    lines = (" ".join(line.split()) for line in str(fields.get("answers") or "").splitlines())
    return tuple(dict.fromkeys(line for line in lines if line))


def is_whole(fields: Mapping[str, Any]) -> bool:
    """Say whether readers can be asked this."""
    has_question = bool(str(fields.get("title") or "").strip())
    return has_question and FEWEST <= len(answers_of(fields)) <= MOST
