"""What editors do to one item: take it, put it aside, undo that, write it in our own words."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from starlette.responses import Response

from feeds.errors import ItemChanged
from feeds.store import get_item
from feeds.themes import list_themes
from feeds.values import ItemStatus
from newsletter.compose import picking
from newsletter.compose.picking import Judged, Place, Reworded, Words
from newsletter.dutch import in_sentence
from storage.text import shorten
from subscribers.values import Audience
from web.editor.look import Look, read_look
from web.editor.selecting import Given, selecting_page
from web.editor.words import edition_label
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, read_number, see_other

S = ItemStatus
TITLE_LONGEST: Final = 300
SUMMARY_LONGEST: Final = 2000
TITLE_IN_MESSAGE: Final = 80
UNDO_LONGEST: Final = 1800  # an address that fits in a cookie with its message, encoded and signed
OVERTAKEN: Final = "overtaken"
OVERTAKEN_SENTENCE: Final = (
    "Dit is intussen gewijzigd door een collega of door de bron. Jouw tekst is nog niet bewaard."
)
TOO_LATE_TO_UNDO: Final = (
    "Ongedaan maken kan niet meer: de tekst is intussen opnieuw gewijzigd. Er is niets veranderd."
)
WORDS: Final[Mapping[ItemStatus, str]] = {
    S.NEW: "staat weer in de rij",
    S.ACCEPTED: "is gekozen voor een volgende editie",
    S.PARKED: "is geparkeerd",
    S.REFUSED: "is geweigerd",
}


def take_item(call: Call) -> Response:
    """Accept an item, into the draft when there is one."""
    item_id, look = call.number("item"), read_look(call.query)
    done = picking.take_item(
        call.services.db, item_id, now=call.now, by=call.user_id, place=_place(call.query)
    )
    where = f"staat in {edition_label(done.edition).lower()}" if done.edition else ""
    message = f"{_title(done)} {where or 'is gekozen voor de volgende editie'}."
    return _back(call, look, message, undo=look.act(item_id, "terug", naar=done.was.value))


def park_item(call: Call) -> Response:
    """Keep an item for later."""
    return _put_aside(call, S.PARKED)


def refuse_item(call: Call) -> Response:
    """Refuse an item: it does not come back."""
    return _put_aside(call, S.REFUSED)


def restore_item(call: Call) -> Response:
    """Put an item back where it was: `?naar=parked`; in the queue when nothing is said."""
    asked = call.query.get("naar", S.NEW)
    if asked not in picking.ASIDE:
        raise PageUnknown(asked)
    return _put_aside(call, S(asked))


def save_words(call: Call) -> Response:
    """Keep the editors' own words, themes and side, or give the source's words back."""
    item_id, look, form = call.number("item"), read_look(call.query), Form(call.form)
    title = form.line("title", longest=TITLE_LONGEST)
    summary = form.text("summary", longest=SUMMARY_LONGEST)
    with call.services.db.read() as session:
        audiences = get_item(session, item_id).audiences
        themes = form.picked("themes", [theme.slug for theme in list_themes(session)])
    side = form.audience("audience")
    given = Given(title, summary, themes, side or "", form.problems)
    if form.problems:
        return selecting_page(call, look.opening(item_id), status=422, given=given)
    own = ("", "") if form.line("words") == "source" else (title, summary)
    words = Words(*own, tuple(themes), tuple(_audiences(side, audiences)))
    try:
        done = _reword(call, item_id, words, seen=form.line("seen"))
    except ItemChanged:
        given = replace(given, problems={OVERTAKEN: OVERTAKEN_SENTENCE})
        return selecting_page(call, look.opening(item_id), status=409, given=given)
    return _back(call, look, kept(done), undo=_undo_words(look, item_id, done))


def restore_words(call: Call) -> Response:
    """Give an item the words back that stand in the address: those of before."""
    item_id, look, query = call.number("item"), read_look(call.query), call.query
    words = Words(
        query.get("titel", ""),
        query.get("tekst", ""),
        tuple(query.get("themas", "").split()),
        tuple(side for side in Audience if side in query.get("voor", "").split()),
    )
    try:
        done = _reword(call, item_id, words, seen=query.get("gezien", ""))
    except ItemChanged:
        return _back(call, look, TOO_LATE_TO_UNDO)
    undo = _undo_words(look, item_id, done)
    return _back(call, look, "De tekst is weer zoals die was.", undo=undo)


def _reword(call: Call, item_id: int, words: Words, *, seen: str) -> Reworded:
    return picking.reword_item(
        call.services.db, item_id, words, seen=seen, now=call.now, by=call.user_id
    )


def _put_aside(call: Call, status: ItemStatus) -> Response:
    item_id, look = call.number("item"), read_look(call.query)
    done = picking.put_aside(call.services.db, item_id, status, now=call.now, by=call.user_id)
    message = f"{_title(done)} {WORDS[status]}."
    if done.was is status and done.place is None:
        return _back(call, look, message)
    return _back(call, look, message, undo=_undo(look, item_id, done))


def _undo(look: Look, item_id: int, done: Judged) -> str:
    if done.place is not None:
        place = {"plek": done.place.position, "kop": int(done.place.lead)}
        return look.act(item_id, "opnemen", **place)
    return look.act(item_id, "terug", naar=done.was.value)


def _undo_words(look: Look, item_id: int, done: Reworded) -> str:
    """Return the address that gives back the words of before; "" when they do not fit in a message.

    It holds while nobody changes them again.
    """
    was = done.was
    undo = look.act(
        item_id,
        "tekst-terug",
        titel=was.title,
        tekst=was.summary,
        themas=" ".join(was.themes),
        voor=" ".join(was.audiences),
        gezien=done.mark,
    )
    return undo if len(undo) <= UNDO_LONGEST else ""


def _place(query: Mapping[str, str]) -> Place | None:
    position = read_number(query.get("plek", ""))
    return None if position is None else Place(position, lead=query.get("kop") == "1")


def _audiences(side: str | None, now: list[str]) -> list[str]:
    """Return the sides to keep; "for everybody" was said in two ways, and stays said that way."""
    if side:
        return [side]
    return [] if len(now) == 1 else now


def kept(done: Reworded) -> str:
    """Return the sentence for words that were kept, and what the draft says now."""
    if done.edition is None:
        return "Bewaard."
    label = edition_label(done.edition)
    if done.follows:
        return f"Bewaard, ook in {in_sentence(label.lower())}."
    return f"Bewaard. In {label.lower()} staat een tekst die daar is geschreven; die blijft staan."


def _title(done: Judged) -> str:
    return f"‘{shorten(done.title, TITLE_IN_MESSAGE)}’"


def _back(call: Call, look: Look, message: str, *, undo: str = "") -> Response:
    """Go back to what somebody looked at: to the row that the form names, else to this one."""
    row = read_number(str(call.form.get("na", ""))) or call.number("item")
    return see_other(f"{look.address()}#b{row}", message=message, undo=undo)
