"""Quote: somebody's own words, large, with who said them.

text: the words, with or without quotation marks
name, role: who said it; a person only when they agreed
"""

from typing import Final

from newsletter.compose.blocks import kind
from newsletter.compose.blocks.kind import BlockKind, Field, Fields, Frame, View

MARKS: Final = "\"'\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb "


def view(fields: Fields, frame: Frame) -> View:
    """Return the words between our own quotation marks, and who said them."""
    words = kind.text(fields, "text").strip(MARKS)
    who = (kind.text(fields, "name"), kind.text(fields, "role"))
    return {
        "words": f"\u201c{words}\u201d" if words else "",
        "who": ", ".join(part for part in who if part),
    }


KIND: Final = BlockKind(
    name="quote",
    label="Citaat",
    purpose="Laat iemand zelf aan het woord, in een of twee zinnen.",
    section="",
    blank={"text": "", "name": "", "role": ""},
    editable=(
        Field(
            "text",
            "Wat iemand zei",
            long=True,
            help="Een of twee zinnen. De aanhalingstekens komen er vanzelf bij.",
        ),
        Field("name", "Naam", help="Alleen als die persoon het goed vindt."),
        Field("role", "Functie of organisatie", help="Bijvoorbeeld: schoolopleider in Breda."),
    ),
    view=view,
    sample={
        "text": "Ik dacht dat ik de student iets leerde. Halverwege de periode was het andersom.",
        "name": "",
        "role": "werkplekbegeleider van Opleidingsschool De Voorbeelden",
    },
)
