"""Markdown by editors on a page: what comes through, and what does not."""

from web.public.story import story_html


def test_headings_start_below_the_title_of_the_page() -> None:
    html = story_html("# Begin\n\nEen **vast** uur.\n\n## Drie vragen\n\n1. Wat?\n2. Waarom?")

    assert html == (
        "<h2>Begin</h2>\n<p>Een <strong>vast</strong> uur.</p>\n<h3>Drie vragen</h3>\n"
        "<ol>\n<li>Wat?</li>\n<li>Waarom?</li>\n</ol>\n"
    )


def test_a_link_leads_to_the_web_or_a_mailbox_only() -> None:
    good = story_html("[lees](https://example.org) of <mailto:a@example.org>")
    bad = story_html("[druk](javascript:alert(1)) en [x](data:text/html,x) en <javascript:x>")

    assert '<a href="https://example.org">lees</a>' in good
    assert 'href="mailto:a@example.org"' in good
    assert "href" not in bad


def test_html_and_pictures_come_out_as_text() -> None:
    html = story_html("<script>alert(1)</script>\n\n![volg](https://example.org/pixel.png)\n\n<b>")

    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_no_story_is_nothing() -> None:
    assert story_html("") == ""
