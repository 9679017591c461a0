"""What was approved: by whom, the variants of an edition, and their seal."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.cut import Cut, parse_cut
from newsletter.errors import MoveNotAllowed
from newsletter.model import Edition, Variant
from newsletter.review_rows import Approval
from newsletter.seal import mails_mark, plan_mark, seal, terms_mark
from newsletter.values import EditionStatus, Rendered
from subscribers.segments import known_conditions

# A column that decides what readers get, or when, stands here; a test asks it of every new one.
OF_EDITION: Final = (
    *("kind", "number", "title", "subject", "preheader", "dated_on", "segments", "event_id"),
    *("not_after", "planned_at", "in_doubt_policy", "without", "heads", "orders"),
)
OF_BLOCK: Final = ("id", "kind", "audience", "segment", "item_id", "fields")


def variants_of(session: Session, edition_id: int) -> dict[Cut, Rendered]:
    """Return what was approved, by cut, in the order of approval; empty while nothing is.

    A row with a key that is no cut is not one of ours: the seal is broken without it.
    """
    query = select(Variant).where(Variant.edition_id == edition_id).order_by(Variant.id)
    found = ((_cut_of(row), row) for row in session.scalars(query))
    return {cut: _to_rendered(row, cut) for cut, row in found if cut is not None}


def save_variants(session: Session, edition_id: int, variants: Mapping[Cut, Rendered]) -> None:
    """Replace the stored variants by these."""
    session.execute(delete(Variant).where(Variant.edition_id == edition_id))
    session.add_all(_to_row(edition_id, rendered) for rendered in variants.values())


def facts_of(session: Session, edition: Edition) -> dict[str, Any]:
    """Return all of an edition, its blocks loaded, that an approval is bound to, but its mails.

    With each segment that it goes to, or that a block is for, stands what selects its people.
    """
    facts = {name: _plain(getattr(edition, name)) for name in OF_EDITION}
    blocks = sorted(edition.blocks, key=lambda block: block.position)
    used = sorted({*edition.segments, *(one.segment for one in blocks if one.segment)})
    return facts | {
        "segments": sorted(edition.segments),
        "unlisted": None if edition.listed else True,
        "blocks": [[getattr(block, name) for name in OF_BLOCK] for block in blocks],
        "selected": _conditions(session, used),
    }


def terms_of(session: Session, edition: Edition) -> str:
    """Return the mark of what an edition's approval is bound to, but its mails."""
    return terms_mark(facts_of(session, edition))


def seal_of(
    session: Session,
    edition: Edition,
    variants: Mapping[Cut, Rendered],
    *,
    letterhead: Sequence[str],
) -> str:
    """Return the seal of this edition, its blocks loaded, with these variants."""
    mails = mails_mark(variants.values(), letterhead=letterhead)
    return seal(mails, terms_of(session, edition))


def set_seal(
    session: Session,
    edition: Edition,
    variants: Mapping[Cut, Rendered],
    *,
    letterhead: Sequence[str],
) -> None:
    """Seal an edition, its blocks loaded, with these variants, and keep them to be sent."""
    edition.terms_hash = terms_of(session, edition)
    mails = mails_mark(variants.values(), letterhead=letterhead)
    edition.content_hash = seal(mails, edition.terms_hash)
    save_variants(session, edition.id, variants)


def set_plan(edition: Edition, due_at: datetime | None) -> None:
    """Plan when a sealed edition goes out, or take the plan back; the plan is sealed as well."""
    edition.due_at = due_at
    edition.plan_hash = plan_mark(edition.content_hash, due_at=due_at) if due_at else ""


def seal_of_mails(
    edition: Edition, variants: Iterable[Rendered], *, letterhead: Sequence[str]
) -> str:
    """Return the seal that these mails have under the terms that were approved.

    While they go out it must be the edition's, whatever else is changed for the next one.
    """
    return seal(mails_mark(variants, letterhead=letterhead), edition.terms_hash)


def approvals_of(session: Session, edition_id: int) -> list[Approval]:
    """Return who approved an edition, the first one first."""
    query = select(Approval).where(Approval.edition_id == edition_id)
    return list(session.scalars(query.order_by(Approval.at, Approval.id)))


def void_approval(session: Session, edition: Edition, *, now: datetime) -> None:
    """Bring an edition back to draft: what was approved no longer counts. Raises MoveNotAllowed."""
    if edition.state is EditionStatus.DISCARDED:  # `compose/discarding.py` brings it back
        raise MoveNotAllowed(edition.id, edition.state, EditionStatus.DRAFT)
    edition.move(EditionStatus.DRAFT, now=now)
    edition.content_hash = edition.terms_hash = edition.plan_hash = ""
    edition.approved_by_id = edition.approved_at = edition.due_at = None
    session.execute(delete(Variant).where(Variant.edition_id == edition.id))
    session.execute(delete(Approval).where(Approval.edition_id == edition.id))


def _conditions(session: Session, slugs: Iterable[str]) -> dict[str, Any]:
    """Return what selects the people of each segment, by slug; None for one that is not there."""
    return {**dict.fromkeys(slugs), **known_conditions(session, list(slugs))}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.timestamp()
    return value.isoformat() if isinstance(value, date) else value


def _to_row(edition_id: int, rendered: Rendered) -> Variant:
    return Variant(
        edition_id=edition_id,
        cut=rendered.cut.key,
        subject=rendered.subject,
        preheader=rendered.preheader,
        html=rendered.html,
        text=rendered.text,
        marker=rendered.marker,
    )


def _cut_of(row: Variant) -> Cut | None:
    try:
        return parse_cut(row.cut)
    except ValueError:
        return None


def _to_rendered(row: Variant, cut: Cut) -> Rendered:
    return Rendered(
        cut=cut,
        subject=row.subject,
        preheader=row.preheader,
        html=row.html,
        text=row.text,
        marker=row.marker,
    )
