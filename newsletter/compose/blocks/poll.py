"""Poll: one question with two to five answers, each a link to a page where its reader confirms.

title:   the question
text:    why we ask it, in a line
answers: one a line
"""

from typing import Final

from newsletter.compose.blocks import kind
from newsletter.compose.blocks.kind import BlockKind, Field, Fields, Frame, View
from newsletter.compose.escape import clean, clean_line
from newsletter.poll import KIND as NAME
from newsletter.poll import answers_of


def view(fields: Fields, frame: Frame) -> View:
    """Return the question, and each answer with its address; "" where there is no reader."""
    answers = answers_of({"answers": clean(str(fields["answers"] or ""))})
    return {
        "title": kind.text(fields, "title"),
        "why": kind.text(fields, "text"),
        "answers": [
            {"text": clean_line(words), "url": _address(frame, number)}
            for number, words in enumerate(answers, 1)
        ],
    }


def _address(frame: Frame, number: int) -> str:
    return f"{frame.poll}?antwoord={number}" if frame.poll else ""


KIND: Final = BlockKind(
    name=NAME,
    label="Peiling: één vraag",
    purpose="Vraag lezers wat ze nodig hebben. Ze kiezen en bevestigen op de site.",
    section="peiling",
    blank={"title": "", "text": "", "answers": ""},
    editable=(
        Field("title", "De vraag"),
        Field("text", "Waarom vraag je dit?", help="In een zin: wat doe je met het antwoord?"),
        Field(
            "answers",
            "Antwoorden",
            long=True,
            help="Twee tot vijf, elk op een eigen regel. "
            "Vraag iedereen hetzelfde, dan kun je vergelijken.",
        ),
    ),
    view=view,
    sample={
        "title": "Waar heb jij dit najaar het meest aan?",
        "text": "Je antwoord helpt ons kiezen wat we organiseren.",
        "answers": "Voorbeelden van andere opleidingsscholen\n"
        "Een themabijeenkomst in mijn regio\n"
        "Een werkbezoek bij een ander\n"
        "Kennis over inrichting en kwaliteitszorg",
    },
)
