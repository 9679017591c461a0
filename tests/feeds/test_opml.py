"""Lists of sources as OPML: what others write, what is hostile, and what we write ourselves."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.errors import MalformedSource, SourceTooLarge
from feeds.opml import LARGEST_BYTES, Outline, read_opml, write_opml
from feeds.values import SourceKind

FEED, AGENDA = SourceKind.FEED, SourceKind.AGENDA
URL = "https://a.example.org/feed/"
PATIENCE_S = 5.0  # of the processor

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE opml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">]>
<opml version="2.0"><body><outline text="&d;" xmlUrl="https://a.example.org/"/></body></opml>"""
OUTSIDE = """<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname">]>
<opml><body><outline text="&x;" xmlUrl="https://a.example.org/"/></body></opml>"""


def opml(body: str) -> bytes:
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n<head/>\n<body>\n'
    return f"{head}{body}\n</body></opml>".encode()


def test_a_list_of_another_reader_is_read_with_its_places_and_folders() -> None:
    document = opml(
        '<outline text="Nieuws"><outline text="Regio" title="De regio">\n'
        f'<outline type="rss" text="A &amp; B" xmlUrl="{URL}" htmlUrl="https://a.example.org/"'
        ' category="/Nieuws/Visie,onderzoek"/></outline></outline>\n'
        '<outline text="Een notitie"/>\n'
        '<outline type="link" text="Een site" url="https://b.example.org/"/>\n'
        '<outline type="text/calendar" text="Agenda" xmlUrl="https://b.example.org/uit"/>'
    )

    assert read_opml(document) == (
        Outline(
            url=URL,
            kind=FEED,
            name="A & B",
            line=6,
            folder="Nieuws / De regio",
            words=("Nieuws", "Visie", "onderzoek", "Nieuws", "De regio"),
        ),
        Outline(url="https://b.example.org/uit", kind=AGENDA, name="Agenda", line=9),
    )


@pytest.mark.parametrize(
    ("attributes", "kind"),
    [
        (f'xmlUrl="{URL}"', FEED),
        (f'type="atom" xmlUrl="{URL}"', FEED),
        (f'type="rss" XMLURL="{URL}"', FEED),
        (f'type="rss" url="{URL}"', FEED),
        ('xmlUrl="https://a.example.org/Uit.ICS"', AGENDA),
        ('type="rss" xmlUrl="https://a.example.org/?ical=1"', AGENDA),
        ('url="https://a.example.org/uit.ics"', AGENDA),
        (f'type="text/calendar" xmlUrl="{URL}"', AGENDA),
    ],
)
def test_the_kind_is_known_by_type_and_address(attributes: str, kind: SourceKind) -> None:
    (outline,) = read_opml(opml(f"<outline {attributes}/>"))

    assert outline.kind == kind


def test_an_outline_that_does_not_count_takes_what_is_in_it_along() -> None:
    inner = f'<outline xmlUrl="{URL}"/>'

    (off,) = read_opml(opml(f'<outline text="Oud" isComment="true">{inner}</outline>'))
    (on,) = read_opml(opml(f'<outline text="Oud" isComment="false">{inner}</outline>'))

    assert (off.active, on.active) == (False, True)


def test_an_ampersand_that_somebody_typed_is_one() -> None:
    (outline,) = read_opml(opml('<outline text="A & B" xmlUrl="https://a.example.org/?a=1&b=2"/>'))

    assert (outline.name, outline.url) == ("A & B", "https://a.example.org/?a=1&b=2")


@pytest.mark.parametrize("charset", ["cp1252", "utf-16", "utf-8-sig"])
def test_every_character_set_is_read(charset: str) -> None:
    text = opml(f'<outline text="Één" xmlUrl="{URL}"/>').decode().replace("UTF-8", charset)

    (outline,) = read_opml(text.encode(charset))

    assert outline.name == "Één"


@pytest.mark.parametrize(
    "document",
    [
        LAUGHS.encode(),
        OUTSIDE.encode(),
        b"",
        b"geen xml",
        b"<opml><body><outline",
        b"<rss><channel/></rss>",
        b"<!doctype html><html><body>inloggen</body></html>",
        opml("<outline>" * 60 + "</outline>" * 60),
    ],
    ids=["laughs", "outside", "empty", "text", "cut off", "a feed", "a page", "too deep"],
)
def test_what_is_no_list_is_refused_in_one_line(document: bytes) -> None:
    with pytest.raises(MalformedSource) as caught:
        read_opml(document)

    assert len(str(caught.value).splitlines()) == 1


def test_a_list_that_is_too_large_is_refused() -> None:
    with pytest.raises(SourceTooLarge):
        read_opml(b" " * (LARGEST_BYTES + 1))


def test_a_list_of_five_thousand_is_read_in_time() -> None:
    outlines = "\n".join(
        f'<outline type="rss" text="Bron {n}" xmlUrl="https://{n}.example.org/feed"/>'
        for n in range(5_000)
    )
    began = time.process_time()

    found = read_opml(opml(outlines))

    assert [found[0].name, found[-1].name, len(found)] == ["Bron 0", "Bron 4999", 5_000]
    assert time.process_time() - began < PATIENCE_S


def test_a_list_without_end_is_refused() -> None:
    with pytest.raises(MalformedSource, match="more than 20000 sources"):
        read_opml(opml(f'<outline xmlUrl="{URL}"/>' * 20_001))


NAMES = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40)
OUTLINES = st.builds(
    Outline,
    url=st.from_regex(r"\Ahttps://[a-z]{1,9}\.example\.org/[a-z/]{0,9}(\?[a-z]=[a-z]&[a-z]=1)?\Z"),
    kind=st.sampled_from([FEED, AGENDA]),
    name=NAMES,
    words=st.lists(st.sampled_from(["visie", "hr-beleid"]), unique=True).map(tuple),
    audiences=st.sampled_from([(), ("school",), ("lerarenopleiding",)]),
    active=st.booleans(),
)


@given(st.lists(OUTLINES, max_size=5))
def test_what_we_write_is_read_back_as_it_was(outlines: list[Outline]) -> None:
    document = write_opml(outlines, title="Bronnen & meer")

    found = read_opml(document)

    assert [_without_place(one) for one in found] == outlines
    assert write_opml(found, title="Bronnen & meer") == document


def _without_place(one: Outline) -> Outline:
    return Outline(
        one.url,
        one.kind,
        one.name,
        words=one.words,
        audiences=one.audiences,
        active=one.active,
    )
