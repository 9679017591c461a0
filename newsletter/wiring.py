"""The only place that puts things together: settings in, services out. The clock is read here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Self

import feeds.model  # noqa: F401
import newsletter.account_rows
import newsletter.model
import newsletter.returned_rows
import newsletter.review_rows
import newsletter.sending_rows  # noqa: F401
import storage.hourly
import storage.log  # noqa: F401
import subscribers.list_rows
import subscribers.many_rows
import subscribers.model  # noqa: F401 - all eleven: their tables belong to one metadata
from feeds.fetch import Fetcher
from feeds.links import look_at_links
from newsletter.approve.review import check_edition
from newsletter.compose.colours import judge_colours
from newsletter.compose.notices import NoticeRenderer
from newsletter.compose.render import Renderer
from newsletter.domain_records import DomainAsker
from newsletter.errors import DatabaseNotReady
from newsletter.openid import WORK_RETURN, Client, OpenId
from newsletter.organisation import read_chosen, read_version, with_chosen
from newsletter.ports import AskDomain, Clock, Outside, RenderNotice, Terms, Transport
from newsletter.send.notices.counting import counted
from newsletter.send.transports import open_transport
from newsletter.send.transports.offers import Offers
from newsletter.send.watching.trail import follow_changes
from newsletter.settings import Settings, read_settings
from newsletter.values import Contrast, Finding, House
from storage import migrate
from storage.base import Base
from storage.session import Database
from subscribers.links import Links
from subscribers.receiving import Lists


@dataclass(frozen=True, slots=True)
class Parts:
    """What is made of the organisation's settings, and is made anew when they change."""

    settings: Settings
    render: Renderer
    render_notice: RenderNotice


def make_parts(settings: Settings) -> Parts:
    """Return the parts for these settings; templates are compiled, which takes a moment."""
    organisation, base_url = settings.organisation, settings.base_url
    return Parts(
        settings=settings,
        render=Renderer(organisation=organisation, base_url=base_url),
        render_notice=NoticeRenderer(organisation=organisation, base_url=base_url),
    )


class Followed:
    """Keeps the parts in step with the organisation's row. Safe to share between threads.

    given: the settings without any choice of the desk.
    """

    def __init__(self, given: Settings) -> None:
        self.given = given
        self._lock = Lock()
        self._seen: tuple[int, Parts | None] = (0, None)

    @property
    def last(self) -> Parts | None:
        """The parts as they were last made; None while nothing was chosen."""
        return self._seen[1]

    def look(self, db: Database) -> Parts | None:
        """Return the parts as of now: one small query, and more only when the row moved."""
        with db.read() as session:
            if read_version(session) == self._seen[0]:
                return self.last
            chosen = read_chosen(session)
        with self._lock:
            if chosen.version != self._seen[0]:
                parts = make_parts(with_chosen(self.given, chosen)) if chosen.version else None
                self._seen = (chosen.version, parts)
            return self.last


