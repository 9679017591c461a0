"""Segments: the list, and one of them: whom it selects, how many, and why somebody is in it.

Everybody at the desk may look; only administrators change them, and only they see addresses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds.themes import list_themes
from newsletter.dutch import capital, counted
from newsletter.store.segment_use import editions_by_segment, remove_segment
from storage.log import record
from storage.text import slugify
from subscribers import members, segments
from subscribers.counts import Selection, count_list, count_selection
from subscribers.errors import SegmentInUse, UnknownCondition, UnknownSegment
from subscribers.expressions import text_of
from subscribers.model import Segment, Subscriber
from subscribers.selecting import read_words
from subscribers.trees import SEGMENT, Is, Tree, stored, tree_of
from web.access import Who, rank
from web.editor.desk import SEGMENTS, desk_page
from web.editor.segment_form import (
    FIELDS,
    MOST_ROWS,
    NO_NAME,
    Given,
    after,
    form_of,
    read_form,
    to_save,
    tree_of_form,
)
from web.editor.segment_words import Names, own_words, words_of
from web.forms import Form
from web.pages import Call, page, see_other

NEW: Final = SEGMENTS + "/nieuw"
COUNT: Final = SEGMENTS + "/telling"
MOST_OFFERED: Final = 300  # values in a list to choose from
TAKEN: Final = "Er is al een doelgroep met deze naam. Kies een andere."
NO_SLUG: Final = "Gebruik ook gewone letters of cijfers in de naam."
NOT_FOUND: Final = "Er is geen abonnee met dit adres."
NO_ADDRESS: Final = "Vul een e-mailadres in, zoals naam@school.nl."
CIRCLE: Final = (
    "Deze doelgroep kan niet zo: er zit een doelgroep in die weg is, of die deze zelf bevat, "
    "of samen zijn het te veel voorwaarden."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One segment in the list."""

    segment: Segment
    path: str
    words: str
    people: int
    editions: int


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked about one person. found: None while nothing was, or when nobody is there."""

    email: str = ""
    found: members.Why | None = None
    problem: str = ""


def show_segments(call: Call) -> Response:
    """Show the segments with their counts."""
    with call.services.db.read() as session:
        rows = segments.list_segments(session)
        counts = count_list(session, rows).segments
        used = editions_by_segment(session)
        names = {row.slug: row.name for row in rows}
        lines = [
            Line(
                row,
                f"{SEGMENTS}/{row.slug}",
                capital(words_of(tree_of(row.conditions), names)),
                counts[row.slug].people,
                len(used.get(row.slug, ())),
            )
            for row in rows
        ]
        return desk_page(call, session, "segments.html", lines=lines, may_change=_may_change(call))


def show_new(call: Call) -> Response:
    """Show the form of a segment that is not there yet."""
    with call.services.db.read() as session:
        return _form_page(call, session, None, after(Given(), "en"))


def make(call: Call) -> Response:
    """Add or take away a condition, count again, or save what is new."""
    given, done = read_form(call.form), Form(call.form).line("doe")
    if done != "bewaar":
        return _changed_page(call, None, after(given, done))
    given = to_save(given)
    slug = slugify(given.name, maximum=80)
    problem = NO_NAME if not given.name else "" if slug else NO_SLUG
    with call.services.db.read() as session:
        names = {row.slug for row in segments.list_segments(session)}
    if not problem and slug in names | {"nieuw", "telling"}:
        problem = TAKEN
    return _save(call, None, slug, given, problem)


def show_segment(call: Call) -> Response:
    """Show one segment."""
    with call.services.db.read() as session:
        segment = segments.get_segment(session, call.path["slug"])
        given = form_of(segment.name, tree_of(segment.conditions))
        return _form_page(call, session, segment, given)


def change(call: Call) -> Response:
    """Add or take away a condition, count again, or save a segment that is there."""
    given, done = read_form(call.form), Form(call.form).line("doe")
    with call.services.db.read() as session:
        segment = segments.get_segment(session, call.path["slug"])
    if done != "bewaar":
        return _changed_page(call, segment, after(given, done))
    problem = "" if given.name else NO_NAME
    return _save(call, segment, segment.slug, to_save(given), problem)


def show_count(call: Call) -> Response:
    """Count what a form says that is not saved: a part of the page."""
    tree = tree_of_form(read_form(call.query))
    with call.services.db.read() as session:
        saved = session.get(Segment, call.query.get("slug", ""))
        counted_now = _count(session, tree)
        before = _count(session, tree_of(saved.conditions)) if saved else None
    return page(call, "parts/segment_count.html", selection=counted_now, saved=before)


def ask_why(call: Call) -> Response:
    """Say why somebody is in a segment, or not. The address stands in no address of a page."""
    email = Form(call.form).line("email", longest=254)
    with call.services.db.write() as session:
        segment = segments.get_segment(session, call.path["slug"])
        tree = tree_of(segment.conditions)
        found = members.why(session, tree, email) if email else None
        if found is not None:
            number = {"subscriber": found.row.id}
            record(session, "subscriber.viewed", now=call.now, detail=number)
        problem = NO_ADDRESS if not email else "" if found else NOT_FOUND
        given = form_of(segment.name, tree)
        return _form_page(call, session, segment, given, asked=Asked(email, found, problem))


def remove(call: Call) -> Response:
    """Take a segment away, or say what uses it."""
    slug = call.path["slug"]
    try:
        name = remove_segment(call.services.db, slug, now=call.now)
    except SegmentInUse:
        return see_other(f"{SEGMENTS}/{slug}", message=_use_words(call, slug))
    return see_other(
        SEGMENTS, message=f"De doelgroep {name} is weg.", undo=f"{SEGMENTS}/{slug}/terug"
    )


def put_back(call: Call) -> Response:
    """Make a segment that was taken away what it was."""
    slug = call.path["slug"]
    segments.put_back(call.services.db, slug, now=call.now)
    return see_other(f"{SEGMENTS}/{slug}", message="De doelgroep is terug.")


def _save(call: Call, segment: Segment | None, slug: str, given: Given, problem: str) -> Response:
    tree = tree_of_form(given)
    if problem or not given.is_right or tree is None:
        return _changed_page(call, segment, given, name_problem=problem)
    try:
        segments.save_segment(
            call.services.db, slug, conditions=stored(tree), name=given.name, now=call.now
        )
    except (UnknownSegment, UnknownCondition):
        refused = Given(given.name, given.rows, given.sentence, CIRCLE)
        return _changed_page(call, segment, refused)
    return see_other(f"{SEGMENTS}/{slug}", message=f"De doelgroep {given.name} is bewaard.")


def _changed_page(
    call: Call, segment: Segment | None, given: Given, *, name_problem: str = ""
) -> Response:
    with call.services.db.read() as session:
        return _form_page(call, session, segment, given, name_problem=name_problem, is_typed=True)


def _form_page(  # noqa: PLR0913 - by name; what a page of one segment can show beside its form
    call: Call,
    session: Session,
    segment: Segment | None,
    given: Given,
    *,
    asked: Asked | None = None,
    name_problem: str = "",
    is_typed: bool = False,
) -> Response:
    saved = tree_of(segment.conditions) if segment else None
    rows = segments.list_segments(session)
    names = {row.slug: row.name for row in rows}
    wrong = is_typed and (name_problem or not given.is_right)
    may_change = _may_change(call)
    return desk_page(
        call,
        session,
        "segment.html",
        status=422 if wrong else 200,
        segment=segment,
        words=capital(words_of(saved, names)) if saved else "",
        reasons=_reasons(asked.found, names) if asked and asked.found else (),
        sentence=text_of(saved) if saved else "",
        given=given,
        name_problem=name_problem,
        is_typed=is_typed,
        selection=_count(session, tree_of_form(given)) if is_typed else _count(session, saved),
        saved=_count(session, saved) if is_typed and saved else None,
        sample=_sample(session, saved),
        asked=asked or Asked(),
        fields=FIELDS,
        offered=_offered(session, names) if may_change else {},
        most_rows=MOST_ROWS,
        may_change=may_change,
        in_segments=[names[one] for one in segments.used_by(session, segment.slug)]
        if segment
        else (),
        editions=len(editions_by_segment(session).get(segment.slug, ())) if segment else 0,
        base=SEGMENTS,
    )


def _reasons(found: members.Why, names: Names) -> list[tuple[str, bool, str]]:
    """Return each condition in words, whether it holds, and what they have where it does not."""
    return [
        (words_of(one.part, names), one.holds, "" if one.holds else own_words(one.part, found))
        for one in found.reasons
    ]


def _count(session: Session, tree: Tree | None) -> Selection | None:
    """Return the count, or None for what cannot be counted."""
    if tree is None:
        return None
    try:
        return count_selection(session, stored(segments.whole(session, tree)))
    except (UnknownSegment, UnknownCondition):
        return None


def _sample(session: Session, tree: Tree | None) -> list[Subscriber]:
    return members.sample(session, tree) if tree is not None else []


def _offered(session: Session, names: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Return for each field the values that are there, each with what else to call it."""
    texts = ("region", "role", "partnership", "organisation")
    words = read_words(session, [Is(field, ("-",)) for field in texts])
    spelt = {
        field: sorted({stored_as[0] for stored_as in words.spelt[field].values()})[:MOST_OFFERED]
        for field in texts
    }
    stages = sorted({one.stage for one in words.partnerships if one.stage})
    return {
        "audience": [(one, "") for one in ("school", "lerarenopleiding", "geen")],
        **{field: [(one, "") for one in known] for field, known in spelt.items()},
        "stage": [(one, "") for one in stages],
        "theme": [(one.slug, one.label) for one in list_themes(session)],
        SEGMENT: list(names.items()),
    }


def _use_words(call: Call, slug: str) -> str:
    with call.services.db.read() as session:
        editions = len(editions_by_segment(session).get(slug, ()))
        users = len(segments.used_by(session, slug))
    uses = [
        counted(number, one, many)
        for number, one, many in (
            (editions, "editie", "edities"),
            (users, "andere doelgroep", "andere doelgroepen"),
        )
        if number
    ]
    is_many = editions + users > 1
    verb = "gebruiken" if is_many else "gebruikt"
    return f"Deze doelgroep blijft: {' en '.join(uses)} {verb} hem."


def _may_change(call: Call) -> bool:
    return rank(call.user) >= Who.ADMINISTRATOR
