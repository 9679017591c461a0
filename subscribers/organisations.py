"""Schools and lerarenopleidingen: adding, changing, removing and finding them; each on record.

Who is on nobody's side goes along with their organisation: see `sides`.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, selectinload

from storage.bulk import hold_table
from storage.dialect import insert_new
from storage.log import record
from storage.session import Database
from subscribers.errors import FieldChanged, NameTaken, UnknownOrganisation, UnknownPartnership
from subscribers.field import Values, name_key
from subscribers.model import Organisation, Partnership, PartnershipMember, Subscriber
from subscribers.readership import active_among, named_one_of
from subscribers.sides import follow, rename_at_people

COLUMNS: Final = ("name", "audience", "city", "region")
TABLE: Final = Organisation.metadata.tables["organisation"]
"""Held while a name is looked for and given: two people may do so in one moment."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an organisation. followed: how many people changed sides with it."""

    id: int
    changed: bool
    followed: int = 0


def add_organisation(
    db: Database, values: Values, *, partnerships: Collection[int] = (), now: datetime
) -> Saved:
    """Add a school or institute to these partnerships.

    values: judged, with a name and an audience. Raises NameTaken, UnknownPartnership.
    """
    with db.write() as session:
        hold_table(session, TABLE)
        key = name_key(str(values["name"]))
        if find_by_name(session, key) is not None:
            raise NameTaken(f"there is an organisation {key!r}")
        row = Organisation(name_key=key)
        put(row, values)
        session.add(row)
        session.flush()
        belong(session, row.id, partnerships)
        followed = follow(session, [row], now=now)
        _record(session, "member.added", row, now, followed=followed)
        return Saved(row.id, changed=True, followed=followed)


def change_organisation(
    db: Database,
    organisation_id: int,
    values: Values,
    *,
    partnerships: Collection[int],
    version: int,
    now: datetime,
) -> Saved:
    """Change a school or institute, and what it belongs to.

    Who named it goes along with its name, and who said no side of their own with its side.
    Raises UnknownOrganisation, UnknownPartnership, NameTaken, FieldChanged.
    """
    with db.write() as session:
        hold_table(session, TABLE)
        row = get_organisation(session, organisation_id, lock=True)
        changed = differences(row, values)
        if partnerships_of(session, row.id) != set(partnerships):
            changed.append("partnerships")
        if not changed:
            return Saved(row.id, changed=False)
        if row.version != version:
            raise FieldChanged(f"organisation {row.id} was changed by somebody else")
        if "name" in changed:
            _rename(session, row, str(values["name"]), now)
        put(row, values)
        row.version += 1
        belong(session, row.id, partnerships)
        followed = follow(session, [row], now=now)
        _record(session, "member.changed", row, now, fields=changed, followed=followed)
        return Saved(row.id, changed=True, followed=followed)


def remove_organisation(db: Database, organisation_id: int, *, now: datetime) -> str:
    """Remove a school or institute and return its name; its readers stay on their side."""
    with db.write() as session:
        row = get_organisation(session, organisation_id, lock=True)
        _record(session, "member.removed", row, now)
        name = row.name
        session.execute(delete(Organisation).where(Organisation.id == row.id))
        return name


def put(row: Organisation, values: Values) -> None:
    """Put judged values into a row; what is not among them stays."""
    for name in COLUMNS:
        if name in values:
            setattr(row, name, values[name])
    row.name_key = name_key(row.name)


def differences(row: Organisation, values: Values) -> list[str]:
    """Return the names of what these values would make different."""
    return [name for name in COLUMNS if name in values and getattr(row, name) != values[name]]


def belong(session: Session, organisation_id: int, partnerships: Collection[int]) -> None:
    """Let an organisation belong to these partnerships and no others. Raises UnknownPartnership."""
    wanted = set(partnerships)
    found = set(session.scalars(select(Partnership.id).where(Partnership.id.in_(wanted))))
    if missing := wanted - found:
        raise UnknownPartnership(f"there is no partnership {min(missing)}")
    mine = PartnershipMember.organisation_id == organisation_id
    others = PartnershipMember.partnership_id.not_in(wanted)
    session.execute(delete(PartnershipMember).where(mine, others))
    rows = [{"partnership_id": one, "organisation_id": organisation_id} for one in sorted(wanted)]
    insert_new(session, PartnershipMember.metadata.tables["partnership_member"], rows)


def partnerships_of(session: Session, organisation_id: int) -> set[int]:
    """Return the ids of the partnerships that an organisation belongs to."""
    mine = PartnershipMember.organisation_id == organisation_id
    return set(session.scalars(select(PartnershipMember.partnership_id).where(mine)))


def find_by_name(session: Session, name: str) -> Organisation | None:
    """Return the organisation of this name, however it is written; None when there is none."""
    return session.scalar(select(Organisation).where(Organisation.name_key == name_key(name)))


def known_at(session: Session, names: Collection[str]) -> dict[str, Organisation]:
    """Return the organisations that we know among these names, by the key of their name.

    With their partnerships, in two queries.
    """
    keys = {name_key(name) for name in names} - {""}
    loaded = select(Organisation).options(selectinload(Organisation.partnerships))
    rows = session.scalars(loaded.where(Organisation.name_key.in_(keys))) if keys else ()
    return {row.name_key: row for row in rows}


def known_names(session: Session, *, most: int) -> Sequence[str]:
    """Return what the organisations are called, by name; no more than so many."""
    return session.scalars(
        select(Organisation.name).order_by(Organisation.name_key).limit(most)
    ).all()


def get_organisation(session: Session, organisation_id: int, *, lock: bool = False) -> Organisation:
    """Return an organisation without its partnerships. Raises UnknownOrganisation."""
    row = session.get(Organisation, organisation_id, with_for_update=lock or None)
    if row is None:
        raise UnknownOrganisation(f"there is no organisation {organisation_id}")
    return row


def list_organisations(
    session: Session, *, words: str = "", partnership: str = ""
) -> Sequence[Organisation]:
    """Return the organisations by name, with their partnerships.

    words: a piece of the name; partnership: the slug of one that they belong to.
    """
    query = select(Organisation).options(selectinload(Organisation.partnerships))
    if sought := name_key(words):
        query = query.where(Organisation.name_key.contains(sought, autoescape=True))
    if partnership:
        query = query.where(Organisation.partnerships.any(Partnership.slug == partnership))
    return session.scalars(query.order_by(Organisation.name_key)).all()


def read_organisation(session: Session, organisation_id: int) -> Organisation:
    """Return an organisation with its partnerships. Raises UnknownOrganisation."""
    loaded = selectinload(Organisation.partnerships)
    query = select(Organisation).where(Organisation.id == organisation_id).options(loaded)
    row = session.scalar(query)
    if row is None:
        raise UnknownOrganisation(f"there is no organisation {organisation_id}")
    return row


def count_readers(session: Session, row: Organisation) -> int:
    """Return how many people who may be mailed named this organisation."""
    return active_among(session, named_one_of(session, Subscriber.organisation, [row.name]))


def _rename(session: Session, row: Organisation, name: str, now: datetime) -> None:
    other = find_by_name(session, name)
    if other is not None and other.id != row.id:
        raise NameTaken(f"there is an organisation {other.name_key!r}")
    rename_at_people(session, row.name, name, now=now)


def _record(
    session: Session, what: str, row: Organisation, now: datetime, **detail: object
) -> None:
    about = {"organisation": row.id, **detail}
    record(session, what, now=now, about=row.name, detail=about)
