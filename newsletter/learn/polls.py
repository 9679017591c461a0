"""The question of an edition: who may answer, one vote a reader, and forgetting who they were.

Looking counts nothing, for mail scanners follow every link; only what a page sends is a vote. A
reader is known by a keyed hash, which tells nobody who it was and lets them change their mind.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from newsletter.cut import SEPARATOR, Cut, parse_cut
from newsletter.model import Delivery, Edition, PollVote
from newsletter.poll import KIND, answers_of, is_whole
from newsletter.store.cuts import cut_key
from newsletter.store.editions import content_of, with_items
from newsletter.values import DeliveryState, EditionStatus
from storage.session import Database
from subscribers.model import Subscriber
from subscribers.values import Audience

OPEN_FOR: Final = timedelta(days=60)  # who reads a newsletter later than that says nothing of now
_OUT: Final = frozenset({EditionStatus.SENDING, EditionStatus.PAUSED, EditionStatus.SENT})


class Stand(StrEnum):
    """Whether a reader can answer."""

    OPEN = "open"
    OVER = "over"
    CANCELLED = "cancelled"  # the edition was broken off
    UNKNOWN = "unknown"  # no such question for this reader: erased, or it was never sent


@dataclass(frozen=True, slots=True)
class Asked:
    """The question for one reader. has_answered: a vote of theirs counts already."""

    stand: Stand
    block_id: int = 0
    question: str = ""
    why: str = ""
    answers: tuple[str, ...] = ()
    has_answered: bool = False


def find_poll(
    session: Session, edition_id: int, subscriber_id: int, *, key: bytes, now: datetime
) -> Asked:
    """Return the question that an edition asks a reader, and whether it can be answered."""
    edition = session.scalars(
        select(Edition).where(Edition.id == edition_id).options(with_items())
    ).one_or_none()
    delivery = session.scalars(
        select(Delivery).where(
            Delivery.edition_id == edition_id,
            Delivery.subscriber_id == subscriber_id,
            Delivery.state != DeliveryState.SKIPPED,
        )
    ).one_or_none()
    if edition is None or delivery is None:
        return Asked(Stand.UNKNOWN)
    if edition.state is EditionStatus.CANCELLED:
        return Asked(Stand.CANCELLED)
    return _asked(session, edition, delivery, voter_of(edition_id, subscriber_id, key=key), now)


def _asked(
    session: Session, edition: Edition, delivery: Delivery, voter: str, now: datetime
) -> Asked:
    seen = content_of(edition).seen_by(_cut_of(delivery))
    poll = next((one for one in seen.blocks if one.kind == KIND and is_whole(one.fields)), None)
    if poll is None or edition.state not in _OUT:
        return Asked(Stand.UNKNOWN)
    vote = select(PollVote.id).where(PollVote.block_id == poll.id, PollVote.voter == voter)
    return Asked(
        stand=Stand.OVER if is_over(edition, now) else Stand.OPEN,
        block_id=poll.id,
        question=str(poll.fields["title"]),
        why=str(poll.fields.get("text") or ""),
        answers=answers_of(poll.fields),
        has_answered=session.scalar(vote) is not None,
    )


def count_vote(
    db: Database, edition_id: int, subscriber_id: int, *, answer: int, key: bytes, now: datetime
) -> Asked:
    """Count a reader's answer, in the place of an earlier one; return the question.

    answer: from 1; another number than that of an answer counts nothing, and so does a poll that is
            not open.
    """

    def count() -> Asked:
        with db.write() as session:
            asked = find_poll(session, edition_id, subscriber_id, key=key, now=now)
            if asked.stand is Stand.OPEN and 1 <= answer <= len(asked.answers):
                voter = voter_of(edition_id, subscriber_id, key=key)
                vote = _vote_of(session, edition_id, asked.block_id, voter)
                vote.answer = answer
                vote.segments = _segments_of(session, edition_id, subscriber_id)
            return asked

    try:
        return count()
    except IntegrityError:
        # The same reader answered twice at one moment: the second finds what the first wrote.
        return count()


def is_over(edition: Edition, now: datetime) -> bool:
    """Say whether it is too late to answer."""
    return edition.started_at is not None and now >= edition.started_at + OPEN_FOR


def voter_of(edition_id: int, subscriber_id: int, *, key: bytes) -> str:
    """Return who votes, as a hash that nobody can make or undo without the key."""
    own = hmac.digest(key, b"poll voter", "sha256")
    return hmac.new(own, f"{edition_id} {subscriber_id}".encode(), hashlib.sha256).hexdigest()


def forget_voters(session: Session, *, now: datetime) -> int:
    """Keep only the answers of polls that are over; return how many votes that were."""
    over = select(Edition.id).where(Edition.started_at <= now - OPEN_FOR)
    forget = (
        update(PollVote)
        .where(PollVote.voter.is_not(None), PollVote.edition_id.in_(over))
        .values(voter=None)
        .returning(PollVote.id)
    )
    return len(session.scalars(forget).all())


def _vote_of(session: Session, edition_id: int, block_id: int, voter: str) -> PollVote:
    known = select(PollVote).where(PollVote.block_id == block_id, PollVote.voter == voter)
    vote = session.scalars(known).one_or_none()
    if vote is None:
        vote = PollVote(edition_id=edition_id, block_id=block_id, voter=voter)
        session.add(vote)
    return vote


def _segments_of(session: Session, edition_id: int, subscriber_id: int) -> str:
    """Return which of the edition's segments the reader is in today."""
    edition = session.get_one(Edition, edition_id)
    key = session.scalar(
        select(cut_key(session, edition.segments)).where(Subscriber.id == subscriber_id)
    )
    return SEPARATOR.join(sorted(parse_cut(key).segments)) if key else ""


def _cut_of(delivery: Delivery) -> Cut:
    if delivery.cut is not None:
        return parse_cut(delivery.cut)
    return Cut(Audience(delivery.audience) if delivery.audience else None)
