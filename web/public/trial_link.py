"""Where the links of a test mail lead: pages that say so and change nothing."""

from collections.abc import Mapping
from typing import Final

from starlette.responses import PlainTextResponse, Response

from web.errors import PageUnknown
from web.pages import Call
from web.public.words import calm, private

WOULD: Final[Mapping[str, str]] = {
    "afmelden": "In de echte mail meldt een lezer zich hier af.",
    "voorkeuren": "In de echte mail kiest een lezer hier wat die krijgt.",
    "peiling": "In de echte mail beantwoordt een lezer hier de vraag.",
}
WOULD_TELL: Final = "In de echte mail leest een lezer hier waarom die onze mail krijgt."
NOTHING: Final = "Dit is een proefmail. Er verandert niets.\n"


def show_trial_link(call: Call) -> Response:
    """Say that this came from a test mail, and what it would be in a real one."""
    return private(calm(call, "Dit is een proefmail", _would(call), "Hier verandert niets."))


def show_why(call: Call) -> Response:
    """Say what stands behind the sentence in the footer, in a real mail."""
    _would(call)
    return private(calm(call, "Dit is een proefmail", WOULD_TELL, "Hier verandert niets."))


def do_nothing(call: Call) -> Response:
    """Answer a mail program that unsubscribes by itself (RFC 8058): nobody is unsubscribed."""
    _would(call)
    return private(PlainTextResponse(NOTHING))


def _would(call: Call) -> str:
    if call.path["what"] not in WOULD:
        raise PageUnknown(call.path["what"])
    return WOULD[call.path["what"]]
