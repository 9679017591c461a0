"""Mails that may have arrived: what the edition does with them, and what somebody decides."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.dutch import plural
from newsletter.errors import RoleMissing
from newsletter.model import Edition
from newsletter.send.doubt import held
from newsletter.store.editions import get_edition
from newsletter.values import InDoubtPolicy, Role
from web.access import Who, rank
from web.editor.desk import edition_path
from web.editor.recipients import UNCERTAIN
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, see_other

POLICIES: Final[Mapping[InDoubtPolicy, tuple[str, str]]] = {
    InDoubtPolicy.RESEND: (
        "Stuur die na een tijdje nog één keer",
        "Iedereen krijgt de mail. Een enkeling krijgt hem misschien twee keer.",
    ),
    InDoubtPolicy.HOLD: (
        "Stuur die niet opnieuw, een beheerder kijkt ernaar",
        "Niemand krijgt de mail twee keer. Een enkeling krijgt hem misschien niet, tot iemand "
        "besluit hem nog een keer te sturen.",
    ),
}
LIST: Final = "ontvangers"  # where a button stood, in its form or in the address of its undo
NOTHING: Final = "Er was niets meer om over te besluiten."


def doubt_shown(call: Call, session: Session, edition: Edition, in_doubt: int) -> dict[str, Any]:
    """Return what a page shows of the mails in doubt of an edition, and of what becomes of them.

    undecided: how many wait for a decision; may_send_again: whether one can be sent once more.
    may_choose_policy: whether this person may choose, as it stands now.
    """
    undecided = held.count_undecided(session, [edition.id]) if in_doubt else {}
    return {
        "undecided": undecided.get(edition.id, 0),
        "may_send_again": edition.state in held.HOLDABLE,
        "policy": InDoubtPolicy(edition.in_doubt_policy),
        "policies": POLICIES,
        "may_choose_policy": _may_choose(call, edition),
    }


def _may_choose(call: Call, edition: Edition) -> bool:
    """Say whether this person may choose what becomes of mails in doubt, as it stands now."""
    needed = Who.APPROVER if edition.state in held.UNDER_WAY else Who.EDITOR
    return edition.state in held.OPEN_POLICY and rank(call.user) >= needed


def send_again(call: Call) -> Response:
    """Send once more all that may have arrived and that nobody decided about."""
    return _send(call, None)


def send_one_again(call: Call) -> Response:
    """Send one person's mail once more."""
    return _send(call, [call.number("delivery")])


def leave(call: Call) -> Response:
    """Leave all as it is."""
    return _leave(call, None)


def leave_one(call: Call) -> Response:
    """Leave one person's mail as it is."""
    return _leave(call, [call.number("delivery")])


def undo(call: Call) -> Response:
    """Take a decision back."""
    number = held.undo(
        call.services.db, call.number("id"), call.number("entry"), now=call.now, by=call.user_id
    )
    mails = plural(number, "mail staat", "mails staan")
    return _back(call, f"{mails} weer op onzeker." if number else "De mails zijn al weg.")


def choose_policy(call: Call) -> Response:
    """Say what becomes of such mails from now on; once it is being sent, an approver does."""
    form, edition_id = Form(call.form), call.number("id")
    if form.line("policy") not in set(InDoubtPolicy):
        raise PageUnknown("policy")
    policy = InDoubtPolicy(form.line("policy"))
    with call.services.db.read() as session:
        is_under_way = get_edition(session, edition_id).state in held.UNDER_WAY
    if is_under_way and rank(call.user) < Who.APPROVER:
        raise RoleMissing("this needs approver", Role.APPROVER)
    before = held.choose_policy(call.services.db, edition_id, policy, now=call.now, by=call.user_id)
    told = "Bewaard." if before is not policy else ""
    return see_other(edition_path(edition_id, "/verzenden"), message=told)


def _send(call: Call, only: Sequence[int] | None) -> Response:
    done = held.send_again(
        call.services.db,
        call.number("id"),
        only=only,
        letterhead=call.services.terms.letterhead,
        now=call.now,
        by=call.user_id,
    )
    mails = plural(done.number, "mail gaat", "mails gaan")
    return _told(call, done, f"{mails} nog een keer.")


def _leave(call: Call, only: Sequence[int] | None) -> Response:
    done = held.leave(call.services.db, call.number("id"), only=only, now=call.now, by=call.user_id)
    mails = plural(done.number, "mail blijft", "mails blijven")
    return _told(call, done, f"{mails} zo. Niemand weet of die aankwam.")


def _told(call: Call, done: held.Decided, told: str) -> Response:
    if done.entry_id is None:
        return _back(call, NOTHING)
    undo = edition_path(call.number("id"), f"/onzeker/terug/{done.entry_id}")
    return _back(call, told, undo=f"{undo}?from={LIST}" if _is_on_list(call) else undo)


def _back(call: Call, message: str, *, undo: str = "") -> Response:
    """Return to the page that the button stood on."""
    path = edition_path(call.number("id"), UNCERTAIN if _is_on_list(call) else "/verzenden")
    return see_other(path, message=message, undo=undo)


def _is_on_list(call: Call) -> bool:
    """Say whether the button stood on the list of people, or undoes one that did."""
    return LIST in (Form(call.form).line("from"), call.query.get("from"))
