"""The seal: the fingerprint of what was approved. Approval sets it, planning and sending check it.

Pure. A seal is made of two marks: that of the mails, as each cut gets them and as they are headed,
and that of the terms, all that stands in the edition and in its segments. So the mails can be held
to the seal by themselves while they go out, when a segment may be changed for the next edition.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from newsletter.values import Rendered

SLOT: Final = "\0"  # stands in no mail


def mails_mark(variants: Iterable[Rendered], *, letterhead: Sequence[str]) -> str:
    """Return the mark of these mails, whatever their order.

    The marker of a mail's slots is of this program: as long as a release makes the same mails, it
    may name their slots otherwise.
    """
    mails = sorted([one.cut.key, one.subject, one.preheader, *_bodies(one)] for one in variants)
    return _digest({"mails": mails, "letterhead": list(letterhead)})


def terms_mark(facts: Mapping[str, Any]) -> str:
    """Return the mark of the facts; one that says nothing counts as one that is not there.

    So a release can know of a new fact, and what was approved before still holds.
    """
    return _digest({name: told for name, told in facts.items() if told not in _NOTHING})


def seal(mails: str, terms: str) -> str:
    """Return the seal of these marks: 64 hexadecimal digits (SHA-256)."""
    return _digest([mails, terms])


def plan_mark(sealed: str, *, due_at: datetime | None) -> str:
    """Return the mark of a plan: that what is sealed goes out at that moment."""
    return _digest([sealed, due_at.timestamp() if due_at else None])


_NOTHING: Final[tuple[object, ...]] = (None, "", [], {}, ())


def _bodies(one: Rendered) -> list[str]:
    if not one.marker:
        return [one.html, one.text, "no marker"]
    return [one.html.replace(one.marker, SLOT), one.text.replace(one.marker, SLOT)]


def _digest(facts: object) -> str:
    # JSON keeps the parts apart: no text can reach into the next field.
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
