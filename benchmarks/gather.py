"""200 local feeds of 30 entries: the first round, all 304, and feedparser in a plain loop."""

import tempfile
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import feedparser
import httpx

from benchmarks.feed_server import serving_feeds
from benchmarks.measure import peak_mib, report, stopwatch
from feeds import store
from feeds.gather import gather_due
from newsletter.settings import read_settings
from newsletter.wiring import Services, build_services, prepare_database

FEEDS, ENTRIES = 200, 30
NOW = datetime(2027, 4, 22, 8, 0, tzinfo=UTC)


def main() -> None:
    """Print the rows."""
    with tempfile.TemporaryDirectory() as folder, serving_feeds(FEEDS, ENTRIES) as base:
        allow = base.removeprefix("http://")
        services = build_services(
            read_settings({"NEWSLETTER_DATA_DIR": folder, "NEWSLETTER_SOURCE_ALLOW": allow})
        )
        prepare_database(services)
        urls = [f"{base}/{n}.xml" for n in range(FEEDS)]
        with services.db.write() as session:
            for url in urls:
                store.add_source(session, url=url, kind="feed", name=Path(url).stem, now=NOW)
        slugs = _slugs(services)

        def round_of_gathering() -> int:
            got = gather_due(services.db, fetcher=services.fetcher, now=NOW, only=slugs)
            return sum(one.error is None for one in got.sources)

        with stopwatch() as cold:
            assert round_of_gathering() == FEEDS
        memory = peak_mib()
        with stopwatch() as warm:
            assert round_of_gathering() == FEEDS
        with stopwatch() as plain:
            _feedparser_loop(urls)
        services.db.close()
    report(
        [
            _row("gather 200 feeds, cold", cold.seconds, plain.seconds, memory),
            _row("gather 200 feeds, all 304", warm.seconds, plain.seconds, memory),
        ]
    )


def _slugs(services: Services) -> tuple[str, ...]:
    with services.db.read() as session:
        return tuple(one.slug for one in store.list_sources(session))


def _feedparser_loop(urls: list[str]) -> None:
    with httpx.Client() as client:
        for url in urls:
            assert feedparser.parse(BytesIO(client.get(url).content)).entries


def _row(what: str, seconds: float, yardstick: float, memory: str) -> list[str]:
    return [
        what,
        f"{seconds:.2f} s",
        f"httpx + feedparser, one after the other, nothing stored: {yardstick:.2f} s",
        f"{yardstick / seconds:.1f} x as fast",
        memory,
    ]


if __name__ == "__main__":
    main()
