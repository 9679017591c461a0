"""What happens around a practice example that a reader sent in: its mails, and its withdrawal.

The moves themselves are of `feeds.submissions`. No transaction is open while the relay is waited
for, so each move is stored first; what the relay then said is in the result.
"""

from dataclasses import dataclass
from datetime import datetime

import structlog

from feeds import submissions
from feeds.examples import Example
from feeds.model import Submission
from feeds.sent_in import edited_in, get_submission
from feeds.submissions import Permission
from feeds.values import Picture
from newsletter.approve.watch import Held, hold_outdated
from newsletter.mailed import Mailed, mail
from newsletter.pipeline import tell_held
from newsletter.send.notices import submission as notices
from newsletter.store.withdrawn import forget_withdrawn
from newsletter.wiring import Services

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Published:
    """A submission that is public now. mailed: whether its reader could be told."""

    item_id: int
    mailed: Mailed


def receive(  # noqa: PLR0913 - what a form brings; all by name
    services: Services,
    *,
    name: str,
    email: str,
    told: Example,
    picture: Picture | None,
    permission: Permission,
    now: datetime,
) -> Mailed:
    """Keep what a reader sent in, and mail the link that confirms it.

    An address that sent in enough for today gets the same answer and no mail. When the mail could
    not be sent nothing is kept: it can be sent in again. Raises ItemUnusable, UnknownSource.
    """
    submission_id = submissions.receive(
        services.db,
        name=name,
        email=email,
        told=told,
        picture=picture,
        permission=permission,
        now=now,
    )
    if submission_id is None:
        log.warning("an address sent in more than a day may have")
        return Mailed.SENT
    url = services.links.confirm_submission_url(submission_id, now=now)
    values = notices.confirm_submission_values(confirm_url=url, asked_at=now)
    mailed = mail(services, "submission_confirm", email, values, now)
    if mailed in {Mailed.REFUSED, Mailed.FAILED}:
        submissions.forget_unsent(services.db, submission_id)
    return mailed


def ask_agreement(services: Services, submission_id: int, *, seen: str, now: datetime) -> Mailed:
    """Lay the edited text before its reader; when the mail does not go, it stays the editors'.

    Raises SubmissionChanged, SubmissionMoveNotAllowed, UnknownSubmission.
    """
    submissions.ask(services.db, submission_id, seen=seen, now=now)
    row = _read(services, submission_id)
    own_url = services.links.submission_url(submission_id)
    values = notices.agree_values(title=edited_in(row).title, own_url=own_url)
    mailed = mail(services, "submission_agree", row.email, values, now)
    if mailed in {Mailed.REFUSED, Mailed.FAILED}:
        submissions.take_back_question(services.db, submission_id, now=now)
    return mailed


def decline(services: Services, submission_id: int, *, because: str, now: datetime) -> Mailed:
    """Do not take it, and say why. Raises SubmissionMoveNotAllowed, UnknownSubmission."""
    submissions.decline(services.db, submission_id, because, now=now)
    row = _read(services, submission_id)
    own_url = services.links.submission_url(submission_id)
    values = notices.declined_values(because=because, own_url=own_url)
    return mail(services, "submission_declined", row.email, values, now)


def publish(services: Services, submission_id: int, *, now: datetime) -> Published:
    """Make public what was agreed to, and tell its reader where it stands.

    Raises SubmissionChanged, SubmissionMoveNotAllowed, UnknownSubmission.
    """
    item_id = submissions.publish(services.db, submission_id, now=now)
    row = _read(services, submission_id)
    values = notices.published_values(
        title=edited_in(row).title,
        public_url=f"{services.settings.base_url}/praktijkvoorbeelden/{item_id}",
        own_url=services.links.submission_url(submission_id),
    )
    return Published(item_id, mail(services, "submission_published", row.email, values, now))


def withdraw(services: Services, submission_id: int, *, now: datetime) -> tuple[Held, ...]:
    """Take it off everywhere, and out of every edition; return those that were stopped by it.

    Each step can be done twice: the jobs go on with what a crash left. Raises UnknownSubmission,
    SubmissionMoveNotAllowed.
    """
    submissions.withdraw(services.db, submission_id, now=now)
    held = hold_outdated(services.db, now=now)
    with services.db.write() as session:
        forget_withdrawn(session)
    log.info("submission withdrawn", submission=submission_id, stopped=len(held))
    for one in held:
        tell_held(services, one, now)
    return held


def _read(services: Services, submission_id: int) -> Submission:
    with services.db.read() as session:
        return get_submission(session, submission_id)
