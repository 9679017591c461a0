"""The demo's content is whole: it parses with the product's own parsers and names real themes."""

import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from feeds.sources import PARSERS
from feeds.themes import DEFAULT_THEMES
from feeds.values import AMSTERDAM, ItemKind, Parsed, SourceKind
from newsletter.demo import material
from newsletter.demo.partner_site import AGENDA_PATH, PartnerSite
from subscribers.values import Audience

DAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
THEMES = {theme.slug for theme in DEFAULT_THEMES}
LABELS = {theme.slug: theme.label for theme in DEFAULT_THEMES}
ADDRESS = "http://127.0.0.1:1"


def site(day: date = DAY) -> PartnerSite:
    return PartnerSite(day=day, address=ADDRESS, labels=LABELS)


def parsed(kind: SourceKind, path: str, *, changed: bool = False, day: date = DAY) -> Parsed:
    document = site(day).document(path, today=day, changed=changed)
    assert document is not None
    now = datetime.combine(day, NOW.timetz())
    return PARSERS[kind](document.body, now=now, base_url=ADDRESS + path)


@pytest.mark.parametrize("feed", material.read_feeds(), ids=lambda feed: feed.slug)
def test_feed_parses_with_everything_in_it(feed: material.Feed) -> None:
    result = parsed(SourceKind.FEED, f"/{feed.slug}/feed.xml")

    published = feed.published(0)
    assert result.complaints == ()
    assert result.title == feed.name
    assert [item.title for item in result.items] == [entry.title for entry in published]
    assert [item.summary for item in result.items] == [entry.summary for entry in published]
    assert len({item.guid for item in result.items}) == len(published)
    assert all(item.published_at and item.published_at < NOW for item in result.items)
    assert 8 <= len(published) <= 12


def test_feeds_use_both_formats_and_hold_three_publications() -> None:
    feeds = material.read_feeds()

    kinds = Counter(
        item.kind
        for feed in feeds
        for item in parsed(SourceKind.FEED, f"/{feed.slug}/feed.xml").items
    )
    assert {feed.format for feed in feeds} == {"rss", "atom"}
    assert set(kinds) == {ItemKind.NEWS, ItemKind.PUBLICATION}
    assert kinds[ItemKind.PUBLICATION] == 3


def test_later_entries_appear_on_their_day() -> None:
    feed = material.read_feeds()[0]

    seen = [{entry.slug for entry in feed.published(days)} for days in (0, 10)]

    assert seen[0] < seen[1] == {entry.slug for entry in feed.entries}


def test_calendar_has_the_kinds_of_gathering_of_the_field() -> None:
    result = parsed(SourceKind.AGENDA, AGENDA_PATH)

    types = Counter(
        item.details.get("type") for item in {item.series: item for item in result.items}.values()
    )
    assert result.complaints == ()
    assert types == {
        "congres": 1,
        "sessie": 8,
        "themabijeenkomst": 3,
        "masterclass": 1,
        "werkbezoek": 1,
        "regiobijeenkomst": 1,
        "intervisie": 1,
        "workshop": 1,
        None: 3,  # what everybody does together at the congress
    }


def test_congress_carries_its_programme() -> None:
    items = parsed(SourceKind.AGENDA, AGENDA_PATH).items
    congress = next(item for item in items if item.details.get("type") == "congres")

    programme = congress.details["programme"]

    assert isinstance(programme, list)
    sessions = [row for row in programme if row["leader"]]
    assert [row["time"] for row in programme if row not in sessions] == ["09:30", "12:00", "15:00"]
    assert [row["time"] for row in sessions] == ["10:45"] * 4 + ["13:30"] * 4
    assert {row["audience"] for row in sessions} == {"", "school", "lerarenopleiding"}
    assert all(row["summary"] and row["url"] for row in sessions)
    assert congress.details["register_url"] == f"{ADDRESS}/agenda/jaarcongres/aanmelden"


