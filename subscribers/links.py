"""Links that say who and which edition, and that nobody else can make: one cipher block each.

A token is one AES-256 block over a fixed layout, big-endian:

    edition  uint32 | subscriber uint32 | 8 zero bytes      every kind but these three
    minutes  uint32 | subscriber uint32 | 8 zero bytes      confirm: minutes since 1970, when issued
    minutes  uint32 | change     uint32 | 8 zero bytes      of an address change
    minutes  uint32 | submission uint32 | 8 zero bytes      of a practice example that was sent in;
                                                            0 minutes where it does not grow old

Nothing is stored, so a link in an old mail works for as long as its key is known, and an erased
person leaves no token behind. The zeros are redundancy: encode first, then encipher, and an
enciphering that behaves like a random permutation gives authenticity as well (Bellare and Rogaway,
"Encode-then-encipher encryption", ASIACRYPT 2000). Whoever changes a bit, or takes a token of
another purpose, gets 64 zero bits with a chance of 2^-64 a try. Every purpose has a key of its own,
drawn from the secret key by HKDF-SHA256 (RFC 5869).

ECB is the right mode here because there is exactly one block. What makes ECB unfit for messages is
that equal blocks inside a message show; here each token is a message of one block, no two tokens
of one purpose have the same content, and AES on its own is the permutation that the argument above
needs. Any other mode would add an initialisation vector, and twice the length, for nothing.
"""

import base64
import binascii
import hmac
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from subscribers.errors import ExpiredToken, InvalidToken

CONFIRM_WITHIN: Final = timedelta(days=14)  # as long as an unconfirmed sign-up is kept
TOKEN_LENGTH: Final = 22  # base64url characters of 16 bytes, without padding
BOUNCE_TOKEN_LENGTH: Final = 26  # base32 characters of 16 bytes, without padding

_LAYOUT: Final = struct.Struct(">II8x")
_BLOCK: Final = 16
_REDUNDANCY: Final = bytes(8)


class Purpose(StrEnum):
    """What a token is for; each has its own key, so none can be used as another."""

    UNSUBSCRIBE = "unsubscribe"  # the link in the mail's footer
    ONE_CLICK = "one-click"  # the List-Unsubscribe header (RFC 8058)
    PREFERENCES = "preferences"
    POLL = "poll"  # the question of an edition
    CONFIRM = "confirm"
    MOVE = "move"  # another address, from its own mailbox
    BOUNCE = "bounce"  # the local part of the envelope sender
    CONFIRM_SUBMISSION = "confirm-submission"  # a practice example that a reader sent in
    SUBMISSION = "submission"  # its reader's own page: agree, remark, withdraw


PATHS: Final = {
    Purpose.UNSUBSCRIBE: "afmelden",
    Purpose.ONE_CLICK: "afmelden",
    Purpose.PREFERENCES: "voorkeuren",
    Purpose.POLL: "peiling",
    Purpose.CONFIRM: "bevestigen",
    Purpose.MOVE: "adres-bevestigen",
    Purpose.CONFIRM_SUBMISSION: "praktijkvoorbeelden/bevestigen",
    Purpose.SUBMISSION: "praktijkvoorbeelden/inzending",
}
LASTING: Final = frozenset(Purpose) - {
    Purpose.CONFIRM,
    Purpose.MOVE,
    Purpose.CONFIRM_SUBMISSION,
}


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """Whom a link is about. edition_id: None where no mailing was involved."""

    subscriber_id: int
    edition_id: int | None = None


