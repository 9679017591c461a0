"""What the sources are called, for lists to choose from: no more than that of thousands."""

from dataclasses import dataclass, fields

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.model import Source


@dataclass(frozen=True, slots=True)
class Named:
    """A source by name, and whether its last look failed. Fields are columns of `Source`."""

    id: int
    slug: str
    name: str
    active: bool
    last_error: str


def list_names(session: Session) -> list[Named]:
    """Return every source, by name."""
    columns = (getattr(Source, one.name) for one in fields(Named))
    rows = session.execute(select(*columns).order_by(Source.name, Source.id))
    return [Named(*row) for row in rows]
