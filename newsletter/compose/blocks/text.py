"""Free text: what fits no other block, in the editors' own words.

title: the name above it; "" for none
text:  paragraphs, lists and headings; **bold**, *italic*, [link](https://...)
"""

from typing import Final

from newsletter.compose.blocks import kind
from newsletter.compose.blocks.kind import BlockKind, Field, Fields, Frame, View
from newsletter.compose.markup import Part, as_html, as_text, parts

BELOW_TITLE: Final = 3  # the level of a heading in the text; without a title it takes its place


def view(fields: Fields, frame: Frame) -> View:
    """Return the parts, each line as HTML and as text."""
    title = kind.text(fields, "title")
    return {
        "title": title,
        "level": BELOW_TITLE if title else BELOW_TITLE - 1,
        "parts": [_shown(part) for part in parts(str(fields.get("text") or ""))],
    }


def _shown(part: Part) -> View:
    return {
        "form": part.form.value,
        "first": part.first,
        "html": [as_html(line) for line in part.lines],
        "text": [as_text(line).split("\n") for line in part.lines],
    }


KIND: Final = BlockKind(
    name="text",
    label="Vrije tekst",
    purpose="Voor wat in geen ander blok past: een mededeling, een uitleg, een lijstje.",
    section="",
    blank={"title": "", "text": ""},
    editable=(
        Field("title", "Titel", help="Mag leeg blijven."),
        Field(
            "text",
            "Tekst",
            long=True,
            markup=kind.PARTED,
            help="Een lege regel begint een alinea. **Vet**, *schuin*, [link](https://...). "
            "Begin een regel met - of 1. voor een lijst, met ## voor een tussenkop.",
        ),
    ),
    view=view,
    sample={
        "title": "Zo werkt de nieuwe subsidieregeling",
        "text": "Vanaf 1 augustus vraag je de bijdrage aan **per opleidingsschool**, niet meer "
        "per school. Dat scheelt papier, maar je moet het wel *samen* doen.\n\n"
        "## Wat je nu al kunt regelen\n\n"
        "- Spreek af wie de penvoerder is.\n"
        "- Tel de plaatsen voor studenten in het nieuwe schooljaar.\n"
        "- Lees de [vragen en antwoorden](https://voorbeeldraad.example.org/regeling).\n\n"
        "## De volgorde\n\n"
        "1. De penvoerder dient de aanvraag in.\n"
        "2. Alle besturen tekenen.\n"
        "3. Je krijgt binnen acht weken bericht.",
    },
)
