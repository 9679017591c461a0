"""The page of a poll: looking counts nothing, one press counts, and clear words otherwise."""

from datetime import timedelta
from html import unescape

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.learn.polls import OPEN_FOR
from newsletter.model import Delivery, Edition, PollVote
from newsletter.values import DeliveryState, EditionStatus
from newsletter.wiring import Services
from tests import factories
from tests.web.public.content import HOSTILE, add_edition

QUESTION = "Waar heb je het meest aan?"
FIELDS = {"title": QUESTION, "text": "Dan weten we het.", "answers": "Een bezoek\nEen congres"}


def asked(services: Services, **fields: str) -> tuple[int, str]:
    """Send an edition with a poll to one reader; return its id and the reader's page."""
    edition_id = add_edition(services, blocks=(("poll", None, {**FIELDS, **fields}),))
    with services.db.write() as session:
        factories.make_segments(session)
        session.get_one(Edition, edition_id).started_at = services.clock()
        reader = factories.make_subscriber(session)
        state = DeliveryState.SENT
        session.add(Delivery(edition_id=edition_id, subscriber_id=reader.id, state=state))
        url = services.links.poll_url(reader.id, edition_id)
    return edition_id, url.removeprefix(services.settings.base_url)


def votes(services: Services) -> list[int]:
    with services.db.read() as session:
        return list(session.scalars(select(PollVote.answer)))


def test_page_has_the_chosen_answer_ready_and_counts_nothing(
    client: TestClient, services: Services
) -> None:
    _, path = asked(services)

    answer = client.get(f"{path}?antwoord=2")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert QUESTION in answer.text
    assert 'value="2" checked' in answer.text
    assert answer.text.count(" checked") == 1
    assert votes(services) == []


def test_press_counts_and_can_be_changed(client: TestClient, services: Services) -> None:
    _, path = asked(services)

    thanks = client.post(path, data={"antwoord": "2"})
    again = client.get(path)
    client.post(path, data={"antwoord": "1"})

    assert thanks.status_code == 200
    assert "Je koos: <strong>Een congres</strong>" in thanks.text
    assert "Verander mijn antwoord" in again.text
    assert " checked" not in again.text
    assert votes(services) == [1]


@pytest.mark.parametrize("given", ["", "0", "3", "x", "9" * 30])
def test_without_an_answer_the_page_asks_again(
    client: TestClient, services: Services, given: str
) -> None:
    _, path = asked(services)

    answer = client.post(path, data={"antwoord": given})

    assert answer.status_code == 422
    assert "Kies een antwoord." in answer.text
    assert votes(services) == []


def test_a_link_that_was_changed_or_is_of_another_kind_says_so(
    client: TestClient, services: Services
) -> None:
    _, path = asked(services)
    other = services.links.preferences_url(1, 1).rsplit("/", 1)[1]

    for token in (path[9:-1] + "x", other, "voorbeeld"):
        for answer in (client.get(f"/peiling/{token}"), client.post(f"/peiling/{token}")):
            assert answer.status_code == 404
            assert "Deze link klopt niet" in answer.text


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (EditionStatus.CANCELLED, (410, "Deze peiling is ingetrokken")),
        (EditionStatus.DRAFT, (404, "Deze peiling is er niet meer")),
    ],
)
def test_an_edition_that_is_not_out_asks_nothing(
    client: TestClient, services: Services, status: EditionStatus, says: tuple[int, str]
) -> None:
    edition_id, path = asked(services)
    with services.db.write() as session:
        session.get_one(Edition, edition_id).status = status

    for answer in (client.get(path), client.post(path, data={"antwoord": "1"})):
        assert answer.status_code == says[0]
        assert says[1] in answer.text
    assert votes(services) == []


def test_a_poll_that_is_over_says_so(client: TestClient, services: Services) -> None:
    edition_id, path = asked(services)
    with services.db.write() as session:
        session.get_one(Edition, edition_id).started_at = (
            services.clock() - OPEN_FOR - timedelta(days=1)
        )

    answer = client.post(path, data={"antwoord": "1"})

    assert answer.status_code == 410
    assert "Deze peiling is voorbij" in answer.text
    assert votes(services) == []


def test_hostile_question_and_answers_are_words(client: TestClient, services: Services) -> None:
    _, path = asked(services, title=HOSTILE, text=HOSTILE, answers=f"{HOSTILE}\nJa")

    pages = [client.get(path).text, client.post(path, data={"antwoord": "1"}).text]

    for page in pages:
        assert "<script>alert(1)" not in page
        assert "\u202e" not in page
        assert "&lt;script&gt;" in page


def test_web_edition_shows_the_question_without_a_way_to_answer(
    client: TestClient, services: Services
) -> None:
    edition_id, _ = asked(services)

    page = unescape(client.get(f"/archief/{edition_id}").text)

    assert QUESTION in page
    assert "Een congres" in page
    assert "/peiling/" not in page


def test_privacy_page_tells_what_becomes_of_an_answer(client: TestClient) -> None:
    page = unescape(client.get("/privacy").text)

    assert 'id="peilingen"' in page
    assert "Na 60 dagen wissen we het kenmerk" in page
    assert "ten minste vijf mensen" in page
