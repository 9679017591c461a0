"""Use case: a subject and a preheader of their own for the readers of one side."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from newsletter.compose.editing import editing
from newsletter.compose.escape import clean_line
from newsletter.compose.propose import HEAD_LENGTH
from newsletter.errors import EditionChanged
from newsletter.values import Head
from storage.session import Database
from subscribers.values import Audience

Stored = Mapping[str, Mapping[str, str]]


def set_own_heads(
    db: Database,
    edition_id: int,
    heads: Mapping[Audience, Head],
    *,
    seen: str,
    now: datetime,
    by: int | None,
) -> None:
    """Say what stands in the inbox of each of these sides; "" for what everybody gets.

    seen: the mark of what was looked at (`own_heads_mark`). Raises EditionChanged when they say
          something else by now, and not this; then nothing changed.
    """
    with editing(db, edition_id, version=None, now=now, by=by) as (_, edition):
        was = own_heads_mark(edition.heads)
        edition.heads = _stored({**edition.heads, **{k.value: _cleaned(heads[k]) for k in heads}})
        if seen != was and own_heads_mark(edition.heads) != was:
            raise EditionChanged(f"the heads of edition {edition_id} are not what was looked at")


def own_heads_mark(heads: Stored) -> str:
    """Return the mark of what the sides have of their own, as it is stored."""
    return hashlib.sha256(json.dumps(heads, sort_keys=True).encode("ascii")).hexdigest()


def _cleaned(head: Head) -> dict[str, str]:
    return {
        "subject": clean_line(head.subject)[:HEAD_LENGTH],
        "preheader": clean_line(head.preheader)[:HEAD_LENGTH],
    }


def _stored(heads: Stored) -> dict[str, Any]:
    """Return only what there is: a side without words of its own gets what everybody gets."""
    own = {side: {k: v for k, v in head.items() if v} for side, head in heads.items()}
    return {side: head for side, head in own.items() if head}
