"""Coming in and going out."""

from datetime import datetime
from math import ceil
from typing import Final

from starlette.responses import Response

from newsletter.account_mail import UNLOCK, send_unlock
from newsletter.accounts.links import LinkPurpose, find_owner
from newsletter.accounts.sign_in import Tried, check_password, check_with_link
from newsletter.dutch import plural
from web.editor.entering import SIGN_IN, asked_page, close_present, come_in, give_cookie
from web.forms import Form
from web.later import later
from web.network import network_of
from web.pages import Call, page, see_other

WRONG: Final = "Dit adres en dit wachtwoord horen niet bij elkaar."
WRONG_WITH_LINK: Final = "Dit wachtwoord klopt niet."


def show_sign_in(call: Call) -> Response:
    """Show the door."""
    return _door(call)


def sign_in(call: Call) -> Response:
    """Check the password, and come in."""
    form = Form(call.form)
    email, password = form.line("email", longest=254), str(call.form.get("password", ""))
    services = call.services
    tried = check_password(
        services.db,
        email,
        password,
        key=services.settings.secret_key,
        network=network_of(call.request),
        now=call.now,
    )
    if tried.user_id is not None:
        return come_in(call, tried.user_id)
    refused = _refused(call, email, tried)
    if tried.guessed_id is None:
        return refused
    owner, now = tried.guessed_id, call.now
    return later(refused, lambda: send_unlock(services, owner, now=now))


def sign_out(call: Call) -> Response:
    """End the session, here and in the database."""
    close_present(call)
    response = see_other(SIGN_IN, message="Je bent uitgelogd.")
    give_cookie(call, response, "")
    return response


def show_unlock(call: Call) -> Response:
    """Show the door that a mailed link opens: there is no waiting behind it."""
    return _link_door(call)


def unlock(call: Call) -> Response:
    """Check the password of the link's owner, and come in."""
    password = str(call.form.get("password", ""))
    key = call.services.settings.secret_key
    tried = check_with_link(call.services.db, call.path["token"], password, key=key, now=call.now)
    if tried.user_id is None:
        return _link_door(call, status=422, problem=WRONG_WITH_LINK)
    return come_in(call, tried.user_id)


def _refused(call: Call, email: str, tried: Tried) -> Response:
    # Whoever was refused unseen, because of the wait, is not told that the password was wrong.
    return _door(
        call,
        status=429 if tried.is_unseen else 422,
        email=email,
        problem="" if tried.is_unseen else WRONG,
        wait=_wait_words(tried.wait_until, call.now),
    )


def _door(
    call: Call, *, status: int = 200, email: str = "", problem: str = "", wait: str = ""
) -> Response:
    return page(
        call,
        "editor/sign_in.html",
        status=status,
        email=email,
        problem=problem,
        wait=wait,
        onward=asked_page(call),
    )


def _link_door(call: Call, *, status: int = 200, problem: str = "") -> Response:
    token = call.path["token"]
    return page(
        call,
        "editor/unlock.html",
        status=status,
        owner=find_owner(call.services.db, token, LinkPurpose.UNLOCK, now=call.now),
        action=f"{UNLOCK}/{token}",
        problem=problem,
    )


def _wait_words(until: datetime | None, now: datetime) -> str:
    """Return how long somebody must wait, for a sentence; "" when it may be tried now."""
    seconds = ceil((until - now).total_seconds()) if until and until > now else 0
    if seconds > 90:
        return plural(-(-seconds // 60), "minuut", "minuten")
    return plural(seconds, "seconde", "seconden") if seconds else ""
