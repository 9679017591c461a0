"""`newsletter demo --once`: the whole way without a browser, up to reading the mails back.

Run again on the same folder it gathers nothing new, finds this week's edition sent, sends nothing,
and reads the mails back all the same.
"""

import os
import sys
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from threading import Event, Timer
from typing import Final

from sqlalchemy import select

from feeds.values import AMSTERDAM, GatherReport
from newsletter.approve import review
from newsletter.compose.draft import draft_newsletter
from newsletter.compose.picking import take_item
from newsletter.demo.dressing import dress
from newsletter.demo.gathering import gather_all
from newsletter.demo.once_report import OnceReport, print_report
from newsletter.demo.opening import Demo, opened
from newsletter.demo.reading import LetterRead, letters_of, read_letter
from newsletter.demo.seed import APPROVER, EDITOR
from newsletter.logs import configure_logging
from newsletter.model import Delivery
from newsletter.send import schedule
from newsletter.send.worker import run_worker
from newsletter.store import deliveries
from newsletter.store.editions import content_of, get_edition
from newsletter.values import DeliveryState, EditionFigures, EditionStatus
from newsletter.wiring import Services
from subscribers.model import Subscriber
from subscribers.values import Audience

SIDES: Final = (*Audience, None)
PATIENCE_S: Final = 120.0  # sending to the catcher takes two seconds; this ends a way that hangs
BASE_URL: Final = "http://127.0.0.1:8000"


def run_once(*, data_dir: Path) -> int:
    """Go the whole way, print what happened, and return 0 when it is as it should be, else 1."""
    begun = time.monotonic()
    with opened(os.environ, data_dir=data_dir, base_url=BASE_URL) as demo:
        configure_logging(demo.services.settings.log)
        if demo.services.settings.now is not None:
            now = demo.services.clock().isoformat(timespec="seconds")
            print(f"newsletter: the clock was set to {now}", file=sys.stderr)
        report = go_the_whole_way(demo)
    print_report(report, seconds=time.monotonic() - begun)
    return 0 if report.passed else 1


def go_the_whole_way(demo: Demo) -> OnceReport:
    """Gather, draft, submit, approve, send, and read the mails back.

    Raises ChecksFailed and what else the steps raise: then the edition stays where it is.
    """
    services = demo.services
    gathered = gather_all(demo)
    edition_id = draft_of_the_week(services, author_id=demo.seeded.accounts[EDITOR.email])
    before = _figures(services, edition_id).state
    there_already = len(demo.mailbox)
    _bring_to_readers(demo, edition_id)
    figures = _figures(services, edition_id)
    caught = letters_of(demo.mailbox, edition_id)
    return OnceReport(
        gathered=gathered,
        figures=figures,
        sent_before=before is EditionStatus.SENT,
        caught=caught.letters,
        caught_now=len(demo.mailbox) - there_already,
        letters=tuple(_read_back(demo, edition_id, caught.numbers)),
        wrong=tuple(_wrong(gathered, figures, caught.letters, caught.doubles)),
    )


def draft_of_the_week(services: Services, *, author_id: int) -> int:
    """Return this week's edition of the demo: the one that is there, or a new draft, dressed."""
    now = services.clock()
    edition_id = draft_newsletter(
        services.db,
        now=now,
        author_id=author_id,
        period=period_of(now),
        maximum=services.settings.section_maximum,
    )
    dress(services, edition_id, by=author_id)
    return edition_id


def period_of(now: datetime) -> str:
    """Return the name of the demo's edition of that week, such as "demo-2026-W48" (ISO 8601)."""
    year, week, _ = now.astimezone(AMSTERDAM).isocalendar()
    return f"demo-{year}-W{week:02}"


def _bring_to_readers(demo: Demo, edition_id: int) -> None:
    """Take the edition from wherever it is to sent; a step that was done is not done again."""
    services = demo.services.current()
    if _figures(services, edition_id).state is EditionStatus.DRAFT:
        _take_examples(demo, edition_id)
        review.submit(
            services.db,
            edition_id,
            by=demo.seeded.accounts[EDITOR.email],
            render=services.render,
            house=services.house,
            now=services.clock(),
            outside=services.outside,
        )
    if _figures(services, edition_id).state is EditionStatus.IN_REVIEW:
        review.approve(
            services.db,
            edition_id,
            by=demo.seeded.accounts[APPROVER.email],
            terms=services.terms,
            house=services.house,
            four_eyes=services.settings.four_eyes,
            now=services.clock(),
        )
    if _figures(services, edition_id).state is EditionStatus.SENT:
        return
    schedule.send_now(services.db, edition_id, terms=services.terms, now=services.clock())
    _work(services, edition_id)


def _take_examples(demo: Demo, edition_id: int) -> None:
    """Take the practice examples of the draft, as an editor does who read them."""
    services = demo.services
    with services.db.read() as session:
        blocks = get_edition(session, edition_id, with_blocks=True).blocks
        items = [one.item_id for one in blocks if one.kind == "practice" and one.item_id]
    for item_id in items:
        take_item(
            services.db,
            item_id,
            now=services.clock(),
            by=demo.seeded.accounts[EDITOR.email],
        )


def _work(services: Services, edition_id: int) -> None:
    stop = Event()
    alarm = Timer(PATIENCE_S, stop.set)
    alarm.start()
    try:
        run_worker(services, stop=stop, until_complete=edition_id)
    finally:
        alarm.cancel()
        alarm.join()


def _figures(services: Services, edition_id: int) -> EditionFigures:
    with services.db.read() as session:
        return deliveries.figures(session, edition_id)


def _read_back(demo: Demo, edition_id: int, numbers: Mapping[str, str]) -> list[LetterRead]:
    """Read one mail of each side that got any."""
    with demo.services.db.read() as session:
        content = content_of(get_edition(session, edition_id, with_blocks=True))
        rows = session.execute(
            select(Subscriber.email_key, Delivery.audience)
            .join(Subscriber, Subscriber.id == Delivery.subscriber_id)
            .where(Delivery.edition_id == edition_id, Delivery.state == DeliveryState.SENT)
            .order_by(Delivery.id)
        ).all()
    first = {side: key for key, side in reversed(rows) if key in numbers}
    read = []
    for side in SIDES:
        message = demo.mailbox.message(numbers[first[side]]) if side in first else None
        if message is not None:
            read.append(
                read_letter(message, number=numbers[first[side]], content=content, audience=side)
            )
    return read


def _wrong(gathered: GatherReport, figures: EditionFigures, caught: int, doubles: int) -> list[str]:
    wrong = [f"{one.name}: {one.error}" for one in gathered.sources if one.error]
    if figures.state is not EditionStatus.SENT:
        wrong.append(f"the edition is not sent but {figures.state}")
    if figures.sent != figures.recipients - figures.skipped:
        wrong.append(f"sent to {figures.sent} of {figures.recipients} readers")
    if caught != figures.sent + doubles:
        wrong.append(f"{figures.sent} mails were sent and {caught - doubles} were caught")
    if doubles:
        wrong.append(f"{doubles} mails too many")
    return wrong
