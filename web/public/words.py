"""What several public pages say, and the page that says one thing calmly."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import Response

from newsletter.reachable import can_reach
from subscribers.addresses import normalise
from subscribers.errors import AddressFault, InvalidAddress
from subscribers.values import Topic
from web.pages import Call, page

NO_AUDIENCE: Final = "Kies waar je werkt."
NO_TOPIC: Final = "Kies ten minste één ding dat je wilt krijgen."
NO_AT: Final = "Vul een e-mailadres in met een @ erin, zoals naam@example.org."
ONE_ADDRESS: Final = "Vul één e-mailadres in, zonder naam of haakjes, zoals naam@example.org."
ODD_LETTERS: Final = (
    "Voor de @ staat een teken waar we geen mail heen kunnen sturen. "
    "Kijk het adres na, of neem een ander."
)
ADDRESS_PROBLEMS: Final[Mapping[AddressFault, str]] = {
    AddressFault.EMPTY: "Vul je e-mailadres in, zoals naam@example.org.",
    AddressFault.SEVERAL: ONE_ADDRESS,
    AddressFault.DISPLAY_NAME: ONE_ADDRESS,
    AddressFault.CONTROL: NO_AT,
    AddressFault.SPACE: "Haal de spatie uit het e-mailadres.",
    AddressFault.QUOTED: ODD_LETTERS,
    AddressFault.NO_AT: NO_AT,
    AddressFault.LOCAL: ODD_LETTERS,
    AddressFault.DOMAIN: "Kijk na wat er achter de @ staat. Dat hoort te lijken op example.org.",
    AddressFault.LONG: "Dit e-mailadres is te lang. Kijk of er iets dubbel staat.",
}
NOT_BY_US: Final = (
    "Voor de @ staat een letter als é of ø. Daar kan onze mailserver niet heen mailen. "
    "Kijk het adres na, of vul een ander adres in."
)
TOPIC_WORDS: Final[Mapping[Topic, str]] = {
    Topic.NEWSLETTER: "de nieuwsbrief",
    Topic.ANNOUNCEMENTS: "aankondigingen van bijeenkomsten",
}


def address_problem(call: Call, email: str) -> str:
    """Return what is wrong with an address that somebody typed; "" when mail can go there.

    The same for every address, known or not: it is about the text and our relay alone.
    """
    try:
        address = normalise(email)
    except InvalidAddress as wrong:
        return ADDRESS_PROBLEMS[wrong.fault]
    return "" if can_reach(call.services, address.email) else NOT_BY_US


def rhythm(call: Call) -> str:
    """Return how often the newsletter comes, to stand below its name: "om de week op donderdag"."""
    words = call.services.settings.organisation.rhythm
    return words[:1].lower() + words[1:]


def calm(
    call: Call,
    heading: str,
    *sentences: str,
    onward: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    """Return a page that says one thing. onward: an address of ours and the words of its button."""
    return page(
        call,
        "public/calm.html",
        status=status,
        heading=heading,
        sentences=sentences,
        onward=onward,
    )


def private(response: Response) -> Response:
    """Mark a page about one person: nobody in between may keep it."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"  # the token stands in the address
    return response
