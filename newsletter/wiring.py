"""The only place that puts things together: settings in, services out. The clock is read here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

import feeds.model  # noqa: F401
import newsletter.model  # noqa: F401
import subscribers.model  # noqa: F401 - all three: their tables belong to one metadata
from feeds.fetch import Fetcher
from newsletter.compose.notices import NoticeRenderer
from newsletter.compose.render import Renderer
from newsletter.errors import DatabaseNotReady
from newsletter.ports import Clock, RenderNotice, Transport
from newsletter.send.transports import open_transport
from newsletter.settings import Settings, read_settings
from storage import migrate
from storage.base import Base
from storage.session import Database
from subscribers.links import Links


@dataclass(frozen=True, slots=True)
class Services:
    """What the doors hand to the use cases."""

    settings: Settings
    db: Database
    clock: Clock
    fetcher: Fetcher
    render: Renderer
    render_notice: RenderNotice
    links: Links
    open_transport: Callable[[], Transport]


def build_services(settings: Settings) -> Services:
    """Put the program together; opens nothing on the network."""
    return Services(
        settings=settings,
        db=Database(settings.database_url),
        clock=running_clock(settings.now),
        fetcher=Fetcher(allow=settings.source_allow, contact=settings.base_url),
        render=Renderer(organisation=settings.organisation, base_url=settings.base_url),
        render_notice=NoticeRenderer(
            organisation=settings.organisation, base_url=settings.base_url
        ),
        links=Links(key=settings.secret_key, base_url=settings.base_url),
        open_transport=lambda: open_transport(settings.smtp),
    )


def read_services(environ: Mapping[str, str] | None = None) -> Services:
    """Read the settings and put the program together."""
    return build_services(read_settings(environ))


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
