"""How the records of SPF (RFC 7208), DKIM (RFC 6376) and DMARC (RFC 9989) are read. Pure."""

import re
from collections.abc import Mapping
from typing import Final

MOST_LOOKUPS: Final = 10  # of one record of SPF, with those that it leads to (RFC 7208 §4.6.4)
# No record tells which names keys have; these are those of the providers that we know.
SELECTORS: Final = (
    *("default", "dkim", "mail", "s1", "s2", "k1", "k2"),
    *("selector1", "selector2", "google", "mxvault", "smtp"),
)

_ASKS: Final = re.compile(r"[+?~-]?(?:include:|exists:|(?:a|mx|ptr)(?:[:/]|$))|redirect=")
_ALL: Final = re.compile(r"(?:^|\s)([+?~-]?)all(?:\s|$)")


def is_of(record: str, kind: str) -> bool:
    """Say whether a record begins with a version, in any case, as a word of its own."""
    begin, rest = record[: len(kind)], record[len(kind) :].lstrip()
    is_whole = not rest or record[len(kind)].isspace() or rest.startswith(";")
    return begin.lower() == kind and is_whole


def led_to(record: str) -> list[str]:
    """Return the domains that a record of SPF takes over, macros left out (RFC 7208 §5.2, §6.1)."""
    names: list[str] = []
    for term in record.lower().split():
        mechanism = term.lstrip("+-~?")
        for begin in ("include:", "redirect="):
            if mechanism.startswith(begin) and "%" not in mechanism:
                names.append(mechanism.removeprefix(begin).rstrip("."))
    return [name for name in names if name and name.isascii()]


def lookups(record: str, included: Mapping[str, str]) -> int:
    """Return how many look-ups a record of SPF costs, or the first number that is too many."""
    count, waiting = 0, [record]
    while waiting and count <= MOST_LOOKUPS:
        one = waiting.pop(0)
        count += sum(1 for term in one.lower().split()[1:] if _ASKS.match(term))
        waiting.extend(included.get(name, "") for name in led_to(one))
    return count


def ending(record: str) -> str | None:
    """Return what a record of SPF says of all other servers: "+", "?", "~" or "-"; None: nothing.

    One that leads to another record leaves it to that.
    """
    found = _ALL.search(record.lower())
    if found:
        return found.group(1) or "+"
    return "" if "redirect=" in record.lower() else None


def tags(record: str) -> dict[str, str]:
    """Return the tags of a record such as DMARC's, by name in lower case."""
    pairs = (part.partition("=") for part in record.split(";") if "=" in part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
