"""An item of the editors' own, that no source gave: adding it, and changing what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from starlette.responses import Response

from feeds.errors import ItemChanged
from feeds.items import OwnItem, add_item
from feeds.marks import own_mark
from feeds.model import Item
from feeds.store import get_item
from feeds.themes import list_themes
from feeds.values import AMSTERDAM, ItemKind, ItemStatus
from newsletter.compose.picking import change_own_item, put_aside, take_item
from newsletter.store.inbox import find_underway
from storage.text import shorten
from web.editor.desk import SELECTING, desk_page
from web.editor.items import (
    OVERTAKEN,
    OVERTAKEN_SENTENCE,
    SUMMARY_LONGEST,
    TITLE_IN_MESSAGE,
    TITLE_LONGEST,
    kept,
)
from web.editor.look import Look
from web.editor.rows import Labels, audience_of, theme_choices
from web.editor.words import edition_label
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, see_other

KINDS: Final[Mapping[ItemKind, str]] = {
    ItemKind.NEWS: "Nieuws",
    ItemKind.EVENT: "Bijeenkomst",
    ItemKind.PUBLICATION: "Publicatie",
}
LOCATION_LONGEST: Final = 200
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What the form says of an item."""

    own: OwnItem
    themes: list[str]
    audiences: list[str]


@dataclass(frozen=True, slots=True)
class When:
    """When an event is: moments by the clock in Amsterdam; of whole days the end is exclusive."""

    starts_at: datetime
    ends_at: datetime | None
    all_day: bool


def show_adding(call: Call) -> Response:
    """Show the empty form."""
    kind = call.query.get("soort", ItemKind.NEWS)
    return _form_page(call, {"kind": kind if kind in KINDS else ItemKind.NEWS.value, "take": "yes"})


def add_own(call: Call) -> Response:
    """Add the item; into the draft too when that was ticked."""
    form = Form(call.form)
    kind = _kind(form.line("kind"))
    told = _read_told(call, form, kind)
    if told is None:
        return _shown_again(call, form)
    own = told.own
    item_id = add_item(
        call.services.db,
        kind=kind,
        title=own.title,
        now=call.now,
        summary=own.summary,
        url=own.url,
        starts_at=own.starts_at,
        ends_at=own.ends_at,
        all_day=own.all_day,
        location=own.location,
        themes=told.themes,
        audiences=told.audiences,
    )
    return see_other(
        f"{SELECTING}#b{item_id}",
        message=f"‘{shorten(own.title, TITLE_IN_MESSAGE)}’ {_added(call, item_id)}.",
        undo=Look().act(item_id, "weiger"),
    )


def show_changing(call: Call) -> Response:
    """Show the form with what an item of our own says."""
    item = _own_item(call)
    return _form_page(call, _given_of(item), themes=item.themes, item=item)


def change_own(call: Call) -> Response:
    """Change an item of our own; the draft follows where it can."""
    item, form = _own_item(call), Form(call.form)
    told = _read_told(call, form, ItemKind(item.kind))
    if told is None:
        return _shown_again(call, form, item)
    try:
        done = change_own_item(
            call.services.db,
            item.id,
            told.own,
            themes=told.themes,
            audiences=told.audiences,
            seen=form.line("seen"),
            now=call.now,
            by=call.user_id,
        )
    except ItemChanged:
        form.problems[OVERTAKEN] = OVERTAKEN_SENTENCE
        return _shown_again(call, form, _own_item(call))
    return see_other(Look(item_id=item.id).address(), message=kept(done))


def read_when(form: Form) -> When | None:
    """Read when an event is; None, with problems by field, when that cannot be.

    Without a time it takes whole days.
    """
    first = form.date("starts_on")
    last = form.date("ends_on") if form.line("ends_on") else first
    starts, ends = form.time("starts"), form.time("ends")
    if ends and not starts and "starts" not in form.problems:
        form.problems["starts"] = "Vul ook in hoe laat het begint."
    if first is None or last is None or form.problems.keys() & {"starts", "ends"}:
        return None
    when = _whole_days(first, last) if starts is None else _hours(first, last, starts, ends)
    if when.ends_at is not None and when.ends_at <= when.starts_at:
        wrong = "ends_on" if last < first else "ends"
        form.problems[wrong] = "Het einde ligt voor het begin."
        return None
    return when


