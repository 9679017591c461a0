"""Sowing the demo: themes, segments, sources, partnerships, readers and accounts.

Running it twice adds nothing twice, and leaves alone what somebody changed in between.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds import store, submissions
from feeds.model import Source
from feeds.sent_in import count_by_state
from feeds.submissions import Permission
from feeds.themes import DEFAULT_THEMES
from feeds.values import SourceKind
from newsletter import pipeline
from newsletter.accounts.people import add_user
from newsletter.demo import material
from newsletter.demo.partner_site import AGENDA_PATH
from newsletter.demo.people import GROUND, invent_people, write_people
from newsletter.demo.planning import set_rhythm
from newsletter.values import Role
from newsletter.wiring import Services
from subscribers import organisations, partnerships
from subscribers.field import Sector, judge_organisation, judge_partnership
from subscribers.importing import import_file
from subscribers.model import Subscriber
from subscribers.values import Audience
from web.public.consent_texts import PERMISSION, PERMISSION_VERSION

PRACTICE_FOLDER: Final = "practice"


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the demo's desk. title: what people call the role."""

    email: str
    name: str
    role: Role
    title: str
    password: str


EDITOR: Final = Account(
    "redacteur@example.org", "Rosa Verhulst", Role.EDITOR, "redacteur", "samen-opleiden-1"
)
APPROVER: Final = Account(
    "eindredacteur@example.org", "Idris Bonte", Role.APPROVER, "eindredacteur", "samen-opleiden-2"
)
ADMINISTRATOR: Final = Account(
    "beheerder@example.org", "Marit Zeeuw", Role.ADMINISTRATOR, "beheerder", "samen-opleiden-3"
)
ACCOUNTS: Final = (EDITOR, APPROVER, ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Planned:
    """A source that the demo has."""

    name: str
    kind: SourceKind
    url: str


@dataclass(frozen=True, slots=True)
class Seeded:
    """What stands there now.

    sources:           slugs, to look at them all at once.
    agenda:            the slug of the calendar.
    accounts:          ids by address.
    has_been_gathered: whether an earlier demo in this folder has read the calendar.
    """

    sources: tuple[str, ...]
    agenda: str
    accounts: dict[str, int]
    readers_added: int
    has_been_gathered: bool


def seed(services: Services, *, partners_url: str, day: date) -> Seeded:
    """Make sure that everything of the demo is there; return what stands there now.

    partners_url: where the partners answer today; sources that knew another port are led there.
    day:          the demo's day zero.
    """
    pipeline.add_defaults(services)
    accounts_by_address = {one.email: _add_account(services, one) for one in ACCOUNTS}
    _add_partnerships(services)
    _write_practice(services.settings.data_dir / PRACTICE_FOLDER, day)
    _send_in(services)
    set_rhythm(services)
    sources = _add_sources(services, partners_url)
    agenda = next(one for one in sources if one.kind == SourceKind.AGENDA)
    return Seeded(
        sources=tuple(one.slug for one in sources),
        agenda=agenda.slug,
        accounts=accounts_by_address,
        readers_added=_add_readers(services),
        has_been_gathered=agenda.last_success_at is not None,
    )


def planned_sources(partners_url: str, data_dir: Path) -> tuple[Planned, ...]:
    """Return the demo's sources: three feeds, a calendar and a folder of practice examples."""
    feeds = [
        Planned(feed.name, SourceKind.FEED, f"{partners_url}/{feed.slug}/feed.xml")
        for feed in material.read_feeds()
    ]
    agenda = Planned("Agenda Opleidingsscholen", SourceKind.AGENDA, partners_url + AGENDA_PATH)
    folder = str(data_dir / PRACTICE_FOLDER)
    practice = Planned("Voorbeelden uit de praktijk", SourceKind.PRACTICE, folder)
    return (*feeds, agenda, practice)


def _add_account(services: Services, account: Account) -> int:
    return add_user(
        services.db,
        email=account.email,
        role=account.role,
        name=account.name,
        password=account.password,
        now=services.clock(),
    )


def _add_partnerships(services: Services) -> None:
    """Let the demo know its field, once: what was changed since then stays."""
    now = services.clock()
    with services.db.read() as session:
        if partnerships.search(session):
            return
    for one in material.read_collaborations():
        agreed = {"agreed_by": one.agreed_by, "agreed_on": now.date().isoformat()}
        given = {
            "name": one.name,
            "region": one.region,
            "sector": Sector.SECONDARY,
            "stage": one.stage,
            "since_year": str(one.since),
            **(agreed if one.agreed_by else {}),
        }
        number = partnerships.add_partnership(services.db, judge_partnership(given).values, now=now)
        members = [(name, Audience.SCHOOL) for name in one.schools]
        members += [(name, Audience.TEACHER_EDUCATION) for name in one.institutes]
        for name, side in members:
            values = judge_organisation({"name": name, "audience": side, "region": one.region})
            organisations.add_organisation(
                services.db, values.values, partnerships=[number], now=now
            )


def _send_in(services: Services) -> None:
    """Let readers send in an example, once; it waits for the editors."""
    with services.db.read() as session:
        if any(count_by_state(session).values()):
            return
    permission = Permission(PERMISSION_VERSION, PERMISSION)
    for one in material.read_sent_in():
        submission_id = submissions.receive(
            services.db,
            name=one.name,
            email=one.email,
            told=one.told,
            picture=None,
            permission=permission,
            now=services.clock(),
        )
        if submission_id is not None:
            submissions.confirm(services.db, submission_id, now=services.clock())


def _write_practice(folder: Path, day: date) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in material.practice_texts(day).items():
        path = folder / name
        if not path.exists():
            path.write_text(text, encoding="utf-8")


def _add_sources(services: Services, partners_url: str) -> list[Source]:
    planned = planned_sources(partners_url, services.settings.data_dir)
    with services.db.write() as session:
        known = {_place(one.url): one for one in store.list_sources(session)}
        return [_source(session, one, known.get(_place(one.url)), services) for one in planned]


def _source(session: Session, planned: Planned, known: Source | None, services: Services) -> Source:
    if known is not None:
        known.url = planned.url
        return known
    return store.add_source(
        session, url=planned.url, kind=planned.kind, name=planned.name, now=services.clock()
    )


def _place(url: str) -> str:
    """Return what stays of an address when the demo runs on another port or in another folder."""
    return "/".join(urlsplit(url).path.rsplit("/", 2)[-2:]) if "://" in url else Path(url).name


def _add_readers(services: Services) -> int:
    """Import the invented readers who are not there yet; who was changed or left stays so."""
    themes = [theme.slug for theme in DEFAULT_THEMES]
    people = invent_people(material.read_collaborations(), themes=themes)
    with services.db.read() as session:
        there = _known_addresses(session, (person.email for person in people))
    missing = [person for person in people if person.email not in there]
    if not missing:
        return 0
    with TemporaryDirectory() as folder:
        path = Path(folder) / "demo.csv"
        write_people(missing, path)
        report = import_file(
            services.db,
            path,
            ground=GROUND,
            key=services.settings.hash_key,
            now=services.clock(),
        )
    return report.added


def _known_addresses(session: Session, addresses: Iterable[str]) -> set[str]:
    wanted = list(addresses)
    return set(
        session.scalars(select(Subscriber.email_key).where(Subscriber.email_key.in_(wanted)))
    )
