"""What waits for an editor, and finding it among the rest."""

from datetime import timedelta

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from feeds.model import Item, Sighting, Theme
from feeds.values import ItemKind, ItemStatus
from newsletter.model import Block
from newsletter.store.inbox import (
    EVERYBODY,
    MOST_SEARCHED,
    Seen,
    Stand,
    Wanted,
    carriers_of,
    count_stands,
    count_waiting,
    find_underway,
    find_waiting,
    list_chosen,
    list_items,
    sightings_of,
)
from newsletter.values import EditionKind, EditionStatus
from tests.factories import make_edition, make_source, store_item
from tests.fakes import START

DAY = timedelta(days=1)


def carry(session: Session, item: Item, status: EditionStatus) -> int:
    block = Block(kind="article", position=0, item_id=item.id)
    return make_edition(session, status=status, blocks=[block]).id


def waiting(
    session: Session, kind: ItemKind = ItemKind.NEWS, stand: Stand = Stand.WAITING
) -> list[str]:
    found = find_waiting(session, stand, now=START)
    return [item.title for item in list_items(session, found.ids.get(kind, []))]


def found(session: Session, *words: str, **wanted: object) -> list[str]:
    sought = Wanted(words=words, **wanted)  # type: ignore[arg-type]  # by name
    ids = find_waiting(session, Stand.WAITING, sought, now=START).ids.get("news", [])
    return sorted(item.title for item in list_items(session, ids))


def test_what_is_judged_or_carried_does_not_wait(session: Session) -> None:
    store_item(session, "wacht")
    store_item(session, "geweigerd", status=ItemStatus.REFUSED)
    store_item(session, "geparkeerd", status=ItemStatus.PARKED)
    store_item(session, "ingetrokken", status=ItemStatus.WITHDRAWN)
    store_item(session, "gekozen", status=ItemStatus.ACCEPTED)
    store_item(session, "uit een vloed", backlog=True)
    carry(session, store_item(session, "in een concept"), EditionStatus.DRAFT)
    carry(session, store_item(session, "in een afgebroken editie"), EditionStatus.CANCELLED)

    assert waiting(session) == ["in een afgebroken editie", "wacht"]
    assert waiting(session, stand=Stand.REFUSED) == ["geweigerd"]
    assert waiting(session, stand=Stand.PARKED) == ["geparkeerd"]
    assert waiting(session, stand=Stand.OLDER) == ["uit een vloed"]
    assert count_stands(session, now=START) == {
        Stand.WAITING: 2,
        Stand.PARKED: 1,
        Stand.OLDER: 1,
    }


def test_events_wait_in_the_order_of_their_start_until_they_begin(session: Session) -> None:
    for days in (9, -1, 2):
        starts_at = START + timedelta(days=days)
        store_item(session, f"over {days}", kind=ItemKind.EVENT, starts_at=starts_at)

    assert waiting(session, ItemKind.EVENT) == ["over 2", "over 9"]
    assert count_waiting(session, since=START, now=START) == {"event": 2}


def test_news_waits_newest_first_and_counts_since_it_was_seen(session: Session) -> None:
    store_item(session, "oud", first_seen_at=START - timedelta(days=40))
    store_item(session, "nieuw")
    store_item(session, "eerder verschenen", published_at=START - timedelta(days=3))

    assert waiting(session) == ["nieuw", "eerder verschenen", "oud"]
    assert count_waiting(session, since=START - timedelta(days=30), now=START) == {"news": 2}
    assert count_waiting(session, since=None, now=START) == {"news": 3}


def test_items_come_with_their_source_in_the_order_in_which_they_are_named(
    session: Session,
) -> None:
    source = make_source(session, name="VO-raad")
    ids = [store_item(session, f"bericht {one}", source_id=source.id).id for one in range(3)]

    items = list_items(session, [ids[2], ids[0], 99])

    assert [item.title for item in items] == ["bericht 2", "bericht 0"]
    assert {item.source.name for item in items if item.source} == {"VO-raad"}


