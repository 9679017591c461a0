"""Article: a news item, with its source, in at most three lines; or what an edition opens with.

title, teaser, source, url
published_on: ISO date
link_text:    "" for a proposal made from the source
lead:         True for the one that the edition opens with: large, with a button
label:        the name above a lead, "Uitgelicht" or "Verslag"
image, image_alt, caption: a picture, on our own host; "" for none
show_image:   "ja" to show it also in the row of news; the one that opens always shows it
offered_image: the item's own picture, shown once it has an image_alt,
               or is decorative (image_decorative: "ja")
"""

from typing import Any, Final

from feeds.model import Item
from feeds.values import ItemKind
from newsletter import dutch
from newsletter.compose.blocks import kind
from newsletter.compose.blocks.kind import ALT, ROLE, BlockKind, Field, Fields, Frame, View
from newsletter.compose.markup import paragraphs

ASKING: Final = frozenset({"hoe", "hoeveel", "waarom", "wanneer", "wat", "welk", "welke", "wie"})
SHOWN: Final = "ja"
LABELS: Final = {ItemKind.NEWS: "Uitgelicht", ItemKind.REPORT: "Verslag"}


def view(fields: Fields, frame: Frame) -> View:
    """Return what the templates need; a second article of a source gets the longer link text."""
    url, source = kind.link(fields, "url"), kind.text(fields, "source")
    title, given = kind.text(fields, "title"), kind.text(fields, "link_text")
    return {
        "title": title,
        "paragraphs": [" ".join(part.split()) for part in paragraphs(str(fields["teaser"] or ""))],
        "url": url,
        "byline": _byline(fields),
        "link_text": given or _link_words(title, source or kind.host(url)),
        "long_link_text": given or f"Lees ‘{title}’",
        "lead": bool(fields.get("lead")),
        "label": kind.text(fields, "label") or LABELS[ItemKind.NEWS],
        "with_image": bool(fields.get("lead")) or kind.text(fields, "show_image") == SHOWN,
        "image": kind.shown_picture(fields, frame),
        "image_alt": kind.picture_alt(fields),
        "caption": kind.text(fields, "caption"),
    }


def from_item(item: Item) -> dict[str, Any]:
    """Return the fields for a news item or a report."""
    seen = item.published_at
    return {
        **KIND.blank,
        **kind.offered_picture(item),
        "title": item.shown_title,
        "teaser": item.shown_summary,
        "url": item.url,
        "source": kind.source_name(item),
        "published_on": kind.iso(dutch.local(seen).date() if seen else None),
        "label": LABELS[ItemKind(item.kind)],
    }


def _link_words(title: str, source: str) -> str:
    """Return "Lees hoe de kennisbasis landt"; where a title gives no such sentence, the source."""
    first = title.partition(" ")[0].lower()
    if first in ASKING and title[-1:] not in "?!.":
        return f"Lees {title[:1].lower()}{title[1:]}"
    return f"Lees verder bij {source}"


def _byline(fields: Fields) -> str:
    published = kind.day(fields, "published_on")
    when = kind.held(dutch.day_month(published)) if published else ""
    return ", ".join(part for part in (kind.credit(fields), when) if part)


KIND: Final = BlockKind(
    name="article",
    label="Nieuwsbericht",
    purpose="Vertel in drie regels wat er is, met een link naar de bron.",
    section="nieuws",
    blank={
        "title": "",
        "teaser": "",
        "url": "",
        "source": "",
        "published_on": "",
        "link_text": "",
        "lead": False,
        "label": LABELS[ItemKind.NEWS],
        "image": "",
        "image_alt": "",
        "image_decorative": "",
        "offered_image": "",
        "caption": "",
        "show_image": "",
    },
    editable=(
        Field("title", "Titel"),
        Field("teaser", "Korte tekst, hoogstens drie regels", long=True),
        Field("link_text", "Tekst van de link"),
        Field("url", "Adres van het bericht"),
        Field("source", "Bron"),
        Field(
            "image",
            "Of het adres van een foto die al op onze site staat",
            help="Dit wordt vanzelf ingevuld als je hierboven een foto kiest.",
            picture=True,
        ),
        ROLE,
        ALT,
        Field("caption", "Onderschrift bij de foto", help="Mag leeg blijven.", of_picture=True),
        Field(
            "show_image",
            "Waar staat de foto?",
            choices=(
                ("", "Alleen als dit de opening is"),
                (SHOWN, "Ook in de rij met nieuws"),
            ),
            of_picture=True,
        ),
    ),
    view=view,
    sample={
        "title": "Wat moet een werkplekbegeleider kunnen?",
        "teaser": "Scholen vragen om één landelijk profiel, zodat een begeleider in Breda "
        "hetzelfde doet als in Amsterdam. Een werkgroep begint met een eerste versie.",
        "url": "https://nieuws.example.org/profiel-werkplekbegeleider",
        "source": "Voorbeeldraad",
        "published_on": "2027-04-15",
        "link_text": "Lees over het profiel",
        "lead": True,
        "show_image": SHOWN,
        "image": "/static/mail/twee-huizen.png",
        "image_alt": "Twee huizen onder een dak, en daarnaast een groot huis met een lange tafel.",
        "caption": "De tekening komt uit een themasessie.",
    },
    from_item=from_item,
    item_kinds=frozenset({ItemKind.NEWS}),
)
