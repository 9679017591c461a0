"""Test mails: the real mail, by the real way out, to people of the desk only.

They carry "[Proef]" before the subject, a bar that says by whom, and links that change nothing.
They stand in no ledger, are counted nowhere, and only accounts that may see drafts get them: what
nobody approved yet goes to nobody else, and to no address that nobody came in by.
"""

import html
import re
import secrets
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter import dutch
from newsletter.cut import Cut
from newsletter.errors import (
    TooManyTrials,
    TransportError,
    TransportUnavailable,
    UnknownCut,
    UnknownUser,
)
from newsletter.model import User
from newsletter.ports import Render, Transport
from newsletter.send.mail.reason import reason_for
from newsletter.send.message import Letterhead, encode, letterhead_of
from newsletter.settings import Settings
from newsletter.store.approvals import variants_of
from newsletter.store.cuts import cuts_of
from newsletter.store.editions import OF_EDITION, content_of, get_edition, log_event
from newsletter.values import EditionKind, Personal, Rendered, Role
from storage.log import LogEntry
from storage.session import Database
from subscribers.values import ConsentKind, Reader

MOST_AN_HOUR: Final = 20  # of one person: an edition for three sides to six colleagues
HOUR: Final = timedelta(hours=1)
PREFIX: Final = "[Proef] "
LINKS: Final = "/proefmail"  # pages that say that this is a test, and change nothing
TESTED: Final = "tested"
# Behind the line that stands in the inbox, so that this is looked at as readers see it.
TOP: Final = re.compile(r"<body[^>]*>(?:<div style=\"display:none[^>]*>.*?</div>)?", re.DOTALL)
BAR: Final = (
    "background-color:#fbf0e1;color:#1b2430;border-bottom:3px solid #9a4a06;padding:12px 16px;"
    "font-family:Arial,Helvetica,sans-serif;font-size:15px;line-height:22px;text-align:center"
)


@dataclass(frozen=True, slots=True)
class Failed:
    """One colleague who did not get a test, and why."""

    name: str
    error: TransportError


@dataclass(frozen=True, slots=True)
class TrialReport:
    """What became of the test mails. names: of those who got all of theirs."""

    sent: int
    names: tuple[str, ...]
    failed: tuple[Failed, ...]


def send_trials(  # noqa: PLR0913 - everything it works with, handed in
    db: Database,
    edition_id: int,
    *,
    to: Sequence[int],
    cuts: Sequence[Cut] = (),
    by: int | None,
    render: Render,
    settings: Settings,
    transport: Transport,
    now: datetime,
) -> TrialReport:
    """Send each of these accounts what readers with these cuts get; without cuts: every mail.

    by: whose hour it counts in; None is an operator, who is not counted.
    Raises UnknownEdition, UnknownCut, UnknownUser, TooManyTrials; then nothing was sent.
    """
    with db.read() as session:
        people = _accounts(session, to)
        sender = _who(session, by)
        variants = _variants(session, edition_id, cuts, render=render)
        kind = EditionKind(get_edition(session, edition_id).kind)
    number = len(people) * len(variants)
    with db.write() as session:
        _count_in(session, edition_id, number, by=by, now=now)
    letterhead = letterhead_of(settings, edition_id=0, kind=kind, date=now)
    mails = [_Trial(one, letterhead, sender, now) for one in variants.values()]
    report = _deliver(mails, people, settings=settings, transport=transport, now=now)
    if report.failed:
        _note_failures(db, edition_id, report, by=by, now=now)
    return report


def gets_trials(user: User) -> bool:
    """Say whether test mails may go to this account: it sees drafts, and came in once."""
    came_in = user.has_come_in or user.seen_at is not None
    return user.disabled_at is None and user.role != Role.READER and came_in


def trials_left(session: Session, by: int, *, now: datetime) -> int:
    """Return how many test mails somebody may still send in this hour."""
    entries = session.scalars(
        select(LogEntry).where(
            LogEntry.user_id == by, LogEntry.at > now - HOUR, LogEntry.what == OF_EDITION + TESTED
        )
    )
    return max(0, MOST_AN_HOUR - sum(int(one.detail.get("mails", 0)) for one in entries))


