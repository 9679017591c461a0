"""Practice examples as people write them: the editors' own, and what readers sent in and agreed to.

An example from a Markdown file is its file's; only what has no source can be written here.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from feeds import store
from feeds.clean import safe_link, summary_text
from feeds.errors import ExampleChanged, ItemUnusable, UnknownSource
from feeds.model import Item
from feeds.pictures import find_image
from feeds.values import ItemKind, ItemStatus
from storage.log import record
from storage.session import Database

MOST_LINKS: Final = 5
OWN: Final = "own:"  # how the keys of the editors' own items begin
DETAILS: Final = ("partnership", "question", "approach", "result", "contact", "story", "image_alt")


@dataclass(frozen=True, slots=True)
class Example:
    """How a partnership did it. All plain text but `story`, which is Markdown.

    themes, audiences: as an item has them; links: http(s) addresses of attachments.
    image: the digest of a picture of ours, or ""; image_alt: what is to be seen on it.
    """

    title: str
    question: str = ""
    approach: str = ""
    result: str = ""
    story: str = ""
    contact: str = ""
    partnership: str = ""
    themes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    image: str = ""
    image_alt: str = ""


def to_json(example: Example) -> dict[str, Any]:
    """Return the example as a column of JSON keeps it."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(example).items()
    }


def from_json(told: Mapping[str, Any]) -> Example:
    """Return the example that `to_json` kept; what is missing is empty."""
    known = {one.name for one in fields(Example)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in told.items()
        if name in known
    }
    return Example(**{"title": "", **values})


def mark_of(example: Example) -> str:
    """Return the hash of exactly this example; any change gives another."""
    text = json.dumps(to_json(example), sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def add_example(db: Database, example: Example, *, now: datetime) -> int:
    """Add an example that editors wrote; it is public at once. Return its id.

    Raises ItemUnusable, UnknownSource for a theme that does not exist.
    """
    with db.write() as session:
        item = new_item(session, example, key=f"{OWN}{uuid4().hex}", now=now)
        _record(session, "example.added", item, now)
        return item.id


def change_example(
    db: Database, item_id: int, example: Example, *, seen: str, now: datetime
) -> None:
    """Put these words in the place of what editors wrote before.

    seen:   the mark of what was looked at.
    Raises: UnknownSource for an item that is not their own, ExampleChanged, ItemUnusable.
    """
    with db.write() as session:
        item = get_own(session, item_id)
        if mark_of(example) == mark_of(example_in(item)):
            return
        if mark_of(example_in(item)) != seen:
            raise ExampleChanged(f"item {item_id} is not what was looked at")
        write_item(session, item, example)
        _record(session, "example.changed", item, now)


def take_off(db: Database, item_id: int, *, now: datetime) -> None:
    """Take an example of the editors' own off the site; it stays here. Raises UnknownSource."""
    with db.write() as session:
        item = get_own(session, item_id)
        item.status = ItemStatus.REFUSED.value
        _record(session, "example.taken_off", item, now)


def put_back(db: Database, item_id: int, *, now: datetime) -> None:
    """Show an example of the editors' own on the site again. Raises UnknownSource."""
    with db.write() as session:
        item = get_own(session, item_id)
        item.status = ItemStatus.ACCEPTED.value
        _record(session, "example.put_back", item, now)


def get_own(session: Session, item_id: int) -> Item:
    """Return an example that editors wrote here, its picture loaded. Raises UnknownSource."""
    query = select(Item).where(Item.id == item_id, *_IS_OWN)
    item = session.scalar(query.options(selectinload(Item.image)))
    if item is None:
        raise UnknownSource(f"item {item_id} is no example of the editors' own")
    return item


def list_own(session: Session, *, limit: int, offset: int = 0) -> list[Item]:
    """Return the examples that editors wrote here, the newest first."""
    newest = select(Item).where(*_IS_OWN).order_by(Item.first_seen_at.desc(), Item.id.desc())
    return list(session.scalars(newest.limit(limit).offset(offset)))


def count_own(session: Session) -> int:
    """Return how many examples editors wrote here."""
    return session.scalar(select(func.count()).select_from(Item).where(*_IS_OWN)) or 0


def _record(session: Session, what: str, item: Item, now: datetime) -> None:
    record(session, what, now=now, about=item.title, detail={"item": item.id})


_IS_OWN: Final = (
    Item.kind == ItemKind.PRACTICE,
    Item.source_id.is_(None),
    Item.key.startswith(OWN),
)


def new_item(session: Session, example: Example, *, key: str, now: datetime) -> Item:
    """Return a new item that holds the example. Raises ItemUnusable, UnknownSource."""
    item = Item(
        kind=ItemKind.PRACTICE.value,
        key=key,
        status=ItemStatus.ACCEPTED.value,
        own_title="",
        own_summary="",
        published_at=now,
        first_seen_at=now,
    )
    write_item(session, item, example)
    session.add(item)
    session.flush()
    return item


def write_item(session: Session, item: Item, example: Example) -> None:
    """Let an item say exactly this. Raises ItemUnusable, UnknownSource for an unknown theme."""
    judge(example)
    store.require_themes(session, example.themes)
    image = find_image(session, example.image) if example.image else None
    if example.image and image is None:
        raise ItemUnusable("the picture is not there any more")
    item.title = example.title
    item.summary = summary_text(example.question or example.story)
    item.themes, item.audiences = list(example.themes), list(example.audiences)
    item.details = {name: getattr(example, name) for name in DETAILS} | {
        "links": list(example.links)
    }
    item.image_id = image.id if image else None


def example_in(item: Item) -> Example:
    """Return the example that an item holds, its picture loaded."""
    details: Mapping[str, Any] = item.details
    return Example(
        title=item.title,
        themes=tuple(item.themes),
        audiences=tuple(item.audiences),
        links=tuple(details.get("links") or ()),
        image=item.image.digest if item.image else "",
        **{name: str(details.get(name) or "") for name in DETAILS},
    )


def judge(example: Example) -> None:
    """Raise ItemUnusable, saying what to change, for what cannot be shown to readers."""
    if not example.title.strip():
        raise ItemUnusable("give the example a title")
    if len(example.links) > MOST_LINKS:
        raise ItemUnusable(f"an example has at most {MOST_LINKS} attachments")
    if any(safe_link(link) != link for link in example.links):
        raise ItemUnusable("an attachment is an http or https address")
    if example.image and not example.image_alt.strip():
        raise ItemUnusable("say what is to be seen on the picture")
