"""Why an item was chosen for a draft, and why another one was left: kept with the edition. Pure.

{"why": {"<item id>": {"reason": ..., "theme": ...}}, "left": [{"item_id": ..., ...}, ...]}
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final

LEFT_MOST: Final = 12  # of a section: who wants more looks at what came in


class Reason(StrEnum):
    """Why an item is in."""

    ASKED_FOR = "asked_for"  # editors accepted it
    NEWEST = "newest"  # nothing newer was left out
    THEME = "theme"  # newer ones were left out, that are about what stands there already
    AUDIENCE = "audience"  # the same, for the side of the partnership that has less
    NEXT_DATE = "next_date"  # an event, by its date


class Because(StrEnum):
    """Why an item is not in."""

    FULL = "full"
    THEME_THERE = "theme_there"
    TOO_FAR = "too_far"  # an event that nobody plans for yet
    FLOOD = "flood"  # it came along with many, and nobody looked at it
    GONE = "gone"  # its source does not hold it any more
    CARRIED = "carried"  # an earlier edition has it


@dataclass(frozen=True, slots=True)
class Why:
    """The reason for an item. theme: the slug that made the difference, or ""."""

    reason: Reason
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """An item that stayed behind. theme: the one that is there already, or ""."""

    item_id: int
    because: Because
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Filling:
    """Everything that was said about one draft. why: by item."""

    why: Mapping[int, Why]
    left: tuple[Left, ...]

    def of(self, item_id: int | None) -> Why | None:
        """Return the reason for the item of a block; None when nobody proposed it."""
        return None if item_id is None else self.why.get(item_id)

    def behind(self, inside: Collection[int | None]) -> tuple[Left, ...]:
        """Return what was left and does not stand in the edition by now. inside: its items."""
        return tuple(one for one in self.left if one.item_id not in inside)


def elsewhere(left: Sequence[Left]) -> list[int]:
    """Return which of these an earlier edition has."""
    return [one.item_id for one in left if one.because is Because.CARRIED]


def as_json(filling: Filling) -> dict[str, Any]:
    """Return it as it is kept with the edition."""
    return {
        "why": {str(item_id): asdict(why) for item_id, why in filling.why.items()},
        "left": [asdict(one) for one in filling.left],
    }


def read_filling(kept: Mapping[str, Any]) -> Filling:
    """Return what was kept; nothing for an edition from before this was kept."""
    return Filling(
        why={
            int(item_id): Why(Reason(one["reason"]), one["theme"])
            for item_id, one in kept.get("why", {}).items()
        },
        left=tuple(
            Left(one["item_id"], Because(one["because"]), one["theme"])
            for one in kept.get("left", ())
        ),
    )
