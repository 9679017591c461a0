"""The page of one segment: its form, its count, ten of its people, and where it is used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds.event_names import NamedEvent, name_events
from feeds.themes import list_themes
from newsletter.accounts.people import user_names
from newsletter.dutch import capital, local, long_date
from newsletter.model import Edition
from newsletter.store.segment_use import announced_events, uses_of
from storage.errors import TookTooLong
from storage.log import LogEntry
from storage.text import folded, shorten
from subscribers import members, segments
from subscribers.attendance import attendance_by_event
from subscribers.conditions import ATTENDED, EVENTS, INVITED, NEITHER
from subscribers.counts import Selection, count_selection
from subscribers.errors import UnknownCondition, UnknownSegment
from subscribers.expressions import quoted, text_of
from subscribers.model import Partnership, Segment, Subscriber
from subscribers.selecting import read_words
from subscribers.trees import DAYS, SEGMENT, All, Is, Tree, leaves, stored, tree_of
from web.access import Who, rank
from web.editor.desk import SEGMENTS, desk_page, edition_path
from web.editor.segment_form import CHOSEN, FIELDS, MOST_ROWS, Given, tree_of_form
from web.editor.segment_words import NO_SIDE, Names, own_words, words_of
from web.editor.words import edition_label
from web.pages import Call

MOST_OFFERED: Final = 300  # values in a list to choose from
LONGEST_TITLE: Final = 80  # of an event
ORDINALS: Final = ("eerste", "tweede", "derde", "vierde", "vijfde", "zesde")
MOST_NAMED: Final = 10  # editions that use it
LOOKED_BACK: Final = 50  # savings of any segment: more than a page stays open for


@dataclass(frozen=True, slots=True)
class Count:
    """How many people a form selects. selection: None for what cannot be counted."""

    selection: Selection | None = None
    took_too_long: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked about one person. found: None while nothing was, or when nobody is there."""

    email: str = ""
    found: members.Why | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Clash:
    """What somebody else saved meanwhile. who: "" for nobody known; theirs, mine: in words."""

    who: str
    their_name: str
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page has beside the segment and its form.

    name_problem: a sentence; is_typed: the form is as somebody sent it in, not as it is saved.
    version:      of the row that they saw; 0 is the row as it is now.
    """

    asked: Asked = Asked()
    name_problem: str = ""
    is_typed: bool = False
    version: int = 0
    clash: Clash | None = None


def segment_page(
    call: Call, session: Session, segment: Segment | None, given: Given, shown: Shown = Shown()
) -> Response:
    """Return the page; segment: None for one that is not there yet."""
    saved = tree_of(segment.conditions) if segment else None
    names = read_names(session, [one for one in (saved, tree_of_form(given)) if one])
    wrong = shown.is_typed and (shown.name_problem or not given.is_right)
    before = count_tree(session, saved) if saved else None
    count = count_tree(session, tree_of_form(given)) if shown.is_typed or not before else before
    sample = _sample(session, saved)
    may_change = rank(call.user) >= Who.ADMINISTRATOR
    return desk_page(
        call,
        session,
        "segment.html",
        status=409 if shown.clash else 422 if wrong else 200,
        segment=segment,
        words=capital(words_of(saved, names)) if saved else "",
        sentence=text_of(saved) if saved else "",
        given=given,
        shown=shown,
        verdict=_verdict(shown.asked.found, saved) if shown.asked.found else "",
        reasons=_reasons(shown.asked.found, names) if shown.asked.found else (),
        count=count,
        problem="",
        saved=before.selection if shown.is_typed and before else None,
        total=before.selection.people if before and before.selection else 0,
        sample=sample,
        stages=_stages(session, sample),
        fields=FIELDS,
        asked_fields={row.field for row in given.rows},
        chosen=CHOSEN,
        days=DAYS,
        quoted=quoted,
        offered=_offered(session, names.segments) if may_change else {},
        most_rows=MOST_ROWS,
        most_named=MOST_NAMED,
        may_change=may_change,
        in_segments=users_of(session, segment, names.segments) if segment else [],
        editions=editions_with(session, segment) if segment else [],
        base=SEGMENTS,
    )


def segment_names(session: Session) -> dict[str, str]:
    """Return the names of the segments by slug, in the order of the list."""
    return {row.slug: row.name for row in segments.list_segments(session)}


def read_names(session: Session, trees: Sequence[Tree]) -> Names:
    """Return what the segments are called, and the events that stand in these trees."""
    numbers = {
        int(one)
        for tree in trees
        for leaf in leaves(tree)
        if leaf.field in EVENTS
        for one in leaf.values
    }
    events = {str(one.id): event_name(one) for one in name_events(session, numbers)}
    return Names(segment_names(session), events)


def event_name(event: NamedEvent) -> str:
    """Return "Congres Samen opleiden, 3 juni 2027"."""
    title = shorten(event.title, LONGEST_TITLE)
    return f"{title}, {long_date(local(event.starts_at).date())}" if event.starts_at else title


def count_tree(session: Session, tree: Tree | None) -> Count:
    """Count whom a tree selects, as far as that can be done while somebody waits."""
    if tree is None:
        return Count()
    try:
        return Count(count_selection(session, stored(segments.whole(session, tree))))
    except (UnknownSegment, UnknownCondition):
        return Count()
    except TookTooLong:
        return Count(took_too_long=True)


def clash_of(session: Session, segment: Segment, mine: Tree) -> Clash:
    """Return what to choose between when somebody else saved the segment first."""
    their_tree = tree_of(segment.conditions)
    names = read_names(session, [their_tree, mine])
    theirs = words_of(their_tree, names)
    who = _who_saved(session, segment.slug)
    return Clash(who, segment.name, capital(theirs), capital(words_of(mine, names)))


def users_of(session: Session, segment: Segment, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the address and the name of each segment that is made of this one."""
    return [(f"{SEGMENTS}/{one}", names[one]) for one in segments.used_by(session, segment.slug)]


