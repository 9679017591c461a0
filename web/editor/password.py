"""Choosing a password: at an invitation, and when the old one was forgotten."""

from typing import Final

from starlette.responses import Response

from newsletter.account_mail import INVITATION, RESET, send_reset, tell_changed
from newsletter.accounts import invitations
from newsletter.accounts.links import LinkPurpose, find_owner
from newsletter.errors import PasswordFault, PasswordUnusable
from newsletter.passwords import PASSWORD_MAXIMUM, PASSWORD_MINIMUM
from subscribers.addresses import normalise
from subscribers.errors import InvalidAddress
from web.editor.entering import SIGN_IN, close_present, come_in, give_cookie, own_names
from web.forms import Form
from web.later import later
from web.pages import Call, page, see_other
from web.public.limits import ASK_RESET

FORGOTTEN: Final = "/redactie/wachtwoord-vergeten"
NO_ADDRESS: Final = "Vul je e-mailadres in, zoals naam@school.nl."
NOT_TWICE_THE_SAME: Final = "Dit is niet hetzelfde. Vul twee keer hetzelfde wachtwoord in."
PASSWORD_PROBLEMS: Final = {
    PasswordFault.LENGTH: f"Kies een wachtwoord van {PASSWORD_MINIMUM} tot {PASSWORD_MAXIMUM} "
    "tekens.",
    PasswordFault.REPEATS: "Dit wachtwoord herhaalt steeds hetzelfde. Kies een ander.",
    PasswordFault.EASY: "Dit is makkelijk te raden: een naam die iedereen kent, of toetsen op een "
    "rij. Kies er andere woorden bij.",
}


def show_forgotten(call: Call) -> Response:
    """Ask for the address, or say that a mail is on its way: the same for everybody."""
    return page(call, "editor/forgotten.html", email="", problems={}, asked="mail" in call.query)


def forgotten(call: Call) -> Response:
    """Answer at once, and look afterwards whether there is anybody to mail."""
    form = Form(call.form)
    email = form.line("email", longest=254)
    if not _is_address(email):
        problems = {"email": NO_ADDRESS}
        return page(
            call, "editor/forgotten.html", status=422, email=email, problems=problems, asked=False
        )
    response = see_other(f"{FORGOTTEN}?mail")
    if not ASK_RESET.take(call):
        return _too_busy(call, email)
    services, now = call.services, call.now
    return later(response, lambda: send_reset(services, email, now=now))


def show_invitation(call: Call) -> Response:
    """Show an invited colleague what to do."""
    return _choose(call, LinkPurpose.INVITATION, {})


def accept_invitation(call: Call) -> Response:
    """Give the account its first password, and come in."""
    problems = _read_problems(call)
    if not problems:
        try:
            user_id = invitations.accept(
                call.services.db,
                call.path["token"],
                _given(call),
                near=own_names(call),
                now=call.now,
            )
        except PasswordUnusable as wrong:
            problems = {"password": PASSWORD_PROBLEMS[wrong.fault]}
        else:
            return come_in(call, user_id, message="Welkom. Je account is klaar.")
    return _choose(call, LinkPurpose.INVITATION, problems)


def show_reset(call: Call) -> Response:
    """Show the form for a new password."""
    return _choose(call, LinkPurpose.RESET, {})


def reset(call: Call) -> Response:
    """Set the new password; every session ends, and the door asks for it."""
    problems = _read_problems(call)
    if not problems:
        services, now, near = call.services, call.now, own_names(call)
        try:
            user_id = invitations.reset_password(
                services.db,
                call.path["token"],
                _given(call),
                key=services.settings.secret_key,
                near=near,
                now=now,
            )
        except PasswordUnusable as wrong:
            problems = {"password": PASSWORD_PROBLEMS[wrong.fault]}
        else:
            close_present(call)
            response = see_other(SIGN_IN, message="Je nieuwe wachtwoord is bewaard. Log ermee in.")
            give_cookie(call, response, "")
            told = "Je wachtwoord is gewijzigd met een link uit een mail."
            return later(response, lambda: tell_changed(services, user_id, told, now=now))
    return _choose(call, LinkPurpose.RESET, problems)


def password_problems(password: str, again: str) -> dict[str, str]:
    """Return what is wrong with a password that was typed twice, by field."""
    return {} if password == again else {"again": NOT_TWICE_THE_SAME}


def _given(call: Call) -> str:
    return str(call.form.get("password", ""))


def _read_problems(call: Call) -> dict[str, str]:
    return password_problems(_given(call), str(call.form.get("again", "")))


def _choose(call: Call, purpose: LinkPurpose, problems: dict[str, str]) -> Response:
    token = call.path["token"]
    owner = find_owner(call.services.db, token, purpose, now=call.now)
    path = INVITATION if purpose is LinkPurpose.INVITATION else RESET
    return page(
        call,
        "editor/choose_password.html",
        status=422 if problems else 200,
        owner=owner,
        is_invited=purpose is LinkPurpose.INVITATION,
        action=f"{path}/{token}",
        problems=problems,
    )


def _is_address(email: str) -> bool:
    try:
        normalise(email)
    except InvalidAddress:
        return False
    return True


def _too_busy(call: Call, email: str) -> Response:
    problems = {"email": "Er is het laatste uur te vaak om een link gevraagd. Probeer het straks."}
    return page(
        call, "editor/forgotten.html", status=429, email=email, problems=problems, asked=False
    )
