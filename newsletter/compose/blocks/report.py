"""Report: what was said in a session, and the presentations that were shown there.

title, url, link_text
session: which session, and where: "Themasessie op het congres Samen sterker"
leader:  who led it: a role, or a name with consent
teaser:  two or three short paragraphs
presentations: a line each: title | address | size
"""

from collections.abc import Mapping
from typing import Any, Final

from feeds.model import Item
from feeds.values import ItemKind
from newsletter.compose.blocks import kind
from newsletter.compose.blocks.kind import BlockKind, Field, Fields, Frame, View
from newsletter.compose.escape import clean, clean_line
from newsletter.compose.markup import is_link, paragraphs

BETWEEN: Final = "|"


def view(fields: Fields, frame: Frame) -> View:
    """Return what the templates need; the second report of an edition names itself in its link."""
    title, leader = kind.text(fields, "title"), kind.text(fields, "leader")
    given = kind.text(fields, "link_text")
    facts = (kind.text(fields, "session"), f"Onder leiding van {leader}" if leader else "")
    return {
        "title": title,
        "byline": ". ".join(part for part in facts if part),
        "paragraphs": [" ".join(part.split()) for part in paragraphs(str(fields["teaser"] or ""))],
        "presentations": _presentations(str(fields.get("presentations") or "")),
        "url": kind.link(fields, "url"),
        "link_text": given or "Lees het hele verslag",
        "long_link_text": given or f"Lees het hele verslag: {title}",
    }


def from_item(item: Item) -> dict[str, Any]:
    """Return the fields for a report."""
    return {
        **KIND.blank,
        "title": item.shown_title,
        "teaser": item.shown_summary,
        "session": str(item.details.get("session") or ""),
        "leader": str(item.details.get("leader") or ""),
        "presentations": _lines(item.details.get("presentations")),
        "url": item.url,
    }


def _lines(presentations: object) -> str:
    listed = presentations if isinstance(presentations, list) else []
    return "\n".join(
        f" {BETWEEN} ".join(str(one.get(name) or "") for name in ("title", "url", "size"))
        for one in listed
        if isinstance(one, Mapping)
    )


def _presentations(lines: str) -> list[View]:
    return [_presentation(line) for line in clean(lines).split("\n") if line.strip(f"{BETWEEN} \t")]


def _presentation(line: str) -> View:
    """Return what a line holds: its address wherever it stands, a title, and the rest."""
    pieces = [clean_line(piece) for piece in line.split(BETWEEN)]
    url = next((piece for piece in pieces if is_link(piece)), "")
    others = [piece for piece in pieces if piece and piece != url]
    return {
        "title": others[0] if others else f"Presentatie op {kind.host(url)}",
        "url": kind.link({"url": url}, "url"),
        "size": kind.held(", ".join(others[1:])),
    }


KIND: Final = BlockKind(
    name="report",
    label="Verslag van een sessie",
    purpose="Vertel na een bijeenkomst wat er gezegd is, met de presentaties erbij.",
    section="verslagen",
    blank={
        "title": "",
        "session": "",
        "leader": "",
        "teaser": "",
        "presentations": "",
        "url": "",
        "link_text": "",
    },
    editable=(
        Field("title", "Titel"),
        Field("session", "Welke sessie", help="Bijvoorbeeld: Themasessie op het congres in Doorn."),
        Field("leader", "Wie hem leidde", help="Een functie. Een naam alleen met toestemming."),
        Field("teaser", "Wat er gezegd is", long=True, help="Twee of drie korte alinea's."),
        Field(
            "presentations",
            "Presentaties",
            long=True,
            help="Elke presentatie op een eigen regel: titel | https://adres | pdf, 2,4 MB",
        ),
        Field("url", "Adres van het hele verslag", help="Mag leeg blijven."),
        Field("link_text", "Tekst van de link"),
    ),
    view=view,
    sample={
        "title": "De NVAO wil zien dat je van je fouten leert",
        "session": "Themasessie op het congres Samen sterker, 3 juni",
        "leader": "een projectleider van een academische opleidingsschool",
        "teaser": "Een goed dossier is geen dikke map. De commissie vraagt naar één "
        "verandering die je zelf bedacht, en naar wat die voor studenten opleverde.\n\n"
        "Wie de toetsing achter de rug heeft, kijkt graag mee. De zaal vroeg om een lijst met "
        "namen; die maakt de werkgroep in juli.",
        "presentations": "Zo bouw je een dossier op | "
        "https://congres.example.org/presentaties/dossier.pdf | pdf, 2,4 MB\n"
        "Vragen van de commissie | "
        "https://congres.example.org/presentaties/vragen.pdf | pdf, 600 kB",
        "url": "https://congres.example.org/verslagen/toetsing",
        "link_text": "",
    },
    from_item=from_item,
    item_kinds=frozenset({ItemKind.REPORT}),
)
