"""Opleidingsscholen: adding, changing, removing and finding partnerships; each on record."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy.orm import Session, selectinload

from storage.bulk import hold_table
from storage.log import record
from storage.session import Database
from storage.text import folded, slugify
from subscribers.errors import FieldChanged, NameTaken, UnknownPartnership
from subscribers.field import Values
from subscribers.model import Organisation, Partnership, PartnershipMember, Subscriber
from subscribers.readership import active_among, named_one_of
from subscribers.values import Audience

SLUG_LENGTH: Final = 80
MARK_LENGTH: Final = 8
COLUMNS: Final = (
    *("name", "region", "sector", "stage", "since_year"),
    *("website", "agreed_on", "agreed_by"),
)
TABLE: Final = Partnership.metadata.tables["partnership"]
"""Held while a name is looked for and given: two people may do so in one moment."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A partnership in a list, with how many schools and institutes belong to it."""

    row: Partnership
    schools: int
    institutes: int


def add_partnership(db: Database, values: Values, *, now: datetime) -> int:
    """Add a partnership and return its id. values: judged, with a name. Raises NameTaken."""
    with db.write() as session:
        hold_table(session, TABLE)
        slug = slug_of(str(values["name"]))
        if find_by_slug(session, slug) is not None:
            raise NameTaken(f"there is a partnership {slug!r}")
        row = add(session, slug, values, now=now)
        _record(session, "partnership.added", row, now)
        return row.id


def change_partnership(
    db: Database, partnership_id: int, values: Values, *, version: int, now: datetime
) -> bool:
    """Change a partnership; return whether anything became different.

    Who reads for it under its old name goes along. version: that of the form.
    Raises UnknownPartnership, NameTaken, FieldChanged.
    """
    with db.write() as session:
        hold_table(session, TABLE)
        row = get_partnership(session, partnership_id, lock=True)
        changed = differences(row, values)
        if not changed:
            return False
        if row.version != version:
            raise FieldChanged(f"partnership {row.id} was changed by somebody else")
        if "name" in changed:
            _require_free(session, row, str(values["name"]))
        change(session, row, values, now=now)
        _record(session, "partnership.changed", row, now, fields=changed)
        return True


def remove_partnership(db: Database, partnership_id: int, *, now: datetime) -> str:
    """Remove a partnership and return its name; its organisations and readers stay."""
    with db.write() as session:
        row = get_partnership(session, partnership_id, lock=True)
        _record(session, "partnership.removed", row, now)
        name = row.name
        session.execute(delete(Partnership).where(Partnership.id == row.id))
        return name


def add(session: Session, slug: str, values: Values, *, now: datetime) -> Partnership:
    """Add a partnership of which nobody else has the slug; that it is shown is on record."""
    row = Partnership(slug=slug)
    put(row, values)
    session.add(row)
    session.flush()
    if row.is_shown:
        _record(session, "partnership.shown", row, now)
    return row


def change(session: Session, row: Partnership, values: Values, *, now: datetime) -> None:
    """Put what is different into the row; who named it goes along with its name.

    That it is shown or hidden by this is on record. Its slug stays.
    """
    was_shown, name = row.is_shown, row.name
    put(row, values)
    row.version += 1
    if row.name != name:
        readers = update(Subscriber).where(named_one_of(session, Subscriber.partnership, [name]))
        session.execute(readers.values(partnership=row.name, changed_at=now))
    if row.is_shown is not was_shown:
        what = "partnership.shown" if row.is_shown else "partnership.hidden"
        _record(session, what, row, now)


def put(row: Partnership, values: Values) -> None:
    """Put judged values into a row; what is not among them stays."""
    for name in COLUMNS:
        if name in values:
            setattr(row, name, values[name])


def differences(row: Partnership, values: Values) -> list[str]:
    """Return the names of what these values would make different."""
    return [name for name in COLUMNS if name in values and getattr(row, name) != values[name]]


def slug_of(name: str) -> str:
    """Return the slug that a partnership of this name gets.

    One that is too long ends in a mark of the whole: long names begin alike.
    """
    whole = slugify(name, maximum=10 * len(name)) or "opleidingsschool"
    if len(whole) <= SLUG_LENGTH:
        return whole
    mark = hashlib.sha256(whole.encode()).hexdigest()[:MARK_LENGTH]
    return f"{whole[: SLUG_LENGTH - MARK_LENGTH - 1].strip('-')}-{mark}"


def find_by_slug(session: Session, slug: str) -> Partnership | None:
    """Return the partnership with this slug, or None."""
    return session.scalar(select(Partnership).where(Partnership.slug == slug))


