"""People: who is at the desk, inviting somebody, and one person's role and state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter import account_mail
from newsletter.accounts import invitations, links, people, second_step, work_account
from newsletter.accounts.links import LinkPurpose
from newsletter.accounts.people import called, has_come_in
from newsletter.dutch import in_sentence, moment, role_word
from newsletter.errors import AccountExists
from newsletter.mailed import Mailed
from newsletter.model import User
from newsletter.values import Role
from subscribers.addresses import normalise
from subscribers.errors import InvalidAddress
from web.editor.desk import PEOPLE, desk_page
from web.errors import PageUnknown
from web.forms import Form
from web.later import later
from web.pages import Call, see_other

ROLE_MEANINGS: Final = (
    (Role.READER, "leest resultaten en edities die uit zijn, en wijzigt niets"),
    (Role.EDITOR, "kiest berichten, maakt edities en dient ze in"),
    (Role.APPROVER, "doet dat ook, en keurt het werk van een ander goed"),
    (Role.ADMINISTRATOR, "mag alles, ook bronnen, mensen en instellingen"),
)
NO_ADDRESS: Final = "Vul een e-mailadres in, zoals naam@school.nl."
NO_NAME: Final = "Vul in hoe deze collega heet."
KNOWN: Final = "Dit adres heeft al een account. Je vindt het in de lijst hieronder."


@dataclass(frozen=True, slots=True)
class Person:
    """One account as the list shows it. expires_at: of an invitation that is waiting."""

    user: User
    path: str
    state: str
    expires_at: datetime | None
    has_step: bool

    @property
    def called(self) -> str:
        """Name, or address."""
        return called(self.user)


def show_people(call: Call) -> Response:
    """Show everybody, and the form that invites."""
    return _list_page(call, {}, {})


def invite(call: Call) -> Response:
    """Ask somebody in."""
    form = Form(call.form)
    given = {
        "name": form.line("name", missing=NO_NAME),
        "email": form.line("email", longest=254),
        "role": form.line("role"),
    }
    problems = form.problems | _address_problem(given["email"])
    if given["role"] not in tuple(Role):
        raise PageUnknown("role")
    waiting = "" if problems else _waiting(call, given["email"])
    if waiting and form.line("meant") != given["email"]:
        return _list_page(call, given, {}, waiting=waiting)
    if not problems:
        try:
            _, mailed = account_mail.invite(
                call.services,
                email=given["email"],
                name=given["name"],
                role=Role(given["role"]),
                by=call.user_id,
                now=call.now,
            )
        except AccountExists:
            problems = {"email": KNOWN}
        else:
            return see_other(PEOPLE, message=_invited_words(given["name"], mailed))
    return _list_page(call, given, problems)


def show_person(call: Call) -> Response:
    """Show one person, and what can be changed."""
    with call.services.db.read() as session:
        user = people.get_user(session, call.number("user"))
        return desk_page(
            call,
            session,
            "person.html",
            person=_person(session, user, call.now),
            is_me=user.id == call.user_id,
            roles=ROLE_MEANINGS,
            must=call.services.settings.second_step
            and people.includes(Role(user.role), Role.APPROVER),
        )


def change_role(call: Call) -> Response:
    """Give somebody another role."""
    role = Form(call.form).line("role")
    if role not in tuple(Role):
        raise PageUnknown("role")
    user_id = call.number("user")
    people.change_role(call.services.db, user_id, Role(role), by=call.user_id, now=call.now)
    word = role_word(role)
    return _back(call, f"{_name(call)} is nu {word}, en logt daarvoor opnieuw in.")


def switch_off(call: Call) -> Response:
    """Let somebody in no more."""
    people.switch_off(call.services.db, call.number("user"), by=call.user_id, now=call.now)
    undo = f"{PEOPLE}/{call.number('user')}/aan"
    return _back(call, f"{_name(call)} kan niet meer inloggen.", undo=undo)


def switch_on(call: Call) -> Response:
    """Let somebody in again."""
    people.switch_on(call.services.db, call.number("user"), by=call.user_id, now=call.now)
    return _back(call, f"{_name(call)} kan weer inloggen.")


def reset_step(call: Call) -> Response:
    """Take the second step off somebody who lost phone and codes, and tell them."""
    services, user_id, now = call.services, call.number("user"), call.now
    second_step.reset(services.db, user_id, by=call.user_id, now=now)
    told = "Een beheerder haalde de tweestapsverificatie van je account weg."
    message = f"De tweede stap van {_name(call)} is weg. Er gaat een mail naartoe."
    response = _back(call, message)
    return later(response, lambda: account_mail.tell_changed(services, user_id, told, now=now))


def unlink(call: Call) -> Response:
    """Let an account forget the work account that was used with it."""
    work_account.unlink(call.services.db, call.number("user"), by=call.user_id, now=call.now)
    return _back(call, f"Het werkaccount van {_name(call)} is los.")


def invite_again(call: Call) -> Response:
    """Send an invitation once more, with another link."""
    mailed = account_mail.invite_again(
        call.services, call.number("user"), by=call.user_id, now=call.now
    )
    return _back(call, _invited_words(_name(call), mailed))


def take_back(call: Call) -> Response:
    """Take an invitation back."""
    invitations.take_back(call.services.db, call.number("user"), by=call.user_id, now=call.now)
    return see_other(PEOPLE, message=f"De uitnodiging van {_name(call)} is ingetrokken.")


def _waiting(call: Call, email: str) -> str:
    """Return who waits at this address with which invitation, as a sentence; "" without one."""
    with call.services.db.read() as session:
        user = people.find_by_email(session, email)
        if user is None or has_come_in(user) or user.disabled_at is not None:
            return ""
        until = links.expires_at(session, user.id, LinkPurpose.INVITATION)
        if until is None:
            return ""
        is_over = until <= call.now
        stands = "is verlopen" if is_over else f"geldt tot {in_sentence(moment(until))}"
        role = role_word(user.role)
        return f"{called(user)} is al uitgenodigd als {role}. Die uitnodiging {stands}."


def _list_page(
    call: Call, given: Mapping[str, str], problems: Mapping[str, str], *, waiting: str = ""
) -> Response:
    """Return the page. waiting: who was invited at this address already, to ask whether to do so.

    Nothing changed yet then.
    """
    with call.services.db.read() as session:
        expiring = links.expiring(session, LinkPurpose.INVITATION)
        safe = second_step.who_have_it(session)
        found = [
            _line(user, expiring.get(user.id), call.now, has_step=user.id in safe)
            for user in people.list_users(session)
        ]
        return desk_page(
            call,
            session,
            "people.html",
            status=422 if problems or waiting else 200,
            waiting=waiting,
            people=[one for one in found if one.state != "off"],
            gone=[one for one in found if one.state == "off"],
            given=given or {"name": "", "email": "", "role": Role.EDITOR},
            problems=problems,
            roles=ROLE_MEANINGS,
        )


def _person(session: Session, user: User, now: datetime) -> Person:
    expires_at = links.expires_at(session, user.id, LinkPurpose.INVITATION)
    has_step = second_step.has_second_step(session, user.id)
    return _line(user, expires_at, now, has_step=has_step)


def _line(user: User, expires_at: datetime | None, now: datetime, *, has_step: bool) -> Person:
    state = _state(user, expires_at, now)
    return Person(user, f"{PEOPLE}/{user.id}", state, expires_at, has_step)


def _state(user: User, expires_at: datetime | None, now: datetime) -> str:
    if user.disabled_at is not None:
        return "off"
    if has_come_in(user):
        return "in"
    return "invited" if expires_at is not None and expires_at >= now else "expired"


def _address_problem(email: str) -> dict[str, str]:
    try:
        normalise(email)
    except InvalidAddress:
        return {"email": NO_ADDRESS}
    return {}


def _invited_words(name: str, mailed: Mailed) -> str:
    if mailed is Mailed.SENT:
        return f"De uitnodiging voor {name} is verstuurd."
    if mailed is Mailed.UNCERTAIN:
        return f"De uitnodiging voor {name} is misschien niet aangekomen. Vraag het even na."
    return f"De mail naar {name} ging niet weg. Kijk het adres na en stuur de uitnodiging opnieuw."


def _name(call: Call) -> str:
    with call.services.db.read() as session:
        return called(people.get_user(session, call.number("user")))


def _back(call: Call, message: str, *, undo: str = "") -> Response:
    return see_other(f"{PEOPLE}/{call.number('user')}", message=message, undo=undo)
