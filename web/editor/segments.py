"""Segments: the list, and one of them: whom it selects, how many, and why somebody is in it.

Everybody at the desk may look; only administrators change them, and only they see addresses.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.dutch import capital, join, number
from newsletter.store.segment_terms import terms_there_are
from newsletter.store.segment_use import editions_by_segment, remove_segment
from storage.errors import TookTooLong
from storage.log import record
from storage.text import shorten, slugify
from subscribers import members, segments
from subscribers.counts import SegmentCount, count_list
from subscribers.errors import SegmentChanged, SegmentInUse, UnknownCondition, UnknownSegment
from subscribers.model import Segment
from subscribers.trees import stored, tree_of
from web.access import Who, rank
from web.editor.desk import SEGMENTS, desk_page
from web.editor.segment_form import (
    NO_NAME,
    Given,
    after,
    form_of,
    read_form,
    to_save,
    tree_of_form,
    what_is_wrong,
)
from web.editor.segment_page import (
    Asked,
    Shown,
    clash_of,
    count_tree,
    editions_with,
    read_names,
    segment_names,
    segment_page,
    users_of,
)
from web.editor.segment_words import words_of
from web.forms import Form
from web.pages import Call, page, read_number, see_other

NEW: Final = SEGMENTS + "/nieuw"
COUNT: Final = SEGMENTS + "/telling"
MOST_NAMED: Final = 4  # in a message; the page names all
TAKEN: Final = "Er is al een doelgroep met deze naam. Kies een andere."
RESERVED: Final = "Zo heet al een bladzijde van de redactie. Kies een andere naam."
NO_SLUG: Final = "Gebruik ook gewone letters of cijfers in de naam."
NOT_FOUND: Final = "Er is geen abonnee met dit adres."
NO_ADDRESS: Final = "Vul een e-mailadres in, zoals naam@school.nl."
CIRCLE: Final = (
    "Deze doelgroep kan niet zo: er zit een doelgroep in die weg is, of die deze zelf bevat, "
    "of samen zijn het te veel voorwaarden."
)


@dataclass(frozen=True, slots=True)
class Line:
    """One segment in the list. people: None while counting took too long."""

    segment: Segment
    path: str
    words: str
    people: int | None
    editions: int


def show_segments(call: Call) -> Response:
    """Show the segments with their counts."""
    with call.services.db.read() as session:
        rows = segments.list_segments(session)
        counts = _counts(session, rows)
        used = editions_by_segment(session)
        names = read_names(session, [tree_of(row.conditions) for row in rows])
        lines = [
            Line(
                row,
                f"{SEGMENTS}/{row.slug}",
                capital(words_of(tree_of(row.conditions), names)),
                counts[row.slug].people if counts else None,
                len(used.get(row.slug, ())),
            )
            for row in rows
        ]
        return desk_page(
            call,
            session,
            "segments.html",
            lines=lines,
            took_too_long=counts is None,
            may_change=rank(call.user) >= Who.ADMINISTRATOR,
        )


def show_new(call: Call) -> Response:
    """Show the form of a segment that is not there yet."""
    with call.services.db.read() as session:
        return segment_page(call, session, None, after(Given(), "en"))


def make(call: Call) -> Response:
    """Add or take away a condition, count again, or save what is new."""
    given, done = _read(call), Form(call.form).line("doe")
    if done != "bewaar":
        return _changed_page(call, None, after(given, done))
    given = to_save(given)
    slug = slugify(given.name, maximum=80)
    problem = NO_NAME if not given.name else "" if slug else NO_SLUG
    with call.services.db.read() as session:
        names = segment_names(session)
    if not problem and slug in names:
        problem = TAKEN
    if not problem and slug in segments.RESERVED:
        problem = RESERVED
    return _save(call, None, slug, given, problem)


def show_segment(call: Call) -> Response:
    """Show one segment."""
    with call.services.db.read() as session:
        segment = segments.get_segment(session, call.path["slug"])
        given = form_of(segment.name, tree_of(segment.conditions))
        return segment_page(call, session, segment, given)


def change(call: Call) -> Response:
    """Add or take away a condition, count again, or save a segment that is there."""
    given, done = _read(call), Form(call.form).line("doe")
    with call.services.db.read() as session:
        segment = segments.get_segment(session, call.path["slug"])
    if done != "bewaar":
        return _changed_page(call, segment, after(given, done))
    problem = "" if given.name else NO_NAME
    return _save(call, segment, segment.slug, to_save(given), problem)


def show_count(call: Call) -> Response:
    """Count what a form says that is not saved: a part of the page."""
    given = read_form(call.query)
    tree = tree_of_form(given)
    with call.services.db.read() as session:
        saved = session.get(Segment, call.query.get("slug", ""))
        counted_now = count_tree(session, tree)
        before = count_tree(session, tree_of(saved.conditions)) if saved else None
    return page(
        call,
        "parts/segment_count.html",
        count=counted_now,
        problem=what_is_wrong(given),
        saved=before.selection if before else None,
    )


def ask_why(call: Call) -> Response:
    """Say why somebody is in a segment, or not. The address stands in no address of a page."""
    email = Form(call.form).line("email", longest=254)
    with call.services.db.write() as session:
        segment = segments.get_segment(session, call.path["slug"])
        tree = tree_of(segment.conditions)
        found = members.why(session, tree, email) if email else None
        if found is not None:
            viewed = {"subscriber": found.row.id}
            record(session, "subscriber.viewed", now=call.now, detail=viewed)
        problem = NO_ADDRESS if not email else "" if found else NOT_FOUND
        given = form_of(segment.name, tree)
        shown = Shown(asked=Asked(email, found, problem))
        return segment_page(call, session, segment, given, shown)


def remove(call: Call) -> Response:
    """Take a segment away, or say what uses it."""
    slug = call.path["slug"]
    try:
        name = remove_segment(call.services.db, slug, now=call.now)
    except SegmentInUse:
        return see_other(f"{SEGMENTS}/{slug}#gebruik", message=_use_words(call, slug))
    return see_other(
        SEGMENTS, message=f"De doelgroep {name} is weg.", undo=f"{SEGMENTS}/{slug}/terug"
    )


def put_back(call: Call) -> Response:
    """Make a segment that was taken away what it was."""
    slug = call.path["slug"]
    segments.put_back(call.services.db, slug, now=call.now)
    return see_other(f"{SEGMENTS}/{slug}", message="De doelgroep is terug.")


def _read(call: Call) -> Given:
    """Return what was typed; the events, themes and segments of a sentence have to be there."""
    if "zin" not in call.form:
        return read_form(call.form)
    with call.services.db.read() as session:
        return read_form(call.form, terms_there_are(session))


def _counts(session: Session, rows: list[Segment]) -> dict[str, SegmentCount] | None:
    try:
        return dict(count_list(session, rows).segments)
    except TookTooLong:
        return None


def _save(call: Call, segment: Segment | None, slug: str, given: Given, problem: str) -> Response:
    tree = tree_of_form(given)
    if problem or not given.is_right or tree is None:
        return _changed_page(call, segment, given, name_problem=problem)
    try:
        segments.save_segment(
            call.services.db,
            slug,
            conditions=stored(tree),
            name=given.name,
            now=call.now,
            version=_seen(call) if segment else None,
        )
    except SegmentChanged:
        return _clash_page(call, slug, given)
    except (UnknownSegment, UnknownCondition):
        refused = Given(given.name, given.rows, given.sentence, CIRCLE)
        return _changed_page(call, segment, refused)
    return see_other(f"{SEGMENTS}/{slug}", message=f"De doelgroep {given.name} is bewaard.")


def _seen(call: Call) -> int:
    """Return the version that the form was made of; 0, which no row has, for a broken one."""
    return read_number(Form(call.form).line("versie")) or 0


def _changed_page(
    call: Call, segment: Segment | None, given: Given, *, name_problem: str = ""
) -> Response:
    shown = Shown(name_problem=name_problem, is_typed=True, version=_seen(call))
    with call.services.db.read() as session:
        return segment_page(call, session, segment, given, shown)


def _clash_page(call: Call, slug: str, given: Given) -> Response:
    """Let the second one choose. Raises UnknownSegment when the first one took it away."""
    tree = tree_of_form(given)
    with call.services.db.read() as session:
        segment = segments.get_segment(session, slug)
        clash = clash_of(session, segment, tree) if tree else None
        return segment_page(call, session, segment, given, Shown(is_typed=True, clash=clash))


def _use_words(call: Call, slug: str) -> str:
    with call.services.db.read() as session:
        segment = segments.get_segment(session, slug)
        uses = [(name, in_block) for _, name, in_block in editions_with(session, segment)]
        others = users_of(session, segment, segment_names(session))
    names = [
        f"een blok in {shorten(name, 60)}" if part else shorten(name, 60) for name, part in uses
    ]
    names += [f"de doelgroep ‘{shorten(name, 60)}’" for _, name in others]
    if len(names) > MOST_NAMED:
        names = [*names[: MOST_NAMED - 1], f"nog {number(len(names) - MOST_NAMED + 1)}"]
    verb = "gebruiken" if len(names) > 1 else "gebruikt"
    return f"Deze doelgroep blijft: {join(names)} {verb} hem."
