"""Fetching against a real server: manners, limits, and where we do not go."""

import gzip
import sys
import zlib
from collections.abc import Sequence
from typing import Any

import brotli
import pytest

from feeds.errors import (
    GatherError,
    MalformedSource,
    SourceAnswered,
    SourceGone,
    SourceRefused,
    SourceTooLarge,
    SourceTooSlow,
    SourceUnreachable,
    TooManyRedirects,
)
from feeds.fetch import Fetcher, Limits
from feeds.values import Fetched
from tests.feeds.site import Answer, Site

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


def short(site: Site, **limits: float) -> Fetcher:
    return Fetcher(
        allow=frozenset({site.host_port}),
        contact="",
        limits=Limits(**limits),  # type: ignore[arg-type] # the sizes among them are whole numbers
    )


def test_an_answer_comes_with_its_validators_as_they_were(site: Site, fetcher: Fetcher) -> None:
    url = site.put("/a", "hallo", ETag='W/"x-gzip"', Last_Modified="gisteren", Content_Type="x/y")

    assert fetcher.fetch(url) == Fetched(
        200,
        b"hallo",
        content_type="x/y",
        etag='W/"x-gzip"',
        last_modified="gisteren",
        final_url=url,
    )


def test_validators_are_sent_byte_for_byte_and_304_is_a_value(site: Site, fetcher: Fetcher) -> None:
    url = site.put("/a", "hallo", ETag="bare")

    fetched = fetcher.fetch(url, etag="bare", last_modified="gisteren")

    assert (fetched.status, fetched.body, fetched.etag) == (304, b"", "bare")
    headers = site.asked[0][1]
    assert headers["If-None-Match"] == "bare"
    assert headers["If-Modified-Since"] == "gisteren"


def test_we_say_who_we_are(site: Site, fetcher: Fetcher) -> None:
    fetcher.fetch(site.put("/a"))

    agent = site.asked[0][1]["User-Agent"]
    assert agent == "steunpunt-newsletter/0.1 (+https://nieuws.example.org)"


def test_a_round_keeps_no_cookies(site: Site, fetcher: Fetcher) -> None:
    url = site.put("/a", Set_Cookie="track=1; Path=/")

    with fetcher.round() as fetch:
        fetch(url)
        fetch(url)

    assert [headers.get("Cookie") for _, headers in site.asked] == [None, None]


def test_the_environments_proxy_is_not_used(
    site: Site, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    assert fetcher.fetch(site.put("/a", "hallo")).body == b"hallo"


def test_permanent_redirects_teach_the_new_address(site: Site, fetcher: Fetcher) -> None:
    site.put("/3", "hallo")
    site.put("/2", status=308, Location="/3")
    fetched = fetcher.fetch(site.put("/1", status=301, Location="/2"))

    assert (fetched.body, fetched.moved_to) == (b"hallo", site.url("/3"))


@pytest.mark.parametrize("statuses", [(302, 301), (301, 302), (307, 308)])
def test_one_temporary_redirect_teaches_nothing(
    site: Site, fetcher: Fetcher, statuses: tuple[int, int]
) -> None:
    site.put("/3", "hallo")
    site.put("/2", status=statuses[1], Location="/3")
    fetched = fetcher.fetch(site.put("/1", status=statuses[0], Location="/2"))

    assert (fetched.final_url, fetched.moved_to) == (site.url("/3"), "")


def test_a_loop_of_redirects_ends(site: Site, fetcher: Fetcher) -> None:
    with pytest.raises(TooManyRedirects):
        fetcher.fetch(site.put("/1", status=301, Location="/1"))

    assert len(site.asked) == 6


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "http://127.0.0.1:1/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/",
        "http://user:secret@127.0.0.1/",
        "gopher://127.0.0.1/",
        "http://[bad",
    ],
)
def test_a_redirect_to_where_we_do_not_go_is_refused(
    site: Site, fetcher: Fetcher, location: str
) -> None:
    with pytest.raises(SourceRefused):
        fetcher.fetch(site.put("/1", status=301, Location=location))


