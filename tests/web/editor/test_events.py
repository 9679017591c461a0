"""Who came to an event, brought in at the desk by an editor, and chosen in a segment."""

import re
from datetime import timedelta

import pytest
from httpx import Response
from starlette.testclient import TestClient

from feeds.values import ItemKind
from newsletter.model import Delivery
from newsletter.values import DeliveryState, EditionKind, Role
from newsletter.wiring import Services
from subscribers.segments import list_segments
from subscribers.values import Audience
from tests.factories import make_edition
from tests.queries import counted
from tests.web.desk import desk, make_item, make_subscriber, post, token

LIST = "/redactie/bijeenkomsten"
SEGMENTS = "/redactie/doelgroepen"
FILE = "E-mail\njan@example.org\nonbekend@example.org\ngeen adres\n"


@pytest.fixture
def congress(services: Services) -> int:
    for name in ("jan", "mia"):
        make_subscriber(services, f"{name}@example.org", Audience.SCHOOL)
    before = services.clock() - timedelta(days=10)
    make_item(
        services,
        "Werkbezoek later",
        kind=ItemKind.EVENT,
        starts_at=services.clock() + timedelta(days=9),
    )
    return make_item(services, "Congres Samen", kind=ItemKind.EVENT, starts_at=before)


def text(answer: Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def send(client: TestClient, event: int, document: str) -> Response:
    fields, files = {"csrf": token(client)}, {"bestand": ("wie.csv", document.encode())}
    answer: Response = client.post(f"{LIST}/{event}", data=fields, files=files)
    return answer


def test_an_editor_brings_who_came_and_can_undo_it(
    client: TestClient, services: Services, congress: int
) -> None:
    desk(client, services)

    answer = send(client, congress, FILE)
    shown = client.get(answer.headers["location"])
    listed = text(client.get(LIST))

    assert "1 abonnee herkend, van 1 wisten we het nog niet." in text(shown)
    assert "Eén adres staat niet op de lijst: daarvan bewaren we niets." in text(shown)
    assert "Eén regel was geen adres." in text(shown)
    assert "@example.org" not in shown.text
    assert "Congres Samen" in listed
    assert "Werkbezoek later" not in listed
    undo = re.search(r'action="([^"]+/weg[^"]+)"', shown.text)
    assert undo is not None
    gone = post(client, undo[1].replace("&amp;", "&"))
    assert "Van 1 abonnee weten we niet meer" in text(client.get(gone.headers["location"]))
    assert "nog niet ingelezen" in text(client.get(LIST))


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("", "De eerste regel van dit bestand is leeg."),
        ("naam;plaats\nJan;Breda\n", "Dit kunnen we niet lezen als lijst met adressen."),
        ("\x00\x01", "Dit bestand is geen lijst, maar bijvoorbeeld een foto"),
    ],
)
def test_a_file_without_addresses_is_refused_in_words(
    client: TestClient, services: Services, congress: int, document: str, says: str
) -> None:
    desk(client, services)

    answer = send(client, congress, document)

    assert answer.status_code == 422
    assert says in text(answer)
    assert post(client, f"{LIST}/{congress}").status_code == 422
    assert client.get(f"{LIST}/999").status_code == 404
    assert post(client, f"{LIST}/{congress}/weg?lijst=gisteren").status_code == 404


def test_a_segment_is_made_of_who_came_and_was_not_invited(
    client: TestClient, services: Services, congress: int
) -> None:
    desk(client, services, Role.ADMINISTRATOR)
    send(client, congress, "jan@example.org\nmia@example.org\n")
    with services.db.write() as session:
        edition = make_edition(
            session,
            kind=EditionKind.ANNOUNCEMENT,
            event_id=congress,
            started_at=services.clock(),
        )
        session.add(Delivery(edition_id=edition.id, subscriber_id=1, state=DeliveryState.SENT))
    rows = {"aantal": "2", "naam": "Kwam vanzelf", "doe": "bewaar"}
    rows |= {"veld-0": "attended", "hoe-0": "is", "waarde-0": str(congress)}
    rows |= {"veld-1": "invited", "hoe-1": "niet", "waarde-1": str(congress), "voeg-1": "en"}

    saved = post(client, f"{SEGMENTS}/nieuw", rows)
    shown = client.get(saved.headers["location"])
    why = post(client, f"{SEGMENTS}/kwam-vanzelf/waarom", {"email": "jan@example.org"})
    unknown = post(client, f"{SEGMENTS}/kwam-vanzelf", {"zin": "not invited = 999", "doe": "tel"})
    typed = post(client, f"{SEGMENTS}/nieuw", rows | {"waarde-1": "congres"})

    assert "Was bij ‘Congres Samen, " in text(shown)
    assert "is niet uitgenodigd voor ‘Congres Samen, " in text(shown)
    assert f'<option value="{congress}" selected>Congres Samen, ' in shown.text
    assert "1 abonnee hoort erbij" in text(shown)
    assert "Nee, door de laatste voorwaarde." in text(why)
    assert "Vanaf teken 15 klopt de zin niet: ‘999’." in text(unknown)
    assert (unknown.status_code, typed.status_code) == (422, 422)
    assert "Kies een bijeenkomst uit de lijst." in text(typed)
    with services.db.read() as session:
        conditions = {one.slug: one.conditions for one in list_segments(session)}
    assert conditions["kwam-vanzelf"] == {
        "attended": str(congress),
        "not": {"invited": str(congress)},
    }


@pytest.mark.parametrize("path", [LIST, "/redactie/kalender"])
def test_more_events_take_no_more_queries(
    client: TestClient, services: Services, congress: int, path: str
) -> None:
    desk(client, services)
    send(client, congress, FILE)
    client.get(path)
    with counted(services.db.engine) as few:
        client.get(path)
    for number in range(1, 4):
        before = services.clock() - timedelta(days=number)
        make_item(services, f"Nog {number}", kind=ItemKind.EVENT, starts_at=before)

    with counted(services.db.engine) as many:
        client.get(path)

    assert len(many) == len(few)
