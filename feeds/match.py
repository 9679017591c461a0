"""Which items that a source names for the first time are known already. Pure.

A site that moves gives its entries new guids, a calendar that is exported anew its events new UIDs,
and two sites bring one story. Such an item gets one more `Sighting`, and stays one item (S-36,
S-37, S-65).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from feeds.identity import canonical_link, link_key, names_no_page, text_key
from feeds.values import ItemKind, ParsedItem

Mark = tuple[object, ...]
"""Something by which an item may be recognised."""

MOVED_AT_MOST: Final = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stored item that could be one of those in a document. source_id: whose words it holds."""

    id: int
    source_id: int | None
    kind: str
    title: str
    url: str
    link_key: str
    text_key: str
    published_at: datetime | None
    starts_at: datetime | None


def find_known(
    named: Mapping[str, ParsedItem],
    candidates: Iterable[Candidate],
    *,
    source_id: int,
    present: frozenset[int],
) -> dict[str, int]:
    """Return the id of the known item for each key that names one; no item twice.

    named:   the items under keys that the source did not use before.
    present: the items that this document gives under a key that is known. They stand beside the new
             ones, so none of these is one of them.
    """
    seen = {key: _candidate(item, source_id) for key, item in named.items()}
    shared = Counter(mark for one in seen.values() for mark in _marks(one))
    by_mark: dict[Mark, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        if candidate.id not in present:
            for mark in _marks(candidate):
                by_mark[mark].append(candidate)
    found: dict[str, int] = {}
    for key, one in seen.items():
        # A mark that two items of one document share tells neither of them apart.
        marks = (mark for mark in _marks(one) if shared[mark] == 1)
        known = next((other for mark in marks for other in _same(one, mark, by_mark)), None)
        if known is not None and known.id not in found.values():
            found[key] = known.id
    return found


def _same(one: Candidate, mark: Mark, by_mark: Mapping[Mark, list[Candidate]]) -> list[Candidate]:
    """Return the stored items of that mark, the oldest first; [] when nobody can say which."""
    others = by_mark.get(mark, [])
    if mark[0] in {"link", "text", "headline"}:
        return others
    near = [other for other in others if _is_near(one.starts_at, other.starts_at)]
    return near if len(near) == 1 else []  # of several meetings with one name, which one moved?


def _is_near(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and other is not None and abs(one - other) <= MOVED_AT_MOST


def _candidate(item: ParsedItem, source_id: int) -> Candidate:
    is_repeated = "#" in item.guid  # its occurrences share their title and link
    return Candidate(
        id=0,
        source_id=source_id,
        kind=item.kind,
        title=item.title if not is_repeated else "",
        url=item.url if not is_repeated else "",
        link_key=link_key(item),
        text_key=text_key(item),
        published_at=item.published_at,
        starts_at=item.times.starts_at if item.times else None,
    )


def _marks(one: Candidate) -> Iterator[Mark]:
    """Yield what may be compared, the surest first. What source it is counts where it must."""
    is_event = one.kind == ItemKind.EVENT
    if one.link_key:
        yield ("link", is_event, one.link_key)
    if one.text_key:
        yield ("text", is_event, one.text_key)
    if one.source_id is None or not one.title:
        return
    if is_event:
        if one.url and not names_no_page(one.url):
            yield ("page", one.source_id, canonical_link(one.url))
        yield ("meeting", one.source_id, one.title.casefold())
    elif one.published_at:
        # One site does not publish two stories with one headline at the same second.
        yield ("headline", one.source_id, one.title, one.published_at)
