"""S18, S19, S21, S22: what comes from outside is words in every list, page, mail and file."""

import re
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from feeds.model import Item, Source
from newsletter.model import ChosenRhythm, DeskSession, Edition, User
from newsletter.review_rows import Comment
from newsletter.values import Role
from storage.log import LogEntry
from tests.factories import make_event, make_item
from tests.fakes import START
from tests.newsletter.hostile import VECTORS
from tests.newsletter.skeleton import Skeleton, read
from tests.security.world import World
from tests.web.test_hostile import RUNS
from web.routes import ROUTES

STORABLE = tuple(vector for vector in VECTORS if not re.search("[\x00\ud800]", vector))
IN_ONE = 15  # vectors beside each other in one text; a list shows some twenty of them
TEXTS = tuple(
    " ".join(STORABLE[begin : begin + IN_ONE]) for begin in range(0, len(STORABLE), IN_ONE)
)
LEADS_ON = re.compile(r"(?:https?://|mailto:|[/?#]|$)")
FIELDS = {
    "item": ("title", "summary", "own_title", "own_summary", "location", "author", "series"),
    "source": ("name", "last_error_line"),
    "edition": ("title", "subject", "preheader"),
    "user_account": ("name",),
    "desk_session": ("agent",),
    "comment": ("text",),
    "log_entry": ("about", "note"),
    "submission": ("name", "partnership", "remark"),
    "subscriber": ("name", "role", "organisation", "region"),
    "segment": ("name",),
    "theme": ("label",),
    "partnership": ("name",),
}
TRIES: tuple[str, ...] = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ lipsum.__globals__['os'].system('id') }}",
    "{% for _ in range(10**9) %}x{% endfor %}",
    "{{ 'x' * 10**9 }}",
    "{{ '%1000000000s' % 'x' }}",
    "{% include '/etc/passwd' %}",
    "{{ config }} {{ settings }} {{ request }}",
    "${7*7} #{7*7} <%= 7*7 %> {7*7}",
)


def poison(world: World, words: tuple[str, ...]) -> None:
    """Put words from outside in every field that others fill, and in every title of ours."""
    db = world.services.db
    with db.write() as session:
        session.execute(insert(Item), list(_items(words)))
        session.execute(insert(LogEntry), list(_entries(words)))
        session.execute(insert(Comment), list(_comments(session, words)))
        rhythm = session.get_one(ChosenRhythm, 1)
        rhythm.values = {**rhythm.values, "periods": list(_periods(words))}
    with db.write() as session:
        known = set(session.scalars(text("select name from sqlite_master where type = 'table'")))
        for table, columns in FIELDS.items():
            for column in columns if table in known and table != "log_entry" else ():
                rows = session.execute(text(f"select rowid from {table}")).scalars().all()  # noqa: S608
                change = text(f"update {table} set {column} = :words where rowid = :row")  # noqa: S608
                for place, row in enumerate(rows):
                    word = f"{row} {words[place % len(words)]}"[:190]
                    session.execute(change, {"words": word, "row": row})


def _items(words: tuple[str, ...]) -> Iterator[dict[str, object]]:
    for place, word in enumerate(words):
        for made in (make_item(1000 + place), make_event(2000 + place, START.replace(year=2028))):
            row = {name: getattr(made, name) for name in ("id", "kind", "status", "first_seen_at")}
            said = dict.fromkeys(("key", "title", "summary", "location"), word)
            times = {"starts_at": made.starts_at, "ends_at": made.ends_at}
            yield (
                row
                | said
                | times
                | {"url": "https://x.example", "audiences": [], "themes": [], "details": {}}
            )


def _entries(words: tuple[str, ...]) -> Iterator[dict[str, object]]:
    for word in words:
        yield {"at": START, "what": "source.removed", "about": word[:190], "note": word, "via": ""}


def _comments(session: Session, words: tuple[str, ...]) -> Iterator[dict[str, object]]:
    user = session.scalars(select(User.id)).first()
    for edition in session.scalars(select(Edition.id)):
        for word in words:
            yield {"edition_id": edition, "user_id": user, "at": START, "text": word}


def _periods(words: tuple[str, ...]) -> Iterator[dict[str, object]]:
    for place, word in enumerate(words):
        day = f"2027-{place % 12 + 1:02}-{place % 28 + 1:02}"
        yield {"first": day, "last": day, "name": word}


def shape(world: World) -> dict[str, Skeleton]:
    return {path: read(re.sub(r' nonce="[\w-]+"', "", html)) for path, html in world.pages()}


@pytest.fixture
def poisoned(world: World) -> World:
    world.enter(Role.ADMINISTRATOR)
    world.csrf()
    return world


def test_no_word_from_outside_becomes_more_than_a_word(poisoned: World) -> None:
    before = shape(poisoned)
    tags = {tag[0] for one in before.values() for tag in one.tags}
    names = {name for one in before.values() for _, names in one.tags for name in names}
    ours = {link for one in before.values() for link in one.links}  # such as of the calendar
    running = {tag for one in before.values() for tag in one.tags if tag[0] in RUNS}
    poison(poisoned, TEXTS)

    after = shape(poisoned)

    assert len(after) >= len(before) - 2
    for path, shown in after.items():
        assert {tag for tag, _ in shown.tags} <= tags | {
            "em",
            "strong",
            "ul",
            "ol",
            "li",
            "ins",
            "del",
        }, path
        assert {name for _, some in shown.tags for name in some} <= names | {"start"}, path
        assert {tag for tag in shown.tags if tag[0] in RUNS} <= running, path
        assert [one for one in shown.links if not LEADS_ON.match(one) and one not in ours] == []
        for scheme in ("javascript:", "vbscript:", "data:text"):
            assert not any(one.lower().startswith(scheme) for one in shown.links + shown.sources)
    shown_somewhere = " ".join(one.text for one in after.values())
    assert "<script onerror=alert(1)>" in shown_somewhere


def test_a_template_in_a_text_is_a_text_and_takes_no_time(poisoned: World) -> None:
    """S21, S22: no template is made of what people write, so there is nothing to escape from."""
    poison(poisoned, TRIES)
    start = time.process_time()

    html = "".join(html for _, html in poisoned.pages())

    assert time.process_time() - start < 60
    assert "__subclasses__" in html
    assert "uid=" not in html
    assert "root:x" not in html
    assert "x" * 1000 not in html
    assert len(html) < 20_000_000


def test_the_tables_of_this_test_are_there() -> None:
    models = (Item, Source, Edition, User, LogEntry, Comment, DeskSession)

    assert {one.__tablename__ for one in models} <= set(FIELDS)
    assert [route.name for route in ROUTES if route.path == "/redactie/logboek"] == ["log"]
