"""What the list of people is narrowed to, as the address says it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from storage.text import folded
from subscribers.conditions import NEITHER
from subscribers.errors import UnknownCondition
from subscribers.field import REGIONS
from subscribers.finding import Wanted
from subscribers.organisations import known_names
from subscribers.partnerships import list_partnerships
from subscribers.segments import list_segments
from subscribers.selecting import read_words
from subscribers.trees import EVERYBODY, Is, Tree, every, is_one_of
from subscribers.values import Audience, SubscriberStatus
from web.editor.desk import SUBSCRIBERS
from web.errors import PageUnknown
from web.forms import Form

LONGEST_SEARCH: Final = 100
MOST_OFFERED: Final = 300  # values in a list to choose from
STATES: Final[Mapping[str, SubscriberStatus]] = {
    "krijgt-mail": SubscriberStatus.ACTIVE,
    "niet-bevestigd": SubscriberStatus.PENDING,
    "pauze": SubscriberStatus.PAUSED,
    "afgemeld": SubscriberStatus.UNSUBSCRIBED,
    "werkt-niet": SubscriberStatus.SUPPRESSED,
}
STATE_WORDS: Final[Mapping[SubscriberStatus, str]] = {
    SubscriberStatus.ACTIVE: "krijgt mail",
    SubscriberStatus.PENDING: "niet bevestigd",
    SubscriberStatus.PAUSED: "op pauze",
    SubscriberStatus.UNSUBSCRIBED: "afgemeld",
    SubscriberStatus.SUPPRESSED: "adres werkt niet",
}
SIDES: Final[Mapping[str, str]] = {
    Audience.SCHOOL: "school",
    Audience.TEACHER_EDUCATION: "lerarenopleiding",
    NEITHER: "geen van beide",
}
FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    # in the address: the field of a segment, and what people call it
    "stand": ("status", "stand"),
    "kant": ("audience", "kant"),
    "regio": ("region", "regio"),
    "rol": ("role", "rol"),
    "school": ("partnership", "opleidingsschool"),
    "doelgroep": ("segment", "doelgroep"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. given: as the fields show it, by their names in the address."""

    given: Mapping[str, str]
    wanted: Wanted

    @property
    def is_narrowed(self) -> bool:
        """Whether anybody is left out."""
        return any(self.given.values())

    @property
    def has_more(self) -> bool:
        """Whether anything is asked of the fields that stand folded."""
        return bool(self.given["rol"] or self.given["school"])

    def address(self, path: str = SUBSCRIBERS, **more: object) -> str:
        """Return the address of a page that is narrowed in the same way."""
        asked = {name: text for name, text in self.given.items() if text} | more
        return f"{path}?{urlencode(asked)}" if asked else path

    def without(self, name: str) -> str:
        """Return the address of the list that asks for all but this."""
        asked = {one: text for one, text in self.given.items() if text and one != name}
        return f"{SUBSCRIBERS}?{urlencode(asked)}" if asked else SUBSCRIBERS


def read_filter(query: Mapping[str, object], *, sees_people: bool) -> Asked:
    """Return what an address asks for; who only counts cannot ask for a part of a name.

    Raises PageUnknown for what no field of ours sends.
    """
    form = Form(query)
    given = {
        "q": form.line("q")[:LONGEST_SEARCH] if sees_people else "",
        "stand": form.line("stand"),
        "kant": form.line("kant"),
        "regio": form.line("regio"),
        "rol": form.line("rol"),
        "school": form.line("school"),
        "doelgroep": form.line("doelgroep"),
    }
    tree = every(_conditions(given)) if any(given[name] for name in FIELDS) else EVERYBODY
    return Asked(given, Wanted(tree, given["q"]))


def chips(asked: Asked, segments: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what the list is narrowed to in words, each with the address without it."""
    words = {
        "stand": {key: STATE_WORDS[status] for key, status in STATES.items()},
        "kant": SIDES,
        "doelgroep": segments,
    }
    told = [
        (f"{word}: {words.get(name, {}).get(asked.given[name], asked.given[name])}", name)
        for name, (_, word) in FIELDS.items()
        if asked.given[name]
    ]
    sought = [(f"met ‘{asked.given['q']}’", "q")] if asked.given["q"] else []
    return [(text, asked.without(name)) for text, name in (*sought, *told)]


def offered(session: Session) -> dict[str, list[tuple[str, str]]]:
    """Return what can be chosen by field, each with its word: what people have, or what we know."""
    words = read_words(session, [Is(field, ("-",)) for field in ("region", "role")])
    spelt = {
        field: sorted({texts[0] for texts in words.spelt[field].values()}, key=folded)
        for field in ("region", "role")
    }
    known = {folded(one) for one in spelt["region"]}
    regions = [*spelt["region"], *(one for one in REGIONS if folded(one) not in known)]
    regions = sorted(regions[:MOST_OFFERED], key=folded)
    return {
        "kant": list(SIDES.items()),
        "stand": [(key, STATE_WORDS[status]) for key, status in STATES.items()],
        "regio": [(one, one) for one in regions],
        "rol": [(one, one) for one in spelt["role"][:MOST_OFFERED]],
        "organisatie": [(one, one) for one in known_names(session, most=MOST_OFFERED)],
        "school": [(one.name, one.name) for one in list_partnerships(session)[:MOST_OFFERED]],
        "doelgroep": [(one.slug, one.name) for one in list_segments(session)],
    }


def _conditions(given: Mapping[str, str]) -> Iterator[Tree]:
    for name, (field, _) in FIELDS.items():
        if not given[name]:
            continue
        if name == "stand" and given[name] not in STATES:
            raise PageUnknown(name)
        value = STATES[given[name]] if name == "stand" else given[name]
        try:
            yield is_one_of(field, [value])
        except UnknownCondition:
            raise PageUnknown(name) from None
