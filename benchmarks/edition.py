"""A realistic edition for the benchmarks: gathered items, a draft, two people who approve it."""

from datetime import UTC, datetime, timedelta

from feeds.items import add_item
from newsletter.accounts import people
from newsletter.approve import review
from newsletter.compose.draft import draft_newsletter
from newsletter.logs import configure_logging
from newsletter.pipeline import add_defaults
from newsletter.values import Role
from newsletter.wiring import Services, prepare_database
from storage.base import Base
from storage.dialect import insert_new
from subscribers.values import Audience, ConsentKind, SubscriberStatus

NOW = datetime(2027, 4, 22, 8, 0, tzinfo=UTC)
SUMMARY = "Scholen en lerarenopleidingen laten zien hoe zij samen een les ontwerpen. " * 2


def prepare(services: Services, readers: int) -> None:
    """Make the tables, the defaults and so many readers, two thirds of them at schools."""
    configure_logging("text")
    prepare_database(services)
    add_defaults(services)
    rows = [
        {
            "email": f"lezer{n}@example.org",
            "email_key": f"lezer{n}@example.org",
            "name": f"Lezer Nummer {n}",
            "audience": Audience.SCHOOL if n % 3 else Audience.TEACHER_EDUCATION,
            "role": "schoolopleider",
            "organisation": "",
            "partnership": "",
            "region": "",
            "status": SubscriberStatus.ACTIVE,
            "wants_newsletter": True,
            "wants_announcements": True,
            "since": NOW,
            "ground": ConsentKind.IMPORTED,
            "changed_at": NOW,
        }
        for n in range(readers)
    ]
    with services.db.write() as session:
        insert_new(session, Base.metadata.tables["subscriber"], rows)


def draft_short(services: Services) -> int:
    """Fill a draft from one news item, which makes a mail of some 30 kB; return its id."""
    _add_news(services, 0)
    return draft_newsletter(services.db, now=NOW)


def draft(services: Services) -> int:
    """Fill a draft from news, events, a practice example and a publication; return its id."""
    for n in range(5):
        _add_news(services, n)
        add_item(
            services.db,
            kind="event",
            title=f"Bijeenkomst {n}",
            starts_at=NOW + timedelta(days=7 + n),
            location="Nijmegen",
            url=f"https://example.org/agenda/{n}",
            now=NOW,
        )
    story = {
        "question": SUMMARY,
        "approach": SUMMARY,
        "result": SUMMARY,
        "contact": "schoolopleider",
    }
    add_item(services.db, kind="practice", title="Een les ontwerpen", details=story, now=NOW)
    add_item(
        services.db,
        kind="publication",
        title="Drie manieren van samenwerken",
        summary=SUMMARY,
        url="https://example.org/factsheet.pdf",
        now=NOW,
    )
    return draft_newsletter(services.db, now=NOW)


def _add_news(services: Services, number: int) -> None:
    add_item(
        services.db,
        kind="news",
        title=f"Nieuws {number}: samen opleiden",
        summary=SUMMARY,
        url=f"https://example.org/nieuws/{number}",
        now=NOW,
    )


def approve(services: Services, edition_id: int) -> None:
    """Submit as one person and approve as another."""
    editor, approver = (
        people.add_user(services.db, email=email, role=role, password=None, now=NOW)
        for email, role in (
            ("redacteur@example.org", Role.EDITOR),
            ("eindredacteur@example.org", Role.APPROVER),
        )
    )
    review.submit(
        services.db, edition_id, by=editor, render=services.render, house=services.house, now=NOW
    )
    review.approve(
        services.db,
        edition_id,
        by=approver,
        terms=services.terms,
        house=services.house,
        four_eyes=True,
        now=NOW,
    )
