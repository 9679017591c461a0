"""Looking outside before an edition is judged: where its links lead, and how we are known.

What was seen is kept for a day, so that a page of the desk never waits for the network. What was
fine is asked again after that; what was not, after ten minutes: somebody may have mended it. The
domain that mail is sent from is asked for once a day, and after an hour when nobody answered or a
key that we sign with was not there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.reserved import host_of, is_example, is_local
from feeds.values import LinkOutcome, Sight
from newsletter.approve.checks.domain import is_no_domain
from newsletter.approve.checks.links import web_links
from newsletter.cut import Cut
from newsletter.model import DomainLook, Edition, LinkLook
from newsletter.ports import AskDomain, LookAtLinks, Outside, Render
from newsletter.store.cuts import cuts_of
from newsletter.store.domains import last_look, records_of, save_look
from newsletter.store.editions import content_of, get_edition, with_items
from newsletter.store.looks import HOLDS, looks_since, save_sights, sight_of
from newsletter.values import EditionContent, EditionStatus, House
from storage.session import Database
from subscribers.errors import UnknownSegment

S = EditionStatus
UNDERWAY: Final = (S.DRAFT, S.IN_REVIEW, S.APPROVED, S.SCHEDULED)
TOUCHED: Final = timedelta(days=30)  # a draft that nobody moved for so long is not looked at
MOST: Final = 200  # addresses in one round
SOON: Final = timedelta(minutes=10)
PATIENCE: Final = timedelta(hours=1)
CALM: Final = frozenset({LinkOutcome.FINE, LinkOutcome.MOVED})
ANSWERED: Final = CALM | {LinkOutcome.DEAD, LinkOutcome.REFUSED, LinkOutcome.BROKEN}


@dataclass(frozen=True, slots=True)
class LookReport:
    """How many addresses were asked for, and how many could be judged."""

    asked: int
    seen: int


def look_outside(
    db: Database,
    edition_id: int,
    *,
    outside: Outside,
    render: Render,
    house: House,
    now: datetime,
) -> None:
    """Look at what is due of one edition, before it is judged. Raises UnknownEdition."""
    look_up_edition(db, edition_id, look=outside.links, render=render, house=house, now=now)
    look_up_domain(db, ask=outside.domain, house=house, now=now)


def look_up_edition(
    db: Database,
    edition_id: int,
    *,
    look: LookAtLinks,
    render: Render,
    house: House,
    now: datetime,
) -> LookReport:
    """Look at the links of one edition that are due. Raises UnknownEdition."""
    with db.read() as session:
        edition = get_edition(session, edition_id, with_blocks=True)
        known = looks_since(session, now - HOLDS)
        urls = _urls(session, [edition], render=render, house=house)
    return _look(db, urls, known, look=look, now=now)


def look_up_domain(db: Database, *, ask: AskDomain, house: House, now: datetime) -> bool:
    """Ask for the records of the sender's domain when that is due; say whether it was."""
    sender, bounces = house.sender_domain, house.bounce_domain
    if not sender or is_no_domain(sender):
        return False
    with db.read() as session:
        last = last_look(session, sender, bounces)
    if last is not None and now < last.at + _holds(last, house):
        return False
    records = ask(sender, bounces)
    with db.write() as session:
        save_look(session, sender, bounces, records, now=now)
    return True


def look_up_underway(
    db: Database, *, look: LookAtLinks, render: Render, house: House, now: datetime
) -> LookReport:
    """Look at the links of every edition underway that are due, the newest editions first."""
    query = (
        select(Edition)
        .where(Edition.status.in_(UNDERWAY), Edition.status_since >= now - TOUCHED)
        .order_by(Edition.created_at.desc(), Edition.id.desc())
    )
    with db.read() as session:
        editions = session.scalars(query.options(with_items())).all()
        known = looks_since(session, now - HOLDS)
        urls = _urls(session, editions, render=render, house=house)
    return _look(db, urls, known, look=look, now=now)


def due(urls: Iterable[str], known: Iterable[LinkLook], *, now: datetime) -> list[str]:
    """Return the addresses to ask for: those never seen first, then the longest ago. Pure."""
    seen = {one.url: one for one in known}
    new = [url for url in urls if url not in seen]
    old = [seen[url] for url in urls if url in seen and seen[url].at <= now - _rests(seen[url])]
    return [*new, *(one.url for one in sorted(old, key=lambda one: one.at))][:MOST]


def believed(seen: Mapping[str, Sight], known: Iterable[LinkLook]) -> dict[str, Sight]:
    """Return what can be believed of what was seen. Pure.

    Without a network some machines say of each name that it does not exist. So a name counts as
    missing only when a site answered under its own name: now, or when it was last looked at.
    """
    before = {one.url: sight_of(one) for one in known}
    is_online = any(
        sight.outcome in ANSWERED and _is_named(url) for url, sight in {**before, **seen}.items()
    )
    missing = LinkOutcome.NO_NAME
    return {url: one for url, one in seen.items() if is_online or one.outcome is not missing}


def _holds(look: DomainLook, house: House) -> timedelta:
    """Return how long a look is good for: a key may be put in DNS at any moment."""
    records = records_of(look)
    return HOLDS if records is not None and records.own == house.dkim else PATIENCE


def _look(
    db: Database,
    urls: Sequence[str],
    known: Sequence[LinkLook],
    *,
    look: LookAtLinks,
    now: datetime,
) -> LookReport:
    asked = due(urls, known, now=now)
    seen = believed(look(asked), known) if asked else {}
    if seen:
        with db.write() as session:
            save_sights(session, seen, now=now)
    return LookReport(len(asked), len(seen))


def _urls(
    session: Session, editions: Sequence[Edition], *, render: Render, house: House
) -> list[str]:
    """Return where the mails of these editions lead, but for our own site and for examples."""
    found: dict[str, None] = {}
    for edition in editions:
        content = content_of(edition)
        for cut in _cuts(session, edition, content):
            found.update(dict.fromkeys(web_links(render(content, cut), house.base_url)))
    return [url for url in found if not is_example(host_of(url))]


def _cuts(session: Session, edition: Edition, content: EditionContent) -> tuple[Cut, ...]:
    try:
        return cuts_of(session, content, edition.segments)
    except UnknownSegment:  # the checks of that edition tell; the others go on
        return ()


def _rests(look: LinkLook) -> timedelta:
    return HOLDS if look.outcome in CALM else SOON


def _is_named(url: str) -> bool:
    host = host_of(url)
    try:
        ip_address(host)
    except ValueError:
        return not is_local(host)
    return False
