"""An item of the editors' own: news, an event or a publication that no source gave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from starlette.responses import Response

from feeds.items import add_item
from feeds.themes import list_themes
from feeds.values import AMSTERDAM, ItemKind, ItemStatus
from newsletter.compose.picking import put_aside, take_item
from newsletter.store.inbox import find_underway
from storage.text import shorten
from web.editor.desk import SELECTING, desk_page
from web.editor.items import SUMMARY_LONGEST, TITLE_IN_MESSAGE, TITLE_LONGEST
from web.editor.look import Look
from web.editor.rows import Labels, theme_choices
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
    kind = form.line("kind")
    if kind not in KINDS:
        raise PageUnknown(kind)
    title = form.line("title", longest=TITLE_LONGEST, missing="Geef het een titel.")
    summary = form.text("summary", longest=SUMMARY_LONGEST)
    url, side = form.link("url"), form.audience("audience")
    location = form.line("location", longest=LOCATION_LONGEST)
    when = read_when(form) if kind == ItemKind.EVENT else None
    themes = form.picked("themes", _theme_slugs(call))
    if form.problems:
        given = {name: str(value) for name, value in call.form.items()}
        return _form_page(call, given, themes=themes, problems=form.problems, status=422)
    item_id = add_item(
        call.services.db,
        kind=kind,
        title=title,
        now=call.now,
        summary=summary,
        url=url,
        starts_at=when.starts_at if when else None,
        ends_at=when.ends_at if when else None,
        all_day=bool(when and when.all_day),
        location=location if when else "",
        themes=themes,
        audiences=[side] if side else [],
    )
    return see_other(
        f"{SELECTING}#b{item_id}",
        message=f"‘{shorten(title, TITLE_IN_MESSAGE)}’ {_added(call, item_id)}.",
        undo=Look().act(item_id, "weiger"),
    )


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


def _theme_slugs(call: Call) -> list[str]:
    with call.services.db.read() as session:
        return [theme.slug for theme in list_themes(session)]


def _form_page(
    call: Call,
    given: Mapping[str, str],
    *,
    themes: Sequence[str] = (),
    problems: Mapping[str, str] | None = None,
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
            kinds=KINDS,
            given=given,
            labels=Labels(first, others, given.get("audience", ""), ""),
            draft_label=edition_label(draft).lower() if draft else "",
            problems=problems or {},
        )
