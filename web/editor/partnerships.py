"""Opleidingsscholen at the desk: the list, one of them with what belongs to it, and its form."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.dutch import local
from storage.text import one_line
from subscribers import field_lists, partnerships
from subscribers.errors import FieldChanged, NameTaken
from subscribers.field import REGIONS, Sector, Stage, judge_partnership
from subscribers.model import Partnership
from web import field_words
from web.access import Who, rank
from web.editor.desk import PARTNERSHIPS, desk_page
from web.editor.field_form import Given, form_version, list_file, region_choices, with_own
from web.forms import Form
from web.pages import Call, see_other
from web.public.paging import read_pages

PAGE: Final = 50
LONGEST_SEARCH: Final = 100
FIELDS: Final = ("name", "region", "sector", "stage", "since_year", "website", "agreed_by")
TAKEN: Final = "Er is al een opleidingsschool met deze naam."
SOMEBODY_ELSE: Final = (
    "Iemand anders wijzigde deze opleidingsschool intussen. Wat jij invulde, staat hieronder en is "
    "nog niet bewaard. Bewaar opnieuw om dat van de ander te vervangen."
)


def show_partnerships(call: Call) -> Response:
    """Show the partnerships that fit what is looked for: `?q=waal&regio=Gelderland&fase=erkend`."""
    asked = {
        "q": one_line(call.query.get("q", ""), maximum=LONGEST_SEARCH),
        "regio": one_line(call.query.get("regio", ""), maximum=80),
        "fase": one_line(call.query.get("fase", ""), maximum=40),
    }
    narrowed = {name: text for name, text in asked.items() if text}
    path = f"{PARTNERSHIPS}?{urlencode(narrowed)}" if narrowed else PARTNERSHIPS
    with call.services.db.read() as session:
        found = partnerships.search(
            session, words=asked["q"], region=asked["regio"], stage=asked["fase"]
        )
        pages = read_pages(call.query, path=path, count=len(found), size=PAGE)
        return desk_page(
            call,
            session,
            "partnerships.html",
            rows=found[pages.offset : pages.offset + PAGE],
            count=len(found),
            shown_count=sum(one.row.is_shown for one in found),
            pages=pages,
            asked=asked,
            is_narrowed=bool(narrowed),
            regions=with_own(REGIONS, partnerships.regions_in_use(session)),
            stages=field_words.STAGE_TAGS,
            words=field_words,
            may=rank(call.user) >= Who.ADMINISTRATOR,
        )


def give_partnerships(call: Call) -> Response:
    """Give the list as a file that an import reads."""
    return list_file(field_lists.partnership_cells(call.services.db), "opleidingsscholen")


def show_new(call: Call) -> Response:
    """Show the empty form."""
    return _new_page(call, Given(_empty(call)))


def add(call: Call) -> Response:
    """Add a partnership."""
    given = _read(call)
    judged = judge_partnership(given)
    if judged.problems:
        return _new_page(call, Given(given, judged.problems))
    try:
        number = partnerships.add_partnership(call.services.db, judged.values, now=call.now)
    except NameTaken:
        return _new_page(call, Given(given, {"name": TAKEN}))
    message = f"{judged.values['name']} staat erin. Voeg nu de scholen en lerarenopleidingen toe."
    return see_other(f"{PARTNERSHIPS}/{number}", message=message)


def show_partnership(call: Call) -> Response:
    """Show one partnership, its organisations and the form. Raises UnknownPartnership."""
    return _page(call)


def save(call: Call) -> Response:
    """Put what was filled in in the place of what was there."""
    given, number = _read(call), call.number("partnership")
    judged = judge_partnership(given)
    if judged.problems:
        return _page(call, Given(given, judged.problems))
    version = Form(call.form).number("version")
    try:
        changed = partnerships.change_partnership(
            call.services.db, number, judged.values, version=version, now=call.now
        )
    except NameTaken:
        return _page(call, Given(given, {"name": TAKEN}))
    except FieldChanged:
        return _page(call, Given(given, {"version": SOMEBODY_ELSE}))
    message = "Bewaard." if changed else "Er was niets gewijzigd."
    return see_other(f"{PARTNERSHIPS}/{number}", message=message)


def remove(call: Call) -> Response:
    """Remove a partnership; its organisations and readers stay."""
    name = partnerships.remove_partnership(
        call.services.db, call.number("partnership"), now=call.now
    )
    return see_other(PARTNERSHIPS, message=f"{name} is verwijderd.")


def _read(call: Call) -> dict[str, str]:
    """Return the form's fields. Without the tick that it may be shown, nobody agreed."""
    form = Form(call.form)
    given = {name: form.line(name, longest=600) for name in FIELDS}
    agreed = form.line("agreed") == "yes"
    given["agreed_by"] = given["agreed_by"] if agreed else ""
    given["agreed_on"] = form.line("agreed_on") if agreed else ""
    return given


def _empty(call: Call) -> dict[str, str]:
    today = local(call.now).date().isoformat()
    return {**dict.fromkeys(FIELDS, ""), "sector": Sector.SECONDARY, "agreed_on": today}


def _of(call: Call, row: Partnership) -> Mapping[str, str]:
    values = {name: getattr(row, name) for name in (*FIELDS, "agreed_on")}
    shown = {name: "" if value is None else str(value) for name, value in values.items()}
    return shown | {"agreed_on": shown["agreed_on"] or _empty(call)["agreed_on"]}


def _new_page(call: Call, given: Given) -> Response:
    with call.services.db.read() as session:
        return desk_page(
            call,
            session,
            "partnership.html",
            status=422 if given.problems else 200,
            row=None,
            version=form_version(call, given, None),
            given=given.values,
            problems=given.problems,
            is_agreed=bool(call.form.get("agreed")),
            choices=_choices(given.values),
        )


def _page(call: Call, given: Given | None = None) -> Response:
    with call.services.db.read() as session:
        which = Partnership.id == call.number("partnership")
        row = partnerships.read_partnership(session, which)
        shown = given or Given(_of(call, row))
        return desk_page(
            call,
            session,
            "partnership.html",
            status=422 if shown.problems else 200,
            row=row,
            version=form_version(call, shown, row),
            given=shown.values,
            problems=shown.problems,
            is_agreed=bool(call.form.get("agreed")) if given else row.is_shown,
            choices=_choices(shown.values),
            members=partnerships.members_by_side(row),
            readers=partnerships.count_readers(session, row),
            words=field_words,
            facts=_facts(row),
        )


def _facts(row: Partnership) -> str:
    """Return what kind of partnership it is, in a line."""
    told = (
        field_words.STAGES.get(row.stage, row.stage),
        field_words.SECTORS.get(row.sector, ""),
        row.region,
        f"sinds {row.since_year}" if row.since_year else "",
    )
    return ", ".join(filter(None, told))


def _choices(values: Mapping[str, str]) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return what can be chosen, by field; what a row holds stays among it."""
    return {
        "region": region_choices(values["region"]),
        "sector": [("", "nog niet bekend"), *((one, field_words.SECTORS[one]) for one in Sector)],
        "stage": [("", "nog niet bekend"), *((one, field_words.STAGES[one]) for one in Stage)],
    }
