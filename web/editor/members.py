"""Schools and lerarenopleidingen at the desk: the list, and one of them with its form."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.dutch import plural
from storage.text import one_line
from subscribers import field_lists, organisations, partnerships
from subscribers.errors import FieldChanged, NameTaken
from subscribers.field import judge_organisation
from subscribers.model import Organisation, Partnership
from subscribers.organisations import Saved
from subscribers.values import Audience
from web import field_words
from web.access import Who, rank
from web.editor.desk import MEMBERS, PARTNERSHIPS, desk_page
from web.editor.field_form import Given, form_version, list_file, region_choices
from web.forms import Form
from web.pages import Call, read_number, see_other
from web.public.paging import read_pages

PAGE: Final = 50
LONGEST_SEARCH: Final = 100
FIELDS: Final = ("name", "audience", "city", "region")
TAKEN: Final = "Er is al een organisatie met deze naam."
SOMEBODY_ELSE: Final = (
    "Iemand anders wijzigde deze organisatie intussen. Wat jij invulde, staat hieronder en is nog "
    "niet bewaard. Bewaar opnieuw om dat van de ander te vervangen."
)


def show_members(call: Call) -> Response:
    """Show the organisations whose name holds what is looked for."""
    sought = one_line(call.query.get("q", ""), maximum=LONGEST_SEARCH)
    path = f"{MEMBERS}?{urlencode({'q': sought})}" if sought else MEMBERS
    with call.services.db.read() as session:
        found = organisations.list_organisations(session, words=sought)
        pages = read_pages(call.query, path=path, count=len(found), size=PAGE)
        return desk_page(
            call,
            session,
            "members.html",
            rows=found[pages.offset : pages.offset + PAGE],
            count=len(found),
            pages=pages,
            sought=sought,
            may=rank(call.user) >= Who.ADMINISTRATOR,
        )


def give_members(call: Call) -> Response:
    """Give the list as a file that an import reads."""
    return list_file(field_lists.organisation_cells(call.services.db), "organisaties")


def show_new(call: Call) -> Response:
    """Show the empty form, for the partnership that the address names: `?bij=3`."""
    number = read_number(call.query.get("bij", ""))
    with call.services.db.read() as session:
        row = session.get(Partnership, number) if number else None
    values = {**dict.fromkeys(FIELDS, ""), "region": row.region if row else ""}
    return _page(call, Given(values, of=frozenset([row.id] if row else [])))


def add(call: Call) -> Response:
    """Add an organisation."""
    given = _read(call)
    judged = judge_organisation(given.values)
    if judged.problems:
        return _page(call, replace(given, problems=judged.problems))
    try:
        saved = organisations.add_organisation(
            call.services.db, judged.values, partnerships=given.of, now=call.now
        )
    except NameTaken:
        return _page(call, replace(given, problems={"name": TAKEN}))
    message = f"{judged.values['name']} staat erin.{_followed(saved)}"
    return see_other(_after(given.of, saved.id), message=message)


def show_member(call: Call) -> Response:
    """Show one organisation and the form. Raises UnknownOrganisation."""
    with call.services.db.read() as session:
        row = organisations.read_organisation(session, call.number("organisation"))
    of = frozenset(one.id for one in row.partnerships)
    return _page(call, Given({name: getattr(row, name) for name in FIELDS}, of=of), row=row)


def save(call: Call) -> Response:
    """Put what was filled in in the place of what was there."""
    given, number = _read(call), call.number("organisation")
    judged = judge_organisation(given.values)
    if judged.problems:
        return _again(call, given, judged.problems)
    try:
        saved = organisations.change_organisation(
            call.services.db,
            number,
            judged.values,
            partnerships=given.of,
            version=Form(call.form).number("version"),
            now=call.now,
        )
    except NameTaken:
        return _again(call, given, {"name": TAKEN})
    except FieldChanged:
        return _again(call, given, {"version": SOMEBODY_ELSE})
    message = f"Bewaard.{_followed(saved)}" if saved.changed else "Er was niets gewijzigd."
    return see_other(f"{MEMBERS}/{number}", message=message)


def remove(call: Call) -> Response:
    """Remove an organisation; its readers stay."""
    name = organisations.remove_organisation(
        call.services.db, call.number("organisation"), now=call.now
    )
    return see_other(MEMBERS, message=f"{name} is verwijderd.")


def _followed(saved: Saved) -> str:
    """Return how many readers changed sides with it, as a sentence; "" for nobody."""
    if not saved.followed:
        return ""
    verb = "staat" if saved.followed == 1 else "staan"
    return f" {plural(saved.followed, 'lezer', 'lezers')} {verb} nu aan deze kant."


def _after(of: frozenset[int], organisation_id: int) -> str:
    """Return where to go on: to the partnership that was just given one more."""
    return f"{PARTNERSHIPS}/{min(of)}" if len(of) == 1 else f"{MEMBERS}/{organisation_id}"


def _read(call: Call) -> Given:
    form = Form(call.form)
    values = {name: form.line(name, longest=600) for name in FIELDS}
    with call.services.db.read() as session:
        known = [str(one.id) for one in partnerships.list_partnerships(session)]
    return Given(values, of=frozenset(map(int, form.picked("partnership", known))))


def _again(call: Call, given: Given, problems: Mapping[str, str]) -> Response:
    with call.services.db.read() as session:
        row = organisations.read_organisation(session, call.number("organisation"))
    return _page(call, replace(given, problems=problems), row=row)


def _page(call: Call, given: Given, *, row: Organisation | None = None) -> Response:
    with call.services.db.read() as session:
        return desk_page(
            call,
            session,
            "member.html",
            status=422 if given.problems else 200,
            row=row,
            version=form_version(call, given, row),
            given=given.values,
            of=given.of,
            problems=given.problems,
            partnerships=partnerships.list_partnerships(session),
            readers=_readers(session, row),
            regions=region_choices(given.values["region"]),
            sides=[(side, field_words.ONE_SIDE[side]) for side in Audience],
        )


def _readers(session: Session, row: Organisation | None) -> int:
    return organisations.count_readers(session, row) if row else 0
