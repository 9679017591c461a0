"""What the pages of lists say in Dutch of a file, its columns and its steps."""

from collections.abc import Mapping
from typing import Final

from subscribers.list_rows import ListStep

NO_LIST: Final = (
    "Dit bestand is geen lijst die we kunnen lezen. Bewaar het blad als CSV of als Excel-werkmap "
    "(.xlsx), met de namen van de kolommen op de eerste regel."
)
GROUND_MISSING: Final = (
    "Schrijf op waarom deze mensen mail mogen krijgen. Zonder grond kan het niet."
)
ADDRESS_MISSING: Final = "Kies in welke kolom het e-mailadres staat."
COLUMN_TWICE: Final = "Deze kolom heb je al gekozen. Kies een andere, of geen."
MOVED_ON: Final = "Deze lijst was al verder. Kijk hoe het nu staat."

FIELDS: Final[Mapping[str, tuple[str, str]]] = {  # with what may stand in it
    "email": ("E-mailadres", ""),
    "name": ("Naam", ""),
    "audience": ("Kant", "school, lerarenopleiding of geen"),
    "role": ("Rol", ""),
    "organisation": ("Organisatie", ""),
    "partnership": ("Opleidingsschool", ""),
    "region": ("Regio", ""),
    "themes": ("Thema’s", "kenmerken met ; ertussen, zoals kwaliteitszorg; hr-beleid"),
}
STEPS: Final[Mapping[ListStep, str]] = {
    ListStep.RECEIVED: "wacht op jouw keuze van de kolommen",
    ListStep.TRYING: "wordt nagekeken",
    ListStep.TRIED: "nagekeken, nog niet ingelezen",
    ListStep.BRINGING: "wordt ingelezen",
    ListStep.DONE: "ingelezen",
    ListStep.FAILED: "niet tot het einde gelezen",
    ListStep.DROPPED: "niet mee verdergegaan",
}
_ENCODINGS: Final = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "windows-1252": "Windows-1252 (zoals Excel het bewaart)",
}
_DELIMITERS: Final = {";": "puntkomma’s", ",": "komma’s", "\t": "tabs"}


def read_as(encoding: str, delimiter: str) -> str:
    """Say how a file was read."""
    if encoding == "xlsx":
        return "We lezen het eerste blad van deze Excel-werkmap."
    between = _DELIMITERS.get(delimiter, f"het teken {delimiter}")
    return f"We lezen dit bestand als {_ENCODINGS.get(encoding, encoding)}, met {between} ertussen."
