"""What the page of the organisation asks, and what it says about colours, in Dutch."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from newsletter.compose.colours import DARK, LIGHT, Judged
from newsletter.compose.contrast import ENOUGH
from newsletter.dutch import join
from newsletter.organisation import Sealed
from newsletter.values import EditionKind


@dataclass(frozen=True, slots=True)
class Text:
    """One text that can be chosen. missing: what is said when it is empty; "" when that is fine."""

    name: str
    label: str
    longest: int
    missing: str = ""
    help: str = ""
    rows: int = 1


NAME_TEXTS: Final = (
    Text(
        "name", "Naam", 100, "Vul de naam van de organisatie in.",
        "Zoals die in zinnen staat, en onder elke mail.",
    ),
    Text("newsletter_title", "Naam van de nieuwsbrief", 60, "Geef de nieuwsbrief een naam."),
    Text("tagline", "Eén zin over wie jullie zijn", 300, rows=3),
    Text("rhythm", "Hoe vaak de nieuwsbrief komt", 100, help="Zoals: om de week op donderdag."),
)  # fmt: skip
REACH_TEXTS: Final = (
    Text(
        "contact", "E-mailadres van de redactie", 254, "Vul een e-mailadres in.",
        "Lezers antwoorden naar dit adres.",
    ),
    Text(
        "postal_address", "Postadres", 200, "Vul een postadres in.",
        "Staat in elke mail. Dat moet van de wet.",
    ),
)  # fmt: skip
STANDARD_TEXTS: Final = (
    Text("call_title_school", "Oproep aan scholen: de kop", 120, "Schrijf een kop."),
    Text("call_school", "Oproep aan scholen: de tekst", 500, "Schrijf een tekst.", rows=4),
    Text("call_title_lerarenopleiding", "Oproep aan lerarenopleidingen: de kop", 120,
         "Schrijf een kop."),
    Text("call_lerarenopleiding", "Oproep aan lerarenopleidingen: de tekst", 500,
         "Schrijf een tekst.", rows=4),
    Text("colophon", "Colofon: de vraag", 300, rows=2,
         help="Daarna staat er vanzelf: Mail, en het adres van de redactie."),
)  # fmt: skip
TEXTS: Final = NAME_TEXTS + REACH_TEXTS + STANDARD_TEXTS

FONT_WORDS: Final[Mapping[str, str]] = {
    "arial": "Arial: strak",
    "verdana": "Verdana: breed en ruim",
    "trebuchet": "Trebuchet: vriendelijk",
    "georgia": "Georgia: met schreven",
}

COLOUR_WORDS: Final[Mapping[str, str]] = {
    "band": "Kopbalk",
    "bg": "Rand om de mail",
    "surface": "Papier",
    "ink": "Gewone tekst",
    "muted": "Zachte tekst",
    "line": "Lijnen",
    "school": "Scholen, links en knoppen",
    "lerarenopleiding": "Lerarenopleidingen",
    "accent": "Nadruk en data",
    "tint": "Vlak van een voorbeeld",
    "school_label": "Vlak achter ‘Voor scholen’",
    "lerarenopleiding_label": "Vlak achter ‘Voor lerarenopleidingen’",
    "tile": "Vlak van een datum",
    "on_band": "Letters in kopbalk en knop",
    "on_button": "Letters in een knop",
}
MAIN_COLOURS: Final = ("band", "on_band", "school", "lerarenopleiding", "accent")
OTHER_COLOURS: Final = tuple(one for one in LIGHT if one not in MAIN_COLOURS)
DARK_COLOURS: Final = tuple(f"{one}_dark" for one in DARK)


def colour_word(setting: str) -> str:
    """Return what a setting colours."""
    return COLOUR_WORDS[setting.removesuffix("_dark")]


def colour_label(setting: str) -> str:
    """Return what the field of a setting is called: no two are the same."""
    return f"{colour_word(setting)}, donker" if setting.endswith("_dark") else colour_word(setting)


def pair_word(one: Judged) -> str:
    """Return which letters stand on which ground."""
    ground = "knop" if one.ground.removesuffix("_dark") == "school" else colour_word(one.ground)
    letters = "Letters" if one.front.startswith("on_") else colour_word(one.front)
    return f"{letters} op {ground[0].lower()}{ground[1:]}"


def ratio_word(ratio: float) -> str:
    """Return "4,53 : 1"; cut and not rounded, so that what is not enough does not look so."""
    cut = Decimal(repr(ratio)).quantize(Decimal("0.01"), ROUND_FLOOR)
    return f"{cut} : 1".replace(".", ",")


def verdict(ratio: float) -> str:
    """Return how well letters can be read; organisation.js says the same."""
    if ratio >= 7:  # WCAG 2.2, 1.4.6: enough for everybody
        return "heel goed"
    if ratio >= ENOUGH:
        return "goed"
    return "te zwak" if ratio >= 3 else "niet te lezen"


def too_faint(one: Judged, proposal: str | None) -> str:
    """Return the sentence beside a colour that is refused."""
    said = f"{pair_word(one)}: dat verschilt {ratio_word(one.ratio)}, en 4,5 : 1 is nodig."
    if proposal is None:
        return f"{said} Geen enkele tint hiervan kan: kies ook een andere ondergrond."
    return f"{said} De kleur die het dichtst erbij komt en wel kan, is {proposal}."


def sealed_word(edition: Sealed) -> str:
    """Return the name of an edition within a sentence."""
    if edition.kind is EditionKind.ANNOUNCEMENT:
        return f"de aankondiging ‘{edition.title}’"
    return f"editie {edition.number}" if edition.number else f"de nieuwsbrief ‘{edition.title}’"


def saved(taken: list[Sealed]) -> str:
    """Return what is said after a save."""
    if not taken:
        return "Bewaard. De site en nieuwe mails gebruiken dit meteen."
    names = join([sealed_word(one) for one in taken])
    verb = "is" if len(taken) == 1 else "zijn"
    return f"Bewaard. Weer concept {verb} nu: {names}. Dien opnieuw in voor een nieuw akkoord."
