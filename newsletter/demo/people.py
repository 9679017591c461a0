"""Two hundred invented readers: the same ones for the same seed, all at example.org."""

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from random import Random
from typing import Final

from newsletter.demo.material import Collaboration
from subscribers.values import Audience

COUNT: Final = 200
GROUND: Final = "Verzonnen lezer van de demo: heeft om de nieuwsbrief gevraagd"
SIDES: Final = (Audience.SCHOOL, Audience.TEACHER_EDUCATION, None)
SHARES: Final = (120, 60, 20)  # of two hundred: schools are most of the readers

FIRST_NAMES: Final = [
    "Anneke",
    "Zoë",
    "Björn",
    "Fatima",
    "Joost",
    "Renée",
    "Mehmet",
    "Sanne",
    "Ömer",
    "Loïs",
    "Pieter",
    "Aïsha",
    "Daniël",
    "Marijke",
    "Noël",
    "Xiu",
    "Thérèse",
    "Ruben",
    "Ayşe",
    "Koen",
    "Inès",
    "Willem",
    "Chantal",
    "Søren",
    "Geert",
    "Priya",
    "Hélène",
    "Tijmen",
    "Yasmina",
    "André",
    "Elif",
    "Jelle",
    "Małgorzata",
    "Rachid",
    "Femke",
    "Stéphanie",
    "Lars",
    "Nadia",
    "Bart",
    "Mónica",
]
LAST_NAMES: Final = re.split(
    r",\s+",
    """de Vries, Yılmaz, van den Berg, El Amrani, Jansen, Müller, Bakker, Nguyễn, van ’t Hof,
    Visser, Kowalczyk, Öztürk, de Groot, Hoekstra, Ramdin, Brouwer, Łukasik, Dijkstra, Çelik,
    van der Meer, Sørensen, Postma, Benali, Schröder, Kuipers, Martínez, Wijnsma, Tan, Lefèvre,
    Boonstra, Pinas, ter Haar, Haddou, Wójcik, van Dijck""",
)
ROLES: Final = {
    Audience.SCHOOL: (
        *("penvoerder", "projectleider", "coördinator", "bestuurder", "directeur"),
        *("programmamanager", "schoolopleider", "schoolopleider", "schoolopleider"),
        *("werkplekbegeleider", "werkplekbegeleider"),
    ),
    Audience.TEACHER_EDUCATION: (
        *("instituutsopleider", "instituutsopleider", "instituutsopleider"),
        *("onderzoeker", "directeur"),
    ),
    None: ("beleidsmedewerker", "adviseur", "onderwijsjournalist"),
}
OUTSIDERS: Final = ("Bureau Zuilen", "Onderwijsblad Het Bord", "Adviesgroep Linnaeus")


@dataclass(frozen=True, slots=True)
class Person:
    """One reader, in the columns that an import knows. themes: slugs, separated by ";"."""

    email: str
    name: str
    audience: str
    role: str
    organisation: str
    partnership: str
    region: str
    themes: str


def invent_people(
    collaborations: Sequence[Collaboration], *, themes: Sequence[str], seed: int = 2014
) -> tuple[Person, ...]:
    """Return the readers, in the order in which they are imported; each address once."""
    chance = Random(seed)  # noqa: S311 - invents people, guards nothing
    names = [f"{first} {last}" for first in FIRST_NAMES for last in LAST_NAMES]
    sides = [side for side, share in zip(SIDES, SHARES, strict=True) for _ in range(share)]
    chance.shuffle(sides)
    return tuple(
        _person(chance, name, side, collaborations, themes)
        for name, side in zip(chance.sample(names, COUNT), sides, strict=True)
    )


def write_people(people: Sequence[Person], path: Path) -> None:
    """Write them as a CSV file that an import reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([field.name for field in fields(Person)])
        rows.writerows(astuple(person) for person in people)


def _person(
    chance: Random,
    name: str,
    side: Audience | None,
    collaborations: Sequence[Collaboration],
    themes: Sequence[str],
) -> Person:
    home = chance.choice(collaborations)
    organisation = chance.choice(_organisations(home, side))
    return Person(
        email=f"{_plain(name)}@example.org",
        name=name,
        audience=side or "",
        role=chance.choice(ROLES[side]),
        organisation=organisation,
        partnership=home.name if side else "",
        region=home.region if side else "",
        themes=";".join(chance.sample(themes, chance.randint(0, 3))),
    )


def _organisations(home: Collaboration, side: Audience | None) -> tuple[str, ...]:
    if side is Audience.SCHOOL:
        return home.schools
    return home.institutes if side else OUTSIDERS


def _plain(name: str) -> str:
    letters = name.translate(str.maketrans("ıłŁøØ", "ilLoO"))
    ascii_only = unicodedata.normalize("NFKD", letters).encode("ascii", "ignore").decode()
    return ".".join(ascii_only.lower().split())
