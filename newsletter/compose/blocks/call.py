"""Call: an invitation to take part, on the band; it replaces the one that ends every edition.

title, text
button: the words on it
url:    where it leads; "" for the page on which readers send in a practice example
"""

from typing import Final

from newsletter.compose.blocks import kind
from newsletter.compose.blocks.kind import BlockKind, Field, Fields, Frame, View
from newsletter.compose.markup import paragraphs

SEND_IN: Final = "/praktijkvoorbeelden/insturen"
BUTTON: Final = "Stuur je praktijkvoorbeeld in"


def view(fields: Fields, frame: Frame) -> View:
    """Return the words, and where the button leads; "" for an address of no use."""
    given = kind.text(fields, "url")
    return {
        "title": kind.text(fields, "title"),
        "paragraphs": [" ".join(one.split()) for one in paragraphs(str(fields["text"] or ""))],
        "button_text": kind.text(fields, "button") or BUTTON,
        "button_url": kind.link(fields, "url") if given else f"{frame.base_url}{SEND_IN}",
    }


KIND: Final = BlockKind(
    name="call",
    label="Oproep: wie doet mee?",
    purpose="Vraag lezers om mee te doen. Komt in plaats van de vaste oproep onderaan.",
    section="",
    blank={
        "title": "Laat zien hoe jullie het doen",
        "text": "Heb je een aanpak waar een andere opleidingsschool iets aan heeft? "
        "Het hoeft niet af te zijn. Stuur een paar regels, de redactie helpt met de tekst.",
        "button": BUTTON,
        "url": "",
    },
    editable=(
        Field("title", "Titel"),
        Field("text", "Tekst", long=True, help="Wat vraag je, en wat kost het de lezer?"),
        Field("button", "Tekst op de knop", help="Zeg wat er gebeurt: Stuur je voorbeeld in."),
        Field(
            "url",
            "Adres achter de knop",
            help="Laat dit leeg voor de pagina waar lezers een praktijkvoorbeeld insturen.",
        ),
    ),
    view=view,
    sample={
        "title": "Wie denkt mee over één profiel voor werkplekbegeleiders?",
        "text": "We zoeken vijf schoolopleiders en vijf instituutsopleiders. "
        "Het kost je twee middagen, in mei en in juni.",
        "button": "Doe mee met de werkgroep",
        "url": "https://voorbeeldraad.example.org/werkgroep-profiel",
    },
)