def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(site: Site) -> None:
    def rebound(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34", "127.0.0.1"]

    fetcher = Fetcher(allow=frozenset(), contact="", resolve=rebound)

    with pytest.raises(SourceRefused, match="leads to an address that is not public"):
        fetcher.fetch("http://partner.example.org/")


def test_the_connection_goes_to_the_address_that_was_judged(site: Site) -> None:
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    name = f"partner.example.org:{site.port}"
    site.put("/a", "hallo")
    fetcher = Fetcher(allow=frozenset({name}), contact="", resolve=resolve)

    assert fetcher.fetch(f"http://{name}/a").body == b"hallo"
    assert asked == ["partner.example.org"]
    assert site.asked[0][1]["Host"] == name


def test_an_unusual_port_is_refused_unless_listed() -> None:
    fetcher = Fetcher(allow=frozenset(), contact="", resolve=lambda host, port: ["93.184.216.34"])

    with pytest.raises(SourceRefused, match="port 8080"):
        fetcher.fetch("http://partner.example.org:8080/")


@pytest.mark.parametrize(
    ("status", "error"), [(410, SourceGone), (404, SourceAnswered), (500, SourceAnswered)]
)
def test_a_status_that_brings_nothing_is_an_error(
    site: Site, fetcher: Fetcher, status: int, error: type[SourceAnswered]
) -> None:
    with pytest.raises(error) as raised:
        fetcher.fetch(site.put("/a", status=status))

    assert type(raised.value) is error
    assert raised.value.status == status


def test_304_that_was_not_asked_for_is_an_error(site: Site, fetcher: Fetcher) -> None:
    with pytest.raises(SourceAnswered, match="304"):
        fetcher.fetch(site.put("/a", status=304, Content_Length="0"))


def test_retry_after_is_passed_on(site: Site, fetcher: Fetcher) -> None:
    with pytest.raises(SourceAnswered) as raised:
        fetcher.fetch(site.put("/a", status=503, Retry_After="600"))

    assert raised.value.retry_after_s == 600


@pytest.mark.parametrize("etag", ["", '"1"'])
def test_how_long_an_answer_holds_is_passed_on(site: Site, fetcher: Fetcher, etag: str) -> None:
    url = site.put("/a", "hallo", ETag='"1"', Cache_Control="max-age=7200", Age="200")

    fetched = fetcher.fetch(url, etag=etag)

    assert (fetched.status, fetched.fresh_s) == (304 if etag else 200, 7000)


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"hallo", mtime=0)),
        ("deflate", zlib.compress(b"hallo")),
        ("br", brotli.compress(b"hallo")),
        ("zstd", zstd.compress(b"hallo")),
        ("identity", b"hallo"),
    ],
)
def test_a_packed_answer_is_unpacked(
    site: Site, fetcher: Fetcher, encoding: str, packed: bytes
) -> None:
    assert fetcher.fetch(site.put("/a", packed, Content_Encoding=encoding)).body == b"hallo"
    assert site.asked[0][1]["Accept-Encoding"] == "gzip, deflate, br, zstd"


def test_a_packed_file_that_the_server_sends_as_it_lies_is_unpacked(
    site: Site, fetcher: Fetcher
) -> None:
    packed = gzip.compress(b"hallo", mtime=0)

    assert fetcher.fetch(site.put("/a", packed)).body == b"hallo"


@pytest.mark.parametrize(
    ("body", "encoding", "error"),
    [
        (b"x" * 3_000, "identity", SourceTooLarge),
        (gzip.compress(b"x" * 3_000, mtime=0), "gzip", SourceTooLarge),
        (gzip.compress(gzip.compress(b"hallo", mtime=0), mtime=0), "gzip, gzip", MalformedSource),
        (b"no gzip at all", "gzip", MalformedSource),
        (gzip.compress(b"hallo", mtime=0)[:-4], "gzip", SourceUnreachable),
    ],
)
def test_an_answer_that_is_too_much_or_broken_is_refused(
    site: Site, body: bytes, encoding: str, error: type[GatherError]
) -> None:
    fetcher = short(site, size_bytes=2_000)

    with pytest.raises(error):
        fetcher.fetch(site.put("/a", body, Content_Encoding=encoding))


