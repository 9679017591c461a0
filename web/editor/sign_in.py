"""Coming in and going out."""

from typing import Final

from starlette.responses import Response

from newsletter.accounts.sessions import ABSOLUTE, close_session, open_session
from newsletter.accounts.sign_in import check_password
from web.access import session_cookie, set_cookie
from web.forms import Form
from web.pages import Call, page, see_other

WRONG: Final = "Dit adres en dit wachtwoord horen niet bij elkaar."


def show_sign_in(call: Call) -> Response:
    """Show the door."""
    return page(call, "editor/sign_in.html", email="", problem="", onward=_onward(call))


def sign_in(call: Call) -> Response:
    """Check the password and open a new session: the cookie of before is not used (ASVS V7)."""
    form = Form(call.form)
    email, password = form.line("email", longest=254), call.form.get("password", "")
    db = call.services.db
    user = check_password(db, email, str(password), now=call.now)
    if user is None:
        return page(
            call,
            "editor/sign_in.html",
            status=422,
            email=email,
            problem=WRONG,
            onward=_onward(call),
        )
    _close_present(call)
    token = open_session(db, user.id, now=call.now)
    response = see_other(_onward(call))
    settings = call.services.settings
    set_cookie(
        response, settings, session_cookie(settings), token, age_s=int(ABSOLUTE.total_seconds())
    )
    return response


def sign_out(call: Call) -> Response:
    """End the session, here and in the database."""
    _close_present(call)
    response = see_other("/redactie/inloggen", message="Je bent uitgelogd.")
    settings = call.services.settings
    set_cookie(response, settings, session_cookie(settings), "", age_s=0)
    return response


def _close_present(call: Call) -> None:
    token = call.request.cookies.get(session_cookie(call.services.settings), "")
    if token:
        close_session(call.services.db, token)


def _onward(call: Call) -> str:
    """Return where to go after signing in: a page of the desk, never another site."""
    asked = str(call.form.get("naar") or call.query.get("naar", ""))
    is_ours = asked == "/redactie" or asked.startswith("/redactie/")
    return asked if is_ours and asked.isprintable() and "\\" not in asked else "/redactie"
