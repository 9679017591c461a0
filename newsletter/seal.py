"""The seal: the fingerprint of what was approved. Approval sets it, sending checks it.

Pure. It covers all that decides what readers get and when: every variant as it was rendered, the
sender, the segments, the moment where one was approved, the last moment that it
may go, the kind and the number.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

from newsletter.values import EditionKind, Rendered


def seal(  # noqa: PLR0913 - what is sealed
    variants: Sequence[Rendered],
    *,
    sender: str,
    segments: Sequence[str],
    planned_at: datetime | None,
    kind: EditionKind,
    number: int | None,
    not_after: datetime | None = None,
) -> str:
    """Return 64 hexadecimal digits (SHA-256), whatever the order of variants and segments."""
    facts: dict[str, object] = {
        "variants": sorted(
            [one.cut.key, one.subject, one.preheader, one.html, one.text] for one in variants
        ),
        "sender": sender,
        "segments": sorted(segments),
        "planned_at": planned_at.timestamp() if planned_at else None,
        "kind": kind.value,
        "number": number,
    }
    if not_after is not None:
        facts["not_after"] = not_after.timestamp()
    # JSON keeps the parts apart: no text can reach into the next field.
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
