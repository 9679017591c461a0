"""Another address for a reader: asked by the link in their mail, confirmed from the new mailbox.

The page says the same for every address that is one: only its mailbox tells more.
"""

from datetime import datetime
from typing import Final

from starlette.background import BackgroundTask
from starlette.responses import Response

from newsletter import readers
from newsletter.wiring import Services
from subscribers import moving, store
from subscribers.addresses import mask, normalise
from subscribers.errors import ExpiredToken, InvalidToken
from subscribers.model import AddressChange, Subscriber
from subscribers.values import ON_LIST
from web.forms import Form
from web.pages import Call, page, see_other
from web.public.held import nothing_held
from web.public.signup import may_mail_strangers, too_busy
from web.public.words import address_problem, calm, private

SAME: Final = "Dit is het adres waarop je onze mail al krijgt."


def show_address(call: Call) -> Response:
    """Show the form for another address. Raises InvalidToken."""
    row = _reader(call)
    return row if isinstance(row, Response) else _form_page(call, row)


def ask_address(call: Call) -> Response:
    """Mail the new address, where that may be, and say where to look. Raises InvalidToken."""
    row = _reader(call)
    if isinstance(row, Response):
        return row
    email = Form(call.form).line("email", longest=1000)
    if problem := _problem(call, row, email):
        return _form_page(call, row, email=email, problem=problem)
    if not may_mail_strangers(call, email):
        return too_busy(call)
    answer = private(
        calm(
            call,
            "Kijk in de mail op je nieuwe adres",
            "Daar vind je een mail met een knop. Druk daarop, dan wisselen we. "
            "Tot die tijd blijft onze mail komen waar hij nu komt.",
            "Zie je na een kwartier nog niets? Kijk dan bij de ongewenste mail. "
            "Naar één adres sturen we zo’n mail hooguit één keer per dag. "
            "Staat het nieuwe adres al op onze lijst, dan verandert er niets.",
            onward=(_own_path(call), "Terug naar je voorkeuren"),
        )
    )
    # After the answer: what is known of the address must not show in how long it takes.
    answer.background = BackgroundTask(_ask, call.services, row.id, email, now=call.now)
    return answer


def _ask(services: Services, subscriber_id: int, email: str, *, now: datetime) -> None:
    readers.ask_to_move(services, subscriber_id, email=email, now=now)


def show_move(call: Call) -> Response:
    """Ask for the one press that confirms; looking changes nothing: link scanners look."""
    change = _asked(call)
    if isinstance(change, Response):
        return change
    return private(page(call, "public/move.html", masked=mask(change.email)))


def move(call: Call) -> Response:
    """Let the mail go to the address whose mailbox confirmed it."""
    change = _asked(call)
    if isinstance(change, Response):
        return change
    moved = readers.move(call.services, change.id, now=call.now)
    if moved is None:
        return _no_longer(call, "Deze link werkt niet meer", status=410)
    own = call.services.links.preferences_url(moved)
    return private(
        calm(
            call,
            "Je adres is gewijzigd",
            f"Onze mail komt voortaan op {mask(change.email)}.",
            "Naar je oude adres sturen we nog één bericht, zodat je het daar ook weet. "
            "De links in mail die je al had, blijven werken.",
            onward=(own.removeprefix(call.services.settings.base_url), "Bekijk je voorkeuren"),
        )
    )


def _asked(call: Call) -> AddressChange | Response:
    try:
        change_id = call.services.links.read_move(call.path["token"], now=call.now)
    except ExpiredToken:
        return _no_longer(call, "Deze link is te oud", status=410)
    except InvalidToken:
        return _no_longer(call, "Deze link klopt niet", status=404)
    with call.services.db.read() as session:
        change = moving.change_asked(session, change_id)
    return change or _used(call)


def _used(call: Call) -> Response:
    """Say so calmly: who presses the button twice sees this, and has the new address."""
    return private(
        calm(
            call,
            "Deze link is al gebruikt",
            "Drukte je net op de knop? Dan is je adres gewijzigd en hoef je niets te doen.",
            "Klopt je adres nog niet? Vraag het dan opnieuw bij je voorkeuren: de link daarnaartoe "
            "staat onder elke mail.",
            status=410,
        )
    )


def _no_longer(call: Call, heading: str, *, status: int) -> Response:
    return private(
        calm(
            call,
            heading,
            "Er is nu niets veranderd. Klopt je adres nog niet? Vraag het dan opnieuw bij je "
            "voorkeuren: de link daarnaartoe staat onder elke mail.",
            status=status,
        )
    )


def _form_page(call: Call, row: Subscriber, *, email: str = "", problem: str = "") -> Response:
    return private(
        page(
            call,
            "public/address.html",
            status=422 if problem else 200,
            masked=mask(row.email),
            email=email,
            problems={"email": problem} if problem else {},
            back=_own_path(call),
        )
    )


def _problem(call: Call, row: Subscriber, email: str) -> str:
    if problem := address_problem(call, email):
        return problem
    return SAME if normalise(email).key == row.email_key else ""


def _own_path(call: Call) -> str:
    return call.request.url.path.removesuffix("/adres")


def _reader(call: Call) -> Subscriber | Response:
    """Return who the link is about; for who is not on the list, the page that says so."""
    target = call.services.links.read_preferences(call.path["token"])
    with call.services.db.read() as session:
        row = store.get_by_id(session, target.subscriber_id)
    if row is None:
        return nothing_held(call)
    return row if row.state in ON_LIST else private(see_other(_own_path(call)))
