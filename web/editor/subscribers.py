"""Who reads: the list in which somebody is looked up, narrowed and walked through.

Only administrators see people. Whoever else is at the desk counts them; of fewer than LEAST a
number would nearly name them, so it is not said.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.dutch import day_month, join, local, number, plural
from newsletter.learn.poll_results import LEAST
from subscribers.addresses import is_shared, shown
from subscribers.evidence import wanted_topics
from subscribers.field import name_key
from subscribers.finding import MOST_COUNTED, Found, count_found, count_states, find
from subscribers.many import recent_changes
from subscribers.model import Organisation, Subscriber
from subscribers.organisations import known_at
from subscribers.segments import list_segments
from subscribers.themes import themes_of
from subscribers.values import ON_LIST, SubscriberStatus, Topic
from web.access import Who, rank
from web.editor.desk import SUBSCRIBERS, desk_page
from web.editor.many_words import LastChange, last_change
from web.editor.subscriber_counts import counts
from web.editor.subscriber_filter import STATE_WORDS, Asked, chips, offered, read_filter
from web.errors import PageUnknown
from web.pages import Call, read_number

GETS = {
    frozenset(Topic): "nieuwsbrief en aankondigingen",
    frozenset({Topic.NEWSLETTER}): "nieuwsbrief",
    frozenset({Topic.ANNOUNCEMENTS}): "alleen aankondigingen",
    frozenset[Topic](): "niets",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the list. works_in: their partnership, or those of where they work.

    tag: why they get no mail now, or "".
    """

    row: Subscriber
    address: str
    is_shared: bool
    works_in: str
    gets: str
    tag: str


def show_subscribers(call: Call) -> Response:
    """Show who is looked for, as the address says; or only how many, to who sees no people."""
    sees_people = may_see_people(call)
    asked = read_filter(call.query, sees_people=sees_people)
    with call.services.db.read() as session:
        shared: dict[str, Any] = {
            "asked": asked,
            "chips": chips(asked, {one.slug: one.name for one in list_segments(session)}),
            "offered": offered(session),
            "sees_people": sees_people,
            "base": SUBSCRIBERS,
        }
        if not sees_people:
            narrowed = {"found": _told(session, asked)} if asked.is_narrowed else counts(session)
            return desk_page(call, session, "subscriber_numbers.html", **shared, **narrowed)
        found = find(
            session, asked.wanted, older_than=_key(call, "na"), newer_than=_key(call, "voor")
        )
        return desk_page(
            call,
            session,
            "subscribers.html",
            **shared,
            lines=_lines(session, found.rows),
            states=None if asked.is_narrowed else count_states(session),
            heading=_heading(found.count) if asked.is_narrowed else "",
            found=found,
            newer=_beside(asked, found, "voor"),
            older=_beside(asked, found, "na"),
            last=_last(call, session),
        )


def may_see_people(call: Call) -> bool:
    """Say whether somebody may see who our readers are."""
    return rank(call.user) >= Who.ADMINISTRATOR


def _told(session: Session, asked: Asked) -> str:
    """Return how many people fit, to who sees no people."""
    count = count_found(session, asked.wanted)
    if 0 < count < LEAST:
        return f"Minder dan {LEAST} abonnees gevonden"
    return _heading(count)


def _heading(count: int | None) -> str:
    if count is None:
        return f"Meer dan {number(MOST_COUNTED)} abonnees gevonden"
    if not count:
        return "Niemand gevonden"
    return f"{plural(count, 'abonnee', 'abonnees')} gevonden"


def _key(call: Call, name: str) -> int | None:
    text = call.query.get(name, "")
    found = read_number(text)
    if text and found is None:
        raise PageUnknown(name)
    return found


def _beside(asked: Asked, found: Found, name: str) -> str:
    """Return the address of the page before this one ("voor") or after it ("na"); "" for none."""
    if not found.rows:
        return ""
    if name == "voor":
        return asked.address(voor=found.rows[0].id) if found.has_newer else ""
    return asked.address(na=found.rows[-1].id) if found.has_older else ""


def _last(call: Call, session: Session) -> LastChange | None:
    """Return the newest change of many people, while it can be taken back."""
    changes = recent_changes(session, now=call.now)
    return last_change(session, changes[0]) if changes else None


def _lines(session: Session, rows: Sequence[Subscriber]) -> list[Line]:
    themes = themes_of(session, [row.id for row in rows])
    known = known_at(session, {row.organisation for row in rows})
    return [
        Line(
            row,
            shown(row.email),
            is_shared(row.email),
            works_in(row, known),
            _gets(row, len(themes.get(row.id, ()))),
            tag_of(row),
        )
        for row in rows
    ]


def works_in(row: Subscriber, known: Mapping[str, Organisation]) -> str:
    """Return somebody's partnership, else those that their organisation belongs to; or ""."""
    at = known.get(name_key(row.organisation))
    return row.partnership or join([one.name for one in at.partnerships] if at else [])


def _gets(row: Subscriber, themes: int) -> str:
    if row.state not in ON_LIST:
        return "nu niets"
    gets = GETS[wanted_topics(row)]
    return f"{gets}, {plural(themes, 'thema', 'thema’s')}" if themes else gets


def tag_of(row: Subscriber) -> str:
    """Return why somebody gets no mail now; "" for who does."""
    if row.state is SubscriberStatus.ACTIVE:
        return ""
    if row.state is SubscriberStatus.PAUSED and row.paused_until is not None:
        return f"pauze tot {_day(row.paused_until)}"
    return STATE_WORDS[row.state]


def _day(at: datetime) -> str:
    day = local(at).date()
    return f"{day_month(day)} {day.year}"
