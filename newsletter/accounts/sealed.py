"""Texts that only this program can read back: for what must be known again, unlike a password."""

import base64
import binascii
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE: Final = 12  # bytes, new for each text (NIST SP 800-38D)


def seal_text(key: bytes, text: str, *, about: str) -> str:
    """Return the text enciphered (AES-256-GCM). about: what it belongs to, and opens with only."""
    nonce = secrets.token_bytes(NONCE)
    sealed = _cipher(key).encrypt(nonce, text.encode(), about.encode())
    return base64.urlsafe_b64encode(nonce + sealed).decode()


def open_text(key: bytes, sealed: str, *, about: str) -> str:
    """Return the text again; "" when it was sealed with another key, or for something else."""
    try:
        raw = base64.urlsafe_b64decode(sealed.encode())
        return _cipher(key).decrypt(raw[:NONCE], raw[NONCE:], about.encode()).decode()
    except (binascii.Error, InvalidTag, ValueError):
        return ""


def _cipher(key: bytes) -> AESGCM:
    info = b"newsletter sealed text"
    return AESGCM(HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(key))
