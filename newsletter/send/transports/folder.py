"""Writing messages to files instead of sending them: to see who would get what."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from newsletter.errors import TransportUnavailable
from newsletter.values import Receipt


@dataclass(frozen=True, slots=True)
class FolderTransport:
    """A folder of .eml files. A message that comes twice is written once: the name is its hash."""

    folder: Path
    connections: int = 1

    def connect(self) -> "FolderTransport":
        """Make the folder. Raises TransportUnavailable."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as failure:
            raise TransportUnavailable(f"the folder cannot be made: {failure}") from failure
        return self

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        """Write one message, with its envelope as headers in front. Raises TransportUnavailable."""
        envelope = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode()
        name = f"{hashlib.sha256(envelope + message).hexdigest()[:24]}.eml"
        try:
            (self.folder / name).write_bytes(envelope + message)
        except OSError as failure:
            raise TransportUnavailable(f"the file cannot be written: {failure}") from failure
        return Receipt(250, f"2.0.0 {name}")

    def close(self) -> None:
        """Nothing is kept open."""