def get_partnership(session: Session, partnership_id: int, *, lock: bool = False) -> Partnership:
    """Return a partnership without its organisations. Raises UnknownPartnership."""
    row = session.get(Partnership, partnership_id, with_for_update=lock or None)
    if row is None:
        raise UnknownPartnership(f"there is no partnership {partnership_id}")
    return row


def read_partnership(session: Session, which: ColumnElement[bool]) -> Partnership:
    """Return the partnership with its organisations, by name. Raises UnknownPartnership."""
    loaded = selectinload(Partnership.organisations)
    row = session.scalar(select(Partnership).where(which).options(loaded))
    if row is None:
        raise UnknownPartnership("there is no such partnership")
    return row


def list_partnerships(session: Session) -> Sequence[Partnership]:
    """Return all partnerships by name, without their organisations."""
    return session.scalars(select(Partnership).order_by(func.lower(Partnership.name))).all()


def search(
    session: Session,
    *,
    words: str = "",
    region: str = "",
    stage: str = "",
) -> list[Listed]:
    """Return the partnerships by name that fit all of these, each with what belongs to it.

    words: a piece of its name, or of that of one of its organisations, without accents or capitals.
    """
    query = _counted()
    if region:
        query = query.where(Partnership.region == region)
    if stage:
        query = query.where(Partnership.stage == stage)
    rows = _listed(session, query)
    if sought := folded(words):
        members = _partnerships_with(session, sought)
        rows = [one for one in rows if sought in folded(one.row.name) or one.row.id in members]
    return rows


def list_shown(session: Session) -> list[Listed]:
    """Return the partnerships that agreed to be shown, by name, each with what belongs to it."""
    return _listed(session, _counted().where(Partnership.agreed_on.is_not(None)))


def names_shown(session: Session) -> list[str]:
    """Return the names of the partnerships that the site may show, in their order."""
    shown = select(Partnership.name).where(Partnership.agreed_on.is_not(None))
    return list(session.scalars(shown.order_by(func.lower(Partnership.name))))


def any_shown(session: Session) -> bool:
    """Say whether the site has a partnership to show."""
    found = select(Partnership.id).where(Partnership.agreed_on.is_not(None)).limit(1)
    return session.scalar(found) is not None


def count_readers(session: Session, row: Partnership) -> int:
    """Return how many people who may be mailed read for this partnership.

    They named it, or named none and one of its organisations, which have to be loaded.
    """
    named = named_one_of(session, Subscriber.partnership, [row.name])
    members = [one.name for one in row.organisations]
    works_there = named_one_of(session, Subscriber.organisation, members)
    elsewhere = active_among(session, works_there, Subscriber.partnership == "")
    return active_among(session, named) + elsewhere


def regions_in_use(session: Session) -> list[str]:
    """Return the regions that partnerships have, by name."""
    distinct = select(Partnership.region).where(Partnership.region != "").distinct()
    return sorted(session.scalars(distinct))


def members_by_side(row: Partnership) -> dict[Audience, list[Organisation]]:
    """Return the organisations of a partnership by side; both are there."""
    return {side: [one for one in row.organisations if one.audience == side] for side in Audience}


def _counted() -> Select[Partnership, int, int]:
    of_side = (
        select(func.count())
        .select_from(PartnershipMember)
        .join(Organisation, Organisation.id == PartnershipMember.organisation_id)
        .where(PartnershipMember.partnership_id == Partnership.id)
    )
    schools = of_side.where(Organisation.audience == Audience.SCHOOL)
    institutes = of_side.where(Organisation.audience == Audience.TEACHER_EDUCATION)
    return select(Partnership, schools.scalar_subquery(), institutes.scalar_subquery())


def _listed(session: Session, query: Select[Partnership, int, int]) -> list[Listed]:
    rows = [Listed(*row) for row in session.execute(query)]
    return sorted(rows, key=lambda one: folded(one.row.name))


def _partnerships_with(session: Session, sought: str) -> frozenset[int]:
    """Return the ids of those that have an organisation with these words in its name."""
    named = Organisation.name_key.contains(sought, autoescape=True)
    joined = select(PartnershipMember.partnership_id).join(
        Organisation, Organisation.id == PartnershipMember.organisation_id
    )
    return frozenset(session.scalars(joined.where(named)))


def _require_free(session: Session, row: Partnership, name: str) -> None:
    other = find_by_slug(session, slug_of(name))
    if other is not None and other.id != row.id:
        raise NameTaken(f"there is a partnership {other.slug!r}")


def _record(session: Session, what: str, row: Partnership, now: datetime, **detail: object) -> None:
    about = {"partnership": row.id, **detail}
    record(session, what, now=now, about=row.name, detail=about)
