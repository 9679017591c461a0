"""A desk after ten years: 200,000 readers, 20,000 items, 500 editions, by bulk inserts."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from sqlalchemy import Table, insert, select

from benchmarks import edition
from benchmarks.edition import NOW, SUMMARY
from feeds.values import ItemKind, ItemStatus
from newsletter.accounts.people import add_user
from newsletter.values import DeliveryState, EditionStatus, Role
from newsletter.wiring import Services
from storage.base import Base

READERS: Final = 200_000
ITEMS: Final = 20_000
EDITIONS: Final = 500
ENTRIES: Final = 100_000
SOURCES: Final = 300
BLOCKS: Final = 12
SENT_TO_ALL: Final = 1  # the edition that all readers got; some others went to a few
FEW: Final = 2_000
DAY: Final = timedelta(days=1)
STATUSES: Final = (ItemStatus.ACCEPTED,) * 6 + (ItemStatus.REFUSED,) * 11 + (ItemStatus.PARKED,)
NAMES: Final = ("edition.edited", "item.refused", "item.taken", "source.changed", "item.parked")


def build(services: Services) -> tuple[int, int]:
    """Fill the database; return an edition that is a draft, and one that went to everybody."""
    edition.prepare(services, readers=READERS)
    user = add_user(
        services.db,
        email="beheerder@example.org",
        role=Role.ADMINISTRATOR,
        name="Bas",
        password=None,
        now=NOW,
    )
    _fill(services, "source", _sources())
    _fill(services, "item", _items())
    _fill(services, "edition", _editions(user))
    _fill(services, "block", _blocks())
    _fill(services, "edition_revision", _revisions(user))
    _fill(services, "delivery", _deliveries())
    _fill(services, "log_entry", _entries(user))
    draft = edition.draft(services)
    return draft, SENT_TO_ALL


def _fill(services: Services, name: str, rows: Iterable[dict[str, Any]]) -> None:
    table: Table = Base.metadata.tables[name]
    rows = iter(rows)
    with services.db.write() as session:
        while batch := list(islice(rows, 10_000)):
            session.execute(insert(table), batch)
        session.execute(select(table.c[table.primary_key.columns.keys()[0]]).limit(1))


def _sources() -> Iterator[dict[str, Any]]:
    for n in range(1, SOURCES + 1):
        yield {
            "id": n,
            "slug": f"bron-{n}",
            "name": f"Samenwerkingsverband {n}",
            "kind": "feed",
            "url": f"https://bron{n}.example.org/feed",
            "created_at": NOW - 1000 * DAY,
            "last_look_at": NOW - DAY,
            "last_success_at": NOW - DAY,
            "next_look_at": NOW + DAY,
            "last_error": "" if n % 20 else "SourceTooSlow",
            "failures_in_row": 0 if n % 20 else 4,
            "recent": "nssnssnssnssns",
        }


def _items() -> Iterator[dict[str, Any]]:
    kinds = (ItemKind.NEWS,) * 7 + (ItemKind.EVENT,) * 2 + (ItemKind.PRACTICE,)
    for n in range(1, ITEMS + 1):
        kind = kinds[n % 10]
        seen = NOW - timedelta(hours=4 * (ITEMS - n))
        is_event = kind is ItemKind.EVENT
        yield {
            "id": n,
            "source_id": n % SOURCES + 1,
            "kind": kind,
            "key": f"sleutel {n}",
            "status": ItemStatus.NEW if n > ITEMS - 300 else STATUSES[n % len(STATUSES)],
            "title": f"Bericht {n}: wat scholen en opleidingen van elkaar leren",
            "summary": SUMMARY,
            "found_by": f"bericht {n} wat scholen van opleidingen leren {SUMMARY.lower()}",
            "url": f"https://bron.example.org/bericht/{n}",
            "published_at": seen,
            "first_seen_at": seen,
            "starts_at": seen + 40 * DAY if is_event else None,
            "ends_at": seen + 40 * DAY + timedelta(hours=2) if is_event else None,
            "location": "Nijmegen" if is_event else "",
        }


def _editions(user: int) -> Iterator[dict[str, Any]]:
    for n in range(1, EDITIONS + 1):
        at = NOW - (EDITIONS - n + 1) * 7 * DAY
        yield {
            "id": n,
            "kind": "newsletter",
            "number": n,
            "period": None,
            "title": f"Nieuwsbrief {n}",
            "subject": f"Onderwerp van nummer {n}",
            "dated_on": at.date(),
            "segments": ["iedereen"],
            "status": EditionStatus.SENT,
            "status_since": at,
            "created_at": at - 3 * DAY,
            "author_id": user,
            "content_hash": "3f2a" * 16,
            "size": READERS if n == SENT_TO_ALL else FEW,
            "materialised_at": at,
            "started_at": at,
            "finished_at": at,
        }


def _blocks() -> Iterator[dict[str, Any]]:
    for n in range(1, EDITIONS + 1):
        for position in range(BLOCKS):
            item = (n * BLOCKS + position) % ITEMS + 1
            yield {
                "edition_id": n,
                "position": position,
                "kind": "article",
                "item_id": item,
                "fields": {
                    "title": f"Bericht {item}",
                    "teaser": SUMMARY,
                    "url": "https://x.example",
                },
            }


def _revisions(user: int) -> Iterator[dict[str, Any]]:
    for n in range(EDITIONS - 50, EDITIONS + 1):
        for version in range(1, 21):
            yield {
                "edition_id": n,
                "version": version,
                "at": NOW - (EDITIONS - n) * DAY,
                "user_id": user,
                "what": "written",
                "content": {"blocks": [{"item_id": 1, "fields": {"teaser": SUMMARY * 10}}]},
            }


def _deliveries() -> Iterator[dict[str, Any]]:
    for n in (SENT_TO_ALL, *range(EDITIONS - 30, EDITIONS + 1)):
        for reader in range(1, (READERS if n == SENT_TO_ALL else FEW) + 1):
            yield {
                "edition_id": n,
                "subscriber_id": reader,
                "audience": "school" if reader % 3 else "lerarenopleiding",
                "state": DeliveryState.SENT if reader % 50 else DeliveryState.FAILED,
                "attempts": 1,
                "at": NOW - 7 * DAY,
            }


def _entries(user: int) -> Iterator[dict[str, Any]]:
    for n in range(ENTRIES):
        name = NAMES[n % len(NAMES)]
        is_of_edition = name.startswith("edition.")
        yield {
            "at": NOW - timedelta(minutes=5 * (ENTRIES - n)),
            "user_id": user,
            "what": name,
            "edition_id": n * EDITIONS // ENTRIES + 1 if is_of_edition else None,
            "about": "" if is_of_edition else f"Bericht {n}",
            "detail": {} if is_of_edition else {"item": n % ITEMS + 1},
            "found_by": "" if is_of_edition else f"bericht {n} {n % ITEMS + 1}",
        }
