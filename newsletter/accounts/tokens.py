"""Tokens that open something: random, and kept as a hash only."""

import hashlib
import hmac
import secrets


def new_token() -> str:
    """Return what goes into a cookie: 256 random bits."""
    return secrets.token_urlsafe(32)


def new_link_token() -> str:
    """Return what goes into a mailed link: 128 random bits, for it must fit a line of a mail."""
    return secrets.token_urlsafe(16)


def token_hash(token: str) -> str:
    """Return what is kept of a token."""
    # Plain SHA-256 will do: what is random cannot be guessed, so there is nothing to slow down.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def keyed_mark(key: bytes, purpose: str, text: str) -> str:
    """Return a mark of a text that nobody can look up without our secret key (HMAC-SHA256)."""
    said = f"newsletter {purpose}\0{text}".encode("utf-8", "surrogatepass")
    return hmac.digest(key, said, hashlib.sha256).hex()
