"""The picture with which a page wants to be shared."""

import pytest

from feeds.sharing import sharing_picture

URL = "https://partner.example.org/nieuws/1"


def found(head: str) -> str:
    return sharing_picture(f"<html><head>{head}</head>".encode(), url=URL)


@pytest.mark.parametrize(
    ("head", "picture"),
    [
        ('<meta property="og:image" content="https://cdn.example.org/a.jpg">', "https://cdn.example.org/a.jpg"),
        ("<META content='/a.jpg' PROPERTY='og:image' />", "https://partner.example.org/a.jpg"),
        ('<meta name="twitter:image" content="b.png">', "https://partner.example.org/nieuws/b.png"),
        (
            '<meta name="twitter:image" content="/t.jpg">'
            '<meta property="og:image" content="/o.jpg">',
            "https://partner.example.org/o.jpg",
        ),
        (
            '<meta property="og:image" content="/1.jpg">'
            '<meta property="og:image" content="/2.jpg">',
            "https://partner.example.org/1.jpg",
        ),
        ('<meta property="og:image" content="/a.jpg?x=1&amp;y=2">', "https://partner.example.org/a.jpg?x=1&y=2"),
        ('<meta property="og:image" content="javascript:alert(1)">', ""),
        ('<meta property="og:image" content="data:image/png;base64,AA">', ""),
        ('<meta property="og:image" content="">', ""),
        ('<meta property="og:title" content="/a.jpg">', ""),
        ("<meta property='og:image' content='/a.jpg", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_the_picture_of_a_page(head: str, picture: str) -> None:
    assert found(head) == picture


def test_a_page_is_read_no_further_than_its_head() -> None:
    far = b" " * 600_000 + b'<meta property="og:image" content="/a.jpg">'

    assert sharing_picture(far, url=URL) == ""


def test_a_page_in_another_charset_is_understood() -> None:
    page = '<meta property="og:image" content="/né.jpg">'.encode("latin-1")

    made = sharing_picture(page, url=URL, content_type="text/html; charset=iso-8859-1")

    assert made == "https://partner.example.org/n%C3%A9.jpg"
