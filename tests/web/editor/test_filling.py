"""Why an item was proposed, and what stayed in the queue: on an edition's page."""

from datetime import timedelta
from html import unescape

from starlette.testclient import TestClient

from feeds.values import ItemKind
from newsletter.compose.draft import draft_announcement
from newsletter.model import Block
from newsletter.store.editions import get_edition
from newsletter.wiring import Services
from tests.web.desk import begin, edition_path, make_item, post, version

TOO_MANY = 8


def page(editor: TestClient, edition: int, rest: str = "") -> str:
    return unescape(editor.get(edition_path(edition, rest)).text)


def blocks_of(near: Services, edition: int) -> list[Block]:
    with near.db.read() as session:
        return get_edition(session, edition, with_blocks=True).blocks


def begin_with_too_much(editor: TestClient, near: Services) -> tuple[int, list[int]]:
    items = [make_item(near, f"Bericht {number}") for number in range(TOO_MANY)]
    return begin(editor), items


def test_a_block_tells_why_it_was_chosen(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    blocks = {block.kind: block.id for block in blocks_of(near, edition)}

    assert "Gekozen: bij het nieuwste." in page(editor, edition, f"?blok={blocks['article']}")
    assert "Gekozen: eerstvolgende datum." in page(editor, edition, f"?blok={blocks['event']}")
    assert "Gekozen:" not in page(editor, edition, f"?blok={blocks['intro']}")


def test_what_stayed_behind_is_put_in_once(editor: TestClient, near: Services) -> None:
    edition, items = begin_with_too_much(editor, near)
    before = page(editor, edition)
    left = [number for number, one in enumerate(items) if f'name="item" value="{one}"' in before]
    form = {"item": items[left[0]], "version": version(near, edition)}

    first = post(editor, edition_path(edition, "/blokken"), form)
    again = post(editor, edition_path(edition, "/blokken"), form)

    after = page(editor, edition)
    assert "Niet gekozen: de rubriek was vol." in before
    assert (first.status_code, again.status_code) == (303, 409)
    assert f'name="item" value="{items[left[0]]}"' not in after
    assert sum(block.item_id == items[left[0]] for block in blocks_of(near, edition)) == 1


def test_an_item_that_is_not_there_is_no_block(editor: TestClient, near: Services) -> None:
    edition = begin(editor)

    answer = post(
        editor, edition_path(edition, "/blokken"), {"item": 9999, "version": version(near, edition)}
    )

    assert answer.status_code == 404


def test_events_too_far_away_are_told(editor: TestClient, near: Services) -> None:
    make_item(near, "Congres", kind=ItemKind.EVENT, starts_at=near.clock() + timedelta(weeks=20))

    told = page(editor, begin(editor))

    assert "Congres" in told
    assert "Niet gekozen: duurt nog meer dan acht weken." in told


def test_what_another_edition_has_is_told_and_can_stand_here_too(
    editor: TestClient, near: Services
) -> None:
    soon = near.clock() + timedelta(weeks=3)
    event = make_item(near, "Congres", kind=ItemKind.EVENT, starts_at=soon)
    draft_announcement(near.db, event_id=event, segment="school", now=near.clock())
    edition = begin(editor)
    before = page(editor, edition)

    form = {"item": event, "version": version(near, edition)}
    post(editor, edition_path(edition, "/blokken"), form)

    after = page(editor, edition)
    assert "Niet gekozen: stond al in een andere editie." in before
    assert f'name="item" value="{event}"' in before
    assert "Niet gekozen: stond al in een andere editie." not in after
    assert event in [block.item_id for block in blocks_of(near, edition)]
