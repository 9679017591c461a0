"""Practice example: what a partnership asked, did and got, and who can tell more.

title, partnership, url, item_id
question, approach, result, contact: plain text; an address in `contact` becomes a link
summary: shown when none of the four is known
offered_image, image_alt: a picture on our own site, shown when it has an image_alt,
               or is decorative (image_decorative: "ja")
"""

from typing import Any, Final

from feeds.model import Item
from feeds.values import ItemKind
from newsletter.compose.blocks import kind
from newsletter.compose.blocks.kind import ALT, ROLE, BlockKind, Field, Fields, Frame, View

PAIRS: Final = (
    ("question", "Vraag"),
    ("approach", "Aanpak"),
    ("result", "Resultaat"),
    ("contact", "Wie te vragen"),
)


def view(fields: Fields, frame: Frame) -> View:
    """Return the pairs that have a text, and where the whole example stands."""
    return {
        "title": kind.text(fields, "title"),
        "partnership": kind.text(fields, "partnership"),
        "summary": kind.text(fields, "summary"),
        "pairs": [
            {"label": label, "text": kind.text(fields, name)}
            for name, label in PAIRS
            if kind.text(fields, name)
        ],
        "image": kind.shown_picture(fields, frame),
        "image_alt": kind.picture_alt(fields),
        "url": _url(fields, frame),
    }


def from_item(item: Item) -> dict[str, Any]:
    """Return the fields for a practice example."""
    known = {name: str(item.details.get(name) or "") for name, _ in PAIRS}
    return {
        **KIND.blank,
        **kind.offered_picture(item),
        **known,
        "title": item.shown_title,
        "summary": item.shown_summary,
        "partnership": str(item.details.get("partnership") or ""),
        "url": item.url,
        "item_id": item.id,
    }


def _url(fields: Fields, frame: Frame) -> str:
    own, item_id = f"{frame.base_url}/praktijkvoorbeelden", fields.get("item_id")
    return f"{own}/{item_id}" if item_id else kind.link(fields, "url") or own


KIND: Final = BlockKind(
    name="practice",
    label="Praktijkvoorbeeld",
    purpose="Zet een voorbeeld in het licht: vraag, aanpak, resultaat en wie je kunt vragen.",
    section="praktijk",
    blank={
        "title": "",
        "question": "",
        "approach": "",
        "result": "",
        "contact": "",
        "partnership": "",
        "summary": "",
        "offered_image": "",
        "image_alt": "",
        "image_decorative": "",
        "url": "",
        "item_id": None,
    },
    editable=(
        Field("title", "Titel"),
        Field("question", "Vraag", long=True),
        Field("approach", "Aanpak", long=True),
        Field("result", "Resultaat", long=True),
        Field("contact", "Wie te vragen", long=True),
        ROLE,
        ALT,
    ),
    view=view,
    sample={
        "title": "Student en leraar ontwerpen samen een les",
        "question": "Een student leert van een ervaren leraar. Hoe gebeurt het ook andersom?",
        "approach": "Elke student vormt acht weken een koppel met een leraar van hetzelfde vak. "
        "Samen ontwerpen ze drie lessen.",
        "result": "Leraren proberen nieuwe werkvormen uit. De vaksectie houdt nu elke periode een "
        "ontwerpmiddag.",
        "contact": "De schoolopleider: ontwerpkoppels@example.org",
        "partnership": "Opleidingsschool De Voorbeelden",
    },
    from_item=from_item,
    item_kinds=frozenset({ItemKind.PRACTICE}),
)