class Links:
    """Makes links with one secret key, and reads those of former keys too.

    Safe to share between threads. What confirms something is read with the newest key only: it
    lives for days, and whoever had a former key could confirm for others.
    """

    def __init__(self, key: bytes, base_url: str, *, former: Sequence[bytes] = ()) -> None:
        self._base_url = base_url.rstrip("/")
        self._ciphers = {purpose: _cipher(key, purpose) for purpose in Purpose}
        self._former = {
            purpose: tuple(_cipher(one, purpose) for one in former) for purpose in LASTING
        }

    def unsubscribe_url(self, subscriber_id: int, edition_id: int | None = None) -> str:
        """Return the link for the footer: its page asks, its button unsubscribes."""
        return self.many(Purpose.UNSUBSCRIBE, [(subscriber_id, edition_id)])[0]

    def one_click_url(self, subscriber_id: int, edition_id: int | None = None) -> str:
        """Return the link for the List-Unsubscribe header: a POST to it unsubscribes at once."""
        return self.many(Purpose.ONE_CLICK, [(subscriber_id, edition_id)])[0]

    def preferences_url(self, subscriber_id: int, edition_id: int | None = None) -> str:
        """Return the link to somebody's preferences."""
        return self.many(Purpose.PREFERENCES, [(subscriber_id, edition_id)])[0]

    def poll_url(self, subscriber_id: int, edition_id: int) -> str:
        """Return the link to the question of an edition; words about the answer may follow it."""
        return self.many(Purpose.POLL, [(subscriber_id, edition_id)])[0]

    def confirm_url(self, subscriber_id: int, *, now: datetime) -> str:
        """Return the link that confirms a sign-up; it works for CONFIRM_WITHIN."""
        minutes = int(now.timestamp()) // 60
        return self.many(Purpose.CONFIRM, [(subscriber_id, minutes)])[0]

    def move_url(self, change_id: int, *, now: datetime) -> str:
        """Return the link that confirms another address; it works for CONFIRM_WITHIN."""
        minutes = int(now.timestamp()) // 60
        return self.many(Purpose.MOVE, [(change_id, minutes)])[0]

    def confirm_submission_url(self, submission_id: int, *, now: datetime) -> str:
        """Return the link that confirms what was sent in; it works for CONFIRM_WITHIN."""
        minutes = int(now.timestamp()) // 60
        return self.many(Purpose.CONFIRM_SUBMISSION, [(submission_id, minutes)])[0]

    def submission_url(self, submission_id: int) -> str:
        """Return the link to its reader's own page; it works for as long as its key is known."""
        return self.many(Purpose.SUBMISSION, [(submission_id, None)])[0]

    def many(self, purpose: Purpose, pairs: Sequence[tuple[int, int | None]]) -> list[str]:
        """Return the link of each (subscriber, edition), in their order, enciphered in one call."""
        prefix = f"{self._base_url}/{PATHS[purpose]}/"
        # Three bytes make four characters: with two zeros each block ends where one of those does.
        blocks = b"".join(bytes(one) + b"\0\0" for one in self._encipher(purpose, pairs))
        text = base64.urlsafe_b64encode(blocks).decode("ascii")
        return [prefix + text[at : at + TOKEN_LENGTH] for at in range(0, len(text), 24)]

    def bounce_tokens(self, pairs: Sequence[tuple[int, int]]) -> list[str]:
        """Return the bounce token of each (subscriber, edition), enciphered in one call.

        26 lower-case base32 characters: they survive systems that change case.
        """
        return [_base32(block) for block in self._encipher(Purpose.BOUNCE, pairs)]

    def read_unsubscribe(self, token: str) -> LinkTarget:
        """Read a token of the footer's link or of the header's. Raises InvalidToken."""
        block = _unbase64(token)
        try:
            edition, subscriber = self._decipher(Purpose.UNSUBSCRIBE, block)
        except InvalidToken:
            edition, subscriber = self._decipher(Purpose.ONE_CLICK, block)
        return LinkTarget(subscriber, edition or None)

    def read_preferences(self, token: str) -> LinkTarget:
        """Read a token of a preferences link. Raises InvalidToken."""
        edition, subscriber = self._decipher(Purpose.PREFERENCES, _unbase64(token))
        return LinkTarget(subscriber, edition or None)

    def read_poll(self, token: str) -> LinkTarget:
        """Read a token of a link to an edition's question. Raises InvalidToken."""
        edition, subscriber = self._decipher(Purpose.POLL, _unbase64(token))
        return LinkTarget(subscriber, edition or None)

    def read_confirm(self, token: str, *, now: datetime) -> LinkTarget:
        """Read a token of a confirmation link. Raises InvalidToken, ExpiredToken."""
        return LinkTarget(self._read_fresh(Purpose.CONFIRM, token, now))

    def read_move(self, token: str, *, now: datetime) -> int:
        """Return the id of the address change that a link confirms.

        Raises InvalidToken, ExpiredToken.
        """
        return self._read_fresh(Purpose.MOVE, token, now)

    def read_confirm_submission(self, token: str, *, now: datetime) -> int:
        """Return the id of what a link confirms. Raises InvalidToken, ExpiredToken."""
        return self._read_fresh(Purpose.CONFIRM_SUBMISSION, token, now)

    def read_submission(self, token: str) -> int:
        """Return the id of the submission whose page a link opens. Raises InvalidToken."""
        return self._decipher(Purpose.SUBMISSION, _unbase64(token))[1]

    def read_bounce_token(self, token: str) -> LinkTarget:
        """Read a token from an envelope sender, in any case. Raises InvalidToken."""
        edition, subscriber = self._decipher(Purpose.BOUNCE, _unbase32(token))
        return LinkTarget(subscriber, edition or None)

    def _read_fresh(self, purpose: Purpose, token: str, now: datetime) -> int:
        minutes, about = self._decipher(purpose, _unbase64(token))
        if now.timestamp() - minutes * 60 > CONFIRM_WITHIN.total_seconds():
            raise ExpiredToken("the confirmation link is older than 14 days")
        return about

    def _encipher(
        self, purpose: Purpose, pairs: Sequence[tuple[int, int | None]]
    ) -> list[memoryview]:
        plain = b"".join(_LAYOUT.pack(first or 0, subscriber) for subscriber, first in pairs)
        blocks = memoryview(self._ciphers[purpose].encryptor().update(plain))
        return [blocks[at : at + _BLOCK] for at in range(0, len(blocks), _BLOCK)]

    def _decipher(self, purpose: Purpose, block: bytes) -> tuple[int, int]:
        for cipher in (self._ciphers[purpose], *self._former.get(purpose, ())):
            plain = cipher.decryptor().update(block)
            if hmac.compare_digest(plain[8:], _REDUNDANCY):
                first, about = _LAYOUT.unpack(plain)
                return first, about
        raise InvalidToken(f"not a token of ours for {purpose}")


