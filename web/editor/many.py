"""Many people changed at once: what they get is chosen and told by number, done, and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds.themes import list_themes
from newsletter.dutch import plural
from subscribers import many
from subscribers.addresses import shown
from subscribers.errors import ManyChangeGone, ManyMoved
from subscribers.finding import Wanted, count_found, find
from subscribers.many import Change
from web.editor.desk import desk_page
from web.editor.many_words import MANY, TEXTS, undo_of
from web.editor.subscriber_filter import SIDES, Asked, chips, offered, read_filter
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, read_number, see_other

PICKED: Final = "gekozen"
MOST_PICKED: Final = 200  # more than there are on a page
NAMED: Final = 8  # of who is changed, on the page that asks
LONGEST: Final[Mapping[str, int]] = {
    "role": 80,
    "organisation": 200,
    "partnership": 200,
    "region": 80,
}
NOBODY: Final = "Kruis eerst aan wie je wilt wijzigen."
NOTHING: Final = "Kies ten minste één ding om te wijzigen."
BOTH: Final = "Vul iets in, of maak het leeg. Niet allebei."
SAME_THEME: Final = "Hetzelfde thema kan er niet bij en af."


@dataclass(frozen=True, slots=True)
class Given:
    """What the form holds. empty: the names of TEXTS that are to be emptied."""

    values: Mapping[str, str] = field(default_factory=dict)
    empty: frozenset[str] = frozenset()
    problems: Mapping[str, str] = field(default_factory=dict)


def show_many(call: Call) -> Response:
    """Show how many people were chosen, and the form for what they get."""
    asked, ids = read_filter(call.query, sees_people=True), _ids(call.query)
    if call.query.get("van") == PICKED and not ids:
        return see_other(asked.address(), message=NOBODY)
    return _page(call, asked, ids, Given())


def change(call: Call) -> Response:
    """Give everybody who was chosen what the form says."""
    asked, ids = read_filter(call.form, sees_people=True), _ids(call.form)
    given = _read(call)
    wished = _change(given)
    if given.problems:
        return _page(call, asked, ids, given)
    expected = Form(call.form).number("aantal")
    try:
        done = many.change_many(
            call.services.db, _wanted(asked, ids), wished, expected=expected, now=call.now
        )
    except ManyMoved as moved:
        told = (
            f"Het zijn er nu {plural(moved.found, 'abonnee', 'abonnees')}, en niet meer {expected}."
            " Er is nog niets gewijzigd. Kijk het na en druk nog een keer."
        )
        return _page(call, asked, ids, replace(given, problems={"aantal": told}))
    if done.id is None:
        return see_other(
            asked.address(), message="Ze hadden dit allemaal al. Er is niets gewijzigd."
        )
    return see_other(
        asked.address(), message=_told(done.people, expected), undo=asked.address(undo_of(done.id))
    )


def undo(call: Call) -> Response:
    """Give everybody back what they had before a change; the list stays narrowed as it was."""
    asked = read_filter(call.query, sees_people=True)
    try:
        done = many.undo_many(call.services.db, call.number("change"), now=call.now)
    except ManyChangeGone:
        raise PageUnknown("change") from None
    told = f"Ongedaan gemaakt bij {plural(done.people, 'abonnee', 'abonnees')}."
    if done.kept:
        verb = "is" if done.kept == 1 else "zijn"
        told += f" {plural(done.kept, 'ander', 'anderen')} {verb} sindsdien gewijzigd of weg: "
        told += "die blijft zo." if done.kept == 1 else "die blijven zo."
    return see_other(asked.address(), message=told)


def _told(people: int, expected: int) -> str:
    had = expected - people
    told = f"{plural(people, 'abonnee', 'abonnees')} gewijzigd."
    return f"{told} {plural(had, 'ander had', 'anderen hadden')} dit al." if had else told


def _ids(fields: Mapping[str, object]) -> tuple[int, ...]:
    """Return who is ticked. Raises PageUnknown for what no box of ours says."""
    getlist = getattr(fields, "getlist", None)
    texts: Sequence[object] = getlist("wie") if getlist else ()
    numbers = [read_number(one) if isinstance(one, str) else None for one in texts]
    if None in numbers or len(numbers) > MOST_PICKED:
        raise PageUnknown("wie")
    return tuple(sorted({one for one in numbers if one is not None}))


def _wanted(asked: Asked, ids: tuple[int, ...]) -> Wanted:
    """Return who is meant: those who are ticked, or else everybody who fits."""
    return Wanted(ids=ids) if ids else asked.wanted


def _read(call: Call) -> Given:
    form = Form(call.form)
    values = {name: form.line(name, longest=LONGEST[name]) for name in TEXTS}
    values["audience"] = form.line("audience")
    values |= {"add_theme": form.line("add_theme"), "drop_theme": form.line("drop_theme")}
    with call.services.db.read() as session:
        themes = {"", *(one.slug for one in list_themes(session))}
    if values["audience"] not in {"", *SIDES} or not {*_themes(values)} <= themes:
        raise PageUnknown("audience")
    empty = frozenset(form.picked("leeg", tuple(TEXTS)))
    problems = {**form.problems, **{name: BOTH for name in empty if values[name]}}
    if not any(values.values()) and not empty:
        problems["audience"] = NOTHING
    if values["add_theme"] and values["add_theme"] == values["drop_theme"]:
        problems["drop_theme"] = SAME_THEME
    return Given(values, empty, problems)


def _themes(values: Mapping[str, str]) -> tuple[str, str]:
    return values["add_theme"], values["drop_theme"]


def _change(given: Given) -> Change:
    texts = {name: "" if name in given.empty else given.values[name] or None for name in TEXTS}
    others = {name: given.values[name] or None for name in ("audience", "add_theme", "drop_theme")}
    return Change(**texts, **others)


def _page(call: Call, asked: Asked, ids: tuple[int, ...], given: Given) -> Response:
    wanted = _wanted(asked, ids)
    with call.services.db.read() as session:
        themes = list_themes(session)
        choices = offered(session)
        return desk_page(
            call,
            session,
            "many.html",
            status=422 if given.problems else 200,
            count=count_found(session, wanted),
            some=_some(session, wanted),
            asked=asked,
            ids=ids,
            chips=() if ids else chips(asked, dict(choices["doelgroep"])),
            given=given.values,
            empty=given.empty,
            problems=given.problems,
            sides=list(SIDES.items()),
            themes=[(one.slug, one.label) for one in themes],
            offered=choices,
            texts=TEXTS,
            base=MANY,
        )


def _some(session: Session, wanted: Wanted) -> list[str]:
    """Return the addresses of some of who is meant, to know whom one is about to change."""
    return [shown(row.email) for row in find(session, wanted, size=NAMED).rows]
