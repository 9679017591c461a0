"""A feed that is cut off gives its whole entries, and one that is too large its first."""

from datetime import UTC, datetime

import pytest

from feeds.sources.syndication import parse_feed
from feeds.values import Parsed
from tests.feeds.documents import entry, rss

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)
WHOLE = rss(*(entry(name, pubDate="Mon, 19 Apr 2027 10:00:00 GMT") for name in "abc"))
ATOM = (
    '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:title>A</a:title>'
    "<a:entry><a:id>1</a:id><a:title>Een</a:title></a:entry>"
    "<a:entry><a:id>2</a:id><a:title>Twee</a:title></a:entry></a:feed>"
)


def parse(document: str) -> Parsed:
    return parse_feed(document.encode(), now=NOW, base_url="https://partner.example.org/feed/")


def guids(parsed: Parsed) -> list[str]:
    return [item.guid for item in parsed.items]


def test_a_whole_feed_is_complete() -> None:
    assert parse(WHOLE).complete
    assert parse(ATOM).complete


@pytest.mark.parametrize("cut_at", range(WHOLE.index("<item>"), len(WHOLE) - len("</rss>"), 7))
def test_a_feed_that_is_cut_off_gives_its_whole_entries(cut_at: int) -> None:
    part = WHOLE[:cut_at]
    whole = part.count("</item>")

    parsed = parse(part)

    assert guids(parsed) == ["urn:a", "urn:b", "urn:c"][:whole]
    assert all(item.title == "Bericht" and item.published_at for item in parsed.items)
    if "</channel>" not in part and "<item>" in part:
        assert not parsed.complete
        assert "the feed is cut off: it has no end" in parsed.complaints


def test_a_prefix_before_each_name_makes_no_difference() -> None:
    parsed = parse(ATOM[: ATOM.index("Twee")])

    assert [item.title for item in parsed.items] == ["Een"]
    assert not parsed.complete


def test_what_is_shown_of_markup_ends_no_entry() -> None:
    sample = entry("a", description="<![CDATA[Zo: </item></channel></rss><item>]]>")

    parsed = parse(rss(sample, entry("b")))

    assert guids(parsed) == ["urn:a", "urn:b"]
    assert parsed.complete


def test_a_text_without_end_takes_its_entry_along() -> None:
    broken = entry("b").replace("</item>", "<description><![CDATA[zonder eind</item>")

    parsed = parse(rss(entry("a"), broken, entry("c")))

    assert guids(parsed) == ["urn:a"]
    assert not parsed.complete


def test_of_a_feed_with_many_elements_the_first_entries_are_read() -> None:
    wide = "".join(f"<x{n}>1</x{n}>" for n in range(100))
    parsed = parse(rss(*(entry(str(n)).replace("</item>", wide + "</item>") for n in range(400))))

    assert guids(parsed)[:2] == ["urn:0", "urn:1"]
    assert 190 < len(parsed.items) <= 200
    assert not parsed.complete


def test_a_feed_of_which_not_all_is_kept_is_not_complete() -> None:
    assert not parse(rss(*(entry(str(n)) for n in range(201)))).complete
    assert parse(rss(*(entry(str(n)) for n in range(200)))).complete


def test_a_feed_that_is_only_not_well_formed_is_complete() -> None:
    parsed = parse(rss(entry("a", title="Jan & Piet"), entry("b")))

    assert parsed.complaints
    assert parsed.complete