@pytest.mark.parametrize("day", [DAY, date(2026, 10, 12), date(2027, 3, 15)])
def test_series_has_one_occurrence_moved_and_one_cancelled(day: date) -> None:
    items = parsed(SourceKind.AGENDA, AGENDA_PATH, day=day).items
    series = [item for item in items if item.details.get("type") == "intervisie"]

    starts = [item.times.starts_at.astimezone(AMSTERDAM) for item in series if item.times]
    assert [item.cancelled for item in series] == [False] * 4 + [True] + [False] * 3
    assert [start.weekday() for start in starts] == [0, 0, 2, 0, 0, 0, 0, 0]
    assert {f"{start:%H:%M}" for start in starts} == {"15:30"}  # also after the clock changed


def test_second_version_moves_one_event_and_cancels_one() -> None:
    before, after = (
        {
            item.guid: (item.times and item.times.starts_at, item.cancelled)
            for item in parsed(SourceKind.AGENDA, AGENDA_PATH, changed=changed).items
        }
        for changed in (False, True)
    )

    changed = {
        guid.split("-2026")[0]: (before[guid], after[guid])
        for guid in before
        if before[guid] != after[guid]
    }
    assert before.keys() == after.keys()
    assert changed.keys() == {"werkbezoek-meander", "workshop-beelden"}
    assert changed["workshop-beelden"][1][1] is True
    moved_from, moved_to = (moment for moment, _ in changed["werkbezoek-meander"])
    assert moved_from
    assert moved_to
    assert moved_to - moved_from == timedelta(days=2)


@pytest.mark.parametrize("day", [date(2026, 11, 24), date(2027, 5, 31), date(2027, 7, 5)])
def test_no_event_falls_in_the_school_holidays(day: date) -> None:
    for event in material.read_events():
        if event.repeat is None:
            assert material.after_holidays(event.day(day)) == event.day(day)
            assert event.day(day) > event.register_by(day) > day - timedelta(days=7)


def test_practice_examples_parse_and_tell_a_story() -> None:
    texts = material.practice_texts(DAY)

    assert len(texts) == 10
    for name, text in texts.items():
        result = PARSERS[SourceKind.PRACTICE](text.encode(), now=NOW, base_url=f"/x/{name}")
        (item,) = result.items
        assert result.complaints == (), name
        assert item.published_at
        assert item.published_at <= NOW
        assert all(item.details[key] for key in ("question", "approach", "result"))
        assert re.search(r"\S, [\w.]+@example\.org$", str(item.details["contact"])), name
        assert 120 <= len(str(item.details["story"]).split()) <= 200, name
        assert set(item.themes) <= THEMES, name
        assert set(item.audiences) <= set(Audience), name


def test_practice_examples_are_of_the_demos_partnerships() -> None:
    names = {one.name for one in material.read_collaborations()}

    partnerships = set(
        re.findall(r"^partnership: (.+)$", "\n".join(material.practice_texts(DAY).values()), re.M)
    )
    assert partnerships == names
    assert len(names) == 4


def test_every_theme_and_audience_exists() -> None:
    named: list[material.Entry | material.Event | material.Talk] = [
        *(entry for feed in material.read_feeds() for entry in feed.entries),
        *material.read_events(),
        *(talk for event in material.read_events() for talk in event.talks),
    ]

    assert {theme for one in named for theme in one.themes} <= THEMES
    assert {audience for one in named for audience in one.audiences} == set(Audience)
    assert all(one.themes for one in named)


def test_categories_are_words_that_gathering_knows() -> None:
    known = {label.casefold() for label in LABELS.values()} | {*Audience}

    for feed in material.read_feeds():
        for item in parsed(SourceKind.FEED, f"/{feed.slug}/feed.xml").items:
            words = {word.casefold() for word in item.categories}
            assert words - known <= {"factsheet", "katern", "instrument"}


def test_what_readers_sent_in_names_real_themes_and_partnerships() -> None:
    partnerships = {one.name for one in material.read_collaborations()}

    for one in material.read_sent_in():
        assert set(one.told.themes) <= THEMES
        assert one.told.partnership in partnerships
        assert set(one.told.audiences) <= set(Audience)
        assert one.email.endswith("@example.org")
