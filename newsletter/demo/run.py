"""`newsletter demo`: the whole product on this machine, until Ctrl-C.

Everything is one process: partners, mail catcher, mailbox page, web site, scheduler and worker.
"""

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from sqlalchemy import select

from feeds.model import Item
from feeds.values import GatherReport, ItemKind, SourceReport
from newsletter.compose.by_rhythm import draft_slot
from newsletter.compose.draft import draft_announcement
from newsletter.demo.dressing import dress
from newsletter.demo.gathering import gather_all
from newsletter.demo.mailbox_page import MailboxPages
from newsletter.demo.once import draft_of_the_week
from newsletter.demo.opening import WAYS_OUT, Demo, opened
from newsletter.demo.ports import LOOPBACK, bind_near, free_near
from newsletter.demo.seed import ACCOUNTS, EDITOR
from newsletter.logs import configure_logging
from newsletter.model import Edition
from newsletter.rhythm import next_slots
from newsletter.store.planning import read_choices, read_rhythm
from newsletter.values import EditionKind
from newsletter.wiring import Services

Serve = Callable[[Services, str, int], None]
"""Serves site, desk, jobs and worker on a host and port, until stopped."""

ANNOUNCED: Final = "congres"
ANNOUNCED_TO: Final = "school"  # a shipped segment
SAID: Final = {
    "nl": "Ctrl-C stopt de demo. Wat je deed, blijft bewaard in {folder}.",
    "en": "Ctrl-C stops the demo; what you did is kept there.",
}


def run_demo(*, data_dir: Path, port: int, serve: Serve) -> None:
    """Open the demo, gather, draft, say where to click, and serve until Ctrl-C.

    port:   where the site should be; the mailbox page is on the one after it. A port that is taken
            is left alone, and the next free one is used and named.
    Raises: DemoRunning, NotADemo, SettingWrong, OSError when no port is free.
    """
    console = Console(stderr=True)
    site_port = free_near(port)
    if site_port != port:
        console.print(f"Poort {port} is bezet (port taken); de site staat op {site_port}.")
    base_url = f"http://{LOOPBACK}:{site_port}"
    with ExitStack() as stack:
        demo = stack.enter_context(opened(os.environ, data_dir=data_dir, base_url=base_url))
        configure_logging(demo.services.settings.log)
        _warn(console, demo.services)
        report = _gather(demo, console)
        edition_id = _draft(demo)
        pages = stack.enter_context(MailboxPages(demo.mailbox, bind_near(site_port + 1)))
        draft = f"{base_url}/redactie/edities/{edition_id}"
        _tell(console, demo, report, site=base_url, draft=draft, mailbox=pages.url)
        serve(demo.services, LOOPBACK, site_port)


def _warn(console: Console, services: Services) -> None:
    if services.settings.now is not None:
        now = services.clock().isoformat(timespec="seconds")
        console.print(f"De klok is verzet naar {now} (the clock was set).")
    for name in WAYS_OUT:
        if os.environ.get(name):
            console.print(
                f"{name} telt niet in de demo: alle post blijft op deze computer "
                "(ignored here: the demo never sends real mail)."
            )


def _gather(demo: Demo, console: Console) -> GatherReport:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as shown:
        task = shown.add_task("Bronnen ophalen", total=None)

        def show(one: SourceReport, done: int, total: int) -> None:
            shown.update(task, completed=done, total=total, description=f"Bronnen: {one.name}")

        return gather_all(demo, progress=show)


def _draft(demo: Demo) -> int:
    """Make what an editor would find: a mailing about the congress, and the next newsletter.

    Returns the newsletter's id.
    """
    editor = demo.seeded.accounts[EDITOR.email]
    edition_id = _draft_of_the_rhythm(demo.services, author_id=editor)
    congress = _congress_to_announce(demo.services)
    if congress is not None:
        draft_announcement(
            demo.services.db,
            event_id=congress,
            segment=ANNOUNCED_TO,
            now=demo.services.clock(),
            author_id=editor,
        )
    return edition_id


def _draft_of_the_rhythm(services: Services, *, author_id: int) -> int:
    """Return the draft of the next slot; of this week when somebody turned the rhythm off."""
    now = services.clock()
    with services.db.read() as session:
        rhythm = read_rhythm(session)
        slots = next_slots(rhythm, now, count=1, choices=read_choices(session)) if rhythm else []
    if not slots:
        return draft_of_the_week(services, author_id=author_id)
    maximum = services.settings.section_maximum
    edition_id = draft_slot(services.db, slots[0].on, now=now, author_id=author_id, maximum=maximum)
    dress(services, edition_id, by=author_id)
    return edition_id


def _congress_to_announce(services: Services) -> int | None:
    """Return the coming congress that no mailing is about yet."""
    announced = select(Edition.event_id).where(
        Edition.kind == EditionKind.ANNOUNCEMENT, Edition.event_id.is_not(None)
    )
    coming = select(Item).where(
        Item.kind == ItemKind.EVENT,
        Item.starts_at > services.clock(),
        Item.cancelled.is_(False),
        Item.id.not_in(announced),
    )
    with services.db.read() as session:
        events = session.scalars(coming.order_by(Item.starts_at)).all()
    return next((one.id for one in events if one.details.get("type") == ANNOUNCED), None)


def _tell(
    console: Console, demo: Demo, report: GatherReport, *, site: str, draft: str, mailbox: str
) -> None:
    places = Table(box=None, show_header=False, pad_edge=False)
    places.add_row("Site", f"{site}/", "wat lezers zien (the public site)")
    places.add_row("Redactie", f"{site}/redactie", "voor redacteuren (the desk)")
    places.add_row("Concept", draft, "de editie die klaarstaat (the draft to start with)")
    places.add_row("Postvak", mailbox, "alle verstuurde post (every mail that was sent)")
    places.add_row("Partners", f"{demo.partners.url}/", "de verzonnen bronnen (invented sources)")
    logins = Table(box=None, show_header=False, pad_edge=False)
    for one in ACCOUNTS:
        logins.add_row(one.title.capitalize(), one.email, one.password)
    new = f"{report.new} nieuw, {report.updated} gewijzigd"
    for part in (
        f"\nDe demo draait (the demo is running). Bronnen: {new}.\n",
        places,
        "\nInloggen bij de redactie (sign in at the desk):",
        logins,
        f"\n{SAID['nl'].format(folder=demo.services.settings.data_dir)} {SAID['en']}\n",
    ):
        console.print(part, markup=False, highlight=False, soft_wrap=True)
