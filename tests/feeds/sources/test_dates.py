"""The dates that feeds write."""

from datetime import UTC, datetime

import pytest

from feeds.sources.dates import read_date

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Mon, 14 Sep 2026 10:00:00 +0000", "2026-09-14T10:00"),
        ("Mon, 14 Sep 2026 10:00:00 GMT", "2026-09-14T10:00"),
        ("Mon, 14 Sep 2026 10:00:00 CEST", "2026-09-14T08:00"),
        ("Tue, 12 Jan 2027 10:00:00 CET", "2027-01-12T09:00"),
        ("Tue, 12 Jan 2027 10:00:00 MET", "2027-01-12T09:00"),
        ("Mon, 14 Sep 2026 10:00:00 EST", "2026-09-14T15:00"),
        ("14 Sep 26 10:00 +02:00", "2026-09-14T08:00"),
        ("ma, 14 sep 2026 10:00:00 +0200", "2026-09-14T08:00"),
        ("maandag 14 september 2026 10:00", "2026-09-14T08:00"),
        ("14 mrt. 2027, 10.00 uur", "2027-03-14T09:00"),
        ("maandag 14 september 2026 om 10.00 uur", "2026-09-14T08:00"),
        ("September 14th, 2026 at 10:00 GMT", "2026-09-14T10:00"),
        ("di. 15-09-2026 10:00", "2026-09-15T08:00"),
        ("Wed, 14 Oct 2026 10:00:00 CEST", "2026-10-14T08:00"),
        ("Mon, 14 Sep 2026 10:00:00 +0200 (CEST)", "2026-09-14T08:00"),
        ("14-09-2026", "2026-09-13T22:00"),
        ("14/9/2026 10:00", "2026-09-14T08:00"),
        ("2026-09-14", "2026-09-13T22:00"),
        ("2026-09-14T10:00:00Z", "2026-09-14T10:00"),
        ("2026-09-14T10:00:00.123+02:00", "2026-09-14T08:00"),
        ("2026-09-14 10:00:00", "2026-09-14T08:00"),
        ("20260914T100000Z", "2026-09-14T10:00"),
        ("Sep 14, 2026 10:00 GMT", "2026-09-14T10:00"),
        ("Mon Sep 14 10:00:00 2026", "2026-09-14T08:00"),
        ("Mon, 14 Sep 2026 24:00:00 GMT", "2026-09-15T00:00"),
        ("Mon, 14 Sep 2026 23:59:60 GMT", "2026-09-14T23:59:59"),
        ("Sun, 28 Mar 2027 02:30:00", "2027-03-28T01:30"),
    ],
)
def test_a_date_is_read(text: str, iso: str) -> None:
    assert read_date(text, now=NOW) == datetime.fromisoformat(iso).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "gisteren", "0000-00-00", "2026-13-40", "31-02-2027", "1 Jan 1970 00:00:00 GMT",
     "Wed, 28 Apr 2027 10:00:00 GMT", "99999999T999999", "14 Foo 2026", "1 Jan 2026 10:00 XYZQ"],
)  # fmt: skip
def test_what_is_no_date_or_cannot_be_true_is_none(text: str) -> None:
    assert read_date(text, now=NOW) is None
