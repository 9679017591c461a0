"""How people spelt what they told of themselves: which texts stand in a column, without a look at
every person.

No database folds as we do (`storage.text.folded`), so whoever looks for a name asks first how it is
spelt, by leaps along an index, and then for these texts.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.text import folded

NOT_EMPTY: Final[ColumnElement[str]] = literal_column("''")  # as in the indexes, unbound


def spellings(column: InstrumentedAttribute[str]) -> Select[Any]:
    """Return the selection of a column's name and each of its texts, by leaps along its index."""
    first = select(func.min(column).label("text")).where(column != NOT_EMPTY)
    seen = first.cte(f"{column.key}_spelt", recursive=True)
    following = select(func.min(column)).where(column > seen.c.text, column != NOT_EMPTY)
    leaps = seen.union_all(
        select(following.correlate(seen).scalar_subquery()).where(seen.c.text.is_not(None))
    )
    return select(literal(column.key), leaps.c.text).where(leaps.c.text.is_not(None))


def spelt(
    session: Session, column: InstrumentedAttribute[str], names: Collection[str]
) -> Mapping[str, list[str]]:
    """Return the texts of a column that are one of these names, by the folded name."""
    keys = {folded(name) for name in names}
    found: defaultdict[str, list[str]] = defaultdict(list)
    for _, text in session.execute(spellings(column)):
        if (key := folded(text)) in keys:
            found[key].append(text)
    return found


def is_one_of(column: InstrumentedAttribute[str], texts: Collection[str]) -> ColumnElement[bool]:
    """Return the condition that a column has one of these texts, which its index answers."""
    return and_(column != NOT_EMPTY, column.in_(texts)) if texts else false()