def _whole_days(first: date, last: date) -> When:
    midnight = time(tzinfo=AMSTERDAM)
    after = last + DAY if last < date.max else last
    return When(datetime.combine(first, midnight), datetime.combine(after, midnight), all_day=True)


def _hours(first: date, last: date, starts: time, ends: time | None) -> When:
    starts_at = datetime.combine(first, starts, AMSTERDAM)
    if ends is None:
        return When(starts_at, None, all_day=False)
    return When(starts_at, datetime.combine(last, ends, AMSTERDAM), all_day=False)


def _added(call: Call, item_id: int) -> str:
    if call.form.get("take") != "yes":
        put_aside(call.services.db, item_id, ItemStatus.NEW, now=call.now, by=call.user_id)
        return "is toegevoegd en staat in de rij"
    edition = take_item(call.services.db, item_id, now=call.now, by=call.user_id).edition
    if edition is None:
        return "is toegevoegd en gekozen voor de volgende editie"
    return f"is toegevoegd en staat in {edition_label(edition).lower()}"


def _read_told(call: Call, form: Form, kind: ItemKind) -> Told | None:
    """Read the form; None, with problems by field, when it cannot be kept."""
    title = form.line("title", longest=TITLE_LONGEST, missing="Geef het een titel.")
    summary = form.text("summary", longest=SUMMARY_LONGEST)
    url = form.link("url")
    when = read_when(form) if kind is ItemKind.EVENT else None
    own = OwnItem(
        title=title,
        summary=summary,
        url=url,
        starts_at=when.starts_at if when else None,
        ends_at=when.ends_at if when else None,
        all_day=bool(when and when.all_day),
        location=form.line("location", longest=LOCATION_LONGEST) if when else "",
    )
    side, themes = form.audience("audience"), form.picked("themes", _theme_slugs(call))
    return None if form.problems else Told(own, themes, [side] if side else [])


def _kind(name: str) -> ItemKind:
    if name not in KINDS:
        raise PageUnknown(name)
    return ItemKind(name)


def _own_item(call: Call) -> Item:
    """Return the item that is changed. Raises PageUnknown for what a source or a reader gave."""
    with call.services.db.read() as session:
        item = get_item(session, call.number("item"))
    if item.source_id is not None:
        raise PageUnknown("its source tells what it says")
    _kind(item.kind)
    return item


def _given_of(item: Item) -> dict[str, str]:
    starts = item.starts_at.astimezone(AMSTERDAM) if item.starts_at else None
    ends = item.ends_at.astimezone(AMSTERDAM) if item.ends_at else None
    last = ends - DAY if ends and item.all_day else ends
    is_longer = starts and last and last.date() != starts.date()
    return {
        "kind": item.kind,
        "title": item.shown_title,
        "summary": item.shown_summary,
        "url": item.url,
        "starts_on": starts.date().isoformat() if starts else "",
        "ends_on": last.date().isoformat() if last and is_longer else "",
        "starts": starts.strftime("%H:%M") if starts and not item.all_day else "",
        "ends": ends.strftime("%H:%M") if ends and not item.all_day else "",
        "location": item.location,
        "audience": audience_of(item),
    }


def _shown_again(call: Call, form: Form, item: Item | None = None) -> Response:
    given = {name: str(value) for name, value in call.form.items()}
    kind = {"kind": item.kind} if item else {}
    themes = form.picked("themes", _theme_slugs(call))
    status = 409 if OVERTAKEN in form.problems else 422
    return _form_page(
        call, {**given, **kind}, themes=themes, problems=form.problems, item=item, status=status
    )


def _theme_slugs(call: Call) -> list[str]:
    with call.services.db.read() as session:
        return [theme.slug for theme in list_themes(session)]


def _form_page(
    call: Call,
    given: Mapping[str, str],
    *,
    themes: Sequence[str] = (),
    problems: Mapping[str, str] | None = None,
    item: Item | None = None,
    status: int = 200,
) -> Response:
    with call.services.db.read() as session:
        draft = find_underway(session).draft
        first, others = theme_choices(list_themes(session), on=themes)
        return desk_page(
            call,
            session,
            "adding.html",
            status=status,
            item=item,
            mark=own_mark(item) if item else "",
            kinds=KINDS,
            given=given,
            labels=Labels(first, others, given.get("audience", ""), ""),
            theme_words={theme.slug: theme.label for theme in list_themes(session)},
            draft_label=edition_label(draft).lower() if draft else "",
            problems=problems or {},
        )
