"""From a proof of who somebody is to a session: the one way in for every kind of proof."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from newsletter.accounts import held
from newsletter.accounts.people import get_user
from newsletter.accounts.second_step import next_step
from newsletter.accounts.sessions import (
    ABSOLUTE,
    Step,
    close_session,
    complete_session,
    open_session,
)
from web.access import session_cookie, set_cookie
from web.pages import Call, see_other

SIGN_IN: Final = "/redactie/inloggen"
GO_ON: Final = "/redactie/verder"
HOME: Final = "/redactie"
CODE: Final = SIGN_IN + "/code"
SET_UP: Final = SIGN_IN + "/instellen"
STEP_PAGES: Final = {Step.CODE: CODE, Step.SET_UP: SET_UP}


def come_in(call: Call, user_id: int, *, onward: str = "", message: str = "") -> Response:
    """Open a new session: the cookie of before is not used (ASVS V7); lead on to what was asked.

    onward: where to, when the request does not say it itself.
    When a step must follow, the session is worth nothing but the page of that step.
    """
    onward = onward or asked_page(call)
    close_present(call)
    services = call.services
    with services.db.read() as session:
        user = get_user(session, user_id)
        step = next_step(session, user, is_required=services.settings.second_step)
    agent = call.request.headers.get("user-agent", "")
    token = open_session(services.db, user_id, now=call.now, agent=agent, step=step)
    if step is Step.DONE:
        response = see_other(way_in(call, user_id, onward), message=message)
    else:
        response = see_other(with_onward(STEP_PAGES[step], onward), message=message)
    give_cookie(call, response, token)
    return response


def finish(call: Call, response: Response) -> Response:
    """Put a whole session in the place of the present one, with a cookie of its own."""
    with call.services.db.write() as session:
        token = complete_session(session, present_token(call), now=call.now)
    give_cookie(call, response, token)
    return response


def way_in(call: Call, user_id: int, onward: str) -> str:
    """Return where to go now: to what was kept when a session ended, else onward."""
    if held.list_held(call.services.db, user_id, now=call.now):
        return with_onward(GO_ON, onward)
    return onward


def give_cookie(call: Call, response: Response, token: str) -> None:
    """Set the cookie of a session; "" takes it away."""
    settings = call.services.settings
    age_s = int(ABSOLUTE.total_seconds()) if token else 0
    set_cookie(response, settings, session_cookie(settings), token, age_s=age_s)


def present_token(call: Call) -> str:
    """Return the cookie that this request came with."""
    return call.request.cookies.get(session_cookie(call.services.settings), "")


def close_present(call: Call) -> None:
    """End the session of this browser, if it has one."""
    if token := present_token(call):
        close_session(call.services.db, token, now=call.now)


def asked_page(call: Call) -> str:
    """Return where to go after signing in: a page of the desk, never another site."""
    asked = str(call.form.get("naar") or call.query.get("naar", ""))
    is_ours = asked == HOME or asked.startswith(f"{HOME}/")
    return asked if is_ours and asked.isprintable() and "\\" not in asked else HOME


def with_onward(path: str, onward: str) -> str:
    """Return an address on the way in that remembers where somebody wanted to go."""
    return path if onward == HOME else f"{path}?naar={quote(onward)}"


def own_names(call: Call, *more: str) -> tuple[str, ...]:
    """Return the names that a password may not lean on."""
    organisation = call.services.settings.organisation
    names: Mapping[str, None] = dict.fromkeys(
        (organisation.name, organisation.newsletter_title, *more)
    )
    return tuple(name for name in names if name)