def test_what_is_found_is_counted_by_kind(session: Session) -> None:
    for kind in (ItemKind.NEWS, ItemKind.NEWS, ItemKind.REPORT):
        store_item(session, "toets", kind)
    store_item(session, "iets anders")

    found = find_waiting(session, Stand.WAITING, Wanted(("toets",)), now=START)

    assert (found.count("news"), found.count("report"), found.count("event")) == (2, 1, 0)
    assert found.is_all


def test_a_search_looks_at_the_last_that_came(session: Session) -> None:
    rows = [
        {"kind": "news", "key": f"{n}", "status": "refused", "title": f"bericht {n}"}
        | {"found_by": f"bericht {n}", "first_seen_at": START}
        for n in range(MOST_SEARCHED + 2)
    ]
    session.execute(insert(Item), rows)

    few = find_waiting(session, Stand.REFUSED, Wanted(("bericht",)), now=START)
    all_of_them = find_waiting(session, Stand.REFUSED, now=START)

    assert (few.count("news"), few.is_all) == (MOST_SEARCHED, False)
    assert (all_of_them.count("news"), all_of_them.is_all) == (MOST_SEARCHED + 2, True)


def test_words_are_found_in_own_and_original_words_whatever_their_capitals(
    session: Session,
) -> None:
    store_item(session, "Toetsing van een plan", own_title="Wie kijkt er mee?")
    store_item(session, "Lezen", summary="Over het MEEKIJKEN in de les.")
    store_item(session, "Agenda", own_summary="Kom kijken.", location="Breda")

    assert found(session, "kijk") == ["Agenda", "Lezen", "Toetsing van een plan"]
    assert found(session, "TOETSING") == ["Toetsing van een plan"]
    assert found(session, "kijk", "breda") == ["Agenda"]
    assert found(session, "kijk", "fiets") == []


@pytest.mark.parametrize("word", ["coordinatie", "COÖRDINATIE", "coördinatie"])
def test_a_letter_is_found_with_and_without_its_accent(session: Session, word: str) -> None:
    for title in ("Coördinatie van de opleiding", "COÖRDINATIE", "Coordinatie"):
        store_item(session, title)
    store_item(session, "Subordinatie")

    assert len(found(session, word)) == 3


def test_quotes_and_dashes_are_found_as_keyboards_have_them(session: Session) -> None:
    store_item(session, "Onderzoeksagenda’s van ’s-Hertogenbosch")
    store_item(session, "Havo–vwo")

    assert found(session, "agenda's", "'s-hertogen") == ["Onderzoeksagenda’s van ’s-Hertogenbosch"]
    assert found(session, "havo-vwo") == ["Havo–vwo"]


def test_what_editors_wrote_later_is_found_and_what_they_took_back_is_not(
    session: Session,
) -> None:
    item = store_item(session, "Publicatie")
    item.own_title = "Wie doet wat?"
    session.flush()
    assert found(session, "wie doet") == ["Publicatie"]

    item.own_title = ""
    session.flush()
    assert found(session, "wie doet") == []
    assert found(session, "publicatie") == ["Publicatie"]


def test_what_means_something_to_a_database_is_a_letter_like_others(session: Session) -> None:
    store_item(session, "100% samen")
    store_item(session, "1000 scholen")
    store_item(session, "a_b")
    store_item(session, "acb")

    assert found(session, "100%") == ["100% samen"]
    assert found(session, "a_b") == ["a_b"]
    assert found(session, "'; drop table item; --") == []


