"""What is stored of the items of a document, and what is missing from it: the queries of `keep`.

Each is a statement that is made once: making it anew for every document takes longer than running
it. Nothing here commits.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, and_, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from feeds.decide import BELIEVED_AFTER, Span
from feeds.identity import link_key, text_key
from feeds.match import Candidate
from feeds.model import Item, Sighting, Source
from feeds.values import ParsedItem, SourceKind
from storage.base import Base

ITEM: Final[Table] = Base.metadata.tables[Item.__tablename__]
SIGHTING: Final[Table] = Base.metadata.tables[Sighting.__tablename__]


def _among(name: str) -> Any:
    return bindparam(name, expanding=True)


KNOWN: Final = (
    select(Sighting.key, Item)
    .join(Item, Item.id == Sighting.item_id)
    .where(Sighting.source_id == bindparam("source"), Sighting.key.in_(_among("keys")))
)
CANDIDATES: Final = (
    select(*(ITEM.c[name] for name in Candidate.__match_args__))
    .where(
        or_(
            ITEM.c.link_key.in_(_among("links")),
            ITEM.c.text_key.in_(_among("texts")),
            and_(
                ITEM.c.source_id == bindparam("source"),
                or_(ITEM.c.starts_at.is_(None), ITEM.c.starts_at >= bindparam("now")),
                or_(ITEM.c.title.in_(_among("titles")), ITEM.c.url.in_(_among("urls"))),
            ),
        )
    )
    .order_by(ITEM.c.id)
)
FIRST: Final = ("source_id", "key", "url", "first_seen_at")
SEE_FIRST: Final = insert(SIGHTING).from_select(
    ["item_id", *FIRST],
    select(ITEM.c.id, *(ITEM.c[name] for name in FIRST)).where(
        ITEM.c.source_id == bindparam("source"), ITEM.c.key.in_(_among("keys"))
    ),
)


def known_items(session: Session, source_id: int, keys: Sequence[str]) -> dict[str, Item]:
    """Return the items of a source that have one of these keys, by key."""
    rows = session.execute(KNOWN, {"source": source_id, "keys": keys})
    return {row[0]: row[1] for row in rows}


def candidates_for(
    session: Session, source_id: int, items: Sequence[ParsedItem], *, now: datetime
) -> list[Candidate]:
    """Return the stored items that could be one of these, the oldest first."""
    wanted = {
        "links": {link_key(item) for item in items},
        "texts": {text_key(item) for item in items},
        "titles": {item.title for item in items},
        "urls": {item.url for item in items},
    }
    told = {name: list(values - {""}) for name, values in wanted.items()}
    rows = session.connection().execute(CANDIDATES, {"source": source_id, "now": now, **told})
    return [Candidate(*row) for row in rows]


def insert_items(session: Session, source_id: int, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store new items of a source, each with its own sighting."""
    connection = session.connection()  # past the ORM: nothing of it is needed
    connection.execute(insert(ITEM), rows)
    connection.execute(SEE_FIRST, {"source": source_id, "keys": [row["key"] for row in rows]})


def mark_back(session: Session, ids: Sequence[int]) -> None:
    """Take the mark off items that their source holds again."""
    session.execute(
        update(Item).where(Item.id.in_(ids)).values(missing_since=None, vanished_at=None)
    )


def mark_missing(
    session: Session, source: Source, there: Sequence[int], *, span: Span, now: datetime
) -> None:
    """Mark the items of a source in that time that are not `there` and were not new just now."""
    moment = Item.starts_at if source.kind == SourceKind.AGENDA else Item.published_at
    session.execute(
        update(Item)
        .where(Item.source_id == source.id, Item.missing_since.is_(None))
        .where(Item.first_seen_at < now)
        .where(moment > span.since, moment < span.until, Item.id.not_in(there))
        .values(missing_since=now)
    )


def believe_missing(session: Session, *, now: datetime) -> None:
    """Believe of what was missed a day ago that it is gone, where its source was read just now.

    Also a source that says "not modified" was read: it still does not hold the item.
    """
    read_now = select(Source.id).where(Source.last_success_at == now)
    session.execute(
        update(Item)
        .where(Item.missing_since <= now - BELIEVED_AFTER, Item.vanished_at.is_(None))
        .where(Item.source_id.in_(read_now))
        .values(vanished_at=now)
    )
