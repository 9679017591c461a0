"""The themes that readers chose: one number for each reader, with a bit for each theme.

So whatever is asked about themes, a reader's own row answers (docs/decisions/0024).
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session

from storage.dialect import insert_new
from subscribers.errors import TooManyThemes
from subscribers.model import Subscriber, ThemeBit

MOST: Final = 63  # bits of a number of eight bytes, but for its sign
BITS: Final = ThemeBit.metadata.tables["theme_bit"]


def read_bits(session: Session) -> dict[str, int]:
    """Return the bit of each theme that somebody ever chose."""
    rows = session.execute(select(ThemeBit.theme, ThemeBit.bit))
    return {row.theme: row.bit for row in rows}


def give_bits(session: Session, themes: Iterable[str]) -> dict[str, int]:
    """Return the bits of these themes; one that nobody chose before gets the next.

    Raises TooManyThemes.
    """
    known, wanted = read_bits(session), set(themes)
    while missing := sorted(wanted - known.keys()):
        bit = max(known.values(), default=0) << 1 or 1
        if bit >> MOST:
            raise TooManyThemes(f"no place for theme {missing[0]!r}: there are {MOST} already")
        # Somebody else may have taken the bit, or have given the theme one: then it is read again.
        insert_new(session, BITS, [{"theme": missing[0], "bit": bit}])
        known = read_bits(session)
    return {theme: known[theme] for theme in wanted}


def number_of(themes: Iterable[str], bits: Mapping[str, int]) -> int:
    """Return what a reader's row says who chose these; what nobody chose is left out."""
    return sum({bits.get(theme, 0) for theme in themes})


def themes_in(number: int, bits: Mapping[str, int]) -> list[str]:
    """Return the themes in a reader's row, by slug."""
    return sorted(theme for theme, bit in bits.items() if number & bit)


def own_themes(session: Session, row: Subscriber) -> list[str]:
    """Return the themes that somebody chose, by slug."""
    return themes_in(row.themes, read_bits(session))


def themes_of(session: Session, ids: Collection[int]) -> dict[int, list[str]]:
    """Return the themes that each of these subscribers chose, by slug; who chose none is absent."""
    rows = session.execute(
        select(Subscriber.id, Subscriber.themes).where(
            Subscriber.id.in_(ids), Subscriber.themes != 0
        )
    )
    bits = read_bits(session)
    return {subscriber_id: themes_in(number, bits) for subscriber_id, number in rows}


def bit_of(theme: str | None) -> ColumnElement[int]:
    """Return the bit of a theme within a statement; 0 when nobody ever chose it."""
    known = select(ThemeBit.bit).where(ThemeBit.theme == theme).scalar_subquery()
    return func.coalesce(known, literal(0))
