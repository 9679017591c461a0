"""What was approved: the variants of an edition, and for whom they are made."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.model import Edition, Variant
from newsletter.seal import seal
from newsletter.values import EditionKind, EditionStatus, Rendered
from subscribers.segments import NEITHER, Conditions, conditions_of
from subscribers.values import Audience

EVERYBODY: tuple[Audience | None, ...] = (*Audience, None)


def audiences_of(session: Session, slugs: Sequence[str]) -> tuple[Audience | None, ...]:
    """Return the audiences that these segments can reach, today or tomorrow, in a fixed order.

    A segment that says nothing about the audience can reach all three. Raises UnknownSegment.
    """
    reached = [_reach(one) for one in conditions_of(session, slugs)]
    return tuple(one for one in EVERYBODY if any(one in reach for reach in reached))


def variants_of(session: Session, edition_id: int) -> dict[Audience | None, Rendered]:
    """Return what was approved, by audience; empty while nothing is."""
    rows = session.scalars(select(Variant).where(Variant.edition_id == edition_id))
    return {one.audience: one for one in map(_to_rendered, rows)}


def save_variants(
    session: Session, edition_id: int, variants: Mapping[Audience | None, Rendered]
) -> None:
    """Replace the stored variants by these."""
    session.execute(delete(Variant).where(Variant.edition_id == edition_id))
    for audience, rendered in variants.items():
        session.add(_to_row(edition_id, audience, rendered))


def seal_of(edition: Edition, variants: Mapping[Audience | None, Rendered], *, sender: str) -> str:
    """Return the seal of this edition with these variants."""
    return seal(
        list(variants.values()),
        sender=sender,
        segments=edition.segments,
        planned_at=edition.planned_at,
        kind=EditionKind(edition.kind),
        number=edition.number,
    )


def void_approval(session: Session, edition: Edition, *, now: datetime) -> None:
    """Bring an edition back to draft: what was approved no longer counts. Raises MoveNotAllowed."""
    edition.move(EditionStatus.DRAFT, now=now)
    edition.content_hash = ""
    edition.approved_by_id = edition.approved_at = edition.due_at = None
    session.execute(delete(Variant).where(Variant.edition_id == edition.id))


def _reach(conditions: Conditions) -> tuple[Audience | None, ...]:
    if "audience" not in conditions:
        return EVERYBODY
    given = conditions["audience"]
    wanted = given if isinstance(given, list) else [given]
    return tuple(one for one in EVERYBODY if (one or NEITHER) in wanted)


def _to_row(edition_id: int, audience: Audience | None, rendered: Rendered) -> Variant:
    return Variant(
        edition_id=edition_id,
        audience=audience,
        subject=rendered.subject,
        preheader=rendered.preheader,
        html=rendered.html,
        text=rendered.text,
        marker=rendered.marker,
    )


def _to_rendered(row: Variant) -> Rendered:
    return Rendered(
        audience=Audience(row.audience) if row.audience else None,
        subject=row.subject,
        preheader=row.preheader,
        html=row.html,
        text=row.text,
        marker=row.marker,
    )
