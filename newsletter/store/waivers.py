"""Queries on what editors let pass: the warnings of an edition that were waved through."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.model import Waiver


def waivers_of(session: Session, edition_id: int) -> dict[str, Waiver]:
    """Return the waivers of an edition, by the mark of their finding."""
    rows = session.scalars(select(Waiver).where(Waiver.edition_id == edition_id))
    return {one.mark: one for one in rows}


def find_waiver(session: Session, edition_id: int, mark: str) -> Waiver | None:
    """Return the waiver of one finding, if somebody let it pass."""
    return waivers_of(session, edition_id).get(mark)
