"""What is mended in MRML's HTML, and that nothing else changes: not a tag, a word or a comment."""

import re
from html.parser import HTMLParser

import pytest
from mjml import mjml2html

from newsletter.compose.blocks import BLOCKS
from newsletter.compose.mend import mend
from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.identity import Organisation
from newsletter.values import BlockContent
from subscribers.values import Audience
from tests.newsletter.compose import samples

COLOURS = {"ink": "#111111", "school": "#222222"}
WHOLE = samples.newsletter(
    blocks=tuple(
        BlockContent(number, name, None, {**kind.blank, **kind.sample})
        for number, (name, kind) in enumerate(BLOCKS.items(), 1)
    )
)
EDITIONS = {
    "newsletter": samples.newsletter(),
    "announcement": samples.announcement(),
    "all kinds of block": WHOLE,
}
MENDED = {"style", "alt", "width", "height", "target", "vertical-align"}


def mended(html: str) -> str:
    return mend(html, COLOURS, font="Arial, Helvetica, sans-serif")


def test_image_gets_a_whole_width_an_alt_and_type_for_it() -> None:
    assert mended(
        '<img src="a.png" width="149.98003" height="auto" style="border:0;font-size:13px;">'
    ) == (
        '<img src="a.png" width="149" style="border:0;font-family:Arial, Helvetica, sans-serif;'
        'font-size:16px;line-height:24px;color:#111111;" alt="">'
    )


def test_link_gets_a_colour_unless_it_has_one() -> None:
    assert mended('<a href="/" target="_blank">x</a>') == (
        '<a href="/" style="color:#222222;text-decoration:underline;">x</a>'
    )
    assert mended('<a href="/" style="color:red;">x</a>') == '<a href="/" style="color:red;">x</a>'


def test_rows_end_a_line_and_cells_lose_what_is_no_html() -> None:
    assert mended('<tr><td vertical-align="top">x</td></tr><tr>') == "<tr><td>x</td></tr>\n<tr>"


def test_comments_and_styles_stay_byte_for_byte() -> None:
    kept = '<!--[if mso]><tr><td vertical-align="top"></td></tr><![endif]--><style>a{}</tr></style>'

    assert mended(kept) == kept


def test_references_become_characters_where_they_can_be_seen() -> None:
    assert mended("&#233;&#60;&#160;&#8203;&#128105;") == "é&#60;&#160;&#8203;👩"


def test_hidden_preheader_is_not_white() -> None:
    hidden = '<div style="display:none;font-size:1px;color:#ffffff;line-height:1px;">Kort</div>'
    shown = '<p style="color:#ffffff;">Wit op de band</p>'

    assert mended(hidden + shown) == hidden.replace("#ffffff", "#111111") + shown


@pytest.mark.parametrize("audience", [*Audience, None])
@pytest.mark.parametrize("name", EDITIONS)
def test_of_a_whole_mail_only_what_is_to_be_mended_changes(
    name: str, audience: Audience | None
) -> None:
    render = Renderer(organisation=Organisation(), base_url=samples.BASE)
    mjml = render.mjml(EDITIONS[name], Cut(audience))

    before = mjml2html(mjml, disable_comments=True, fonts={})
    after = render(EDITIONS[name], Cut(audience)).html

    assert tree(after) == tree(before)
    assert "<!--[if mso" in after
    assert re.findall(r"<!--.*?-->", after, re.DOTALL) == re.findall(
        r"<!--.*?-->", before, re.DOTALL
    )


def test_text_that_looks_like_a_tag_or_an_attribute_is_left_alone() -> None:
    text = '&lt;img width="1.5"&gt; vertical-align="top" target="_blank" &amp; <b title="a>b">x</b>'

    assert mended(text) == text


def test_a_value_that_would_close_its_attribute_does_not() -> None:
    assert mended("<img alt='\" onerror=\"x' src='a.png?b=1&amp;c=2'>").startswith(
        '<img alt="&#34; onerror=&#34;x" src="a.png?b=1&#38;c=2" style='
    )


def tree(html: str) -> list[object]:
    """Return tags with what is not mended, ends, words and comments, in their order."""
    reader = _Tree()
    reader.feed(html)
    reader.close()
    return reader.found


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[object] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, [one for one in attrs if one[0] not in MENDED]))

    def handle_endtag(self, tag: str) -> None:
        self.found.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.found.append(data.strip("\n"))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))
