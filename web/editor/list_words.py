"""What the pages of lists say in Dutch of a file, its columns and its steps."""

from collections.abc import Mapping
from typing import Final

from subscribers.errors import FileKind, MalformedImport, OtherFile
from subscribers.list_rows import ListStep
from subscribers.sheets import DELIMITERS, ENCODINGS

NO_LIST: Final = (
    "Dit bestand is geen lijst die we kunnen lezen. Bewaar het blad als CSV of als Excel-werkmap "
    "(.xlsx), met de namen van de kolommen op de eerste regel."
)
SAVE_AS: Final = "Open het, kies Opslaan als, en neem Excel-werkmap (.xlsx) of CSV."
OTHERS: Final[Mapping[FileKind, str]] = {
    FileKind.OLD_WORKBOOK: f"Dit is een werkmap van een oud Excel (.xls). {SAVE_AS}",
    FileKind.OPEN_DOCUMENT: f"Dit is een blad van LibreOffice (.ods). {SAVE_AS}",
    FileKind.PACKED: "Dit is een zipbestand. Pak het uit en kies de lijst die erin zit.",
    FileKind.PDF: "Dit is een pdf. Vraag wie het maakte om de lijst als Excel-werkmap of CSV.",
    FileKind.NO_TEXT: (
        "Dit bestand is geen lijst, maar bijvoorbeeld een foto of een ander soort document. "
        "Kies een Excel-werkmap (.xlsx) of CSV."
    ),
    FileKind.EMPTY: ("De eerste regel van dit bestand is leeg. Zet daar de namen van de kolommen."),
    FileKind.PEOPLE: (
        "Dit is zo te zien een lijst met lezers: die lees je in bij Abonnees. Is dat niet zo, "
        "haal dan de kolom met e-mailadressen weg."
    ),
}
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
    "themes": ("Thema’s", "namen of kenmerken met ; ertussen, zoals Kwaliteitszorg; hr-beleid"),
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
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "windows-1252": "Windows-1252 (zoals Excel het bewaart)",
    "cp850": "MS-DOS (CP850)",
    "mac-roman": "oude Mac (Mac Roman)",
}
_DELIMITERS: Final = {";": "puntkomma’s", ",": "komma’s", "\t": "tabs", "|": "streepjes"}
ENCODING_CHOICES: Final = (("", "Zoek het uit"), *((one, _ENCODINGS[one]) for one in ENCODINGS))
DELIMITER_CHOICES: Final = (  # a tab would not come back from a form as it is
    ("", "Zoek het uit"),
    *(("tab" if one == "\t" else one, _DELIMITERS[one]) for one in DELIMITERS),
)


def refusal(wrong: MalformedImport, otherwise: str = NO_LIST) -> str:
    """Say why a file is no list that we can read, and what to do."""
    return OTHERS[wrong.kind] if isinstance(wrong, OtherFile) else otherwise


def read_as(encoding: str, delimiter: str) -> str:
    """Say how a file was read."""
    if encoding == "xlsx":
        return "We lezen het eerste blad van deze Excel-werkmap."
    between = _DELIMITERS.get(delimiter, f"het teken {delimiter}")
    return f"We lezen dit bestand als {_ENCODINGS.get(encoding, encoding)}, met {between} ertussen."