def _cipher(key: bytes, purpose: Purpose) -> Cipher[modes.ECB]:
    info = f"newsletter link {purpose}".encode()
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(key)
    # Every block here is a whole message with redundancy inside; see the module's docstring.
    return Cipher(algorithms.AES(derived), modes.ECB())  # noqa: S305


def _base64(block: bytes | memoryview) -> str:
    return base64.urlsafe_b64encode(block).decode("ascii")[:TOKEN_LENGTH]


def _base32(block: bytes | memoryview) -> str:
    return base64.b32encode(block).decode("ascii")[:BOUNCE_TOKEN_LENGTH].lower()


def _unbase64(token: str) -> bytes:
    """Decode; only the one way of writing a block is accepted (the last 4 bits carry nothing)."""
    try:
        block = base64.b64decode(token.encode("ascii") + b"==", altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise InvalidToken("not a token: other characters or another length") from None
    if len(block) != _BLOCK or _base64(block) != token:
        raise InvalidToken("not a token: another length, or not its only way of writing")
    return block


def _unbase32(token: str) -> bytes:
    try:
        block = base64.b32decode(token.upper().encode("ascii") + b"======")
    except (binascii.Error, UnicodeEncodeError):
        raise InvalidToken("not a token: other characters or another length") from None
    if len(block) != _BLOCK or _base32(block) != token.lower():
        raise InvalidToken("not a token: another length, or not its only way of writing")
    return block
