import pytest

from newsletter.compose.markup import (
    Form,
    as_html,
    as_text,
    is_link,
    links,
    paragraphs,
    parts,
    quoted,
)


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("Een\nregel", [(Form.PARAGRAPH, ("Een\nregel",), 1)]),
        (
            "# Kop\nZin eronder",
            [(Form.HEADING, ("Kop",), 1), (Form.PARAGRAPH, ("Zin eronder",), 1)],
        ),
        (
            "Vooraf:\n- een\n  vervolg\n* twee\n\n• drie",
            [
                (Form.PARAGRAPH, ("Vooraf:",), 1),
                (Form.LIST, ("een\nvervolg", "twee", "drie"), 1),
            ],
        ),
        ("4. vier\n5) vijf", [(Form.NUMBERED, ("vier", "vijf"), 4)]),
        ("- a\n\n1. b", [(Form.LIST, ("a",), 1), (Form.NUMBERED, ("b",), 1)]),
        (
            "-los\n#los\n1.los\n2027. Een jaar",
            [(Form.PARAGRAPH, ("-los\n#los\n1.los\n2027. Een jaar",), 1)],
        ),
        ("*schuin* en **vet**", [(Form.PARAGRAPH, ("*schuin* en **vet**",), 1)]),
        ("# \n- ", [(Form.PARAGRAPH, ("#\n-",), 1)]),
    ],
)
def test_text_falls_into_paragraphs_headings_and_lists(
    text: str, expected: list[tuple[Form, tuple[str, ...], int]]
) -> None:
    assert [(part.form, part.lines, part.first) for part in parts(text)] == expected


@pytest.mark.long
def test_a_very_long_text_is_read_in_one_go() -> None:
    found = parts("- punt\n" * 100_000 + "\n" + "# " + " " * 100_000)

    assert [len(part.lines) for part in found] == [100_000, 1]
