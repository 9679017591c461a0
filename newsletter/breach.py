"""Is what would go out still what was approved? Asked before planning, freezing and on each page.

Whatever changed it: a page, a command, or a statement in the database itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from sqlalchemy.orm import Session

from newsletter.cut import Cut
from newsletter.errors import ContentChanged
from newsletter.model import Edition
from newsletter.ports import Render, Terms
from newsletter.seal import mails_mark, plan_mark, seal
from newsletter.store.approvals import approvals_of, terms_of, variants_of, void_approval
from newsletter.store.cuts import cuts_of
from newsletter.store.editions import content_of, get_edition, lock_edition, log_event
from newsletter.values import EditionStatus, Rendered
from storage.session import Database
from subscribers.errors import UnknownSegment

SEALED: Final = frozenset({EditionStatus.APPROVED, EditionStatus.SCHEDULED})

T = TypeVar("T")
Variants = Mapping[Cut, Rendered]


class What(StrEnum):
    """What is not as it was approved."""

    TERMS = "terms"  # what stands in the edition, or who is in its segments
    MAILS = "mails"  # what they make of it: the organisation, the sender, the form of the mail
    STORED = "stored"  # the mails that were kept to be sent
    APPROVERS = "approvers"  # fewer people approved this than it needs
    PLAN = "plan"  # the moment


@dataclass(frozen=True, slots=True)
class Breach:
    """How an approval does not hold any more. approved, found: seals, or a plan's marks."""

    what: What
    approved: str
    found: str

    @property
    def detail(self) -> dict[str, str]:
        """What the log keeps of it: both hashes."""
        return {"what": self.what.value, "approved": self.approved, "found": self.found}


def render_now(session: Session, edition: Edition, render: Render) -> Variants:
    """Return what each cut of an edition, its blocks loaded, would get now.

    Nothing when one of its segments is not there any more.
    """
    content = content_of(edition)
    try:
        cuts = cuts_of(session, content, edition.segments)
    except UnknownSegment:
        return {}
    return {one: render(content, one) for one in cuts}


def find_breach(
    session: Session, edition: Edition, *, terms: Terms, rendered: Variants | None = None
) -> Breach | None:
    """Return how an edition, its blocks loaded, is not what was approved; None when it is.

    rendered: what each cut would get now; without it, only what is stored is looked at.
    """
    approved, marked = edition.content_hash, terms_of(session, edition)

    def sealed(variants: Variants) -> str:
        return seal(mails_mark(variants.values(), letterhead=terms.letterhead), marked)

    stored = sealed(variants_of(session, edition.id))
    now = stored if rendered is None else sealed(rendered)
    if marked != edition.terms_hash:
        is_mark = now == approved  # nothing but the mark itself was changed
        return Breach(What.TERMS, *((edition.terms_hash, marked) if is_mark else (approved, now)))
    if now != approved:
        return Breach(What.MAILS, approved, now)
    if stored != approved:
        return Breach(What.STORED, approved, stored)
    return _few(session, edition, terms) or _moved(edition)


def broken_of(session: Session, edition: Edition, *, terms: Terms) -> Breach | None:
    """Return how an approved or planned edition, its blocks loaded, is not what was approved."""
    if edition.state not in SEALED:
        return None
    breach = find_breach(session, edition, terms=terms)
    if breach is not None:  # a value that we never wrote may not be readable
        return breach
    rendered = render_now(session, edition, terms.render)
    return find_breach(session, edition, terms=terms, rendered=rendered)


def rendered_if_sealed(db: Database, edition_id: int, *, terms: Terms) -> Variants | None:
    """Return what each cut of an approved or planned edition would get now.

    None for another, and for one that is not what was approved by its rows alone. Rendering takes
    its time: it is done before the write that then looks with `find_breach`.
    Raises UnknownEdition.
    """
    with db.read() as session:
        edition = get_edition(session, edition_id, with_blocks=True)
        if edition.state not in SEALED or find_breach(session, edition, terms=terms) is not None:
            return None
        return render_now(session, edition, terms.render)


def void_broken(
    session: Session, edition: Edition, breach: Breach, *, now: datetime, by: int | None = None
) -> ContentChanged:
    """Take an edition back to draft, with both hashes on record; return the error to raise.

    It is raised after the transaction: the edition stays taken back.
    """
    void_approval(session, edition, now=now)
    log_event(session, edition.id, what="seal_broken", now=now, user_id=by, detail=breach.detail)
    return ContentChanged(
        f"edition {edition.id} is not what was approved ({breach.what}: approved "
        f"{breach.approved or 'nothing'}, found {breach.found}): it is a draft again; "
        "look at what changed, and have it approved anew",
        detail=breach.detail,
    )


def if_as_approved(
    db: Database,
    edition_id: int,
    work: Callable[[Session, Edition], T],
    *,
    terms: Terms,
    now: datetime,
    by: int | None,
) -> T:
    """Do this to an edition, held, in one transaction; return what came of it.

    An approved or planned one that is not what was approved any more is a draft instead.
    Raises ContentChanged for that one, and what the work raises.
    """
    rendered = rendered_if_sealed(db, edition_id, terms=terms)
    with db.write() as session:
        edition = lock_edition(session, edition_id, with_blocks=True)
        breach = None
        if edition.state in SEALED:
            breach = find_breach(session, edition, terms=terms, rendered=rendered)
        if breach is None:
            return work(session, edition)
        refusal = void_broken(session, edition, breach, now=now, by=by)
    raise refusal


def _few(session: Session, edition: Edition, terms: Terms) -> Breach | None:
    """Return a breach when fewer people approved this than must. found: the seal they approved."""
    told = approvals_of(session, edition.id)
    agreed = {one.user_id for one in told if one.hash == edition.content_hash}
    if len(agreed) >= terms.approvers:
        return None
    others = [one.hash for one in told if one.hash != edition.content_hash]
    found = others[0] if others else f"{len(agreed)} of {terms.approvers} approvals"
    return Breach(What.APPROVERS, edition.content_hash, found)


def _moved(edition: Edition) -> Breach | None:
    if edition.state is not EditionStatus.SCHEDULED:
        return None
    found = plan_mark(edition.content_hash, due_at=edition.due_at)
    return None if found == edition.plan_hash else Breach(What.PLAN, edition.plan_hash, found)
