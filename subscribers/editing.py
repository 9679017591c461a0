"""One person, changed by the desk: what we hold of them, and what they get.

Whoever changes it has seen what was there: `mark_of` is what they saw, and a change by somebody
else in between is refused. What somebody gets is what they consented to, so that leaves evidence.
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from storage.log import record
from storage.session import Database
from storage.text import one_line
from subscribers import consent
from subscribers.errors import SubscriberChanged, UnknownSubscriber
from subscribers.evidence import Choices, apply_choices, make_fact, wanted_topics
from subscribers.model import Subscriber
from subscribers.themes import own_themes
from subscribers.values import ON_LIST, Audience, ConsentKind, SuppressionReason, Topic

DESK: Final = "desk"  # as the source of evidence
FIELDS: Final = ("name", "role", "organisation", "partnership", "region")
LONGEST: Final = {"name": 200, "role": 80, "organisation": 200, "partnership": 200, "region": 80}


@dataclass(frozen=True, slots=True)
class Edit:
    """What a form holds of one person.

    audience_said: False lets the side follow from the organisation. values: by name of FIELDS.
    topics:        None leaves what they get as it is.
    """

    audience: Audience | None
    audience_said: bool
    values: dict[str, str]
    themes: Collection[str]
    topics: Collection[Topic] | None


def require_subscriber(session: Session, subscriber_id: int, *, lock: bool = False) -> Subscriber:
    """Return somebody. Raises UnknownSubscriber."""
    row = session.get(Subscriber, subscriber_id, with_for_update=lock or None)
    if row is None:
        raise UnknownSubscriber(f"there is no subscriber {subscriber_id}")
    return row


def mark_of(row: Subscriber, themes: Collection[str]) -> str:
    """Return the mark of what can be changed of somebody, as it is now. Pure."""
    held = [*(getattr(row, name) for name in FIELDS), row.audience, row.audience_said]
    held += [row.wants_newsletter, row.wants_announcements, row.status, sorted(themes)]
    return hashlib.sha256(json.dumps(held).encode("ascii")).hexdigest()[:32]


def edit(
    db: Database, subscriber_id: int, given: Edit, *, seen: str, now: datetime
) -> tuple[str, ...]:
    """Change somebody; return the names of what became different.

    What they get changes only for who is on the list.
    Raises UnknownSubscriber, SubscriberChanged when they are not as they were seen.
    """
    with db.write() as session:
        row = require_subscriber(session, subscriber_id, lock=True)
        themes = set(own_themes(session, row))
        if mark_of(row, themes) != seen:
            raise SubscriberChanged(f"subscriber {row.id} was changed by somebody else")
        before = _held(row, themes)
        _put(session, row, given, now)
        after = _held(row, set(own_themes(session, row)))
        changed = tuple(name for name in before if before[name] != after[name])
        if changed:
            row.changed_at = now
            detail = {"subscriber": row.id, "fields": list(changed)}
            record(session, "subscriber.changed", now=now, detail=detail)
        if "topics" in changed:
            session.add(make_fact(row, ConsentKind.CHANGED, now, source=DESK))
        return changed


def unsubscribe(db: Database, subscriber_id: int, *, now: datetime) -> bool:
    """Stop mailing somebody who asked the desk to; return whether this call did it."""
    with db.write() as session:
        require_subscriber(session, subscriber_id)
        done = consent.leave_in(session, subscriber_id, source=DESK, now=now)
        if done:
            detail = {"subscriber": subscriber_id}
            record(session, "subscriber.unsubscribed", now=now, detail=detail)
    return done


def suppress(
    db: Database, subscriber_id: int, *, reason: SuppressionReason, key: bytes, now: datetime
) -> bool:
    """Never mail somebody's address again; return whether this call did it."""
    with db.write() as session:
        require_subscriber(session, subscriber_id)
        done = consent.suppress_in(session, subscriber_id, reason=reason, key=key, now=now)
        if done:
            detail = {"subscriber": subscriber_id, "reason": reason.value}
            record(session, "subscriber.suppressed", now=now, detail=detail)
    return done


def _put(session: Session, row: Subscriber, given: Edit, now: datetime) -> None:
    may_choose = given.topics is not None and row.state in ON_LIST
    topics = given.topics if may_choose and given.topics else wanted_topics(row)
    row.region = one_line(given.values["region"], maximum=LONGEST["region"])
    chosen = Choices(
        given.audience if given.audience_said else _audience(row),
        topics,
        **{name: given.values[name] for name in FIELDS if name != "region"},
        themes=given.themes,
        audience_said=given.audience_said,
    )
    apply_choices(session, row, chosen, now=now)
    session.flush()


def _audience(row: Subscriber) -> Audience | None:
    return Audience(row.audience) if row.audience else None


def _held(row: Subscriber, themes: set[str]) -> dict[str, object]:
    return {
        "audience": (row.audience, row.audience_said),
        **{name: getattr(row, name) for name in FIELDS},
        "topics": wanted_topics(row),
        "themes": themes,
    }
