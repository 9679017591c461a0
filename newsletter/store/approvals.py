"""What was approved: the variants of an edition, and their seal."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.cut import Cut, parse_cut
from newsletter.model import Edition, Variant
from newsletter.seal import seal
from newsletter.values import EditionKind, EditionStatus, Rendered


def variants_of(session: Session, edition_id: int) -> dict[Cut, Rendered]:
    """Return what was approved, by cut, in the order of approval; empty while nothing is."""
    query = select(Variant).where(Variant.edition_id == edition_id).order_by(Variant.id)
    return {one.cut: one for one in map(_to_rendered, session.scalars(query))}


def save_variants(session: Session, edition_id: int, variants: Mapping[Cut, Rendered]) -> None:
    """Replace the stored variants by these."""
    session.execute(delete(Variant).where(Variant.edition_id == edition_id))
    session.add_all(_to_row(edition_id, rendered) for rendered in variants.values())


def seal_of(edition: Edition, variants: Mapping[Cut, Rendered], *, sender: str) -> str:
    """Return the seal of this edition with these variants."""
    return seal(
        list(variants.values()),
        sender=sender,
        segments=edition.segments,
        planned_at=edition.planned_at,
        kind=EditionKind(edition.kind),
        number=edition.number,
        not_after=edition.not_after,
    )


def void_approval(session: Session, edition: Edition, *, now: datetime) -> None:
    """Bring an edition back to draft: what was approved no longer counts. Raises MoveNotAllowed."""
    edition.move(EditionStatus.DRAFT, now=now)
    edition.content_hash = ""
    edition.approved_by_id = edition.approved_at = edition.due_at = None
    session.execute(delete(Variant).where(Variant.edition_id == edition.id))


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


def _to_rendered(row: Variant) -> Rendered:
    return Rendered(
        cut=parse_cut(row.cut),
        subject=row.subject,
        preheader=row.preheader,
        html=row.html,
        text=row.text,
        marker=row.marker,
    )
