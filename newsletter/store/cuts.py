"""Who gets which blocks: the cuts that an edition needs, and how many people each has."""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from itertools import chain, combinations

from sqlalchemy import ColumnElement, String, case, func, literal, select
from sqlalchemy.orm import Session

from newsletter.cut import NO_SIDE, SEPARATOR, Cut, parse_cut
from newsletter.model import Block, Edition
from newsletter.store.deliveries import topic_of
from newsletter.values import EditionContent
from storage.dialect import in_time
from subscribers.model import Segment, Subscriber
from subscribers.reading import holds, kinds_of
from subscribers.segments import EVERY_SIDE, conditions_of, known_conditions, list_segments
from subscribers.selecting import clauses
from subscribers.store import counts_by_audience, recipients_select
from subscribers.trees import Tree, tree_of
from subscribers.values import Audience


def names_of(session: Session, slugs: Collection[str]) -> dict[str, str]:
    """Return the names of the segments among these that are there, by slug."""
    if not slugs:
        return {}
    rows = session.execute(select(Segment.slug, Segment.name).where(Segment.slug.in_(slugs)))
    return {row.slug: row.name for row in rows}


def choosable_segments(session: Session) -> dict[str, str]:
    """Return the segments that a block can be for, by slug: not those that are a side by itself."""
    sides = [{"audience": side.value} for side in Audience]
    return {one.slug: one.name for one in list_segments(session) if one.conditions not in sides}


def cuts_of(session: Session, content: EditionContent, slugs: Sequence[str]) -> tuple[Cut, ...]:
    """Return the cuts that readers of these segments can have, today or tomorrow, in a fixed order.

    A segment that says nothing about the audience can reach all three. One of a block that is not
    there any more has nobody in it. Raises UnknownSegment for one of `slugs`.
    """
    goes_to = [tree_of(one) for one in conditions_of(session, slugs)]
    known = known_conditions(session, content.segments)
    used = {slug: tree_of(one) for slug, one in known.items()}
    possible = _possible(goes_to, used)
    every = (
        Cut(audience, frozenset(chosen))
        for audience in EVERY_SIDE
        for chosen in _subsets(sorted(used))
    )
    return tuple(one for one in every if one in possible)


def segments_of_blocks(session: Session, edition_id: int) -> list[str]:
    """Return the slugs of the segments that blocks of an edition are for."""
    query = select(Block.segment).where(Block.edition_id == edition_id).distinct()
    return sorted(slug for slug in session.scalars(query) if slug is not None)


def cut_key(session: Session, slugs: Collection[str]) -> ColumnElement[str]:
    """Return the expression that gives the key of each subscriber's cut, within a statement.

    slugs: the segments that blocks are for.
    """
    key: ColumnElement[str] = func.coalesce(Subscriber.audience, literal(NO_SIDE, String))
    used = sorted(known_conditions(session, slugs).items())
    chosen = clauses(session, [conditions for _, conditions in used])
    for (slug, _), inside in zip(used, chosen, strict=True):
        more = literal(f"{SEPARATOR}{slug}", String)
        key = key.concat(case((inside, more), else_=literal("", String)))
    return key


def people_by_cut(session: Session, edition: Edition) -> dict[Cut, int]:
    """Return how many would get each cut of an edition; empty ones are left out.

    Raises UnknownSegment.
    """
    slugs = segments_of_blocks(session, edition.id)
    if not slugs:  # counted from an index alone, in a quarter of the time
        sides = counts_by_audience(session, edition.segments, topic_of(edition))
        return {Cut(side): number for side, number in sides.items()}
    chosen = recipients_select(session, conditions_of(session, edition.segments), topic_of(edition))
    key = cut_key(session, slugs)
    keys = chosen.with_only_columns(key.label("cut")).subquery()
    groups = select(keys.c.cut, func.count()).group_by(keys.c.cut)
    with in_time(session):
        return {parse_cut(key): number for key, number in session.execute(groups)}


def by_audience(people: Mapping[Cut, int]) -> dict[Audience | None, int]:
    """Return how many there are of each side; empty ones are left out."""
    sides = dict.fromkeys((cut.audience for cut in people), 0)
    return {side: sum(people[cut] for cut in people if cut.audience is side) for side in sides}


def _subsets(slugs: Sequence[str]) -> Iterable[tuple[str, ...]]:
    sizes = range(len(slugs) + 1)
    return chain.from_iterable(combinations(slugs, size) for size in sizes)


def _possible(goes_to: Sequence[Tree], used: Mapping[str, Tree]) -> Container[Cut]:
    """Return the cuts that some kind of reader has; all of them where the kinds are too many."""
    kinds = kinds_of([*goes_to, *used.values()])
    if kinds is None:
        return _Anything()
    return {
        Cut(one.audience, frozenset(slug for slug, tree in used.items() if holds(tree, one)))
        for one in kinds
        if any(holds(tree, one) for tree in goes_to)
    }


class _Anything:
    """Holds whatever is asked for."""

    def __contains__(self, one: object) -> bool:
        return True
