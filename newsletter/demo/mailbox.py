"""The mails that were caught: one file each, in the order in which they came.

Each file is the message as it was handed over, below a `Delivered-To` and a `Return-Path` line as a
mail server puts above what it delivers. File names hold a number and nothing about a person.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count, islice
from pathlib import Path
from threading import Lock
from typing import Final

HEAD_OCTETS: Final = 32_768  # more than the headers of any mail of ours
NAME: Final = re.compile(r"\d{8,12}")


@dataclass(frozen=True, slots=True)
class Letter:
    """One caught mail as a line of the list. date: as its header says."""

    number: str
    recipient: str
    subject: str
    date: str
    message_id: str


class Mailbox:
    """A folder of caught mails, safe to fill from several threads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._numbers = count(max((int(path.stem) for path in self._paths()), default=0) + 1)
        self._lock = Lock()

    def __len__(self) -> int:
        return sum(1 for _ in self._paths())

    def keep(self, message: bytes, *, recipient: str, sender: str = "") -> str:
        """Store one mail for one recipient and return its number."""
        with self._lock:
            number = f"{next(self._numbers):08}"
        head = f"Delivered-To: {recipient}\r\nReturn-Path: <{sender}>\r\n"
        unfinished = self._folder / f"{number}.part"
        unfinished.write_bytes(head.encode() + message)
        unfinished.rename(unfinished.with_suffix(".eml"))
        return number

    def newest(self, limit: int, *, address: str = "") -> list[Letter]:
        """Return the newest letters to addresses that hold `address`, newest first."""
        wanted = address.strip().lower()
        letters = map(_letter, sorted(self._paths(), reverse=True))
        return list(islice((one for one in letters if wanted in one.recipient.lower()), limit))

    def all(self) -> Iterator[Letter]:
        """Give every letter, oldest first."""
        return map(_letter, sorted(self._paths()))

    def raw(self, number: str) -> bytes | None:
        """Return the whole mail, or None when there is no such number."""
        path = self._folder / f"{number}.eml"
        if not NAME.fullmatch(number) or not path.is_file():
            return None
        return path.read_bytes()

    def message(self, number: str) -> EmailMessage | None:
        """Return the mail read, or None when there is no such number."""
        raw = self.raw(number)
        return None if raw is None else read_message(raw)

    def _paths(self) -> Iterator[Path]:
        return (path for path in self._folder.glob("*.eml") if NAME.fullmatch(path.stem))


def read_message(raw: bytes) -> EmailMessage:
    """Read a mail by today's rules; what is broken in it stays readable."""
    return message_from_bytes(raw, policy=policy.default)


def header_text(message: EmailMessage, name: str) -> str:
    """Return a header; an address with letters outside ASCII stands there as UTF-8 (RFC 6532)."""
    value = str(message.get(name, ""))  # Python's parser leaves such bytes as they are
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def part_text(message: EmailMessage, kind: str) -> str:
    """Return the text of the part "plain" or "html"; "" when there is none."""
    part = message.get_body(preferencelist=(kind,))
    if part is None:
        return ""
    content = part.get_content()
    return content if isinstance(content, str) else ""


def _letter(path: Path) -> Letter:
    with path.open("rb") as file:
        head, _, _ = file.read(HEAD_OCTETS).partition(b"\r\n\r\n")
    message = read_message(head + b"\r\n\r\n")
    return Letter(
        number=path.stem,
        recipient=header_text(message, "Delivered-To"),
        subject=header_text(message, "Subject"),
        date=header_text(message, "Date"),
        message_id=header_text(message, "Message-ID"),
    )
