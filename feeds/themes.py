"""The thirty themes that the field named (note of 2014), and adding them to a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.model import Theme
from storage.session import Database


@dataclass(frozen=True, slots=True)
class ThemeValue:
    """A theme as shipped. number: its place in the note; label: what people read."""

    slug: str
    number: int
    group: str
    label: str


VISION: Final = "Visie & strategie"
ORGANISATION: Final = "Inrichting, organisatie & financiën"
COOPERATION: Final = "Samenwerking"
QUALITY: Final = "Kwaliteitszorg"
RESEARCH: Final = "Praktijkonderzoek"
STAFF: Final = "HR"
SUBJECTS: Final = "Inhoudelijke thema’s"

DEFAULT_THEMES: Final[tuple[ThemeValue, ...]] = (
    ThemeValue("visie", 1, VISION, "Visie: ontwikkeling, implementatie en draagvlak"),
    ThemeValue(
        "samenwerkingsverband-wordt-opleidingsschool",
        2,
        VISION,
        "Van samenwerkingsverband naar opleidingsschool",
    ),
    ThemeValue(
        "strategische-verhouding",
        3,
        VISION,
        "Strategische verhouding tussen school en lerarenopleiding",
    ),
    ThemeValue("schoolontwikkeling", 4, VISION, "Opleiden in de school en schoolontwikkeling"),
    ThemeValue("verankering-regio", 5, VISION, "Verankering in de regio"),
    ThemeValue("nieuwe-opleidingsscholen", 6, VISION, "Nieuwe (academische) opleidingsscholen"),
    ThemeValue("gemeenschappelijke-taal", 7, ORGANISATION, "Gemeenschappelijke taal"),
    ThemeValue("landelijk-profiel", 8, ORGANISATION, "Landelijk profiel opleidingsscholen"),
    ThemeValue(
        "competentieprofiel-werkplekbegeleider",
        9,
        ORGANISATION,
        "Landelijk competentieprofiel werkplekbegeleider",
    ),
    ThemeValue("toetsing-nvao", 10, ORGANISATION, "Toetsing door de NVAO"),
    ThemeValue("capaciteit-spreiding", 11, ORGANISATION, "Capaciteit en spreiding"),
    ThemeValue("toetreding-nieuwe-scholen", 12, ORGANISATION, "Toetreding van nieuwe scholen"),
    ThemeValue("financiering-opleidingsschool", 13, ORGANISATION, "Financiering opleidingsschool"),
    ThemeValue(
        "financiering-academische-opleidingsschool",
        14,
        ORGANISATION,
        "Financiering academische opleidingsschool",
    ),
    ThemeValue("inrichting-facilitering", 15, ORGANISATION, "Inrichting en facilitering"),
    ThemeValue("informeel-leiderschap", 16, ORGANISATION, "Informeel leiderschap"),
    ThemeValue(
        "professionele-leergemeenschappen", 17, COOPERATION, "Professionele leergemeenschappen"
    ),
    ThemeValue("opleidingsplan", 18, COOPERATION, "Opleidingsplan"),
    ThemeValue("curriculumontwikkeling", 19, COOPERATION, "Curriculumontwikkeling"),
    ThemeValue("vakinhoud-kennisbasis", 20, COOPERATION, "Vakinhoud en kennisbasis"),
    ThemeValue("begeleidingsmodellen", 21, COOPERATION, "Begeleidingsmodellen"),
    ThemeValue("theorie-praktijk", 22, COOPERATION, "Theorie en praktijk verbinden"),
    ThemeValue("kwaliteitszorg", 23, QUALITY, "Kwaliteitszorg"),
    ThemeValue("definitie-onderzoek", 24, RESEARCH, "Definitie van onderzoek"),
    ThemeValue("onderzoeksagenda", 25, RESEARCH, "Onderzoeksagenda"),
    ThemeValue("onderzoek-naar-curriculum", 26, RESEARCH, "Onderzoek naar het curriculum"),
    ThemeValue(
        "samenwerking-in-onderzoek",
        27,
        RESEARCH,
        "Samen onderzoek doen: scholen en lerarenopleidingen",
    ),
    ThemeValue("hr-beleid", 28, STAFF, "Opleiden in de school en HR-beleid"),
    ThemeValue("lerende-organisatie", 29, STAFF, "De lerende organisatie en professionalisering"),
    ThemeValue("inhoudelijke-themas", 30, SUBJECTS, "Inhoudelijke thema’s"),
)


def add_default_themes(db: Database) -> int:
    """Add the shipped themes that are missing; return how many. Edited ones stay as they are."""
    with db.write() as session:
        there = set(session.scalars(select(Theme.slug)))
        missing = [theme for theme in DEFAULT_THEMES if theme.slug not in there]
        session.add_all(
            Theme(slug=one.slug, number=one.number, group=one.group, label=one.label)
            for one in missing
        )
    return len(missing)


def list_themes(session: Session) -> list[Theme]:
    """Return the themes in the order of their numbers."""
    return list(session.scalars(select(Theme).order_by(Theme.number, Theme.slug)))


def theme_words(session: Session) -> Mapping[str, str]:
    """Return the slug for each word that a source may use for a theme, in lower case."""
    words = {}
    for theme in list_themes(session):
        words[theme.label.casefold()] = theme.slug
        words[theme.slug] = theme.slug
    return words
