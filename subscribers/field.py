"""What a partnership or an organisation may say of itself, read from a form or a file. Pure.

What is wrong is told in Dutch, by field: a form shows it there, an import with the line.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from storage.text import folded, one_line
from subscribers.values import Audience

Values: TypeAlias = Mapping[str, str | int | date | None]


class Sector(StrEnum):
    """What pupils a partnership trains teachers for."""

    PRIMARY = "po"
    SECONDARY = "vo"
    VOCATIONAL = "mbo"


class Stage(StrEnum):
    """How far a partnership is; what it needs differs by it."""

    ASPIRANT = "aspirant"
    RECOGNISED = "erkend"
    ACADEMIC = "academisch"


REGIONS: Final = (  # the twelve provinces, from the north to the south
    *("Groningen", "Friesland", "Drenthe", "Overijssel", "Flevoland", "Gelderland"),
    *("Utrecht", "Noord-Holland", "Zuid-Holland", "Zeeland", "Noord-Brabant", "Limburg"),
)
LENGTHS: Final[Mapping[str, int]] = {
    "name": 200,
    "region": 80,
    "sector": 10,
    "stage": 40,
    "since_year": 10,
    "website": 500,
    "agreed_on": 20,
    "agreed_by": 200,
    "audience": 20,
    "city": 80,
}
NAME_KEY_LENGTH: Final = 400  # folding may make a name longer
YEARS: Final = range(1900, 2101)

NO_NAME: Final = "Vul een naam in."
NO_REGION: Final = "Dit is geen provincie. Kies er een, zoals Gelderland."
NO_SECTOR: Final = "Deze sector kennen we niet. Kies po, vo of mbo."
NO_STAGE: Final = "Deze fase kennen we niet. Kies aspirant, erkend of academisch."
NO_YEAR: Final = "Dit is geen jaar. Vul iets in als 2014."
NO_WEBSITE: Final = "Dit is geen webadres. Begin met https://."
NO_DAY: Final = "Dit is geen datum. Vul iets in als 2026-05-28."
NO_AUDIENCE: Final = "Kies een kant: school of lerarenopleiding."
NOT_WHO: Final = "Vul in wie namens de opleidingsschool toestemming gaf."
NOT_WHEN: Final = "Vul in wanneer de toestemming is gegeven."
TOO_LONG: Final = "Dit is te lang: hoogstens {} tekens."

_PLAIN_DAY: Final = re.compile(r"(\d{1,2})-(\d{1,2})-(\d{4})")


@dataclass(slots=True)
class Judged:
    """What was given, as it is stored, and what is wrong with it, by field."""

    values: dict[str, str | int | date | None] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


def name_key(name: str) -> str:
    """Return a name as it is compared: without capitals, accents and double spaces."""
    return folded(name)[:NAME_KEY_LENGTH]


def judge_partnership(given: Mapping[str, str]) -> Judged:
    """Judge what is given; a field that is not given is left alone, and an empty one emptied."""
    judged = _judge(given)
    agreed_on, agreed_by = given.get("agreed_on", ""), given.get("agreed_by", "")
    if agreed_on and not agreed_by:
        judged.problems.setdefault("agreed_by", NOT_WHO)
    if agreed_by and not agreed_on:
        judged.problems.setdefault("agreed_on", NOT_WHEN)
    return judged


def judge_organisation(given: Mapping[str, str]) -> Judged:
    """Judge what is given of a school or an institute; it has to be one of the two."""
    judged = _judge(given)
    if not judged.values.get("audience", "nothing was said"):
        judged.problems.setdefault("audience", NO_AUDIENCE)
    return judged


def _judge(given: Mapping[str, str]) -> Judged:
    judged = Judged()
    for name, text in given.items():
        value = one_line(text)
        if len(value) > LENGTHS[name]:
            judged.problems[name] = TOO_LONG.format(LENGTHS[name])
        try:
            judged.values[name] = _value(name, value)
        except _Wrong as wrong:
            judged.problems.setdefault(name, str(wrong))
    if not judged.values.get("name", "nothing was said"):
        judged.problems["name"] = NO_NAME
    return judged


class _Wrong(Exception):
    """The sentence that says what is wrong."""


def _value(name: str, text: str) -> str | int | date | None:
    """Return a text as its field is stored. Raises _Wrong."""
    if name in _CHOICES:
        return _choice(text, *_CHOICES[name])
    read = _READ.get(name)
    return read(text) if read else text


def _choice(text: str, choices: tuple[str, ...], wrong: str) -> str:
    plain = folded(text).replace(" ", "-")
    found = [str(one) for one in choices if folded(one) == plain]
    if text and not found:
        raise _Wrong(wrong)
    return found[0] if found else ""


def _year(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 4 and int(text) in YEARS):
        raise _Wrong(NO_YEAR)
    return int(text)


def _website(text: str) -> str:
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
    except ValueError:
        is_address = False
    if not is_address or " " in text or "@" in parts.netloc:
        raise _Wrong(NO_WEBSITE)
    return text


def _day(text: str) -> date | None:
    if not text:
        return None
    turned = _PLAIN_DAY.fullmatch(text)
    day = f"{turned[3]}-{turned[2]:0>2}-{turned[1]:0>2}" if turned else text
    try:
        found = date.fromisoformat(day)
    except ValueError as failure:
        raise _Wrong(NO_DAY) from failure
    if found.year not in YEARS:
        raise _Wrong(NO_DAY)
    return found


_CHOICES: Final[Mapping[str, tuple[tuple[str, ...], str]]] = {
    "region": (REGIONS, NO_REGION),
    "sector": (tuple(Sector), NO_SECTOR),
    "stage": (tuple(Stage), NO_STAGE),
    "audience": (tuple(Audience), NO_AUDIENCE),
}
_READ: Final[Mapping[str, Callable[[str], str | int | date | None]]] = {
    "since_year": _year,
    "website": _website,
    "agreed_on": _day,
}
