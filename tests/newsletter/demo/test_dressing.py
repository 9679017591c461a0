"""What the demo's editor adds to the draft: it fits what the demo gathers, and is done once."""

import pytest

from newsletter.compose.draft import draft_newsletter
from newsletter.demo.dressing import dress
from newsletter.demo.material import read_dressing, read_feeds
from newsletter.model import Block
from newsletter.poll import is_whole
from newsletter.store.editions import get_edition
from newsletter.wiring import Services
from tests.factories import make_item, make_user, store_items
from web.assets import FOLDER


def blocks(services: Services, edition_id: int) -> list[Block]:
    with services.db.read() as session:
        return get_edition(session, edition_id, with_blocks=True).blocks


def test_pictures_are_ours_and_of_items_that_the_partners_have() -> None:
    dressing = read_dressing()
    slugs = {entry.slug for feed in read_feeds() for entry in feed.entries}

    assert set(dressing.pictures) <= slugs
    for fields in dressing.pictures.values():
        assert fields["image_alt"]
        assert (FOLDER / fields["image"].removeprefix("/static/")).is_file()
    assert is_whole(dressing.poll)


@pytest.mark.parametrize("slug", read_dressing().pictures)
def test_draft_gets_its_pictures_and_its_poll_once(services: Services, slug: str) -> None:
    with services.db.write() as session:
        store_items(session, make_item(1, url=f"https://raad.example.org/{slug}"))
        by = make_user(session, "rosa@example.org")
    edition_id = draft_newsletter(services.db, now=services.clock())

    dress(services, edition_id, by=by)
    once = [(one.kind, one.fields) for one in blocks(services, edition_id)]
    dress(services, edition_id, by=by)

    assert [kind for kind, _ in once] == ["intro", "article", "poll"]
    assert once[1][1]["image_alt"] == read_dressing().pictures[slug]["image_alt"]
    assert [(one.kind, one.fields) for one in blocks(services, edition_id)] == once