def test_a_bomb_is_recognised_by_its_ratio(site: Site, fetcher: Fetcher) -> None:
    bomb = gzip.compress(bytes(4 * 1024 * 1024))

    with pytest.raises(SourceTooLarge, match="more than 100 times"):
        fetcher.fetch(site.put("/a", bomb, Content_Encoding="gzip"))


def test_an_answer_that_is_cut_off_is_no_answer(site: Site, fetcher: Fetcher) -> None:
    site.pages["/a"] = Answer(b"half", headers={"Content-Length": "100", "Connection": "close"})

    with pytest.raises(SourceUnreachable):
        fetcher.fetch(site.url("/a"))


def test_a_drip_ends_at_the_deadline(site: Site) -> None:
    site.pages["/a"] = Answer(b"x" * 1000, drip_s=0.05)

    with pytest.raises(SourceTooSlow):
        short(site, whole_s=0.2).fetch(site.url("/a"))


def test_a_server_that_never_answers_is_left(site: Site) -> None:
    site.pages["/a"] = Answer(b"x", drip_s=30)

    with pytest.raises(SourceTooSlow):
        short(site, first_byte_s=0.1).fetch(site.url("/a"))


def test_a_closed_port_is_unreachable(fetcher: Fetcher) -> None:
    closed = Fetcher(allow=frozenset({"127.0.0.1:1"}), contact="")

    with pytest.raises(SourceUnreachable):
        closed.fetch("http://127.0.0.1:1/")


def test_a_name_without_address_is_unreachable() -> None:
    with pytest.raises(SourceUnreachable, match=r"the name nergens\.invalid is not known"):
        Fetcher(allow=frozenset(), contact="").fetch("http://nergens.invalid/")


@pytest.mark.parametrize(
    "headers",
    [
        {"status": 302, "Location": "http://a\xff b/"},
        {"status": 503, "Retry_After": "\xb2"},
        {"status": 503, "Retry_After": "9" * 5_000},
    ],
)
def test_headers_that_nobody_should_send_are_a_failure_of_that_source(
    site: Site, fetcher: Fetcher, headers: dict[str, Any]
) -> None:
    with pytest.raises(GatherError):
        fetcher.fetch(site.put("/a", **headers))


def test_a_validator_goes_back_byte_for_byte_also_beyond_ascii(
    site: Site, fetcher: Fetcher
) -> None:
    url = site.put("/a", b"hallo", ETag='W/"\xe9\x80 "x', Last_Modified="19 f\xe9vrier")

    first = fetcher.fetch(url)
    again = fetcher.fetch(url, etag=first.etag, last_modified=first.last_modified)

    assert (first.etag, first.last_modified) == ('W/"\xe9\x80 "x', "19 f\xe9vrier")
    assert (again.status, again.body) == (304, b"")
    assert site.asked[1][1]["If-Modified-Since"] == "19 f\xe9vrier"


def test_a_validator_that_no_server_can_have_given_is_left_out(
    site: Site, fetcher: Fetcher
) -> None:
    url = site.put("/a", b"hallo", ETag='"1"')

    assert fetcher.fetch(url, etag="\u20ac", last_modified="gisteren").status == 200
    assert "If-Modified-Since" not in site.asked[0][1]


def test_an_address_with_letters_of_the_whole_world_is_asked_as_servers_know_it(
    site: Site,
) -> None:
    name = f"b\xfccher.example.org:{site.port}"
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"]

    known = f"xn--bcher-kva.example.org:{site.port}"
    fetcher = Fetcher(allow=frozenset({known}), contact="", resolve=resolve)
    site.put("/caf%C3%A9?q=%E2%82%AC", "hallo")

    assert fetcher.fetch(f"http://{name}/caf\xe9?q=\u20ac#top").body == b"hallo"
    assert asked == ["xn--bcher-kva.example.org"]
    assert site.asked[0][1]["Host"] == known


def test_a_redirect_in_utf8_is_followed(site: Site, fetcher: Fetcher) -> None:
    site.put("/caf%C3%A9", "hallo")
    url = site.put("/1", status=302, Location="/caf\xc3\xa9")  # the bytes of UTF-8

    assert fetcher.fetch(url).body == b"hallo"
