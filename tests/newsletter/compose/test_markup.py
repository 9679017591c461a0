import pytest

from newsletter.compose.markup import as_html, as_text, is_link, links, paragraphs, quoted


def test_bold_italic_and_links_are_markup() -> None:
    source = "Lees **dit** en *dat* in [het verslag](https://x.example.org/a?b=1&c=2)."

    assert as_html(source) == (
        "Lees <strong>dit</strong> en <em>dat</em> in "
        '<a href="https://x.example.org/a?b=1&#38;c=2">het verslag</a>.'
    )
    assert as_text(source) == "Lees dit en dat in het verslag (https://x.example.org/a?b=1&c=2)."
    assert links(source) == ["https://x.example.org/a?b=1&c=2"]


@pytest.mark.parametrize(
    "source",
    ["# Kop", "- punt", "> citaat", "`code`", "<b>vet</b>", "&amp;", "| a | b |", "***", "1. een"],
)
def test_everything_else_is_text(source: str) -> None:
    assert as_text(source) == source
    assert "<" not in as_html(source)


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x.example.org", "/pad", "https://", "x"]
)
def test_only_the_web_and_mailboxes_can_be_linked(url: str) -> None:
    assert not is_link(url)
    assert links(f"[tekst]({url})") == []


def test_mailbox_can_be_linked() -> None:
    assert as_text("[Mail ons](mailto:post@example.org)") == "Mail ons (post@example.org)"


def test_blank_lines_part_paragraphs() -> None:
    assert paragraphs("Een\r\nregel\r\n\r\n \n Twee\n\n") == ["Een\nregel", "Twee"]
    assert as_html("Een\nregel") == "Een regel"
    assert paragraphs(" \n ") == []


def test_quoted_text_comes_out_as_it_went_in() -> None:
    text = "a *b* [c](https://x.example.org) _d_ \\ e"

    assert as_text(quoted(text)) == text
