"""What people type and paste as an address, and what it is taken for."""

import pytest

from feeds.errors import SourceRefused
from feeds.typed import web_address, web_addresses


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://example.org/feed/", "https://example.org/feed/"),
        ("  http://example.org/feed \n", "http://example.org/feed"),
        ("HTTP://WWW.Example.ORG/Feed", "http://www.example.org/Feed"),
        ("https://example.org/feed?a=1&b=2#boven", "https://example.org/feed?a=1&b=2"),
        ("https://example.org:8443/x", "https://example.org:8443/x"),
        ("https://example.org:/x", "https://example.org/x"),
        ("https://example.org./x", "https://example.org./x"),
        ("http://bücher.example/x", "http://xn--bcher-kva.example/x"),
        ("http://a_b.example/", "http://a_b.example/"),
        ("http://[2606:2800:220:1::1]:80/", "http://[2606:2800:220:1::1]:80/"),
        ("https://example.org/met spatie", "https://example.org/met spatie"),
    ],
)
def test_an_address_is_tidied_and_means_itself(typed: str, address: str) -> None:
    assert web_addresses(typed) == (address,)


@pytest.mark.parametrize(
    ("typed", "rest"),
    [
        ("example.org", "example.org"),
        ("www.Example.org/nieuws?x=1", "www.example.org/nieuws?x=1"),
        ("127.0.0.1:8000/feed", "127.0.0.1:8000/feed"),
        ("localhost:8000", "localhost:8000"),
        ("webcal://example.org/uit.ics", "example.org/uit.ics"),
        ("webcals://example.org/uit.ics", "example.org/uit.ics"),
        ("FEED://example.org/rss", "example.org/rss"),
    ],
)
def test_where_the_scheme_is_open_https_comes_first(typed: str, rest: str) -> None:
    assert web_addresses(typed) == (f"https://{rest}", f"http://{rest}")
    assert web_address(typed) == f"https://{rest}"


@pytest.mark.parametrize("scheme", ["feed:", "webcal:", "feed://"])
def test_a_whole_address_may_follow_a_borrowed_scheme(scheme: str) -> None:
    assert web_addresses(f"{scheme}http://example.org/x") == ("http://example.org/x",)


@pytest.mark.parametrize(
    "typed",
    [
        *("", "   ", "-x", "nieuws", "/feed", "http:", "https://", "http://:80/", "feed:"),
        *("javascript:alert(1)", "data:text/xml,x", "file:///etc/passwd", "ftp://example.org/"),
        *("mailto:iemand@example.org", "iemand@example.org", "exa mple.org"),
        *(
            "http://exa mple.org/",
            "http://exa\nmple.org/",
            "http://example.org/\nx",
            "http://a\tb/",
        ),
        *("http://exam%20ple.org/", "http://<b>/", 'http://"a"/', "http://a..b/", "http://.a.b/"),
        *("http://\u202eexample.org/", "http://example.org/\x07", "http://example.org/\x00"),
        *(f"http://{'a' * 64}.example/", f"http://{'a.' * 130}example/", "http://\u2603\u00ad../"),
        *("http://[::1", "http://::1/", "http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/"),
        *("http://example.org:x/", "http://example.org:99999/", "http://example.org:-1/"),
        *("http://u:secret@example.org/", "http://secret@example.org/", "http://u:secret@[::1"),
        f"http://example.org/{'a' * 2000}",
    ],
)
def test_what_is_no_address_is_refused_in_one_line(typed: str) -> None:
    with pytest.raises(SourceRefused) as caught:
        web_addresses(typed)

    said = str(caught.value)
    assert len(said.splitlines()) == 1
    assert len(said) < 250
    assert "secret" not in said