@dataclass(frozen=True, slots=True)
class Services:
    """What the doors hand to the use cases.

    settings, render, render_notice: as the organisation was when these services were made;
    `current()` returns services with what it is now.
    offers: what the relay can do, as far as this process saw.
    """

    settings: Settings
    db: Database
    clock: Clock
    fetcher: Fetcher
    render: Renderer
    render_notice: RenderNotice
    ask_domain: AskDomain
    links: Links
    openid: OpenId | None
    open_transport: Callable[[], Transport]
    offers: Offers
    followed: Followed = field(repr=False)

    def current(self) -> Self:
        """Return the services with the organisation as it is now.

        For each request, job, command and round of a worker; never for each mail.
        """
        return self._with(self.followed.look(self.db))

    def remembered(self) -> Self:
        """Return them with the organisation as it was last seen, without asking the database."""
        return self._with(self.followed.last)

    def _with(self, parts: Parts | None) -> Self:
        if parts is None or parts.settings is self.settings:
            return self
        return replace(
            self,
            settings=parts.settings,
            render=parts.render,
            render_notice=parts.render_notice,
        )

    def open_notices(self) -> Transport:
        """Return the way out for notices and test mails: past every limit, and counted."""
        return counted(self.open_transport(), self.db, self.settings.limits, self.clock)

    @property
    def house(self) -> House:
        """What the checks of an edition know of us."""
        settings, way = self.settings, self.settings.way_out
        judged = judge_colours(settings.organisation.colours)
        sender = domain_of(settings.sender_address)
        return House(
            base_url=settings.base_url,
            sender_domain=sender,
            bounce_domain=domain_of(settings.bounce_address) or sender,
            # The servers that a provider sends from have other names than its API.
            relay="" if way.is_local or way.kind != "smtp" else way.host,
            is_trial=way.is_local,
            dkim={one.selector: one.public for one in settings.signing},
            contrasts=tuple(Contrast(one.front, one.ground, one.ratio) for one in judged),
        )

    @property
    def lists(self) -> Lists:
        """The lists of people that come in through the desk."""
        folder = self.settings.data_dir / "lists"
        return Lists(self.db, folder, key=self.settings.hash_key, clock=self.clock)

    @property
    def terms(self) -> Terms:
        """What an approval holds under."""
        return Terms(self.render, self.settings.letterhead, self.settings.approvers)

    @property
    def outside(self) -> Outside:
        """The ways to look outside before an edition is judged."""
        return Outside(
            links=lambda urls: look_at_links(urls, fetcher=self.fetcher), domain=self.ask_domain
        )

    def preflight(self, edition_id: int, *, now: datetime) -> tuple[Finding, ...]:
        """Return what the checks notice in an edition now; a `ports.Preflight`."""
        return check_edition(self.db, edition_id, render=self.render, house=self.house, now=now)


def build_services(settings: Settings) -> Services:
    """Put the program together; opens nothing on the network."""
    parts, offers = make_parts(settings), Offers()
    db = Database(settings.database_url)
    if settings.log == "json":
        follow_changes(db)
    return Services(
        settings=settings,
        db=db,
        clock=running_clock(settings.now),
        fetcher=Fetcher(allow=settings.source_allow, contact=settings.base_url),
        render=parts.render,
        render_notice=parts.render_notice,
        ask_domain=DomainAsker(selectors=[one.selector for one in settings.signing]),
        links=Links(settings.secret_key, settings.base_url, former=settings.former_secret_keys),
        openid=_openid(settings),
        open_transport=lambda: open_transport(settings.way_out, offers),
        offers=offers,
        followed=Followed(settings),
    )


def _openid(settings: Settings) -> OpenId | None:
    if not settings.oidc_issuer:
        return None
    client = Client(settings.oidc_issuer, settings.oidc_client_id, settings.oidc_client_secret)
    return OpenId(client, redirect_url=settings.base_url + WORK_RETURN)


def read_services(environ: Mapping[str, str] | None = None) -> Services:
    """Read the settings and put the program together."""
    return build_services(read_settings(environ))


def domain_of(address: str) -> str:
    """Return the domain of a mail address, as name servers know it; "" for no address."""
    return address.rpartition("@")[2].lower().rstrip(".")


def running_clock(start: datetime | None) -> Clock:
    """Return the clock: the real one, or one that stands at `start` now and runs on from there."""
    if start is None:
        return lambda: datetime.now(UTC)
    ahead = start - datetime.now(UTC)
    return lambda: datetime.now(UTC) + ahead


def prepare_database(services: Services) -> tuple[str | None, str | None]:
    """Create or migrate the tables; return the revision before and after."""
    return migrate.migrate(services.db.engine, Base.metadata)


def require_database(services: Services) -> None:
    """Raise DatabaseNotReady, with what to do, unless the tables are of this version."""
    if not migrate.is_current(services.db.engine):
        raise DatabaseNotReady("the database is empty or of another version: run `newsletter init`")


def write_migration(message: str) -> None:
    """Write the step that brings a database of the last step to today's classes."""
    with TemporaryDirectory() as folder:
        db = Database(f"sqlite:///{folder}/newsletter.db")
        migrate.migrate(db.engine, Base.metadata)
        migrate.write_step(db.engine, Base.metadata, message)
        db.close()
