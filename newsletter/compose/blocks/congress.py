"""Congress: the large event, with its facts and its programme; an announcement is built around it.

The fields of an event, and:
summary:      one sentence below the title
programme:    list of {"time", "title", "leader", "audience", "url"}, in order
register_url: where to sign up
for_whom:     one or two sentences; audiences: the sides it is for, [] for both
after:        what happens afterwards
"""

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Final

from feeds.model import Item
from feeds.values import ItemKind
from newsletter import dutch
from newsletter.compose.blocks import event, kind
from newsletter.compose.blocks.kind import BlockKind, Field, Fields, Frame, View
from newsletter.compose.markup import paragraphs
from newsletter.values import EditionKind
from subscribers.values import Audience

PEOPLE: Final = {
    Audience.SCHOOL: (
        "Schoolopleiders, werkplekbegeleiders, projectleiders, directeuren en bestuurders."
    ),
    Audience.TEACHER_EDUCATION: (
        "Instituutsopleiders, onderzoekers, programmamanagers en directeuren."
    ),
}
FOR_BOTH: Final = (
    "Voor iedereen die samen leraren opleidt. Kom het liefst met iemand van de andere kant: "
    "wat je samen hoort, hoef je later niet uit te leggen."
)
AFTER: Final = (
    "Van elke sessie verschijnt een verslag met de presentatie. "
    "Kun je niet komen? Dan lees je het op de website terug."
)


def view(fields: Fields, frame: Frame) -> View:
    """Return what the templates need. Raises ValueError for an event without a start."""
    starts_at, ends_at = kind.start(fields), kind.moment(fields, "ends_at")
    what = kind.text(fields, "type") or "Bijeenkomst"
    by = kind.day(fields, "register_by")
    sides = audiences_of(fields)
    day = dutch.local(starts_at).date()
    return {
        "alone": frame.edition_kind is EditionKind.ANNOUNCEMENT,
        "title": kind.text(fields, "title"),
        "type": what,
        "summary": kind.text(fields, "summary"),
        "day": day,
        "times": dutch.time_range(starts_at, ends_at, bool(fields.get("all_day"))),
        "location": kind.text(fields, "location"),
        "register_by": f"tot en met {dutch.weekday_date(by)}" if by else "",
        "button_url": kind.link(fields, "register_url"),
        "button_text": f"Meld je aan voor {dutch.with_article(what)}",
        "url": event.event_url(fields, frame),
        "calendar_url": _calendar(fields, frame),
        "calendar_text": f"Zet {dutch.day_month(day)} in je agenda (.ics)",
        "page_text": f"Bekijk {dutch.with_article(what)} op de website",
        "for_whom": paragraphs(str(fields.get("for_whom") or "")),
        "people": [{"audience": side, "text": PEOPLE[side]} for side in sides],
        "programme": _rounds(fields.get("programme") or []),
        "after": paragraphs(str(fields.get("after") or "")),
    }


def audiences_of(fields: Fields) -> tuple[Audience, ...]:
    """Return the sides that the event is for."""
    return kind.audiences(fields.get("audiences"))


def from_item(item: Item) -> dict[str, Any]:
    """Return the fields for an event that deserves a mailing of its own."""
    programme = item.details.get("programme") or []
    both = len(kind.audiences(item.audiences)) > 1
    return {
        **KIND.blank,
        **event.event_fields(item),
        "summary": item.shown_summary,
        "register_url": str(item.details.get("register_url") or ""),
        "programme": programme,
        "audiences": list(item.audiences),
        "for_whom": FOR_BOTH if both else "",
        "after": AFTER if programme else "",
    }


def _calendar(fields: Fields, frame: Frame) -> str:
    item_id = fields.get("item_id")
    return f"{frame.base_url}/agenda/{item_id}.ics" if item_id else ""


def _rounds(programme: object) -> list[View]:
    entries = (
        [_entry(one) for one in programme if isinstance(one, Mapping)]
        if isinstance(programme, list)
        else []
    )
    rounds: list[View] = []
    for time, group in groupby(entries, key=lambda entry: entry["time"]):
        sessions = list(group)
        number = 1 + sum(1 for one in rounds if one["round"])
        rounds.append(
            {"time": time, "sessions": sessions, "round": number if len(sessions) > 1 else 0}
        )
    return rounds


def _entry(entry: Fields) -> View:
    leader = kind.text(entry, "leader")
    return {
        "time": kind.clock_time(entry.get("time")),
        "title": kind.text(entry, "title"),
        "leader": f"Onder leiding van {leader}" if leader else "",
        "text": kind.text(entry, "summary"),
        "audience": _audience(kind.text(entry, "audience")),
        "url": kind.link(entry, "url"),
    }


def _audience(word: str) -> Audience | None:
    return Audience(word) if word in tuple(Audience) else None


KIND: Final = BlockKind(
    name="congress",
    label="Groot evenement",
    purpose="Eén bijeenkomst met alles erbij: wanneer, waar, voor wie en het programma.",
    section="",
    blank={
        "title": "",
        "type": "",
        "summary": "",
        "starts_at": "",
        "ends_at": "",
        "all_day": False,
        "location": "",
        "register_by": "",
        "register_url": "",
        "programme": [],
        "audiences": [],
        "for_whom": "",
        "after": "",
        "url": "",
        "item_id": None,
    },
    editable=(
        Field("title", "Titel"),
        Field("type", "Soort bijeenkomst"),
        Field("summary", "Waar het over gaat, in één zin", long=True),
        Field("location", "Plaats"),
        Field("register_url", "Adres om aan te melden"),
        Field("for_whom", "Voor wie", long=True),
        Field("after", "Na afloop", long=True),
    ),
    view=view,
    sample={
        "title": "Samen sterker",
        "type": "Congres",
        "summary": "Een dag over de vraag waarom we samen opleiden, en hoe het beter kan.",
        "starts_at": "2027-06-03T09:30+02:00",
        "ends_at": "2027-06-03T16:30+02:00",
        "location": "Congrescentrum Doorn",
        "register_by": "2027-05-21",
        "register_url": "https://congres.example.org/aanmelden",
        "url": "https://congres.example.org",
        "for_whom": FOR_BOTH,
        "after": AFTER,
        "programme": [
            {"time": "09:30", "title": "Inloop met koffie en thee"},
            {"time": "10.00", "title": "Opening", "leader": "de voorzitter"},
            {
                "time": "10.45",
                "title": "Eén profiel voor de werkplekbegeleider",
                "leader": "een schoolopleider",
                "audience": "school",
                "url": "https://congres.example.org/sessies/profiel",
            },
            {
                "time": "10.45",
                "title": "Naar een gezamenlijke onderzoeksagenda",
                "leader": "een onderzoeker",
                "audience": "lerarenopleiding",
                "url": "https://congres.example.org/sessies/agenda",
            },
            {"time": "12.15", "title": "Napraten tijdens de lunch"},
        ],
    },
    from_item=from_item,
    item_kinds=frozenset({ItemKind.EVENT}),
)
