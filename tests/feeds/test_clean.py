"""Foreign text becomes safe."""

import html
import re
from urllib.parse import urljoin, urlsplit, urlunsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.clean import (
    LINK_LENGTH,
    PLAIN_LINK,
    first_sentences,
    plain_text,
    safe_link,
    summary_text,
    title_text,
)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Q&amp;A", "Q&A"),
        ("AT&amp;amp;T", "AT&amp;T"),
        ("3 < 4 &amp; 5", "3 < 4 & 5"),
        ("<p>einde</p><p>begin</p>", "einde begin"),
        ("a<br>b", "a b"),
        ("<b>vet</b>jes", "vetjes"),
        ("<script>alert(1)</script>Goed", "Goed"),
        ("Caf\u00e9 \u200b\u202eom\u00adzoom\x07", "Café omzoom"),
        ("a\n\n  b\tc", "a b c"),
    ],
)
def test_plain_text_is_what_a_reader_sees(markup: str, text: str) -> None:
    assert plain_text(markup) == text


@given(st.text())
def test_plain_text_never_fails_and_is_one_line(markup: str) -> None:
    assert "\n" not in plain_text(markup)


def test_a_long_title_is_cut_at_a_word() -> None:
    title = title_text("woord " * 100)

    assert len(title) <= 300
    assert title.endswith("woord…")


@pytest.mark.parametrize(
    "tail",
    [
        " Lees verder",
        " Lees meer &raquo;",
        "&#8230; <a href='/x'>Lees verder <span>over leren</span></a>",
        " Het bericht Titel verscheen eerst op Partner.",
        " <p>The post Titel appeared first on Partner.</p>",
        " [&#8230;]",
        " [...]",
        " [&#8230;]</p><p>Het bericht <a href='/t'>Titel</a> verscheen eerst op <a href='/'>P</a>.",
        " Continue reading &rarr;",
    ],
)
def test_what_a_site_puts_after_its_excerpt_is_taken_off(tail: str) -> None:
    assert summary_text(f"<p>Studenten lezen samen.{tail}</p>") == "Studenten lezen samen."


def test_a_summary_is_two_sentences() -> None:
    text = "Prof. dr. A. Jansen sprak, o.a. over taal. Dat was om 9.30 uur! Daarna was er soep."

    assert summary_text(text) == text.removesuffix(" Daarna was er soep.")


def test_a_text_without_end_is_kept_whole() -> None:
    assert first_sentences("zonder punt en zonder eind", 2) == "zonder punt en zonder eind"


@pytest.mark.parametrize(
    ("link", "safe"),
    [
        ("https://a.example/b", "https://a.example/b"),
        (" /b?c=%20d ", "https://base.example/b?c=%20d"),
        ("b c", "https://base.example/x/b%20c"),
        ("https://köln.example/ü", "https://xn--kln-sna.example/%C3%BC"),
        ("javascript:alert(1)", ""),
        ("java\tscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("https://user:pass@a.example/", ""),
        ("https://a.example/\r\nX: y", ""),
        ('https://a.example/"onmouseover="x', ""),
        ("http://[bad", ""),
        ("https:///pad", "https://base.example/pad"),
        ("mailto:a@example.org", ""),
        ("", ""),
        ("https://a.example/" + "x" * 3000, ""),
    ],
)
def test_a_link_is_absolute_and_plain_or_nothing(link: str, safe: str) -> None:
    assert safe_link(link, base="https://base.example/x/y") == safe


@given(
    st.from_regex(PLAIN_LINK, fullmatch=True),
    st.sampled_from(["", "https://base.example/x/y?z#t", "http://base.example", "//base.example"]),
)
def test_a_plain_link_is_what_all_the_rules_make_of_it(link: str, base: str) -> None:
    parts = urlsplit(urljoin(base, link))

    assert safe_link(link, base=base) == urlunsplit(parts) == link
    assert (parts.scheme in {"http", "https"}, parts.port, "@" in parts.netloc) == (
        True, None, False,
    )  # fmt: skip
    assert plain_text(link) == link


@pytest.mark.parametrize(
    "link",
    [
        "HTTPS://a.example/", "https://a.example:80/", "https://a.example:99999/",
        "https://a.example/?", "https://a.example/#", "https://a.example/;", "https://u@a.example/",
        "https://a.example/?a&lt;script>", "https://a.example/\u0661", "https://a.example/x\n",
    ],
)  # fmt: skip
def test_a_link_that_rules_may_change_is_not_plain(link: str) -> None:
    assert not PLAIN_LINK.fullmatch(link)


def test_a_plain_link_can_be_too_long() -> None:
    link = "https://a.example/".ljust(LINK_LENGTH, "x")

    assert (safe_link(link), safe_link(link + "x")) == (link, "")


@given(st.text())
def test_a_link_is_never_anything_else(link: str) -> None:
    made = safe_link(link, base="https://base.example/")

    assert made == "" or (made.startswith(("http://", "https://")) and made.isascii())


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("&lt;b&gt;vet&lt;/b&gt; en 3 &lt; 4", "vet en 3 < 4"),
        ("&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;Goed", "Goed"),
        ("a < b, 5 > 3 en <i>c</i>", "a < b, 5 > 3 en c"),
        ("<scr\u200bipt>x</script>Goed", "Goed"),
        ("a &" + "amp;" * 5_000 + "lt;b&gt; c", "a c"),
    ],
)
def test_what_comes_out_is_no_markup_however_it_was_disguised(markup: str, text: str) -> None:
    assert plain_text(markup) == text


DISGUISE = st.sampled_from(
    ["<", ">", "&", "lt;", "gt;", "amp;", "#60;", "script", "b", "/", "!", " ", "é", "\u200b", "x"]
)


@given(st.lists(DISGUISE, max_size=40).map("".join))
def test_nothing_that_comes_out_can_be_read_as_a_tag(markup: str) -> None:
    text = plain_text(markup)

    while (once := html.unescape(text)) != text:
        text = once
    assert not re.search(r"<[A-Za-z/!?]", text)


@given(st.lists(DISGUISE, max_size=40).map("".join) | st.text())
def test_what_was_cleaned_stays_as_it_is(markup: str) -> None:
    for clean in (plain_text, title_text, summary_text):
        once = clean(markup)
        assert clean(html.escape(once, quote=False)) == once


@given(st.text(alphabet="ab. !?A…“”()[]", max_size=80))
def test_a_summary_of_a_summary_is_the_same(text: str) -> None:
    assert summary_text(summary_text(text)) == summary_text(text)


@given(st.text())
def test_a_safe_link_is_safe(link: str) -> None:
    made = safe_link(link, base="https://base.example/")

    assert safe_link(made) == made
