"""Sending in an example through the site, as a reader does."""

import re
from email import message_from_bytes, policy
from typing import Any

from httpx import Response
from starlette.testclient import TestClient

from feeds.themes import add_default_themes
from newsletter.wiring import Services
from tests.fakes import FakeClock, FakeTransport

SUBMIT = "/praktijkvoorbeelden/insturen"
CHECK_MAIL = f"{SUBMIT}/kijk-in-je-mail"
SENDER = "inzender@example.org"
FORM: dict[str, Any] = {
    "titel": "De beginner leert de begeleider iets",
    "vraag": "Hoe leren ervaren docenten ook van studenten?",
    "verhaal": "We keken bij elkaar in de les.\n\nDaarna spraken we een uur.",
    "werkte": "Na een jaar wilden 14 van de 19 ermee doorgaan.",
    "kant": "school",
    "themes": ["begeleidingsmodellen"],
    "bijlagen": "https://example.org/kaart.pdf",
    "naam": "Noor Bakker",
    "email": SENDER,
    "opleidingsschool": "De Tussendeur",
    "contact": "de schoolopleider, vraag@example.org",
    "akkoord": "ja",
}


def stamp(site: TestClient) -> str:
    """Open the form; return the stamp in it."""
    found = re.search(r'name="stempel" value="([^"]+)"', site.get(SUBMIT).text)
    assert found
    return found[1]


def send(
    site: TestClient,
    clock: FakeClock,
    *,
    photo: tuple[str, bytes, str] | None = None,
    waits: float = 60,
    **fields: Any,
) -> Response:
    """Open the form, wait, and send it."""
    data = {"stempel": stamp(site), **FORM, **fields}
    clock.later(seconds=waits)
    files = {"foto": photo} if photo else None
    answer: Response = site.post(SUBMIT, data=data, files=files)
    return answer


def link_in(transport: FakeTransport, services: Services, kind: str) -> str:
    """Return the path of the link of this kind in the last mail."""
    body = message_from_bytes(transport.accepted[-1][2], policy=policy.default).get_body(("plain",))
    assert body is not None
    base = re.escape(services.settings.base_url)
    found = re.search(rf"{base}(/praktijkvoorbeelden/{kind}/[\w-]{{22}})\s", body.get_content())
    assert found, body.get_content()
    return found[1]


def send_and_confirm(
    site: TestClient, services: Services, transport: FakeTransport, clock: FakeClock, **fields: Any
) -> str:
    """Send one in and confirm it; return the path of the reader's own page."""
    add_default_themes(services.db)
    assert send(site, clock, **fields).headers["location"] == CHECK_MAIL
    answer = site.post(link_in(transport, services, "bevestigen"))
    assert answer.status_code == 303
    return str(answer.headers["location"])
