"""Keys and fingerprints."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.identity import PLAIN_LINK, canonical_link, fingerprint, item_keys
from feeds.values import EventTimes, ItemKind, ParsedItem

ITEM = ParsedItem(ItemKind.NEWS, "urn:1", "Titel", "Samenvatting", "https://a.example/b")
SEGMENT = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=8)


@st.composite
def links(draw: st.DrawFn) -> str:
    host = f"{draw(SEGMENT)}.example.org".lstrip("-")
    path = "/".join(draw(st.lists(SEGMENT, max_size=3)))
    query = "&".join(f"{k}={k}" for k in draw(st.lists(st.sampled_from("pqs"), max_size=2)))
    return f"https://{host}/{path}" + (f"?{query}" if query else "")


@given(st.text())
def test_any_text_has_a_canonical_form_that_stays(text: str) -> None:
    once = canonical_link(text)

    assert canonical_link(once) == once


@given(st.from_regex(PLAIN_LINK, fullmatch=True))
def test_a_plain_link_becomes_what_all_the_rules_make_of_it(link: str) -> None:
    # A fragment is taken off by the rules, and makes the link one that is not plain.
    assert canonical_link(link) == canonical_link(link + "#kop")


@given(links())
def test_a_canonical_link_stays(link: str) -> None:
    assert canonical_link(canonical_link(link)) == canonical_link(link)


@given(links(), st.sampled_from(["utm_source=x", "fbclid=1", "mc_cid=2", "ref=nb"]))
def test_what_only_tracks_or_points_makes_no_other_link(link: str, tracking: str) -> None:
    followed = link + ("&" if "?" in link else "?") + tracking + "#kop"

    assert canonical_link(followed) == canonical_link(link)


@given(links())
def test_scheme_and_www_make_no_other_link(link: str) -> None:
    assert canonical_link(link.replace("https://", "http://www.")) == canonical_link(link)


@given(links())
def test_a_slash_at_the_end_makes_no_other_link(link: str) -> None:
    path, mark, query = link.partition("?")

    assert canonical_link(f"{path.rstrip('/')}/{mark}{query}") == canonical_link(link)


@pytest.mark.parametrize(
    ("link", "canonical"),
    [
        (
            "HTTP://WWW.Example.ORG:80/Pad/?b=2&utm_medium=x&a=1#x",
            "https://example.org/Pad?b=2&a=1",
        ),
        ("https://example.org:8443/", "https://example.org:8443"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("http://[bad", "http://[bad"),
        ("", ""),
    ],
)
def test_the_canonical_form(link: str, canonical: str) -> None:
    assert canonical_link(link) == canonical


def test_a_guid_is_the_key_also_when_its_site_moved_to_https() -> None:
    items = [
        replace(ITEM, guid="http://a.example/?p=1"),
        replace(ITEM, guid="https://a.example/?p=2"),
    ]

    assert item_keys(items) == ["https://a.example/?p=1", "https://a.example/?p=2"]


def test_one_guid_for_all_still_gives_each_its_key() -> None:
    items = [replace(ITEM, url=f"https://a.example/{n}", title=f"Titel {n}") for n in range(5)]

    assert len(set(item_keys(items))) == 5


def test_without_guid_and_link_the_text_is_the_key() -> None:
    items = [replace(ITEM, guid="", url="", title=title) for title in ("Een", "Twee", "Een")]
    first, second, third = item_keys(items)

    assert first != second
    assert first == third


@given(st.text(min_size=1, max_size=400))
def test_a_key_is_never_longer_than_its_column(guid: str) -> None:
    assert len(item_keys([replace(ITEM, guid=guid)])[0]) <= 200


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Anders"},
        {"summary": "Anders"},
        {"url": "https://a.example/c"},
        {"image_url": "https://a.example/c.png"},
        {"location": "Utrecht"},
        {"cancelled": True},
        {"times": EventTimes(datetime(2027, 5, 1, tzinfo=UTC), None)},
        {"details": {"question": "Hoe?"}},
    ],
)
def test_what_a_reader_sees_changes_the_fingerprint(change: dict[str, object]) -> None:
    assert fingerprint(replace(ITEM, **change)) != fingerprint(ITEM)  # type: ignore[arg-type] # fields


@pytest.mark.parametrize(
    "change",
    [
        {"published_at": datetime(2027, 5, 1, tzinfo=UTC)},
        {"url": "http://www.a.example/b/?utm_source=feed"},
        {"author": "Iemand"},
        {"guid": "urn:2"},
    ],
)
def test_what_nobody_sees_does_not(change: dict[str, object]) -> None:
    assert fingerprint(replace(ITEM, **change)) == fingerprint(ITEM)  # type: ignore[arg-type] # fields
