"""Mijn account: my password, and where I am signed in."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.responses import Response

from newsletter import passwords
from newsletter.account_mail import ACCOUNT, tell_changed
from newsletter.account_rows import SecondStep
from newsletter.accounts import sessions
from newsletter.accounts.people import change_password, get_user
from newsletter.accounts.second_step import codes_left
from newsletter.accounts.sign_in import confirm_password
from newsletter.dutch import plural
from newsletter.errors import PasswordUnusable
from newsletter.store import matters
from web.access import Who, rank
from web.editor.desk import NEWS, desk_page
from web.editor.devices import device_words
from web.editor.entering import finish, own_names, present_token
from web.editor.password import PASSWORD_PROBLEMS, password_problems
from web.forms import Form
from web.later import later
from web.pages import Call, see_other

NOT_YOURS: Final = "Dit is niet je wachtwoord van nu. Na een paar keer moet je even wachten."


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere I am signed in. mark: names it in the form that ends it."""

    device: str
    mark: str
    since: datetime
    seen_at: datetime
    is_this: bool


def show_account(call: Call) -> Response:
    """Show what is mine."""
    return _account_page(call, {})


def save_password(call: Call) -> Response:
    """Change my password; I stay signed in here, with a new cookie, and nowhere else."""
    given = {name: str(call.form.get(name, "")) for name in ("present", "password", "again")}
    problems = password_problems(given["password"], given["again"]) or _change(call, given)
    if problems:
        return _account_page(call, problems)
    services, user_id, now = call.services, call.user_id, call.now
    done = see_other(ACCOUNT, message="Je wachtwoord is gewijzigd. Elders ben je uitgelogd.")
    response = finish(call, done)
    told = "Je wachtwoord is gewijzigd."
    return later(response, lambda: tell_changed(services, user_id, told, now=now))


def end_session(call: Call) -> Response:
    """Sign me out at one other place."""
    mark = Form(call.form).line("mark")
    ended = sessions.close_one(call.services.db, call.user_id, mark, now=call.now)
    words = "Daar ben je nu uitgelogd." if ended else "Daar was je al uitgelogd."
    return see_other(ACCOUNT, message=words)


def end_others(call: Call) -> Response:
    """Sign me out everywhere but here."""
    ended = sessions.close_others(call.services.db, call.user_id, present_token(call), now=call.now)
    words = plural(ended, "andere plek", "andere plekken")
    return see_other(ACCOUNT, message=f"Je bent uitgelogd op {words}.")


def choose_news(call: Call) -> Response:
    """Let me get mail when something happens to an edition, or none."""
    wants = str(call.form.get("wil") or call.query.get("wil")) == "ja"
    matters.choose_news(call.services.db, call.user_id, wants=wants)
    told = (
        "Je krijgt weer mail over edities." if wants else "Je krijgt geen mail meer over edities."
    )
    undo = f"{NEWS}?wil={'nee' if wants else 'ja'}"
    return see_other(f"{ACCOUNT}#herinneringen", message=told, undo=undo)


def stay(call: Call) -> Response:
    """Note that somebody is still writing: a request of the script, while there is typing."""
    return Response(status_code=204 if call.user else 403)


def _change(call: Call, given: dict[str, str]) -> dict[str, str]:
    services = call.services
    with services.db.read() as session:
        user = get_user(session, call.user_id)
    near = own_names(call, user.email, user.name)
    try:
        passwords.require_usable(given["password"], near=near)
    except PasswordUnusable as wrong:
        return {"password": PASSWORD_PROBLEMS[wrong.fault]}
    key = services.settings.secret_key
    if not confirm_password(services.db, user.id, given["present"], key=key, now=call.now):
        return {"present": NOT_YOURS}
    change_password(
        services.db, user.id, given["password"], keep=present_token(call), near=near, now=call.now
    )
    return {}


def _must(call: Call) -> bool:
    """Say whether this person may not be without a second step."""
    return call.services.settings.second_step and rank(call.user) >= Who.APPROVER


def _account_page(call: Call, problems: dict[str, str]) -> Response:
    token = present_token(call)
    with call.services.db.read() as session:
        user = get_user(session, call.user_id)
        found = sessions.list_sessions(session, user.id, token, now=call.now)
        places = [
            Place(device_words(one.agent), one.mark, one.created_at, one.seen_at, one.is_this)
            for one in found
        ]
        return desk_page(
            call,
            session,
            "account.html",
            status=422 if problems else 200,
            me=user,
            second=session.get(SecondStep, user.id),
            codes_left=codes_left(session, user.id),
            must=_must(call),
            places=places,
            problems=problems,
        )
