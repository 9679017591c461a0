"""What of all that came in somebody looks at: kept in the address, and returned to after a form."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from feeds.values import ItemKind
from newsletter.store.inbox import EVERYBODY, Stand, Wanted
from subscribers.values import Audience
from web.editor.desk import SELECTING
from web.errors import PageUnknown
from web.pages import read_number

LONGEST_SEARCH: Final = 100
MOST_WORDS: Final = 8
MOST_PAGES: Final = 1000


@dataclass(frozen=True, slots=True)
class Look:
    """The filters and the page.

    kind:    only this kind, at length; None for the beginning of each.
    item_id: only this item, whatever its stand.
    open_id: the item whose words stand open, to be rewritten.
    source:  a slug.
    """

    kind: ItemKind | None = None
    stand: Stand = Stand.WAITING
    words: str = ""
    audience: str = ""
    theme: str = ""
    source: str = ""
    number: int = 1
    item_id: int | None = None
    open_id: int | None = None

    @property
    def is_narrow(self) -> bool:
        """Whether something is sought among what stands there."""
        return bool(self.words or self.audience or self.theme or self.source)

    @property
    def query(self) -> str:
        """What stands behind the question mark, without what is the usual; "" for nothing."""
        parts = {
            "soort": self.kind.value if self.kind else "",
            "stand": "" if self.stand is Stand.WAITING else self.stand.value,
            "q": self.words,
            "kant": self.audience,
            "thema": self.theme,
            "bron": self.source,
            "bladzijde": str(self.number) if self.number > 1 else "",
            "bericht": str(self.item_id or ""),
            "open": str(self.open_id or ""),
        }
        return urlencode({name: value for name, value in parts.items() if value})

    def address(self, **changed: object) -> str:
        """Return the address of this look with something changed; nothing stands open in it."""
        return _joined(SELECTING, self._changed(changed))

    def opening(self, item_id: int) -> "Look":
        """Return this look with the words of one item standing open."""
        return replace(self, open_id=item_id)

    def act(self, item_id: int, what: str, **more: str | int) -> str:
        """Return where to post what is done to an item, so that this look comes back after it.

        more: what that needs to know besides.
        """
        parts = [self._changed({}), urlencode(more)]
        return _joined(f"{SELECTING}/{item_id}/{what}", "&".join(part for part in parts if part))

    def wanted(self, source_id: int | None) -> Wanted:
        """Return what to look for. source_id: that of the slug."""
        words = tuple(self.words.split()[:MOST_WORDS])
        return Wanted(words, self.audience, self.theme, source_id)

    def _changed(self, changed: Mapping[str, object]) -> str:
        return replace(self, **{"open_id": None, **changed}).query  # type: ignore[arg-type]  # by name


def read_look(query: Mapping[str, str]) -> Look:
    """Read the filters of an address. Raises PageUnknown for a kind, stand or side of no sense."""
    kind, stand = query.get("soort", ""), query.get("stand", Stand.WAITING) or Stand.WAITING
    audience = query.get("kant", "")
    if kind not in {"", *ItemKind} or stand not in tuple(Stand):
        raise PageUnknown(f"{kind} {stand}")
    if audience not in {"", EVERYBODY, *Audience}:
        raise PageUnknown(audience)
    return Look(
        kind=ItemKind(kind) if kind else None,
        stand=Stand(stand),
        words=_line(query.get("q", "")),
        audience=audience,
        theme=query.get("thema", ""),
        source=query.get("bron", ""),
        number=min(read_number(query.get("bladzijde", "")) or 1, MOST_PAGES),
        item_id=_key(query, "bericht"),
        open_id=_key(query, "open"),
    )


def _key(query: Mapping[str, str], name: str) -> int | None:
    """Return a row's key, None when it is not asked for. Raises PageUnknown when it is none."""
    if not query.get(name):
        return None
    number = read_number(query[name])
    if number is None:
        raise PageUnknown(name)
    return number


def _line(text: str) -> str:
    printable = "".join(letter for letter in text if letter.isprintable())
    return " ".join(printable.split())[:LONGEST_SEARCH].strip()


def _joined(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path
