"""One address for another, wherever it stands in an edition, and nowhere else."""

from typing import Any

import pytest

from newsletter.compose.links import Replaced, replace_link, replaced
from newsletter.compose.restoring import undo
from newsletter.model import Block
from newsletter.store.editions import get_edition
from storage.session import Database
from tests.factories import make_edition
from tests.fakes import START

OLD, NEW = "https://een.nl/a", "https://een.nl/nieuw"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (OLD, NEW),
        (f" {OLD} ", NEW),
        (f"Lees [het]({OLD}) of kijk op {OLD}.", f"Lees [het]({NEW}) of kijk op {NEW}."),
        (f"{OLD}/b en {OLD}.html en {OLD}?x=1", f"{OLD}/b en {OLD}.html en {OLD}?x=1"),
        ([{"title": "Sessie", "url": OLD}], [{"title": "Sessie", "url": NEW}]),
        (True, True),
        (None, None),
    ],
)
def test_an_address_is_replaced_only_where_it_is_whole(value: Any, expected: Any) -> None:
    assert replaced(value, OLD, NEW) == expected


def test_an_address_is_known_as_the_mail_writes_it() -> None:
    assert replaced('https://een.nl/a"b', "https://een.nl/a%22b", NEW) == NEW


def test_every_block_of_the_edition_changes_and_it_can_be_undone(db: Database) -> None:
    fields = [{"url": OLD}, {"text": f"Zie [hier]({OLD})."}, {"url": "https://twee.nl"}]
    with db.write() as session:
        edition_id = make_edition(
            session,
            blocks=[
                Block(position=number, kind="article", fields=one)
                for number, one in enumerate(fields)
            ],
        ).id

    done = replace_link(db, edition_id, old=OLD, new=NEW, now=START, by=None)
    kept = fields_of(db, edition_id)
    undo(db, edition_id, version=2, now=START, by=None)

    assert done == Replaced(blocks=2, version=2)
    assert kept == [{"url": NEW}, {"text": f"Zie [hier]({NEW})."}, {"url": "https://twee.nl"}]
    assert fields_of(db, edition_id) == fields


def fields_of(db: Database, edition_id: int) -> list[Any]:
    with db.read() as session:
        blocks = get_edition(session, edition_id, with_blocks=True).blocks
        return [one.fields for one in sorted(blocks, key=lambda one: one.position)]
