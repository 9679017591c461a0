"""The stages in order, and how one is run: every run leaves a row that people can see."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from feeds.administer import note_asked
from feeds.gather import Progress, gather_due
from feeds.kept import believe_missing
from feeds.rehost import Rehosted, find_pictures, rehost_pictures
from feeds.themes import add_default_themes, theme_words
from feeds.values import GatherReport
from newsletter import dutch
from newsletter.approve.look_up import look_up_domain, look_up_underway
from newsletter.approve.remind import remind
from newsletter.approve.tell import tell
from newsletter.approve.watch import Held, hold_outdated
from newsletter.compose.by_rhythm import draft_slots
from newsletter.compose.draft import draft_newsletter
from newsletter.compose.pictures import drafted_items, offer_pictures
from newsletter.errors import LedgerBroken, TransportError
from newsletter.learn.bounces import FOLDER, Returns, process_folder
from newsletter.learn.imap import process_mailbox
from newsletter.learn.refusals import learn_refusals
from newsletter.matters import News
from newsletter.model import Run
from newsletter.retention import erase_what_is_over
from newsletter.send.freeze import begin_due
from newsletter.send.notices import REMINDERS, held_values, reminder_values, send_notice
from newsletter.send.notices.edition_news import news_values
from newsletter.send.notices.ended import ended_values
from newsletter.send.notices.telling import Ended, Notify, tell_ends
from newsletter.send.verify import verify
from newsletter.signing_up import handle_sign_ups
from newsletter.store.planning import read_rhythm
from newsletter.store.runs import missed_pictures, not_yet_again
from newsletter.store.waiting import Waiting
from newsletter.wiring import Services
from subscribers.segments import add_default_segments

log = structlog.get_logger()

VERIFIED_FOR: Final = timedelta(days=8)  # every hour, of what is over; `newsletter verify` asks all

Report = Mapping[str, Any]
"""What a run did, in counts; it is stored, so it holds no personal data."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the pipeline. do: runs it once; running it twice does no harm."""

    sentence: str
    do: Callable[[Services, datetime], Report]


def add_defaults(services: Services) -> None:
    """Add the shipped themes and segments where they are missing."""
    add_default_themes(services.db)
    add_default_segments(services.db)


def begin_run(session: Session, stage: str, *, due_at: datetime, now: datetime) -> Run:
    """Put the beginning of a run on record, within the caller's transaction."""
    run = Run(stage=stage, due_at=due_at, started_at=now, report={}, error="")
    session.add(run)
    return run


def work_on_lists(services: Services) -> int:
    """Do what waits of the lists that came in through the desk; return how many steps."""
    with services.db.read() as session:
        themes = theme_words(session)
    return services.lists.work(known_themes=themes)


def run_stage(services: Services, run: Run) -> Run:
    """Run the stage of a run that was begun; record what it did or why it failed, and when."""
    report: Report = {}
    error = ""
    try:
        report = STAGES[run.stage].do(services.current(), services.clock())
    except Exception as failure:
        error = f"{type(failure).__name__}: {failure}".splitlines()[0]
        log.exception("stage failed", stage=run.stage)
    with services.db.write() as session:
        return _finish(session, run.id, now=services.clock(), report=report, error=error)


def close_interrupted(session: Session, *, now: datetime) -> list[str]:
    """Mark runs that a crash cut off; return their stages, which are to be run again."""
    cut_off = session.execute(
        update(Run)
        .where(Run.finished_at.is_(None))
        .values(finished_at=now, error="stopped before it was done")
        .returning(Run.stage)
    )
    return sorted(set(cut_off.scalars()))


