"""Mails in doubt at the desk: who they are, what is decided about them, and what is policy."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from newsletter.errors import TransportRefused, TransportUncertain
from newsletter.model import Delivery, Edition
from newsletter.send.worker import run_worker
from newsletter.store.editions import events_of
from newsletter.values import DeliveryState, InDoubtPolicy, Role
from newsletter.wiring import Services
from tests.fakes import START, FakeTransport
from tests.queries import counted, reads
from tests.web.desk import advance, approved, begin, desk, edition_path, freeze, post
from web.app import create_app

D = DeliveryState
LIST = "/ontvangers?stand=onzeker"
DOUBTFUL = ("school0@example.org", "pabo@example.org")


@pytest.fixture
def transport() -> FakeTransport:
    doubt = TransportUncertain("lost after the dot")
    refused = TransportRefused("5.1.1 unknown", code=550)
    return FakeTransport({"school1@example.org": refused, **dict.fromkeys(DOUBTFUL, doubt)})


@pytest.fixture
def near(services: Services, transport: FakeTransport) -> Services:
    return replace(services, open_transport=lambda: transport)


@pytest.fixture
def administrator(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), follow_redirects=False) as client:
        yield desk(client, near, Role.ADMINISTRATOR)


@pytest.fixture
def edition(
    editor: TestClient, approver: TestClient, near: Services, transport: FakeTransport
) -> int:
    """An edition to five that was sent, with two in doubt that are held and one refused."""
    number = begin(editor)
    chosen = post(editor, edition_path(number, "/bij-twijfel"), {"policy": "hold"})
    assert chosen.status_code == 303
    advance(editor, near, number, "/indienen")
    advance(approver, near, number, "/goedkeuren")
    advance(editor, near, number, "/verstuur")
    freeze(near)
    run_worker(near, stop=Event(), until_complete=number)
    transport.fails.clear()
    transport.attempted.clear()
    return number


def of(near: Services, state: DeliveryState) -> list[int]:
    with near.db.read() as session:
        query = select(Delivery.id).where(Delivery.state == state).order_by(Delivery.id)
        return list(session.scalars(query))


def press(client: TestClient, edition: int, rest: str, **fields: str) -> str:
    """Press a button of the list; return what the page says after it."""
    answer = post(client, edition_path(edition, rest), {"from": "ontvangers", **fields})
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"] == edition_path(edition, LIST)
    return str(client.get(answer.headers["location"]).text)


def test_they_are_listed_by_name_for_who_may_see_people(
    administrator: TestClient, editor: TestClient, edition: int
) -> None:
    page = administrator.get(edition_path(edition, LIST)).text
    refused = administrator.get(edition_path(edition, "/ontvangers?stand=mislukt")).text

    assert all(one in page for one in DOUBTFUL)
    assert "raad@example.org" not in page
    assert page.count("Stuur opnieuw") == page.count("Laat zo") == 2
    assert "Adres bestaat niet of is dicht" in refused
    assert "550 5.1.1 unknown" in refused
    assert editor.get(edition_path(edition, LIST)).status_code == 403
    assert "/ontvangers" not in editor.get(edition_path(edition, "/resultaat")).text


def test_one_is_sent_again_and_one_is_left_and_each_can_be_undone(
    administrator: TestClient, edition: int, near: Services, transport: FakeTransport
) -> None:
    first, second = of(near, D.IN_DOUBT)

    sent = press(administrator, edition, f"/onzeker/{first}/opnieuw")
    left = press(administrator, edition, f"/onzeker/{second}/laat")

    assert "1 mail gaat nog een keer." in sent
    assert "1 mail blijft zo." in left
    assert "Blijft zo, besloten door Administrator" in left
    undo = re.search(r'action="([^"]+/onzeker/terug/[^"]+)"', left)
    assert undo
    back = post(administrator, undo[1], {"from": "ontvangers"})
    assert "1 mail staat weer op onzeker." in administrator.get(back.headers["location"]).text
    run_worker(near, stop=Event(), until_complete=edition)
    assert transport.attempted == ["school0@example.org"]
    assert of(near, D.IN_DOUBT) == [second]


@pytest.mark.parametrize(("come_from", "back_to"), [("ontvangers", LIST), ("", "/verzenden")])
def test_undoing_at_once_returns_to_where_the_button_stood(
    administrator: TestClient, edition: int, come_from: str, back_to: str
) -> None:
    path = edition_path(edition, "/onzeker")
    answer = post(administrator, path, {"from": come_from})
    told = administrator.get(answer.headers["location"]).text
    undo = re.search(r'action="([^"]+/onzeker/terug/[^"]+)"', told)
    assert undo

    back = post(administrator, undo[1])

    assert back.headers["location"] == edition_path(edition, back_to)


def test_an_editor_decides_about_all_without_seeing_who_they_are(
    editor: TestClient, edition: int, near: Services, transport: FakeTransport
) -> None:
    page = editor.get(edition_path(edition, "/verzenden")).text

    answer = post(editor, edition_path(edition, "/onzeker"))
    told = editor.get(answer.headers["location"]).text
    run_worker(near, stop=Event(), until_complete=edition)

    assert "Van 2 mails weten we niet of die aankwamen" in page
    assert "Stuur die 2 nog een keer" in page
    assert "Laat die 2 zo" in page
    assert "Bekijk wie dat zijn" not in page
    assert "@example.org" not in page + told
    assert "2 mails gaan nog een keer." in told
    assert sorted(transport.attempted) == sorted(DOUBTFUL)
    with near.db.read() as session:
        assert "doubt_resent" in [one.what for one in events_of(session, edition)]


def test_what_the_program_finds_out_itself_asks_nothing_of_anybody(
    administrator: TestClient, edition: int, near: Services
) -> None:
    with near.db.write() as session:
        later = START + timedelta(days=1)
        doubtful = update(Delivery).where(Delivery.state == DeliveryState.IN_DOUBT)
        session.execute(doubtful.values(next_at=later))
        sent = update(Delivery).where(Delivery.state == DeliveryState.SENT)
        session.execute(sent.values(state=DeliveryState.PENDING))

    page = administrator.get(edition_path(edition, LIST)).text

    assert page.count("We zoeken dit zelf uit.") == 2
    assert "Daar hoef je niets meer voor te doen." in page
    assert "Stuur je een mail opnieuw" not in page
    assert "2 wachten" in page


def test_all_are_left_and_nothing_more_is_asked(editor: TestClient, edition: int) -> None:
    post(editor, edition_path(edition, "/onzeker/laat"))

    page = editor.get(edition_path(edition, "/resultaat")).text
    again = post(editor, edition_path(edition, "/onzeker/laat"))

    assert "Van 2 mails weten we niet of die aankwamen" in page
    assert edition_path(edition, '/onzeker"') not in page
    assert edition_path(edition, "/onzeker/laat") not in page
    assert "Er was niets meer om over te besluiten." in editor.get(again.headers["location"]).text


def test_a_reader_of_results_sees_the_number_and_no_button(near: Services, edition: int) -> None:
    with TestClient(create_app(near), follow_redirects=False) as client:
        page = desk(client, near, Role.READER).get(edition_path(edition, "/resultaat")).text

    assert "Van 2 mails weten we niet of die aankwamen" in page
    assert "/onzeker" not in page


@pytest.mark.parametrize("query", ["?stand=weg", "?stand=onzeker&na=x", "?na=-1"])
def test_what_the_list_does_not_have_is_no_page(
    administrator: TestClient, edition: int, query: str
) -> None:
    assert administrator.get(edition_path(edition, f"/ontvangers{query}")).status_code == 404


def test_a_long_list_has_pages_and_costs_no_query_more(
    administrator: TestClient, edition: int, near: Services
) -> None:
    path = edition_path(edition, LIST)
    with counted(near.db.engine) as few:
        administrator.get(path)
    with near.db.write() as session:
        session.add_all(
            Delivery(edition_id=edition, state=D.IN_DOUBT, cut="school", at=near.clock())
            for _ in range(60)
        )

    with counted(near.db.engine) as many:
        page = administrator.get(path).text
    next_page = re.search(r'href="([^"]+)" rel="next"', page)
    assert next_page
    last = administrator.get(next_page[1].replace("&amp;", "&")).text

    assert len(reads(many)) == len(reads(few))
    muted = 'muted">(gewist)'
    assert (page.count(muted), last.count(muted)) == (48, 12)
    assert "Stuur opnieuw" not in last  # nobody to send it to


def test_nobody_yet_is_said_so(
    administrator: TestClient, editor: TestClient, approver: TestClient, near: Services
) -> None:
    number = approved(editor, approver, near)

    page = administrator.get(edition_path(number, "/ontvangers")).text

    assert "Er is nog niemand vastgelegd." in page


def test_policy_is_chosen_in_a_draft_and_belongs_to_the_approval(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    number = begin(editor)
    draft = editor.get(edition_path(number, "/verzenden")).text
    saved = post(editor, edition_path(number, "/bij-twijfel"), {"policy": "hold"})
    after = editor.get(saved.headers["location"]).text
    advance(editor, near, number, "/indienen")
    advance(approver, near, number, "/goedkeuren")
    page = editor.get(edition_path(number, "/verzenden")).text
    refused = post(approver, edition_path(number, "/bij-twijfel"), {"policy": "resend"})

    assert draft.count('name="policy"') == 2
    assert "Bewaard." in after
    assert 'name="policy"' not in page
    assert "Stuur die niet opnieuw, een beheerder kijkt ernaar." in page
    assert "Dit hoort bij het akkoord." in page
    assert refused.status_code == 409
    with near.db.read() as session:
        assert session.get_one(Edition, number).in_doubt_policy == InDoubtPolicy.HOLD


def test_while_it_is_sent_an_approver_chooses_otherwise(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    number = approved(editor, approver, near)
    advance(editor, near, number, "/verstuur")
    freeze(near)
    path = edition_path(number, "/bij-twijfel")

    refused = post(editor, path, {"policy": "hold"})
    chosen = post(approver, path, {"policy": "hold"})
    wrong = post(approver, path, {"policy": "weet niet"})

    assert (refused.status_code, chosen.status_code, wrong.status_code) == (403, 303, 404)
    assert 'name="policy"' not in editor.get(edition_path(number, "/verzenden")).text
    assert 'name="policy"' in approver.get(edition_path(number, "/verzenden")).text
    with near.db.read() as session:
        assert session.get_one(Edition, number).in_doubt_policy == InDoubtPolicy.HOLD
        assert events_of(session, number)[-1].what == "doubt_policy"


def test_today_asks_who_sees_people_to_decide(
    administrator: TestClient, editor: TestClient, edition: int
) -> None:
    asked = administrator.get("/redactie").text
    post(administrator, edition_path(edition, "/onzeker/laat"))
    administrator.get(edition_path(edition, "/verzenden"))

    assert "Besluit over 2 onzekere mails" in asked
    assert edition_path(edition, LIST) in asked
    assert "onzekere mail" not in editor.get("/redactie").text
    assert "onzekere mail" not in administrator.get("/redactie").text
