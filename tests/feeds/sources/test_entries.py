"""From an entry as written to an item: its picture, its file, and what is behind a password."""

import pytest

from feeds.sources.entries import Enclosure, Image, RawEntry, is_locked, to_item

BASE = "https://partner.example.org/feed/"
HERE = "https://partner.example.org"


def image_of(raw: RawEntry) -> str:
    return to_item(raw, base=BASE).image_url.removeprefix(HERE)


def test_a_picture_that_is_named_goes_before_one_that_is_enclosed_or_shown() -> None:
    shown = ("<img src='/tekst.jpg'>",)
    enclosed = (Enclosure("/bij.jpg", "image/jpeg"),)
    named = (Image("/genoemd.jpg", "800"),)

    whole = RawEntry(texts=shown, enclosures=enclosed, images=named, cover="/reeks.jpg")
    found = [
        image_of(whole),
        image_of(RawEntry(texts=shown, enclosures=enclosed, cover="/reeks.jpg")),
        image_of(RawEntry(texts=shown, cover="/reeks.jpg")),
        image_of(RawEntry(cover="/reeks.jpg")),
    ]

    assert found == ["/genoemd.jpg", "/bij.jpg", "/tekst.jpg", "/reeks.jpg"]


@pytest.mark.parametrize(
    "text",
    [
        "<img src='https://s.w.org/images/core/emoji/15/72x72/1f600.png'>",
        "<img class='wp-smiley' src='/glimlach.gif'>",
        "<img src='https://secure.gravatar.com/avatar/1'>",
        "<img width=1 height=1 src='/teller.gif'>",
        "<img width='199' src='/klein.jpg'>",
        "<img width='1200' height='40px' src='/balk.jpg'>",
        "<img src='/uploads/foto-150x150.jpg'>",
        "<img src='data:image/gif;base64,R0lGOD'>",
        "<img src=' data:image/gif;base64,R0lGOD'>",
        "<img src='/teken.svg?v=2'>",
        "<img src='javascript:alert(1)'>",
        "<img src='file:///etc/passwd'>",
        "<img alt='zonder adres'>",
    ],
)
def test_what_is_no_picture_is_passed_over(text: str) -> None:
    assert image_of(RawEntry(texts=(text,))) == ""
    assert image_of(RawEntry(texts=(text + "<img src='/echt.jpg'>",))) == "/echt.jpg"


@pytest.mark.parametrize(
    ("text", "image"),
    [
        ("<img src='data:x' data-src='/traag.jpg'>", "/traag.jpg"),
        ("<img data-lazy-src=\"/traag.jpg\" src='/leeg.gif'>", "/traag.jpg"),
        ("<IMG SRC=/groot.jpg WIDTH=100%>", "/groot.jpg"),
        ("<img width='200' height='200' src='/precies.jpg'>", "/precies.jpg"),
        ("<img src='/uploads/foto-1024x683.jpg'>", "/uploads/foto-1024x683.jpg"),
        ("<img src='/a.jpg?x=1&amp;y=2'>", "/a.jpg?x=1&y=2"),
        ("<img data-width='16' src='/a.jpg'>", "/a.jpg"),
    ],
)
def test_a_picture_in_the_text_is_found(text: str, image: str) -> None:
    assert image_of(RawEntry(texts=(text,))) == image


def test_a_small_picture_that_is_named_is_passed_over() -> None:
    images = (Image("/postzegel.jpg", "75"), Image("/groot.jpg", "640"))

    assert image_of(RawEntry(images=images)) == "/groot.jpg"


def test_a_file_without_a_type_is_a_picture_by_its_name() -> None:
    files = (Enclosure("/a.pdf"), Enclosure("/b.JPG?x=1"))

    assert image_of(RawEntry(enclosures=files)) == "/b.JPG?x=1"


@pytest.mark.parametrize(
    "text",
    [
        '<form action="https://a.example/wp-login.php?action=postpass" class="post-password-form">',
        "There is no excerpt because this is a protected post.",
        "Er is geen samenvatting omdat dit een beveiligd bericht is.",
    ],
)
def test_an_entry_that_asks_for_a_password_is_locked(text: str) -> None:
    assert is_locked(RawEntry(texts=("", text)))
    assert not is_locked(RawEntry(texts=("Zo kies je een goed wachtwoord.",)))