def _finish(session: Session, run_id: int, *, now: datetime, report: Report, error: str) -> Run:
    run = session.get_one(Run, run_id)
    run.finished_at, run.report, run.error = now, dict(report), error
    return run


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a round brought. held: editions taken back, as an event in them was moved or called off.

    untold:   how many of the people of those editions could not be mailed about it.
    pictures: which items got a picture of ours, and which did not.
    """

    report: GatherReport
    held: tuple[Held, ...]
    untold: int
    pictures: Rehosted


def gather(
    services: Services,
    *,
    now: datetime,
    only: Sequence[str] = (),
    progress: Progress | None = None,
) -> Gathered:
    """Look at the sources that are due, or at these; stop the editions that are not true any more.

    Then pictures are fetched: what was gathered does not wait for them.
    Raises UnknownSource for a slug in `only`.
    """
    report = gather_due(
        services.db, fetcher=services.fetcher, now=now, only=only, progress=progress
    )
    with services.db.write() as session:
        believe_missing(session, now=now)
        note_asked(session, only, now=now)
    held = hold_outdated(services.db, now=now)
    untold = sum(tell_held(services, one, now) for one in held)
    return Gathered(report, held, untold, _fetch_pictures(services, report, now))


def _fetch_pictures(services: Services, report: GatherReport, now: datetime) -> Rehosted:
    db, fetcher = services.db, services.fetcher
    find_pictures(db, fetcher=fetcher, report=report, now=now)
    with db.read() as session:
        missed = missed_pictures(session, since=now - timedelta(days=7))
    done = rehost_pictures(
        db,
        fetcher=fetcher,
        wanted=drafted_items(db),
        leave=not_yet_again(missed, now=now),
        now=now,
    )
    offer_pictures(db, done.done)
    return done


def _mail(
    services: Services, notice: str, address: str, values: Mapping[str, object], now: datetime
) -> None:
    """Send a notice with what these services have. Raises TransportError."""
    send_notice(
        notice,
        to=address,
        values=values,
        settings=services.settings,
        transport=services.open_notices(),
        render=services.render_notice,
        now=now,
    )


def tell_held(services: Services, held: Held, now: datetime) -> int:
    """Mail the people of an edition that it was taken back; return how many could not be told.

    The edition stays taken back whether or not the relay is there: the desk shows it too.
    """
    untold = 0
    for address in held.people:
        try:
            _mail(
                services,
                "held",
                address,
                held_values(
                    kind=held.kind,
                    number=held.number,
                    title=held.title,
                    because=held.because,
                    edition_url=f"{services.settings.base_url}/redactie/edities/{held.edition_id}",
                ),
                now,
            )
        except TransportError:
            untold += 1
            log.exception("notice not sent", notice="held", edition=held.edition_id)
    return untold


def _gather(services: Services, now: datetime) -> Report:
    gathered = gather(services, now=now)
    report = gathered.report
    return {
        "sources": len(report.sources),
        "new": report.new,
        "updated": report.updated,
        "failed": [one.slug for one in report.sources if one.error],
        "held": [one.edition_id for one in gathered.held],
        "untold": gathered.untold,
        "pictures": len(gathered.pictures.done),
        "pictures_missed": list(gathered.pictures.failed),  # read by `missed_pictures`
    }


def _draft(services: Services, now: datetime) -> Report:
    with services.db.read() as session:
        if read_rhythm(session) is not None:
            return {"edition": None}  # it comes when the team said: see `_rhythm`
    year, week, _ = dutch.local(now).isocalendar()
    edition_id = draft_newsletter(
        services.db,
        now=now,
        period=f"{year}-W{week:02}",
        maximum=services.settings.section_maximum,
    )
    return {"edition": edition_id}


def _rhythm(services: Services, now: datetime) -> Report:
    maximum = services.settings.section_maximum
    return {"editions": draft_slots(services.db, now=now, maximum=maximum)}


def _remind(services: Services, now: datetime) -> Report:
    def notify(waiting: Waiting, address: str) -> None:
        values = reminder_values(waiting, base_url=services.settings.base_url, now=now)
        _mail(services, REMINDERS[waiting.what], address, values, now)

    four_eyes = services.settings.four_eyes
    reminded = remind(services.db, notify=notify, four_eyes=four_eyes, now=now)
    return {"reminded": reminded.mails, "untold": reminded.untold}


def _tell(services: Services, now: datetime) -> Report:
    def notify(news: News, address: str) -> None:
        values = news_values(news, base_url=services.settings.base_url)
        _mail(services, "edition_news", address, values, now)

    told = tell(services.db, notify=notify, four_eyes=services.settings.four_eyes, now=now)
    return {"told": told.mails, "untold": told.untold}


def _look_up(services: Services, now: datetime) -> Report:
    report = look_up_underway(
        services.db,
        look=services.outside.links,
        render=services.render,
        house=services.house,
        now=now,
    )
    asked = look_up_domain(services.db, ask=services.ask_domain, house=services.house, now=now)
    return {"asked": report.asked, "seen": report.seen, "domain": asked}


def _send(services: Services, now: datetime) -> Report:
    started = begin_due(
        services.db,
        settings=services.settings,
        terms=services.terms,
        preflight=services.preflight,
        now=now,
    )
    return {"started": started, **tell_ends(services.db, notify=_tell_end(services, now), now=now)}


def _tell_end(services: Services, now: datetime) -> Notify:
    def notify(ended: Ended, address: str) -> bool:
        try:
            values = ended_values(ended, base_url=services.settings.base_url)
            _mail(services, "ended", address, values, now)
        except TransportError:
            log.exception("notice not sent", notice="ended", edition=ended.figures.id)
            return False
        return True

    return notify


def _bounces(services: Services, now: datetime) -> Report:
    returns = Returns(services.db, services.links, services.settings.hash_key, via=FOLDER)
    counts = Counter(process_folder(returns, services.settings.data_dir / "bounces", now=now))
    counts += Counter(learn_refusals(returns, now=now))
    if mailbox := services.settings.bounce_mailbox:
        counts += Counter(process_mailbox(returns, mailbox, now=now))
    return dict(counts)


def _verify(services: Services, now: datetime) -> Report:
    """Look whether the ledger of what goes out, or went out of late, holds what it promises.

    Raises LedgerBroken: so it is a run that failed, which the log and the desk tell.
    """
    found = verify(
        services.db,
        letterhead=services.settings.letterhead,
        since=now - VERIFIED_FOR,
    )
    if found.broken:
        raise LedgerBroken("; ".join(map(str, found.broken)))
    return {"editions": found.editions, "deliveries": found.deliveries}


def _sign_ups(services: Services, _now: datetime) -> Report:
    return handle_sign_ups(services)


def _lists(services: Services, _now: datetime) -> Report:
    return {"steps": work_on_lists(services)}


STAGES: Final[Mapping[str, Stage]] = {
    "gather": Stage("read the sources that are due", _gather),
    "draft": Stage("without a rhythm: fill the periodical edition from what came in", _draft),
    "rhythm": Stage("make the editions of the team's rhythm in time", _rhythm),
    "look_up": Stage("see where the links of editions lead, and how our domain is known", _look_up),
    "remind": Stage("tell by mail who is due, once", _remind),
    "tell": Stage("tell by mail at once what happened to an edition", _tell),
    "send": Stage("freeze the readers of what is approved and due; workers hand it over", _send),
    "verify": Stage("see whether the ledger of sending adds up", _verify),
    "bounces": Stage("learn from mail that came back or was refused", _bounces),
    "sign_ups": Stage("go on with sign-ups that a crash or the relay held up", _sign_ups),
    "lists": Stage("go on with lists of people that came in through the desk", _lists),
    "clean_up": Stage("erase what was kept long enough", erase_what_is_over),
}