class _Trial:
    """One variant as a test mail."""

    def __init__(
        self, rendered: Rendered, letterhead: Letterhead, sender: str, now: datetime
    ) -> None:
        self._rendered, self._letterhead, self._now = rendered, letterhead, now
        self._envelope = encode(_marked(rendered, sender, now), letterhead=letterhead)

    def message_to(self, user: User, *, settings: Settings) -> bytes:
        reader = Reader(
            0, user.email, "", self._rendered.cut.audience, "", self._now, ConsentKind.CONFIRMED
        )
        links = f"{settings.base_url}{LINKS}"
        token = b32encode(secrets.token_bytes(15)).decode().lower()
        personal = Personal(
            email=user.email,
            name=user.name,
            reason=reason_for(reader, self._letterhead.kind),
            unsubscribe_url=f"{links}/afmelden",
            one_click_url=f"{links}/afmelden",
            preferences_url=f"{links}/voorkeuren",
            poll_url=f"{links}/peiling",
            message_id=f"<t.{token}@{self._letterhead.domain}>",
        )
        return self._envelope.fill(personal)


def _marked(rendered: Rendered, sender: str, now: datetime) -> Rendered:
    at = dutch.in_sentence(dutch.moment(now))
    words = f"Dit is een proefmail, gestuurd door {sender} op {at}."
    more = "Lezers zien deze balk niet. Links om je af te melden doen hier niets."
    bar = f'<div style="{BAR}"><strong>{html.escape(words)}</strong><br>{more}</div>'
    top = TOP.search(rendered.html)
    place = top.end() if top else 0
    return replace(
        rendered,
        subject=PREFIX + rendered.subject,
        html=rendered.html[:place] + bar + rendered.html[place:],
        text=f"{words}\n{more}\n\n{'-' * 72}\n\n{rendered.text}",
    )


def _deliver(
    mails: Sequence[_Trial],
    people: Sequence[User],
    *,
    settings: Settings,
    transport: Transport,
    now: datetime,
) -> TrialReport:
    """Hand all of them over, by one connection; a relay that is away fails everybody at once."""
    try:
        connection = transport.connect()
    except TransportUnavailable as away:
        return TrialReport(0, (), tuple(Failed(_name(one), away) for one in people))
    sent, names, failed = 0, [], []
    try:
        for user in people:
            try:
                for mail in mails:
                    connection.deliver(
                        sender=settings.sender_address,
                        recipient=user.email,
                        message=mail.message_to(user, settings=settings),
                    )
                    sent += 1
            except TransportError as error:
                failed.append(Failed(_name(user), error))
            else:
                names.append(_name(user))
    finally:
        connection.close()
    return TrialReport(sent, tuple(names), tuple(failed))


def _accounts(session: Session, to: Sequence[int]) -> list[User]:
    own = session.scalars(select(User).where(User.id.in_(to)))
    found = {one.id: one for one in own if gets_trials(one)}
    if not to or set(to) != set(found):
        raise UnknownUser("a test mail goes to accounts that may see drafts and came in once")
    return [found[one] for one in dict.fromkeys(to)]


def _variants(
    session: Session, edition_id: int, chosen: Sequence[Cut], *, render: Render
) -> Mapping[Cut, Rendered]:
    """Return what was approved, or what would be made now."""
    approved = variants_of(session, edition_id)
    content = content_of(get_edition(session, edition_id, with_blocks=True))
    segments = get_edition(session, edition_id).segments
    known = tuple(approved) or cuts_of(session, content, segments)
    if not known or not set(chosen) <= set(known):
        raise UnknownCut(f"no reader of edition {edition_id} gets that mail")
    wanted = [one for one in known if one in chosen] or known
    return {one: approved.get(one) or render(content, one) for one in wanted}


def _count_in(
    session: Session, edition_id: int, number: int, *, by: int | None, now: datetime
) -> None:
    """Count before sending, holding the account: two at once do not pass the limit together."""
    if by is not None:
        session.get_one(User, by, with_for_update=True)
        left = trials_left(session, by, now=now)
        if number > left:
            raise TooManyTrials(number, left)
    detail = {"mails": number}
    log_event(session, edition_id, what="tested", now=now, user_id=by, detail=detail)


def _note_failures(
    db: Database, edition_id: int, report: TrialReport, *, by: int | None, now: datetime
) -> None:
    why = sorted({str(one.error) for one in report.failed})
    with db.write() as session:
        detail = {"people": len(report.failed)}
        note = "; ".join(why)
        log_event(
            session, edition_id, what="test_failed", now=now, user_id=by, note=note, detail=detail
        )


def _who(session: Session, by: int | None) -> str:
    return "de beheerder" if by is None else _name(session.get_one(User, by))


def _name(user: User) -> str:
    return user.name or user.email
