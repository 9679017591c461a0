"""Publication: a factsheet, an instrument, a research result: a link to what others can use.

title, teaser, source, url
format, size:     "Factsheet, pdf van 4 pagina's", "320 kB"
link_text:        "" for a proposal made from the format and the title
image, image_alt: its cover, on our own host; "" for none, then the text takes the full width
offered_image:    the item's own picture, shown once it has an image_alt,
               or is decorative (image_decorative: "ja")
"""

from typing import Any, Final

from feeds.model import Item
from feeds.values import ItemKind
from newsletter import dutch
from newsletter.compose.blocks import kind
from newsletter.compose.blocks.kind import ALT, ROLE, BlockKind, Field, Fields, Frame, View

ARTICLES: Final = {
    "brochure": "de",
    "factsheet": "de",
    "handreiking": "de",
    "instrument": "het",
    "katern": "het",
    "onderzoek": "het",
    "rapport": "het",
    "werkvorm": "de",
}


def view(fields: Fields, frame: Frame) -> View:
    """Return what the templates need."""
    title = kind.text(fields, "title")
    return {
        "title": title,
        "byline": _byline(fields),
        "teaser": kind.text(fields, "teaser"),
        "url": kind.link(fields, "url"),
        "link_text": kind.text(fields, "link_text") or _link_words(fields, title),
        "image": kind.shown_picture(fields, frame),
        "image_alt": kind.picture_alt(fields),
    }


def from_item(item: Item) -> dict[str, Any]:
    """Return the fields for a publication."""
    return {
        **KIND.blank,
        **kind.offered_picture(item),
        "title": item.shown_title,
        "teaser": item.shown_summary,
        "url": item.url,
        "source": kind.source_name(item),
        "format": str(item.details.get("format") or ""),
        "size": str(item.details.get("size") or ""),
    }


def _link_words(fields: Fields, title: str) -> str:
    """Return "Open de factsheet ‘Drie modellen’"; a title that names its form says it once."""
    named, mark, rest = title.partition(": ")
    form = kind.text(fields, "format").partition(",")[0].lower()
    names_form = bool(mark) and named.lower() in {form, *ARTICLES}
    form, name = (named.lower(), rest) if names_form else (form, title)
    article = f"{ARTICLES[form]} {form} " if form in ARTICLES else ""
    return f"Open {article}‘{dutch.capital(name)}’"


def _byline(fields: Fields) -> str:
    form, size = dutch.capital(kind.text(fields, "format")), kind.text(fields, "size")
    what = f"{form} ({size})" if form and size else form or size
    return ". ".join(part for part in (what, kind.credit(fields)) if part)


KIND: Final = BlockKind(
    name="publication",
    label="Publicatie",
    purpose="Wijs op een factsheet, een instrument of een onderzoek dat anderen kunnen gebruiken.",
    section="publicaties",
    blank={
        "title": "",
        "teaser": "",
        "url": "",
        "source": "",
        "format": "",
        "size": "",
        "link_text": "",
        "image": "",
        "image_alt": "",
        "image_decorative": "",
        "offered_image": "",
    },
    editable=(
        Field("title", "Titel"),
        Field("teaser", "Korte tekst, hoogstens drie regels", long=True),
        Field("format", "Soort en omvang"),
        Field("size", "Grootte van het bestand"),
        Field("link_text", "Tekst van de link"),
        Field("url", "Adres van de publicatie"),
        ROLE,
        ALT,
    ),
    view=view,
    sample={
        "title": "Drie manieren om samen te werken",
        "format": "factsheet, pdf van 4 pagina\u2019s",
        "size": "320 kB",
        "teaser": "Het servicemodel, het complementaire model of het coöperatieve model: "
        "welk past bij jullie?",
        "url": "https://nieuwsbrief.example.org/publicaties/drie-modellen.pdf",
        "link_text": "Open de factsheet over drie modellen",
        "offered_image": "/static/mail/omslag-factsheet.png",
        "image_alt": "Omslag: twee cirkels, eerst los, dan rakend, dan overlappend.",
    },
    from_item=from_item,
    item_kinds=frozenset({ItemKind.PUBLICATION}),
)
