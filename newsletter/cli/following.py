"""`newsletter source add`, `import` and `export`: what is followed, one by one and as a list."""

import sys
from collections.abc import Mapping
from pathlib import Path
from shlex import quote
from typing import Annotated, Final, NoReturn

import typer

from feeds.discover import Standing
from feeds.errors import GatherError
from feeds.follow import Followed, Labels, follow_address, follow_folder
from feeds.importing import ListLine, Verdict, export_list, import_list, judge_list
from feeds.model import Source
from feeds.opml import LARGEST_BYTES
from feeds.standing import error_line
from feeds.values import SourceKind
from newsletter.cli.output import (
    JSON,
    fail,
    print_json,
    print_list,
    print_report,
    say,
)
from newsletter.cli.session import open_services
from subscribers.values import Audience

app = typer.Typer()

ASIDE: Final = {
    Standing.PROPOSED: "",
    Standing.COMMENTS: ", visitors' comments",
    Standing.TWIN: ", the same as one above",
}


@app.command("add")
def add(
    url: str,
    kind: Annotated[
        SourceKind | None, typer.Option(help="What it must be; without it that is found out.")
    ] = None,
    name: str = "",
    theme: Annotated[
        list[str] | None, typer.Option(help="Slug of a theme; may be repeated.")
    ] = None,
    audience: Annotated[list[Audience] | None, typer.Option(help="For whom, when not all.")] = None,
    json: bool = JSON,
) -> None:
    """Follow a feed or a calendar, or the one that a page names; the same address is one source.

    With --kind it is followed although nothing can be read there now. Of a page that names several
    none is followed: they are listed with the command for each.
    """
    services = open_services()
    now = services.clock()
    labels = Labels(name, tuple(theme or ()), tuple(one.value for one in audience or ()))
    try:
        if kind is SourceKind.PRACTICE:
            followed = follow_folder(services.db, url, labels=labels, now=now)
        else:
            followed = follow_address(
                services.db, url, kind=kind, labels=labels, fetcher=services.fetcher, now=now
            )
    except GatherError as failure:
        if json:  # a script reads one document, whatever became of it
            print_json({"added": None, "found": [], "error": error_line(failure)})
        raise
    if followed.source is None:
        _leave_choice(url, kind, followed, json=json)
    if followed.warning:
        say(f"newsletter: followed, but not readable yet: {followed.warning}")
    report = _followed_as_json(followed, followed.source)
    print_report(report if json else _for_people(report, followed), json=json)


@app.command("import")
def import_(
    file: Path,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen; write nothing.")
    ] = False,
    json: bool = JSON,
) -> None:
    """Follow the sources of an OPML file that are not followed yet."""
    services = open_services()
    document = _read(file)
    if dry_run:
        report = judge_list(services.db, document)
    else:
        report = import_list(services.db, document, now=services.clock())
    counts = {verdict.value: len(report.of(verdict)) for verdict in Verdict}
    lines = [_line_as_json(line) for line in report.lines]
    print_list(
        {"read": len(lines), **counts, "dry_run": dry_run, "lines": lines},
        json=json,
        columns=("Line", "Verdict", "Kind", "Name", "Address", "Reason"),
        rows=(
            (one["line"], one["verdict"], one["kind"], one["name"], one["url"], one["reason"])
            for one in lines
        ),
        empty="The list holds no sources.",
    )
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    say(f"{told}{'; nothing was written.' if dry_run else '.'}")


@app.command("export")
def export() -> None:
    """Write the sources as OPML 2.0 on standard output, without folders of practice examples."""
    services = open_services()
    document = export_list(services.db, title=services.settings.organisation.name)
    sys.stdout.buffer.write(document)


def _followed_as_json(followed: Followed, source: Source) -> dict[str, object]:
    offer = followed.offer
    return {
        "added": source.slug,
        "known": not followed.is_new,
        "slug": source.slug,
        "name": source.name,
        "kind": source.kind,
        "url": source.url,
        "entries": offer.entries if offer else None,
        "titles": list(offer.titles) if offer else [],
        "found": _offers_as_json(followed),
        "warning": followed.warning or None,
    }


def _for_people(report: Mapping[str, object], followed: Followed) -> dict[str, object]:
    """Return the fields to show: what was taken, and the first three titles a line each."""
    shown = {name: report[name] for name in ("slug", "name", "kind", "url", "entries")}
    state = "followed now" if followed.is_new else "was followed already"
    titles = followed.offer.titles if followed.offer else ()
    numbered = {f"title {number}": title for number, title in enumerate(titles, 1)}
    return {"outcome": state, **shown, **numbered}


def _offers_as_json(followed: Followed) -> list[dict[str, object]]:
    return [
        {
            "url": offer.url,
            "kind": offer.kind.value,
            "title": offer.title,
            "entries": offer.entries,
            "newest_at": offer.newest_at,
            "titles": list(offer.titles),
            "standing": offer.standing.value,
        }
        for offer in (followed.found.offers if followed.found else ())
    ]


def _leave_choice(url: str, kind: SourceKind | None, followed: Followed, *, json: bool) -> NoReturn:
    """Print what there is to choose from, and end with status 1."""
    offers = followed.found.offers if followed.found else ()
    sentence = _why_not(url, kind, followed)
    if json:
        print_json({"added": None, "found": _offers_as_json(followed), "error": sentence})
    else:
        for offer in offers:
            what = f"{offer.kind}, {offer.entries} entries{ASIDE[offer.standing]}"
            print(f"{offer.title or offer.url}: {what}")
            print(f"  newsletter source add {quote(offer.url)} --kind {offer.kind}")
    fail(sentence)


def _why_not(url: str, kind: SourceKind | None, followed: Followed) -> str:
    """Return why nothing was followed, in one sentence."""
    offers = followed.found.offers if followed.found else ()
    if not offers:
        complaints = followed.found.complaints if followed.found else ()
        return "; ".join([f"nothing to follow was found at {url}", *complaints])
    if kind and not any(offer.kind is kind for offer in offers):
        return f"nothing was followed: there is no {kind} at {url}, but there is something else"
    return f"nothing was followed: {url} leaves a choice; follow one by its own address"


def _line_as_json(line: ListLine) -> dict[str, object]:
    return {
        "line": line.outline.line,
        "folder": line.outline.folder or None,
        "verdict": line.verdict.value,
        "kind": line.outline.kind.value,
        "name": line.name,
        "url": line.address or line.outline.url,
        "themes": list(line.themes),
        "audiences": list(line.outline.audiences),
        "reason": line.reason or None,
    }


def _read(file: Path) -> bytes:
    """Return a file, or so much of it that it is refused for its size. Raises OSError."""
    with file.open("rb") as opened:
        return opened.read(LARGEST_BYTES + 1)
