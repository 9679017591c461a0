"""An error becomes a page: what happened, what to do now, and what was written with it."""

import secrets
from dataclasses import replace
from typing import Final
from urllib.parse import quote

import structlog
from starlette.responses import Response

from newsletter import dutch
from newsletter.accounts.people import includes, names_of_role
from newsletter.accounts.sessions import Step
from newsletter.errors import RoleMissing
from newsletter.values import Role
from storage.errors import StorageError
from subscribers.errors import InvalidToken
from web.access import SAFE_METHODS, Who, rank
from web.editor.desk import desk_page
from web.editor.entering import SIGN_IN, STEP_PAGES
from web.errors import (
    BROKEN,
    ERROR_PAGES,
    NOT_ALLOWED,
    ErrorPage,
    ForeignForm,
    SignInNeeded,
    StepNeeded,
    error_page,
    way_on,
)
from web.holding import hold_form
from web.pages import Call, page, see_other
from web.typed import typed_texts

DESK: Final = "/redactie"
MOST_NAMED: Final = 3
READERS_WAY: Final = ("/redactie/resultaten", "Naar de resultaten")
HELD: Final = "Wat je net bewaarde, kwam niet aan. Het is niet weg: je bewaart het zo alsnog."

log = structlog.get_logger(__name__)


def explain(call: Call, route: str, error: Exception) -> Response:
    """Return the page of an error. route: its name, for the operator, when it is a surprise."""
    if call.request.method in SAFE_METHODS and (way := _way_in(call, error)):
        return see_other(way)
    shown = error_page(error)
    if shown and isinstance(error, RoleMissing):
        return show_error(call, replace(shown, sentence=_who_may(call, error)))
    if shown and isinstance(error, SignInNeeded | ForeignForm):
        return show_error(call, shown, held=hold_form(call, typed_texts(call)))
    if shown:
        return show_error(call, shown)
    mark = secrets.token_hex(4)
    # The route, not the address: that may hold the token by which somebody is let in.
    log.error("page failed", mark=mark, route=route, exc_info=error)
    return show_error(call, BROKEN, mark=mark)


def show_error(call: Call, shown: ErrorPage, *, mark: str = "", held: str = "") -> Response:
    """Return an error as a page. held: where what was sent is found back, when it was kept."""
    way = _way_on(call, shown)
    if shown is ERROR_PAGES[InvalidToken]:
        shown = replace(shown, sentence=f"{shown.sentence} {_helped_by(call)}")
    if held:
        shown = replace(shown, sentence=HELD)
        way = (held, "Bewaar het alsnog" if call.user else "Log in en ga verder")
    values = {
        "error": shown,
        "mark": mark,
        "at_desk": _is_at_desk(call),
        "way": way,
        "typed": typed_texts(call),
        "is_held": bool(held),
    }
    if shown is not BROKEN and _is_at_desk(call) and _is_in(call):
        return _with_navigation(call, shown, values)
    return page(call, "error.html", status=shown.status, **values)


def _helped_by(call: Call) -> str:
    contact = call.services.settings.organisation.contact
    return f"Lukt het niet? Mail {contact}, dan regelen wij het."


def _with_navigation(call: Call, shown: ErrorPage, values: dict[str, object]) -> Response:
    """Return the page as one of the desk; what is around it is no reason to fail."""
    try:
        with call.services.db.read() as session:
            return desk_page(call, session, "error.html", status=shown.status, **values)
    except StorageError:
        return page(call, "error.html", status=shown.status, **values)


def _is_at_desk(call: Call) -> bool:
    path = call.request.url.path
    return path == DESK or path.startswith(f"{DESK}/")


def _is_in(call: Call) -> bool:
    return call.user is not None and call.user.step is Step.DONE


def _way_on(call: Call, shown: ErrorPage) -> tuple[str, str]:
    if _is_at_desk(call) and rank(call.user) is Who.READER:
        return READERS_WAY
    is_shut = shown.title == NOT_ALLOWED.title  # the page itself may be what is not allowed
    return way_on(DESK if is_shut else call.request.url.path, shown)


def _way_in(call: Call, error: Exception) -> str:
    """Return the page of signing in that must come before the one that was asked for, or ""."""
    url = call.request.url
    asked = f"{url.path}?{url.query}" if url.query else url.path
    if isinstance(error, SignInNeeded):
        return f"{SIGN_IN}?naar={quote(asked)}"
    if isinstance(error, StepNeeded):
        return f"{STEP_PAGES[error.step]}?naar={quote(asked)}"
    return ""


def _who_may(call: Call, error: RoleMissing) -> str:
    """Return a sentence that says who can do what this person may not."""
    if error.needed is None:
        return "Vraag het een beheerder."
    with call.services.db.read() as session:
        names = names_of_role(session, error.needed)[:MOST_NAMED]
    roles = [dutch.role_word(role) for role in Role if includes(role, error.needed)]
    asked = f" Vraag het {dutch.either(names)}." if names else ""
    return f"Dit mag alleen een {dutch.either(roles)}.{asked}"
