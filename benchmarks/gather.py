"""200 feeds of 30 entries beside `reader` and feedparser; 2,000 sources; what is far too large.

Each measurement runs in a process of its own. The rounds and those of `reader` take turns, so that
both see the same machine; the figure is the middle one of three, and the ratio that of the middle
ones. `reader` is lemon24/reader with eight workers, on SQLite as we are; it keeps the whole text.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from importlib import import_module
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Final

import feedparser
import feedparser_sgmllib
import httpx

from benchmarks.feed_server import FEW, allowed, serving_feeds
from benchmarks.measure import report, stopwatch
from feeds import store
from feeds.gather import gather_due
from feeds.values import GatherReport, SourceReport
from newsletter.settings import read_settings
from newsletter.wiring import Services, build_services, prepare_database

Figures = dict[str, float]

FEEDS, MANY, ENTRIES = 200, 2000, 30
TIMES: Final = 3
NOW = datetime(2027, 4, 22, 8, 0, tzinfo=UTC)


def main() -> None:
    """Print the rows."""
    turns = [(_run("gathering", FEEDS), _run("reader", FEEDS)) for _ in range(TIMES)]
    ours, theirs = (_middle(runs) for runs in zip(*turns, strict=True))
    bare, many, large = _run("plain", FEEDS), _run("gathering", MANY), _run("too_large", FEW)
    report(
        [
            *(_row(what, ours, theirs, bare) for what in ("cold", "all 304")),
            [
                f"gather {MANY} feeds, cold and all 304",
                f"{many['cold']:.1f} s, {many['all 304']:.2f} s",
                f"peak memory of {FEEDS} feeds: {ours['memory']:.0f} MiB, its child "
                f"{ours['child']:.0f} MiB",
                f"{many['memory'] / ours['memory']:.2f} x the memory",
                f"{many['memory']:.0f} MiB, child {many['child']:.0f} MiB",
            ],
            [
                "gather 50,000 entries, 20 MB of agenda and 20 feeds",
                f"{large['all']:.1f} s in all",
                f"the 20 feeds: {large['others']:.1f} s; 50,000 entries: {large['kept']:.0f} kept, "
                "with a notice; 20 MB refused, with a reason",
                "",
                f"{large['memory']:.0f} MiB, child {large['child']:.0f} MiB",
            ],
        ]
    )


def _row(what: str, ours: Figures, theirs: Figures, bare: Figures) -> list[str]:
    return [
        f"gather {FEEDS} feeds, {what}",
        f"{ours[what]:.2f} s",
        f"reader, 8 workers: {theirs[what]:.2f} s; httpx + feedparser, one after the other, "
        f"nothing stored: {bare['cold']:.2f} s",
        f"{theirs[what] / ours[what]:.1f} x as fast as reader",
        f"{ours['memory']:.0f} MiB, child {ours['child']:.0f} MiB",
    ]


def _middle(runs: Iterable[Figures]) -> Figures:
    known = list(runs)
    return {what: median(run[what] for run in known) for what in known[0]}


def _run(name: str, feeds: int) -> Figures:
    command = [sys.executable, "-m", "benchmarks.gather", name, str(feeds)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: Figures = json.loads(done.stdout.splitlines()[-1])  # after what was logged
    return figures


def gathering(urls: list[str]) -> Figures:
    """Gather twice; the second time nothing has changed."""
    with tempfile.TemporaryDirectory() as folder:
        services = _services(folder, urls)
        slugs = _slugs(services)
        with stopwatch() as cold:
            first = _gather(services, slugs)
        with stopwatch() as warm:
            second = _gather(services, slugs)
        services.db.close()
    assert (first.new, second.new) == (len(urls) * ENTRIES, 0)
    return {"cold": cold.seconds, "all 304": warm.seconds, **_memory()}


def too_large(urls: list[str]) -> Figures:
    """Gather twenty feeds beside two documents that are far too large; say when they were done."""
    base = urls[0].rpartition("/")[0]
    done: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        services = _services(folder, [*urls, f"{base}/many.xml", f"{base}/large.ics"])
        with stopwatch() as whole:
            started = time.perf_counter()

            def note(one: SourceReport, *_: int) -> None:
                done[one.slug] = time.perf_counter() - started

            got = gather_due(services.db, fetcher=services.fetcher, now=NOW, progress=note)
        services.db.close()
    many, large = (
        next(one for one in got.sources if one.slug == slug) for slug in ("many", "large")
    )
    assert many.complaints == (
        "of 50000 entries the first 1000 were read", "of 1000 entries the 200 newest are kept",
    )  # fmt: skip
    assert large.error == "the answer is larger than 10485760 bytes"
    others = max(seconds for slug, seconds in done.items() if slug not in {"many", "large"})
    return {"all": whole.seconds, "others": others, "kept": many.new, **_memory()}


def reader(urls: list[str]) -> Figures:
    """Let lemon24/reader do the same, as its own documentation does it."""
    # Its copy of feedparser asks for a module that feedparser itself has since renamed.
    sys.modules["sgmllib"] = feedparser_sgmllib
    with tempfile.TemporaryDirectory() as folder:
        kept = import_module("reader").make_reader(f"{folder}/reader.sqlite")
        for url in urls:
            kept.add_feed(url)
        with stopwatch() as cold:
            kept.update_feeds(workers=8)
        assert kept.get_entry_counts().total == len(urls) * ENTRIES
        with stopwatch() as warm:
            kept.update_feeds(workers=8, scheduled=False)
        kept.close()
    return {"cold": cold.seconds, "all 304": warm.seconds}


def plain(urls: list[str]) -> Figures:
    """Fetch and parse one after the other, and store nothing."""
    with httpx.Client() as client, stopwatch() as watch:
        for url in urls:
            assert feedparser.parse(BytesIO(client.get(url).content)).entries
    return {"cold": watch.seconds}


def _services(folder: str, urls: list[str]) -> Services:
    services = build_services(
        read_settings({"NEWSLETTER_DATA_DIR": folder, "NEWSLETTER_SOURCE_ALLOW": allowed(urls)})
    )
    prepare_database(services)
    with services.db.write() as session:
        for url in urls:
            kind = "agenda" if url.endswith(".ics") else "feed"
            store.add_source(session, url=url, kind=kind, name=Path(url).stem, now=NOW)
    return services


def _slugs(services: Services) -> tuple[str, ...]:
    with services.db.read() as session:
        return tuple(one.slug for one in store.list_sources(session))


def _gather(services: Services, slugs: tuple[str, ...]) -> GatherReport:
    got = gather_due(services.db, fetcher=services.fetcher, now=NOW, only=slugs)
    assert [one.error for one in got.sources] == [None] * len(slugs)
    return got


def _memory() -> Figures:
    """Return the largest resident sizes, of this process and of its largest child, in MiB."""
    who = {"memory": resource.RUSAGE_SELF, "child": resource.RUSAGE_CHILDREN}
    return {name: resource.getrusage(one).ru_maxrss / 1024 for name, one in who.items()}


MEASURES: Final[Mapping[str, Callable[[list[str]], Figures]]] = {
    "gathering": gathering,
    "reader": reader,
    "plain": plain,
    "too_large": too_large,
}


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        with serving_feeds(int(sys.argv[2]), ENTRIES) as addresses:
            print(json.dumps(MEASURES[sys.argv[1]](addresses)))
