"""Queries on what readers sent in, and the two versions of its text: theirs and the editors'."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from feeds.clean import first_sentences
from feeds.errors import UnknownSubmission
from feeds.examples import Example, from_json
from feeds.model import Submission
from feeds.values import SubmissionStatus
from storage.text import shorten

APPROACH_LENGTH: Final = 600


def get_submission(session: Session, submission_id: int) -> Submission:
    """Return one, its picture loaded. Raises UnknownSubmission."""
    query = select(Submission).where(Submission.id == submission_id)
    row = session.scalar(query.options(selectinload(Submission.image)))
    if row is None:
        raise UnknownSubmission(f"there is no submission {submission_id}")
    return row


def lock(session: Session, submission_id: int) -> Submission:
    """Return one to change, its picture loaded; nobody else changes it meanwhile."""
    query = select(Submission).where(Submission.id == submission_id).with_for_update()
    row = session.scalar(query.options(selectinload(Submission.image)))
    if row is None:
        raise UnknownSubmission(f"there is no submission {submission_id}")
    return row


def find_by_item(session: Session, item_id: int) -> Submission | None:
    """Return the submission that an item was made from."""
    return session.scalar(select(Submission).where(Submission.item_id == item_id))


def list_waiting(session: Session, states: Collection[SubmissionStatus]) -> list[Submission]:
    """Return all that wait in these states, the longest waiting first."""
    query = select(Submission).where(Submission.status.in_(states))
    return list(session.scalars(query.order_by(Submission.status_since, Submission.id)))


def list_done(
    session: Session, states: Collection[SubmissionStatus], *, limit: int, offset: int = 0
) -> list[Submission]:
    """Return those that came to these states, the last one first."""
    query = select(Submission).where(Submission.status.in_(states))
    latest = query.order_by(Submission.status_since.desc(), Submission.id.desc())
    return list(session.scalars(latest.limit(limit).offset(offset)))


def count_by_state(session: Session) -> dict[SubmissionStatus, int]:
    """Return how many there are in each state; all states are there."""
    rows = session.execute(select(Submission.status, func.count()).group_by(Submission.status))
    found = {row[0]: row[1] for row in rows}
    return {state: found.get(state, 0) for state in SubmissionStatus}


def told_in(row: Submission) -> Example:
    """Return what the reader wrote, its picture loaded."""
    image = row.image.digest if row.image else ""
    return replace(from_json(row.told), image=image, image_alt=row.image_alt)


def edited_in(row: Submission) -> Example:
    """Return the editors' version; until there is one, a first proposal from the reader's words."""
    if row.edited:
        return from_json(row.edited)
    told = told_in(row)
    approach = first_sentences(" ".join(told.story.split()), 2)
    return replace(told, approach=shorten(approach, APPROACH_LENGTH))


def count_of(session: Session, email: str, *, since: datetime) -> int:
    """Return how many came from this address since then."""
    counted = select(func.count()).select_from(Submission)
    same = func.lower(Submission.email) == email.lower()
    return session.scalar(counted.where(same, Submission.created_at > since)) or 0
