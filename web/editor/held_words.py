"""Dutch words for a form that was kept: what it was about, and which field each text was in."""

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy.orm import Session

from feeds.model import Item
from newsletter.accounts.held import Held
from newsletter.dutch import capital
from newsletter.model import Block, Edition
from web.editor.block_words import block_title
from web.editor.revision_words import BLOCK_FIELDS, field_word
from web.editor.words import edition_label
from web.typed import OURS

OF_EDITION: Final = re.compile(r"/redactie/edities/(\d{1,9})(?:/([a-z]+)(?:/(\d{1,9}))?)?")
OF_ITEM: Final = re.compile(r"/redactie/selecteren/(\d{1,9})")
PLACES: Final = (
    (re.compile(r"/redactie/edities"), "een editie"),
    (re.compile(r"/redactie/selecteren"), "een bericht"),
    (re.compile(r"/redactie/inzendingen"), "een inzending"),
    (re.compile(r"/redactie/voorbeelden"), "een praktijkvoorbeeld"),
    (re.compile(r"/redactie/bronnen"), "een bron"),
    (re.compile(r"/redactie/instellingen"), "de instellingen"),
)
PARTS: Final = {
    "kop": "boven de mail",
    "indienen": "bij het indienen",
    "terugsturen": "bij het terugsturen",
    "opmerkingen": "een opmerking",
    "bevindingen": "bij de controle",
}
FIELDS: Final = {
    **BLOCK_FIELDS,
    "title": "Titel",
    "name": "Naam",
    "comment": "Je opmerking",
    "answer": "Je antwoord",
    "note": "Bericht aan je eindredacteur",
    "because": "De reden",
    "why": "Waarom het zo mag",
    "question": "Vraag",
    "approach": "Aanpak",
    "result": "Resultaat",
    "contact": "Wie te vragen",
    "story": "Het verhaal",
    "links": "Bijlagen",
}


def held_place(session: Session, one: Held) -> str:
    """Return what a kept form was about: "editie 7, ‘Werkbezoek Breda’"."""
    found = OF_EDITION.match(one.path)
    edition = session.get(Edition, int(found[1])) if found else None
    if found is not None and edition is not None:
        return _of_edition(session, edition, found[2] or "", found[3] or "")
    found = OF_ITEM.match(one.path)
    item = session.get(Item, int(found[1])) if found else None
    if item is not None:
        return f"het bericht ‘{item.shown_title}’"
    return next((words for place, words in PLACES if place.match(one.path)), "een bladzijde")


def held_texts(session: Session, one: Held) -> Sequence[tuple[str, str]]:
    """Return what reads as text, each with its field; the rest are choices and marks of the form.

    A field that we have no word for is called "Tekst".
    """
    kind = _kind(session, one.path)
    return [
        (_field(name, kind), text)
        for name, text in one.fields
        if " " in text.strip() and name not in OURS
    ]


def _of_edition(session: Session, edition: Edition, part: str, number: str) -> str:
    name = edition_label(edition)
    name = f"{name} ‘{edition.title}’" if edition.number is None else name
    block = _block(session, edition.id, part, number)
    where = f"het blok ‘{block_title(block)}’" if block else PARTS.get(part, "")
    return f"{name}, {where}" if where else name


def _block(session: Session, edition_id: int, part: str, number: str) -> Block | None:
    block = session.get(Block, int(number)) if part == "blokken" and number else None
    return block if block is not None and block.edition_id == edition_id else None


def _kind(session: Session, path: str) -> str:
    found = OF_EDITION.match(path)
    if found is None:
        return ""
    block = _block(session, int(found[1]), found[2] or "", found[3] or "")
    return block.kind if block else ""


def _field(name: str, kind: str) -> str:
    for word in (field_word(name, kind), FIELDS.get(name, name)):
        if word != name:
            return capital(word)
    return "Tekst"
