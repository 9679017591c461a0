"""Intro: two short paragraphs in the editors' own words.

text:   paragraphs with blank lines between; **bold**, *italic*, [link](https://...)
sender: who says so, in muted letters below; "" for nobody
"""

from typing import Final

from newsletter.compose.blocks.kind import MARKED, BlockKind, Field, Fields, Frame, View, text
from newsletter.compose.markup import as_html, as_text, paragraphs


def view(fields: Fields, frame: Frame) -> View:
    """Return the paragraphs as HTML and as text."""
    parts = paragraphs(str(fields.get("text") or ""))
    return {
        "html": [as_html(part) for part in parts],
        "text": [as_text(part) for part in parts],
        "sender": text(fields, "sender"),
    }


KIND: Final = BlockKind(
    name="intro",
    label="Inleiding",
    purpose="Open de editie in je eigen woorden: twee korte alinea's.",
    section="",
    blank={"text": "", "sender": "De redactie"},
    editable=(Field("text", "Tekst", long=True, markup=MARKED), Field("sender", "Ondertekening")),
    view=view,
    sample={
        "text": "Samen opleiden gaat vaak over uren, geld en plaatsen. In deze editie gaat het "
        "over het doel: wat leert de **student**, en wat leert de school ervan?\n\n"
        "Je vindt bijeenkomsten, een voorbeeld dat je morgen kunt proberen en "
        "[een verslag](https://nieuwsbrief.example.org/archief).",
        "sender": "De redactie",
    },
)
