"""The four moves of review: submit, approve, return, withdraw. Each is on record with who and when.

What is checked and what is approved is rendered before the write begins; the write then sees to it
that the edition is still the version that was rendered, so of two people at once one wins.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.approve.checks import run_checks
from newsletter.approve.facts import read_facts
from newsletter.approve.look_up import look_outside
from newsletter.breach import SEALED, find_breach, rendered_if_sealed, void_broken
from newsletter.cut import Cut
from newsletter.errors import (
    ChecksFailed,
    EditionChanged,
    MoveNotAllowed,
    NothingToSend,
    NotYours,
    RoleMissing,
    UnknownUser,
)
from newsletter.model import Edition, User
from newsletter.ports import Outside, Render, Terms
from newsletter.review_rows import Approval
from newsletter.store.approvals import approvals_of, seal_of, set_seal, void_approval
from newsletter.store.cuts import cuts_of
from newsletter.store.editions import content_of, get_edition, lock_edition, log_event
from newsletter.store.writers import MAY_APPROVE, writers_of
from newsletter.values import (
    MOVES,
    EditionStatus,
    Finding,
    House,
    Level,
    Rendered,
    Role,
)
from storage.session import Database

Variants = Mapping[Cut, Rendered]


def check_edition(
    db: Database,
    edition_id: int,
    *,
    render: Render,
    house: House,
    now: datetime,
    outside: Outside | None = None,
) -> tuple[Finding, ...]:
    """Return what the checks notice, as they would at submission. Raises UnknownEdition.

    outside: looked at first; without it, what was seen before counts.
    """
    if outside is not None:
        look_outside(db, edition_id, outside=outside, render=render, house=house, now=now)
    return _check(db, edition_id, render=render, house=house, now=now).findings


def submit(  # noqa: PLR0913 - a submission has this many facts
    db: Database,
    edition_id: int,
    *,
    by: int,
    render: Render,
    house: House,
    now: datetime,
    note: str = "",
    outside: Outside | None = None,
) -> int:
    """Offer a draft for review; return its id.

    outside: looked at first; without it, what was seen before counts.
    Raises ChecksFailed, MoveNotAllowed, EditionChanged, NothingToSend; then nothing changed.
    """
    _require_status(db, edition_id, EditionStatus.IN_REVIEW)
    if outside is not None:
        look_outside(db, edition_id, outside=outside, render=render, house=house, now=now)
    checked = _check(db, edition_id, render=render, house=house, now=now)
    _require_sound(edition_id, checked)
    with db.write() as session:
        _user(session, by)
        edition = _as_rendered(session, edition_id, checked.version)
        edition.move(EditionStatus.IN_REVIEW, now=now)
        edition.submitted_by_id, edition.reminded_at = by, None
        log_event(session, edition_id, what="submitted", now=now, user_id=by, note=note)
    return edition_id


def approve(  # noqa: PLR0913 - an approval has this many facts
    db: Database,
    edition_id: int,
    *,
    by: int,
    terms: Terms,
    house: House,
    four_eyes: bool,
    now: datetime,
    seen: str = "",
) -> int:
    """Approve exactly this: keep what each reader gets, and seal it; return the edition's id.

    It is approved once so many people as `terms` asks approved the same; until then each is on
    record. Who approves the same twice changes nothing.
    seen: the seal of what was looked at; "" when nobody says.
    Raises RoleMissing, NotYours (with four_eyes on, for who wrote or submitted it), ChecksFailed
    for what is wrong, or became so since, MoveNotAllowed, EditionChanged; then nothing changed.
    """
    if _has_approved(db, edition_id, by=by):
        return edition_id
    _require_status(db, edition_id, EditionStatus.APPROVED)
    if four_eyes:
        _require_fresh_eyes(db, edition_id, by=by, now=now)
    checked = _check(db, edition_id, render=terms.render, house=house, now=now)
    _require_sound(edition_id, checked)
    with db.write() as session:
        _require_role(session, by)
        edition = _as_rendered(session, edition_id, checked.version)
        if edition.state is not EditionStatus.IN_REVIEW:
            raise MoveNotAllowed(edition_id, edition.state, EditionStatus.APPROVED)
        found = seal_of(session, edition, checked.variants, letterhead=terms.letterhead)
        if seen and seen != found:
            raise EditionChanged(f"edition {edition_id} is not what was looked at; look again")
        before = _agreed_before(session, edition, found, now=now)
        if by not in before:
            session.add(Approval(edition_id=edition_id, user_id=by, at=now, hash=found))
        if len({*before, by}) >= terms.approvers:
            edition.move(EditionStatus.APPROVED, now=now)
            edition.approved_by_id, edition.approved_at = by, now
            set_seal(session, edition, checked.variants, letterhead=terms.letterhead)
            _log_approval(session, edition, found, what="approved", by=by, now=now)
        elif by not in before:
            _log_approval(session, edition, found, what="agreed", by=by, now=now)
    return edition_id


def return_(
    db: Database, edition_id: int, *, by: int, because: str, terms: Terms, now: datetime
) -> int:
    """Give it back to its author with a reason; an approval is void.

    Raises RoleMissing, MoveNotAllowed.
    """
    rendered = rendered_if_sealed(db, edition_id, terms=terms)
    with db.write() as session:
        _require_role(session, by)
        lost = _to_draft(session, edition_id, terms=terms, rendered=rendered, by=by, now=now)
        log_event(
            session, edition_id, what="returned", now=now, user_id=by, note=because, detail=lost
        )
    return edition_id


def withdraw(
    db: Database, edition_id: int, *, by: int, terms: Terms, now: datetime, note: str = ""
) -> int:
    """Take it back to draft, also after approval, until sending begins. Raises MoveNotAllowed.

    What was lost by that is on record: the approval, and the moment that was planned.
    """
    rendered = rendered_if_sealed(db, edition_id, terms=terms)
    with db.write() as session:
        _user(session, by)
        lost = _to_draft(session, edition_id, terms=terms, rendered=rendered, by=by, now=now)
        log_event(
            session, edition_id, what="withdrawn", now=now, user_id=by, note=note, detail=lost
        )
    return edition_id


@dataclass(frozen=True, slots=True)
class _Checked:
    """What each reader of the segments would get of one version, and what was noticed in it."""

    version: int
    variants: Variants
    findings: tuple[Finding, ...]


def _check(
    db: Database, edition_id: int, *, render: Render, house: House, now: datetime
) -> _Checked:
    with db.read() as session:
        edition = get_edition(session, edition_id, with_blocks=True)
        if not edition.segments:
            raise NothingToSend(f"edition {edition_id} has no segment")
        content = content_of(edition)
        cuts = cuts_of(session, content, edition.segments)
        facts = read_facts(session, edition, house=house, now=now)
    variants = {one: render(content, one) for one in cuts}
    return _Checked(edition.version, variants, run_checks(content, variants, facts))


def _require_sound(edition_id: int, checked: _Checked) -> None:
    errors = tuple(one for one in checked.findings if one.level is Level.ERROR)
    if errors:
        raise ChecksFailed(edition_id, errors)


def _require_status(db: Database, edition_id: int, to: EditionStatus) -> None:
    """Refuse a move at once that the write would refuse after much rendering."""
    with db.read() as session:
        now = get_edition(session, edition_id).state
    if to not in MOVES[now]:
        raise MoveNotAllowed(edition_id, now, to)


def _has_approved(db: Database, edition_id: int, *, by: int) -> bool:
    """Say whether an edition is approved, by this person too: buttons are pressed twice."""
    with db.read() as session:
        edition = get_edition(session, edition_id)
        told = approvals_of(session, edition_id)
    return edition.state is EditionStatus.APPROVED and any(
        one.user_id == by and one.hash == edition.content_hash for one in told
    )


def _require_fresh_eyes(db: Database, edition_id: int, *, by: int, now: datetime) -> None:
    """Raise NotYours for who wrote in it; that they tried stays on record."""
    with db.write() as session:
        _require_role(session, by)
        is_writer = by in writers_of(session, get_edition(session, edition_id))
        if is_writer:
            log_event(session, edition_id, what="approval_refused", now=now, user_id=by)
    if is_writer:
        raise NotYours(f"edition {edition_id} needs the approval of somebody who wrote none of it")


def _agreed_before(session: Session, edition: Edition, found: str, *, now: datetime) -> set[int]:
    """Return who approved what has this seal; what was approved of another does not count more."""
    told = approvals_of(session, edition.id)
    others = [one for one in told if one.hash != found]
    for one in others:
        session.delete(one)
    if others:
        detail = {"approved": others[0].hash, "found": found}
        log_event(session, edition.id, what="agreement_void", now=now, detail=detail)
        session.flush()
    return {one.user_id for one in told if one.hash == found}


def _log_approval(
    session: Session, edition: Edition, found: str, *, what: str, by: int, now: datetime
) -> None:
    log_event(session, edition.id, what=what, now=now, user_id=by, detail={"hash": found})


def _as_rendered(session: Session, edition_id: int, version: int) -> Edition:
    edition = lock_edition(session, edition_id, with_blocks=True)
    if edition.version != version:
        raise EditionChanged(f"edition {edition_id} was changed in the meantime; look again")
    return edition


def _to_draft(
    session: Session,
    edition_id: int,
    *,
    terms: Terms,
    rendered: Variants | None,
    by: int,
    now: datetime,
) -> dict[str, str]:
    """Make it a draft again; return what is lost by that, for the log.

    An approval that did not hold any more goes on record as such, with both hashes.
    rendered: what each cut would get, of one that is approved.
    """
    edition = lock_edition(session, edition_id, with_blocks=True)
    lost = {"hash": edition.content_hash} if edition.content_hash else {}
    if edition.state is EditionStatus.SCHEDULED and edition.due_at:
        lost["due_at"] = edition.due_at.isoformat()
    breach = None
    if edition.state in SEALED:
        breach = find_breach(session, edition, terms=terms, rendered=rendered)
    if breach is not None:
        void_broken(session, edition, breach, now=now, by=by)
    else:
        void_approval(session, edition, now=now)
    return lost


def _user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise UnknownUser(f"there is no account {user_id}")
    return user


def _require_role(session: Session, user_id: int) -> None:
    if Role(_user(session, user_id).role) not in MAY_APPROVE:
        raise RoleMissing("only an approver or an administrator does this")
