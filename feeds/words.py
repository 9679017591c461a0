"""Words that sources use in their categories, and what they mean to us. Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

AUDIENCES: Final[Mapping[str, str]] = {
    "school": "school",
    "scholen": "school",
    "lerarenopleiding": "lerarenopleiding",
    "lerarenopleidingen": "lerarenopleiding",
}
"""From a category to the stored value of the audience it names."""

EVENT_TYPES: Final = frozenset(
    (
        "bijeenkomst", "conferentie", "congres", "intervisie", "kenniscafé", "masterclass",
        "netwerkbijeenkomst", "regiobijeenkomst", "sessie", "studiedag", "symposium",
        "themabijeenkomst", "themasessie", "training", "webinar", "werkbezoek", "workshop",
    )
)  # fmt: skip


def audiences_in(categories: Iterable[str]) -> tuple[str, ...]:
    """Return the audiences that the categories name, each once."""
    named = (AUDIENCES.get(category.casefold()) for category in categories)
    return tuple(dict.fromkeys(one for one in named if one))


def event_type_in(categories: Iterable[str]) -> str:
    """Return the first category that is a type of event, in lower case, or ""."""
    return next((one.lower() for one in categories if one.lower() in EVENT_TYPES), "")
