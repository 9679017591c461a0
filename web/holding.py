"""Keeping a form whose session had ended, so that its writer finds it back after signing in."""

from typing import Final
from urllib.parse import quote, urlsplit

from newsletter.accounts import held
from newsletter.accounts.sessions import find_ended
from web.access import SAFE_METHODS, is_same_origin, session_cookie
from web.pages import Call, read_number

KEPT_AS: Final = "bewaard"  # the field by which a form says that it was kept
GO_ON: Final = "/redactie/verder"
# What is about ways in is never kept: it holds passwords and codes.
NEVER: Final = (
    "/redactie/account",
    "/redactie/mensen",
    "/redactie/inloggen",
    "/redactie/uitloggen",
    "/redactie/binnen",
    "/redactie/uitnodiging",
    "/redactie/wachtwoord",
)
OURS: Final = frozenset({"csrf", KEPT_AS})


def hold_form(call: Call, typed: tuple[str, ...]) -> str:
    """Keep what was sent, for who was signed in; return where it is found back, or "".

    typed: the texts in it; a form without any loses nothing that a second press does not give.
    """
    url = call.request.url
    if call.request.method in SAFE_METHODS or not typed or url.path.startswith(NEVER):
        return ""
    owner = _owner(call)
    if owner is None or not _is_of_our_page(call):
        return ""
    path = f"{url.path}?{url.query}" if url.query else url.path
    fields = [
        (name, value)
        for name, value in call.form.multi_items()
        if isinstance(value, str) and name not in OURS
    ]
    if not held.hold(call.services.db, owner, path=path, fields=fields, now=call.now):
        return ""
    way = f"{GO_ON}?naar={quote(_page_before(call))}"
    return way if call.user else f"/redactie/inloggen?naar={quote(_page_before(call))}"


def forget_held(call: Call) -> None:
    """Forget what was kept: it was sent again and taken."""
    number = read_number(str(call.form.get(KEPT_AS, "")))
    if number is not None and call.user is not None:
        held.drop(call.services.db, call.user.user_id, number)


def _owner(call: Call) -> int | None:
    if call.user is not None:
        return call.user.user_id
    token = call.request.cookies.get(session_cookie(call.services.settings), "")
    return find_ended(call.services.db, token, now=call.now)


def _is_of_our_page(call: Call) -> bool:
    """Say whether a person sent it from our own page, and the browser says so itself.

    A script of ours keeps its words by itself, and tries again.
    """
    headers = call.request.headers
    is_said = "origin" in headers and headers.get("sec-fetch-dest", "document") == "document"
    return is_said and is_same_origin(call.request, call.services.settings.base_url)


def _page_before(call: Call) -> str:
    """Return the page that the form stood on, for after it was kept."""
    before = urlsplit(call.request.headers.get("referer", ""))
    path = f"{before.path}?{before.query}" if before.query else before.path
    return path if before.path.startswith("/redactie") else "/redactie"
