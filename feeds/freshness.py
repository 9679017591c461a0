"""What a server says about time: for how long its answer holds, and when to come back. Pure.

The server's own clock counts: its Date is taken for now, so a wrong clock on either side does no
harm.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

Header = Callable[[str], str]
"""From a header's name to its value; several values with ", " between them, or ""."""

SECONDS: Final = re.compile(r"[0-9]{1,18}")
NOT_KEPT: Final = frozenset({"no-cache", "no-store"})


def fresh_s(header: Header) -> float:
    """Return for how many seconds more an answer holds (RFC 9111 §4.2); 0 when it does not say.

    max-age wins from Expires; what the answer's Age says is taken off. What cannot be read says
    that the answer is old (§4.2.1).
    """
    told = _directives(header("Cache-Control"))
    if NOT_KEPT & told.keys():
        return 0.0
    if "max-age" in told:
        lifetime = _seconds(told["max-age"])
    elif expires := header("Expires"):
        lifetime = _between(header("Date"), expires)
    else:
        return 0.0
    return max(lifetime - _seconds(header("Age")), 0.0)


def retry_after_s(value: str, *, answered_at: str) -> float | None:
    """Read a Retry-After header (seconds or a date, RFC 9110 §10.2.3); None when it says nothing.

    answered_at: the Date header of the same answer.
    """
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip())
    try:
        return max((_http_date(value) - _http_date(answered_at)).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def _directives(value: str) -> dict[str, str]:
    """Return the directives of a Cache-Control header by name; the first of several counts."""
    told: dict[str, str] = {}
    for directive in value.split(","):
        name, _, argument = directive.partition("=")
        told.setdefault(name.strip().lower(), argument.strip().strip('"'))
    return told


def _seconds(text: str) -> float:
    found = SECONDS.fullmatch(text.strip())
    return float(found[0]) if found else 0.0


def _between(date: str, expires: str) -> float:
    try:
        return (_http_date(expires) - _http_date(date)).total_seconds()
    except (ValueError, TypeError):
        return 0.0


def _http_date(text: str) -> datetime:
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