def test_a_source_is_found_by_name_or_filter_also_when_another_was_first(session: Session) -> None:
    council, ministry = (
        make_source(session, "raad", name="VO-raad"),
        make_source(session, "rijk", name="Ministerie van OCW"),
    )
    own = store_item(session, "van het ministerie", source_id=ministry.id)
    store_item(session, "van de raad", source_id=council.id)
    store_item(session, "van niemand")
    session.add(Sighting(item_id=own.id, source_id=council.id, key="x", first_seen_at=START))
    session.flush()

    assert found(session, "vo-raad") == ["van de raad", "van het ministerie"]
    assert found(session, source_id=council.id) == ["van de raad", "van het ministerie"]
    assert found(session, source_id=ministry.id) == ["van het ministerie"]


def test_a_theme_is_found_by_its_label_and_as_filter_by_its_slug(session: Session) -> None:
    session.add(Theme(slug="visie", number=1, group="Visie", label="Draagvlak"))
    session.add(Theme(slug="visie-breed", number=2, group="Visie", label="Vergezicht"))
    store_item(session, "een", themes=["visie"])
    store_item(session, "twee", themes=["visie-breed"])
    store_item(session, "drie")

    assert found(session, "draagvlak") == ["een"]
    assert found(session, theme="visie") == ["een"]


def test_an_audience_is_one_side_or_everybody(session: Session) -> None:
    store_item(session, "school", audiences=["school"])
    store_item(session, "opleiding", audiences=["lerarenopleiding"])
    store_item(session, "beide", audiences=["school", "lerarenopleiding"])
    store_item(session, "niemand genoemd")

    assert found(session, audience="school") == ["school"]
    assert found(session, audience="lerarenopleiding") == ["opleiding"]
    assert found(session, audience=EVERYBODY) == ["beide", "niemand genoemd"]


def test_chosen_is_what_the_draft_carries_and_what_waits_for_the_next(session: Session) -> None:
    in_draft = store_item(session, "in het concept")
    accepted = ItemStatus.ACCEPTED
    store_item(session, "gekozen", status=accepted)
    store_item(session, "voorbij", ItemKind.EVENT, status=accepted, starts_at=START - DAY)
    carry(session, store_item(session, "verzonden", status=accepted), EditionStatus.SENT)
    carry(session, in_draft, EditionStatus.DRAFT)

    chosen = list_chosen(session, Wanted(), carried={in_draft.id}, now=START)

    assert [item.title for item in chosen] == ["in het concept", "gekozen"]


def test_new_is_what_came_since_the_edition_before_this_one_was_begun(session: Session) -> None:
    assert find_underway(session).new_since is None

    for days, status, kind in (
        (9, EditionStatus.SENT, EditionKind.NEWSLETTER),
        (5, EditionStatus.SENT, EditionKind.NEWSLETTER),
        (4, EditionStatus.CANCELLED, EditionKind.NEWSLETTER),
        (3, EditionStatus.SENT, EditionKind.ANNOUNCEMENT),
    ):
        make_edition(session, now=START - days * DAY, status=status, kind=kind)
    assert find_underway(session).new_since == START - 5 * DAY

    draft = make_edition(session, now=START - DAY)
    underway = find_underway(session)
    assert (underway.draft, underway.new_since) == (draft, START - 5 * DAY)


def test_sightings_name_each_source_once_in_their_order(session: Session) -> None:
    first, second = make_source(session, "eerst"), make_source(session, "later")
    item, other = store_item(session, "een"), store_item(session, "ander")
    for source, key, days in ((second, "b", 1), (first, "a", 0), (second, "c", 2)):
        seen = {"key": key, "first_seen_at": START + days * DAY}
        session.add(Sighting(item_id=item.id, source_id=source.id, **seen))
    session.flush()

    assert sightings_of(session, [item.id, other.id]) == {
        item.id: [
            Seen(first.id, "De Bron", "eerst", START),
            Seen(second.id, "De Bron", "later", START + DAY),
        ]
    }


def test_the_editions_that_carry_an_item_are_told(session: Session) -> None:
    item = store_item(session, "een")
    sent = carry(session, item, EditionStatus.SENT)
    carry(session, item, EditionStatus.CANCELLED)

    assert [one.id for one in carriers_of(session, item.id)] == [sent]
