"""The second step: its code after the password, setting it up, and the codes for a lost phone."""

from typing import Final

from starlette.responses import Response

from newsletter.account_mail import ACCOUNT, tell_changed
from newsletter.accounts import second_step
from newsletter.accounts.people import get_user
from newsletter.accounts.sealed import open_text, seal_text
from newsletter.accounts.second_step import Given
from newsletter.accounts.sessions import Step
from newsletter.accounts.sign_in import confirm_password
from newsletter.dutch import plural
from newsletter.errors import AccountChanged
from newsletter.model import User
from web.access import Who, rank
from web.editor.entering import (
    CODE,
    SET_UP,
    SIGN_IN,
    asked_page,
    finish,
    present_token,
    way_in,
    with_onward,
)
from web.editor.qr import qr_picture
from web.forms import Form
from web.later import later
from web.pages import Call, page, see_other

OWN: Final = ACCOUNT + "/tweestaps"
WRONG: Final = "Deze code klopt niet, of is al gebruikt. Wacht op de volgende code in je app."
NOT_SHOWN: Final = "Deze code klopt niet. Kijk of de tijd op je telefoon goed staat."
NOT_YOURS: Final = "Dit is niet je wachtwoord. Na een paar keer moet je even wachten."
LOCKED: Final = "Er is te vaak een verkeerde code ingevuld. Probeer het over een kwartier opnieuw."


def show_code(call: Call) -> Response:
    """Ask for the code; who is in already goes on."""
    if call.user is None or call.user.step is not Step.CODE:
        return see_other(asked_page(call))
    return _code_page(call, "")


def give_code(call: Call) -> Response:
    """Take the code, and come in with another cookie."""
    if call.user is None or call.user.step is not Step.CODE:
        return see_other(asked_page(call))
    services, user_id, now = call.services, call.user_id, call.now
    given = second_step.give_code(
        services.db, user_id, _code(call), keys=services.settings.keys, now=now
    )
    if given is Given.LOCKED:
        return see_other(SIGN_IN, message=LOCKED)
    if given is Given.WRONG:
        return _code_page(call, WRONG)
    response = finish(call, see_other(way_in(call, user_id, asked_page(call))))
    if given is Given.RIGHT:
        return response
    told = f"Er is ingelogd met een herstelcode. Je hebt {_left_words(call)}."
    return later(response, lambda: tell_changed(services, user_id, told, now=now))


def show_set_up(call: Call) -> Response:
    """Show the code for the app: on the way in, or from my account."""
    if call.user is None or call.user.step is Step.CODE:
        return see_other(with_onward(CODE, asked_page(call)))
    with call.services.db.read() as session:
        if second_step.has_second_step(session, call.user_id):
            return see_other(ACCOUNT)
    return _set_up_page(call, second_step.new_secret(), "")


def set_up(call: Call) -> Response:
    """Check that the app has it, and show the recovery codes, this once."""
    if call.user is None or call.user.step is Step.CODE:
        return see_other(with_onward(CODE, asked_page(call)))
    services, user_id, now = call.services, call.user_id, call.now
    key = services.settings.secret_key
    secret = open_text(key, Form(call.form).line("secret", longest=400), about=_about(call))
    if not secret:
        return _set_up_page(call, second_step.new_secret(), NOT_SHOWN)
    if not _is_theirs(call):
        return _set_up_page(call, secret, "", present=NOT_YOURS)
    codes = second_step.set_up(
        services.db, user_id, secret, _code(call), key=key, keep=present_token(call), now=now
    )
    if not codes:
        return _set_up_page(call, secret, NOT_SHOWN)
    onward = ACCOUNT if call.user.step is Step.DONE else way_in(call, user_id, asked_page(call))
    shown = finish(call, _codes_page(call, codes, onward))
    told = "Tweestapsverificatie staat aan voor je account."
    return later(shown, lambda: tell_changed(services, user_id, told, now=now))


def renew_codes(call: Call) -> Response:
    """Give other recovery codes to who shows to have the app, or a code that still works."""
    if refused := _refused(call):
        return refused
    key = call.services.settings.secret_key
    codes = second_step.renew_codes(call.services.db, call.user_id, key=key, now=call.now)
    return _codes_page(call, codes, ACCOUNT)


def turn_off(call: Call) -> Response:
    """Take the second step off my account, unless my role must have one."""
    services, user_id, now = call.services, call.user_id, call.now
    if services.settings.second_step and rank(call.user) >= Who.APPROVER:
        raise AccountChanged("this role must have a second step")
    if refused := _refused(call):
        return refused
    second_step.remove(services.db, user_id, keep=present_token(call), now=now)
    response = finish(call, see_other(ACCOUNT, message="Tweestapsverificatie staat uit."))
    told = "Tweestapsverificatie is uitgezet voor je account."
    return later(response, lambda: tell_changed(services, user_id, told, now=now))


def _asks_password(call: Call) -> bool:
    """Say whether the password is asked first: an open screen alone is not its owner.

    Who is on the way in just gave it; who comes in with a work account has none.
    """
    is_inside = call.user is not None and call.user.step is Step.DONE
    return is_inside and bool(_me(call).password_hash)


def _is_theirs(call: Call) -> bool:
    """Say whether who sets it up is the owner of the account; guesses count."""
    if not _asks_password(call):
        return True
    services, given = call.services, str(call.form.get("present", ""))
    key = services.settings.secret_key
    return confirm_password(services.db, call.user_id, given, key=key, now=call.now)


def _refused(call: Call) -> Response | None:
    keys = call.services.settings.keys
    given = second_step.give_code(
        call.services.db, call.user_id, _code(call), keys=keys, now=call.now
    )
    if given in {Given.RIGHT, Given.RECOVERY}:
        return None
    return see_other(f"{ACCOUNT}#tweestaps", message=LOCKED if given is Given.LOCKED else WRONG)


def _code(call: Call) -> str:
    return Form(call.form).line("code", longest=60)


def _left_words(call: Call) -> str:
    with call.services.db.read() as session:
        left = second_step.codes_left(session, call.user_id)
    return f"nog {plural(left, 'herstelcode', 'herstelcodes')} over"


def _code_page(call: Call, problem: str) -> Response:
    return page(
        call,
        "editor/code.html",
        status=422 if problem else 200,
        action=with_onward(CODE, asked_page(call)),
        problem=problem,
    )


def _set_up_page(call: Call, secret: str, problem: str, *, present: str = "") -> Response:
    is_inside = call.user is not None and call.user.step is Step.DONE
    issuer = call.services.settings.organisation.name
    return page(
        call,
        "editor/set_up_step.html",
        status=422 if problem or present else 200,
        action=OWN if is_inside else with_onward(SET_UP, asked_page(call)),
        is_inside=is_inside,
        picture=qr_picture(second_step.app_address(secret, email=_me(call).email, issuer=issuer)),
        secret_words=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        sealed=seal_text(call.services.settings.secret_key, secret, about=_about(call)),
        problem=problem,
        asks_password=_asks_password(call),
        wrong_password=present,
    )


def _codes_page(call: Call, codes: tuple[str, ...], onward: str) -> Response:
    return page(call, "editor/recovery_codes.html", codes=codes, onward=onward, me=_me(call))


def _me(call: Call) -> User:
    with call.services.db.read() as session:
        return get_user(session, call.user_id)


def _about(call: Call) -> str:
    return f"a secret that {call.user_id} is shown"
