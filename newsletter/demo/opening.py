"""Opening the demo: partners, mail catcher and services, on a database that is a demo's."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import select

from feeds.values import AMSTERDAM
from newsletter import wiring
from newsletter.caught_mail import CAUGHT
from newsletter.demo.catcher import Catcher
from newsletter.demo.errors import DemoRunning, NotADemo
from newsletter.demo.mailbox import Mailbox
from newsletter.demo.partners import PartnerServer
from newsletter.demo.ports import is_free
from newsletter.demo.remembered import Remembered, recall, remember
from newsletter.demo.seed import EDITOR, Seeded, seed
from newsletter.model import User
from newsletter.settings import Settings, SmtpRelay, read_settings
from newsletter.wiring import Services
from storage.dialect import lock
from subscribers.model import Subscriber

LOCK: Final = "demo"
WAYS_OUT: Final = ("NEWSLETTER_SMTP_URL", "NEWSLETTER_TRANSPORT_URL")  # a demo has its own


@dataclass(frozen=True, slots=True)
class Demo:
    """Everything that runs, and what was sown."""

    services: Services
    partners: PartnerServer
    mailbox: Mailbox
    seeded: Seeded


@contextmanager
def opened(environ: Mapping[str, str], *, data_dir: Path, base_url: str) -> Iterator[Demo]:
    """Open the demo in a folder, with its database migrated and seeded.

    environ: settings that win over the demo's own, except where its data lives and its mail goes:
             a demo never mails through a real relay.
    Raises:  DemoRunning, NotADemo, SettingWrong.
    """
    settings = _settings(environ, data_dir, base_url)
    clock = wiring.running_clock(settings.now)
    known = recall(settings.data_dir, today=clock().astimezone(AMSTERDAM).date())
    port = known.partners_port if is_free(known.partners_port) else 0
    mailbox = Mailbox(settings.data_dir / CAUGHT)
    with ExitStack() as stack:
        partners = stack.enter_context(PartnerServer(day=known.demo_day, clock=clock, port=port))
        catcher = stack.enter_context(Catcher(mailbox))
        services = wiring.build_services(_local(settings, partners, catcher))
        stack.callback(services.db.close)
        _take(stack, services)
        remember(settings.data_dir, Remembered(known.day, partners.port))
        seeded = seed(services, partners_url=partners.url, day=known.demo_day)
        if seeded.has_been_gathered:
            partners.publish_changes()
        yield Demo(services, partners, mailbox, seeded)


def _settings(environ: Mapping[str, str], data_dir: Path, base_url: str) -> Settings:
    given = {name: value for name, value in environ.items() if name not in WAYS_OUT}
    own = {"NEWSLETTER_DATA_DIR": str(data_dir)}
    return read_settings({"NEWSLETTER_BASE_URL": base_url} | given | own)


def _local(settings: Settings, partners: PartnerServer, catcher: Catcher) -> Settings:
    return replace(
        settings,
        smtp=SmtpRelay(host=catcher.host, port=catcher.port, security="none"),
        transport=None,
        source_allow=settings.source_allow | {partners.host_port},
    )


def _take(stack: ExitStack, services: Services) -> None:
    if not stack.enter_context(lock(services.db.engine, LOCK)):
        raise DemoRunning(
            f"a demo is already running in {services.settings.data_dir}: stop it with Ctrl-C, "
            "or give another folder with --data-dir"
        )
    wiring.prepare_database(services)
    with services.db.read() as session:
        has_readers = session.scalar(select(Subscriber.id).limit(1)) is not None
        is_ours = session.scalar(select(User.id).where(User.email_key == EDITOR.email)) is not None
    if has_readers and not is_ours:
        raise NotADemo(
            "this database was not made by a demo, so nothing was added to it: "
            "give another folder with --data-dir, and unset NEWSLETTER_DATABASE_URL"
        )
