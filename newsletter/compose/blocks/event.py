"""Event: one row of the agenda, with its date tile.

title, location, url, item_id
type:        "Werkbezoek", "Themabijeenkomst" ...; "" when the source does not say
starts_at, ends_at: ISO moments with offset; all_day: then the end is exclusive
register_by: ISO date
note:        what cannot wait, such as "Nog zes plaatsen"
"""

from typing import Any, Final

from feeds.model import Item
from feeds.values import ItemKind
from newsletter import dutch
from newsletter.compose.blocks import kind
from newsletter.compose.blocks.kind import BlockKind, Field, Fields, Frame, View


def view(fields: Fields, frame: Frame) -> View:
    """Return what the templates need. Raises ValueError for an event without a start."""
    starts_at = kind.start(fields)
    times = dutch.time_range(starts_at, kind.moment(fields, "ends_at"), bool(fields.get("all_day")))
    day, title = dutch.local(starts_at).date(), kind.text(fields, "title")
    item_id = fields.get("item_id")
    return {
        "title": title,
        "day": day,
        "calendar_url": f"{frame.base_url}/agenda/{item_id}.ics" if item_id else "",
        "link_text": f"Zet {kind.held(dutch.day_month(day))} in je agenda",
        "long_link_text": f"Zet ‘{title}’ in je agenda",
        "facts": _facts(fields, times),
        "url": event_url(fields, frame),
        "urgent": _urgent(fields),
    }


def from_item(item: Item) -> dict[str, Any]:
    """Return the fields for an event."""
    return {**KIND.blank, **event_fields(item)}


def event_fields(item: Item) -> dict[str, Any]:
    """Return the fields that every block about an event has."""
    return {
        "title": item.shown_title,
        "type": dutch.capital(str(item.details.get("type") or "")),
        "starts_at": kind.iso(item.starts_at),
        "ends_at": kind.iso(item.ends_at),
        "all_day": item.all_day,
        "location": item.location,
        "register_by": kind.iso(kind.date_in(item.details.get("register_by"))),
        "url": item.url,
        "item_id": item.id,
    }


def event_url(fields: Fields, frame: Frame) -> str:
    """Return the address of the event's page on our site, else the one that its source gave."""
    item_id = fields.get("item_id")
    return f"{frame.base_url}/agenda/{item_id}" if item_id else kind.link(fields, "url")


def place(location: str) -> str:
    """Return " in Breda", " online", or ", Voorbeeldstraat 1, Breda" for a whole address."""
    if not location:
        return ""
    if location.lower().startswith("online"):
        return f" {location.lower()}"
    whole = "," in location or any(letter.isdigit() for letter in location)
    return f", {location}" if whole else f" in {location}"


def _facts(fields: Fields, times: str) -> str:
    what = kind.text(fields, "type") or "Bijeenkomst"
    return f"{what}{place(kind.text(fields, 'location'))}, {kind.held(times)}"


def _urgent(fields: Fields) -> list[str]:
    by = kind.day(fields, "register_by")
    until = f"Aanmelden tot en met {kind.held(dutch.day_month(by))}" if by else ""
    return [part for part in (kind.text(fields, "note"), until) if part]


KIND: Final = BlockKind(
    name="event",
    label="Bijeenkomst",
    purpose="Een rij van de agenda, met de datum vooraan.",
    section="agenda",
    blank={
        "title": "",
        "type": "",
        "starts_at": "",
        "ends_at": "",
        "all_day": False,
        "location": "",
        "register_by": "",
        "note": "",
        "url": "",
        "item_id": None,
    },
    editable=(
        Field("title", "Titel"),
        Field("type", "Soort bijeenkomst"),
        Field("location", "Plaats"),
        Field("note", "Wat niet kan wachten"),
    ),
    view=view,
    sample={
        "title": "Kijken bij een academische opleidingsschool",
        "type": "Werkbezoek",
        "starts_at": "2027-05-25T09:30+02:00",
        "ends_at": "2027-05-25T12:30+02:00",
        "location": "Amsterdam",
        "register_by": "2027-05-21",
        "note": "Nog zes plaatsen",
        "url": "https://agenda.example.org/werkbezoek",
        "item_id": 25,
    },
    from_item=from_item,
    item_kinds=frozenset({ItemKind.EVENT}),
)