def editions_with(session: Session, segment: Segment) -> list[tuple[str, str, bool]]:
    """Return the address and name of each edition that uses it, and whether only in a block."""
    return [
        (edition_path(one.edition.id), _name(one.edition), one.in_block)
        for one in uses_of(session, segment.slug)
    ]


def _name(edition: Edition) -> str:
    label = edition_label(edition)
    return label if edition.title == label else f"{label}: {edition.title}"


def _who_saved(session: Session, slug: str) -> str:
    saved = select(LogEntry).where(LogEntry.what == "segment.saved")
    rows = session.scalars(saved.order_by(LogEntry.id.desc()).limit(LOOKED_BACK))
    last = next((one for one in rows if one.detail.get("segment") == slug), None)
    return user_names(session).get(last.user_id or 0, "") if last else ""


def _verdict(found: members.Why, tree: Tree | None) -> str:
    """Say whether somebody is in it, and by which condition not, when that is one of several."""
    if found.is_in:
        return "Ja, deze abonnee hoort erbij."
    lacking = [at for at, one in enumerate(found.reasons) if not one.holds]
    if not isinstance(tree, All) or len(found.reasons) < 2 or len(lacking) != 1:
        return "Nee, deze abonnee hoort er niet bij."
    if lacking[0] == len(found.reasons) - 1:
        return "Nee, door de laatste voorwaarde."
    if lacking[0] < len(ORDINALS):
        return f"Nee, door de {ORDINALS[lacking[0]]} voorwaarde."
    return "Nee, door één voorwaarde."


def _stages(session: Session, rows: Sequence[Subscriber]) -> dict[str, str]:
    """Return the stages of the partnerships that these people named, "" where that is unknown."""
    known = {
        folded(name): stage
        for name, stage in session.execute(select(Partnership.name, Partnership.stage))
    }
    return {row.partnership: known.get(folded(row.partnership), "") for row in rows}


def _reasons(found: members.Why, names: Names) -> list[tuple[str, bool, str]]:
    """Return each condition in words, whether it holds, and what they have where it does not."""
    return [
        (words_of(one.part, names), one.holds, "" if one.holds else own_words(one.part, found))
        for one in found.reasons
    ]


def _sample(session: Session, tree: Tree | None) -> list[Subscriber]:
    if tree is None:
        return []
    try:
        return members.sample(session, tree)
    except TookTooLong:  # the count above it says so
        return []


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
        "audience": [("school", ""), ("lerarenopleiding", ""), (NEITHER, NO_SIDE)],
        **{field: [(one, "") for one in known] for field, known in spelt.items()},
        "stage": [(one, "") for one in stages],
        "theme": [(one.slug, one.label) for one in list_themes(session)],
        SEGMENT: list(names.items()),
        ATTENDED: _events(session, set(attendance_by_event(session))),
        INVITED: _events(session, announced_events(session)),
    }


def _events(session: Session, numbers: set[int]) -> list[tuple[str, str]]:
    found = name_events(session, numbers)[:MOST_OFFERED]
    return [(str(one.id), event_name(one)) for one in found]
