"""What somebody looked at, as a hash: so that we notice when another changed it since. Pure."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Final

from feeds.model import Item, Source

REWRITTEN: Final = ("title", "summary", "own_title", "own_summary", "themes", "audiences")
"""What an editor has in sight who rewrites an item: also what its source says."""
OF_OUR_OWN: Final = (*REWRITTEN, "url", "starts_at", "ends_at", "all_day", "location")
LABELS: Final = ("name", "themes", "audiences")


def words_mark(item: Item) -> str:
    """Return the mark of the words, themes and audiences of an item."""
    return _mark(item, REWRITTEN)


def own_mark(item: Item) -> str:
    """Return the mark of all that editors can change of an item that they added themselves."""
    return _mark(item, OF_OUR_OWN)


def labels_mark(source: Source) -> str:
    """Return the mark of what people say about a source."""
    return _mark(source, LABELS)


def _mark(row: Item | Source, columns: tuple[str, ...]) -> str:
    text = json.dumps([getattr(row, name) for name in columns], default=_moment)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
