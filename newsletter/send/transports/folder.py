"""Writing messages to files instead of sending them: to see who would get what."""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from newsletter.errors import TransportUnavailable
from newsletter.send.transports.offers import Offers
from newsletter.values import Receipt

IDENTITY: Final = re.compile(rb"^Message-ID:[ \t]*(<[^<>\r\n]+>)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class FolderTransport:
    """A folder of .eml files, one a message: its name follows from Message-ID and recipient.

    A message that goes out a second time takes the place of the first. What was answered for is
    on the disk, whatever happens to the machine.
    """

    folder: Path
    connections: int = 1
    offers: Offers = field(default_factory=Offers)

    def connect(self) -> "FolderTransport":
        """Make the folder, for its owner alone. Raises TransportUnavailable."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as failure:
            raise TransportUnavailable(f"the folder cannot be made: {failure}") from failure
        self.offers.letters = True
        return self

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        """Write one message, with its envelope as headers in front. Raises TransportUnavailable."""
        envelope = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode()
        name = _name(recipient, message)
        try:
            _write(self.folder / name, envelope + message)
        except OSError as failure:
            raise TransportUnavailable(f"the file cannot be written: {failure}") from failure
        return Receipt(250, f"2.0.0 {name}")

    def close(self) -> None:
        """Nothing is kept open."""


def _name(recipient: str, message: bytes) -> str:
    head = message.partition(b"\r\n\r\n")[0]
    found = IDENTITY.search(head)
    which = found[1] if found else message
    return f"{hashlib.sha256(recipient.encode() + b' ' + which).hexdigest()[:24]}.eml"


def _write(path: Path, content: bytes) -> None:
    """Put a file in its place, whole and on the disk."""
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    new = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        new.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
