"""Where the log leads to of the field: a partnership or an organisation that is still there."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from newsletter.store.log import Told
from subscribers.model import Organisation, Partnership
from web.editor.desk import MEMBERS, PARTNERSHIPS


def known_places(session: Session, shown: Sequence[Told]) -> dict[int, str]:
    """Return the addresses at the desk of what these entries are about, by the entry's id."""
    partnerships = _there(session, shown, "partnership", Partnership.id)
    members = _there(session, shown, "organisation", Organisation.id)
    found = {entry: f"{PARTNERSHIPS}/{number}" for entry, number in partnerships.items()}
    return found | {entry: f"{MEMBERS}/{number}" for entry, number in members.items()}


def _there(
    session: Session, shown: Sequence[Told], key: str, number: InstrumentedAttribute[int]
) -> dict[int, int]:
    """Return the numbers that entries have under this key, of what is still there."""
    named = {one.id: one.detail[key] for one in shown if isinstance(one.detail.get(key), int)}
    ids = select(number).where(number.in_(set(named.values())))
    there = set(session.scalars(ids)) if named else set()
    return {entry: one for entry, one in named.items() if one in there}
