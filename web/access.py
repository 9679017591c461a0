"""Who may do what at the desk: roles, our cookies, and proof that a form came from our own page."""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from enum import IntEnum
from secrets import token_bytes
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from newsletter.accounts.sessions import SignedIn, Step
from newsletter.errors import RoleMissing
from newsletter.settings import Settings
from newsletter.values import Role
from web.errors import ForeignForm, SignInNeeded, StepNeeded

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
MESSAGE_SECONDS: Final = 60


class Who(IntEnum):
    """Who may open a page; each includes the ones above it in rank.

    HALF_WAY: who gave the right password and must still do a step; the pages of that step.
    """

    PUBLIC = 0
    HALF_WAY = 1
    READER = 2
    EDITOR = 3
    APPROVER = 4
    ADMINISTRATOR = 5


RANK: Final = {
    Role.READER: Who.READER,
    Role.EDITOR: Who.EDITOR,
    Role.APPROVER: Who.APPROVER,
    Role.ADMINISTRATOR: Who.ADMINISTRATOR,
}
ROLES: Final = {who: role for role, who in RANK.items()}


def rank(user: SignedIn | None) -> Who:
    """Return how far this person may go."""
    if user is None:
        return Who.PUBLIC
    return RANK[Role(user.role)] if user.step is Step.DONE else Who.HALF_WAY


def require(user: SignedIn | None, who: Who) -> None:
    """Let pass, or raise SignInNeeded, StepNeeded or RoleMissing."""
    if who is Who.PUBLIC:
        return
    if user is None:
        raise SignInNeeded
    reached = rank(user)
    if reached >= who:
        return
    if reached is Who.HALF_WAY:
        raise StepNeeded(user.step)
    raise RoleMissing(f"this needs {who.name.lower()}", ROLES[who])


def require_own_form(
    request: Request, form: FormData, user: SignedIn | None, base_url: str
) -> None:
    """Let a change pass only from our own page, with its user's token. Raises ForeignForm."""
    if not is_same_origin(request, base_url):
        raise ForeignForm("another origin")
    if user is None:
        return
    given = form.get("csrf")
    token = unmasked(given) if isinstance(given, str) else b""
    if not hmac.compare_digest(token, user.csrf.encode()):
        raise ForeignForm("no token, or another's")


def masked(token: str) -> str:
    """Return a session's token as a page carries it: other letters each time.

    Pages are compressed, and a secret that stands in each of them in the same letters could be
    guessed from how long they are (BREACH, CVE-2013-3587).
    """
    plain = token.encode()
    pad = token_bytes(len(plain))
    return urlsafe_b64encode(pad + _mixed(pad, plain)).decode()


def unmasked(given: str) -> bytes:
    """Return the token that `masked` hid; something else for anything else."""
    try:
        raw = urlsafe_b64decode(given.encode())
    except ValueError:
        return b""
    half = len(raw) // 2
    return _mixed(raw[:half], raw[half:])


def _mixed(pad: bytes, text: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(pad, text, strict=False))


def is_same_origin(request: Request, base_url: str) -> bool:
    """Say whether the browser says that the form stood on our own page.

    A browser sets Origin and Host itself, so their hosts may be compared; behind a proxy the scheme
    differs, so it is left out. A request without either header did not come from a page.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc in {urlsplit(base_url).netloc, request.headers.get("host")}


def is_secure(settings: Settings) -> bool:
    """Say whether people reach us over https only."""
    return settings.base_url.startswith("https:")


def session_cookie(settings: Settings) -> str:
    """Return the cookie's name; `__Host-` makes browsers refuse one set by another host."""
    return "__Host-session" if is_secure(settings) else "session"


def message_cookie(settings: Settings) -> str:
    """Return the name of the cookie that carries one sentence to the next page."""
    return "__Host-message" if is_secure(settings) else "message"


def set_cookie(
    response: Response, settings: Settings, name: str, value: str, *, age_s: int
) -> None:
    """Set one of our cookies, the same way each time; an age of 0 removes it."""
    response.set_cookie(
        name,
        value,
        max_age=age_s,
        path="/",
        secure=is_secure(settings),
        httponly=True,
        samesite="lax",
    )


def sign(text: str, key: bytes) -> str:
    """Return the text as a cookie's value that nobody else can make."""
    body = urlsafe_b64encode(text.encode()).decode()
    return f"{body}.{_signature(body, key)}"


def unsign(value: str, key: bytes) -> str:
    """Return the text of a value that `sign` made, else ""."""
    body, _, signature = value.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(body, key).encode()):
        return ""
    try:
        return urlsafe_b64decode(body).decode()
    except (NotBase64, UnicodeDecodeError):
        return ""


def _signature(body: str, key: bytes) -> str:
    return hmac.new(key, b"web message " + body.encode(), hashlib.sha256).hexdigest()
