"""Schools, lerarenopleidingen, and the partnerships (opleidingsscholen) they form together."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from storage.session import Database
from storage.text import one_line, slugify
from subscribers.errors import UnknownPartnership
from subscribers.model import Organisation, Partnership
from subscribers.values import Audience


def add_partnership(db: Database, *, name: str, region: str = "", stage: str = "") -> int:
    """Add a partnership, or give the one of that name another region or stage; return its id."""
    with db.write() as session:
        slug = slugify(name, maximum=80) or "opleidingsschool"
        row = session.scalar(select(Partnership).where(Partnership.slug == slug))
        if row is None:
            row = Partnership(slug=slug, name=one_line(name, maximum=200))
            session.add(row)
        row.region = one_line(region, maximum=80) or row.region or ""
        row.stage = one_line(stage, maximum=40) or row.stage or ""
        session.flush()
        return row.id


def add_organisation(db: Database, *, name: str, audience: Audience, partnership: str = "") -> int:
    """Add a school or institute, or change the one of that name; return its id.

    partnership: a slug, or "" to leave it where it is. Raises UnknownPartnership.
    """
    with db.write() as session:
        shown = one_line(name, maximum=200)
        row = session.scalar(select(Organisation).where(Organisation.name == shown))
        if row is None:
            row = Organisation(name=shown)
            session.add(row)
        row.audience = audience
        if partnership:
            row.partnership_id = _partnership_id(session, partnership)
        session.flush()
        return row.id


def list_partnerships(session: Session) -> Sequence[Partnership]:
    """Return the partnerships by name, with their organisations."""
    loaded = select(Partnership).options(selectinload(Partnership.organisations))
    return session.scalars(loaded.order_by(Partnership.name)).all()


def _partnership_id(session: Session, slug: str) -> int:
    found = session.scalar(select(Partnership.id).where(Partnership.slug == slug))
    if found is None:
        raise UnknownPartnership(f"there is no partnership {slug!r}")
    return found
