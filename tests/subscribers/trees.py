"""Random segments over a small world, so that they select somebody."""

from collections.abc import Callable

from hypothesis import strategies as st

from subscribers.conditions import ATTENDED, BEFORE, INVITED, NEITHER, SINCE
from subscribers.trees import SEGMENT, Tree, any_of, every, is_one_of, negated
from subscribers.values import Audience, SubscriberStatus

VALUES = {
    "audience": [*Audience, NEITHER],
    "region": ["Oost", "oost", "Noord-Holland", "Zuid and Zee", 'de "Brug"'],
    "partnership": ["samen-sterk", "Samen Sterk", "SAMEN STERK", "de-tussendeur", "Vrij"],
    "stage": ["aspirant", "Academisch", "none"],
    "organisation": ["Lyceum Éénhoorn", "lyceum eenhoorn", "x' or 1=1 --"],
    "role": ["schoolopleider", "Coördinator", "coordinator", "leraar in opleiding"],
    "theme": ["visie", "hr-beleid"],
    "status": list(SubscriberStatus),
    ATTENDED: ["1", "02", "99"],
    INVITED: ["1", "2", "3"],
}
DAYS = ["2026-12-31", "2027-01-01", "2027-04-22"]


def trees(segments: tuple[str, ...] = ()) -> st.SearchStrategy[Tree]:
    """Return trees of conditions. segments: the slugs that they may name."""
    named = {**VALUES, **({SEGMENT: list(segments)} if segments else {})}
    leaf = st.sampled_from(sorted(named)).flatmap(
        lambda field: st.lists(st.sampled_from(named[field]), min_size=1, max_size=3).map(
            lambda values: is_one_of(field, values)
        )
    )
    days = st.tuples(st.sampled_from([SINCE, BEFORE]), st.sampled_from(DAYS)).map(
        lambda pair: is_one_of(pair[0], [pair[1]])
    )
    return st.recursive(leaf | days, _nodes, max_leaves=6)


def _nodes(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    parts = st.lists(inner, min_size=2, max_size=3)
    makes: list[Callable[[list[Tree]], Tree]] = [every, any_of]
    joined = st.tuples(st.sampled_from(makes), parts).map(lambda pair: pair[0](pair[1]))
    return joined | inner.map(negated)
