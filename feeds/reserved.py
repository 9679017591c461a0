"""Names that are kept for examples and tests (RFC 6761): what is found there says nothing. Pure."""

from typing import Final
from urllib.parse import urlsplit

EXAMPLES: Final = ("example", "test", "example.org", "example.com", "example.net")
HERE: Final = ("localhost", "local", "internal")  # names of one machine or one network


def is_example(host: str) -> bool:
    """Say whether a name is one for examples, or below one."""
    return _is_below(host, EXAMPLES)


def is_local(host: str) -> bool:
    """Say whether a name is one of this machine or this network only."""
    return _is_below(host, HERE)


def host_of(url: str) -> str:
    """Return the host of an address in lower case; "" without one."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _is_below(host: str, names: tuple[str, ...]) -> bool:
    name = host.lower().rstrip(".")
    return any(name == one or name.endswith(f".{one}") for one in names)
