"""Signing mail for the domain of its sender (DKIM: RFC 6376, RFC 8301, RFC 8463).

The canonical form is dkimpy's; the signature is cryptography's, some thirty times as fast as
dkimpy's own (docs/decisions/0026). What is signed is the message as it goes out, before a transport
doubles its dots. There is no l=, x= or t=: the Date is signed, and so the same message always gets
the same signature and a second copy can be recognised.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from dkim.canonicalization import CanonicalizationPolicy

from newsletter.dkim_keys import DkimKey, PrivateKey
from newsletter.send.mail.headers import domain_of, split_mailbox
from newsletter.settings import Settings

CANONICAL: Final = CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
# Those of a message that are there are signed; From once more, so that nobody can add a second one
# (RFC 6376 §8.15). Both List-Unsubscribe fields must be among them (RFC 8058 §4).
SIGNED: Final = (
    *("from", "reply-to", "to", "subject", "date", "message-id", "mime-version", "content-type"),
    *("list-id", "list-unsubscribe", "list-unsubscribe-post"),
    *("feedback-id", "precedence", "auto-submitted"),
)
# Amazon SES puts its own in their place, also behind SMTP ("Manual DKIM signing in Amazon SES").
NOT_BY_SES: Final = frozenset({"message-id", "date"})
LINE: Final = 72  # characters of base64 on a line of its own
NAMES: Final = 5  # of fields on a line: the longest five fit in 76 characters
MORE: Final = b".\r\n"
SPACED: Final = re.compile(rb"\t| [\t \r]")  # without such a place lines are canonical as they are
ENDS: Final = re.compile(rb"\r\n(?![ \t])")  # of a field, all its lines taken together


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one domain, with each of the keys. names: of the fields that are signed."""

    domain: str
    keys: tuple[DkimKey, ...]
    names: tuple[str, ...] = SIGNED

    def signed(self, message: bytes) -> bytes:
        """Return a message with its signatures in front. message: CRLF line ends, one From."""
        head, gap, body = message.partition(b"\r\n\r\n")
        fields = canonical_fields(head + gap)
        return self.signatures(fields, [CANONICAL.canonicalize_body(body)]) + message

    def signatures(self, fields: Mapping[bytes, bytes], body: Iterable[bytes]) -> bytes:
        """Return the DKIM-Signature fields of a message.

        fields: what `canonical_fields` says of its head; body: in canonical form, in pieces.
        """
        digest = hashlib.sha256()
        for piece in body:
            digest.update(piece)
        body_hash = b64encode(digest.digest()).decode()
        names = ["from", *(one for one in self.names if one.encode() in fields)]
        signed = b"".join(fields[one.encode()] for one in names[1:])
        return b"".join(self._field(key, names, signed, body_hash) for key in self.keys)

    def _field(self, key: DkimKey, names: list[str], signed: bytes, body_hash: str) -> bytes:
        unsigned = (
            f"DKIM-Signature: v=1; a={key.kind}-sha256; c=relaxed/relaxed;\r\n"
            f" d={self.domain}; s={key.selector};\r\n"
            f" h={_folded(names)};\r\n"
            f" bh={body_hash};\r\n"
            " b="
        ).encode("ascii")
        [own] = canonical_fields(unsigned).values()
        signature = _signature(key.private, hashlib.sha256(signed + own.rstrip()).digest())
        text = b64encode(signature)
        lines = [text[at : at + LINE] for at in range(0, len(text), LINE)]
        return unsigned + b"\r\n  ".join(lines) + b"\r\n"


def signer_of(settings: Settings) -> Signer | None:
    """Return who signs mail from the sender of these settings; None while no key is chosen."""
    if not settings.signing:
        return None
    way = settings.way_out
    is_ses = way.kind == "ses" or way.host.endswith(".amazonaws.com")
    names = tuple(one for one in SIGNED if not (is_ses and one in NOT_BY_SES))
    return Signer(domain_of(split_mailbox(settings.sender)[1]).lower(), settings.signing, names)


def canonical_fields(head: bytes) -> dict[bytes, bytes]:
    """Return each field in canonical form, by its name in lower case.

    Of fields with one name it is the last, which a verifier takes first (RFC 6376 §5.4.2).
    """
    pairs = [tuple(line.split(b":", 1)) for line in ENDS.split(head) if line]
    return {name: b"%b:%b" % (name, value) for name, value in CANONICAL.canonicalize_headers(pairs)}


def canonical_lines(lines: bytes) -> bytes:
    """Return whole lines of a body in canonical form, for a body that goes on after them."""
    if not SPACED.search(lines):
        return lines
    # Lines without content count unless they end the body: with a line behind them they do not.
    return bytes(CANONICAL.canonicalize_body(lines + MORE)[: -len(MORE)])


def _folded(names: list[str]) -> str:
    lines = [":".join(names[at : at + NAMES]) for at in range(0, len(names), NAMES)]
    return ":\r\n  ".join(lines)


def _signature(private: PrivateKey, digest: bytes) -> bytes:
    if isinstance(private, RSAPrivateKey):
        return private.sign(digest, PKCS1v15(), Prehashed(SHA256()))
    return private.sign(digest)  # RFC 8463 §3: of the hash, not of the message
