"""What may prove whom a message is about: our tokens and Message-IDs, where they stand in text."""

import re
from collections.abc import Iterable
from typing import Final

from newsletter.learn.returned import TOKENS_MAXIMUM

_BOUNCE_TOKEN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z2-7]{26}(?![A-Za-z0-9])")
_LINK_TOKEN: Final = re.compile(r"/afmelden/([\w-]{22})(?![\w-])", re.ASCII)
_MESSAGE_ID: Final = re.compile(r"\be\d{1,10}\.[a-z2-7]{24}@[A-Za-z0-9.-]{1,255}")


def bounce_tokens_in(text: str) -> list[str]:
    """Return what may be tokens of ours in an address that mail comes back to."""
    return _BOUNCE_TOKEN.findall(text)


def tokens_in(text: str) -> tuple[str, ...]:
    """Return what may be tokens of ours in addresses and headers, links first."""
    return few([*_LINK_TOKEN.findall(text), *_BOUNCE_TOKEN.findall(text)])


def message_ids_in(text: str) -> tuple[str, ...]:
    """Return what may be Message-IDs of ours in headers."""
    return few(_MESSAGE_ID.findall(text))


def few(found: Iterable[str]) -> tuple[str, ...]:
    """Return each once, in their order, and no more of them than are tried."""
    return tuple(dict.fromkeys(found))[:TOKENS_MAXIMUM]
