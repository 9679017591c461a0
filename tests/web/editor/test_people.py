"""The page of people: who is there, inviting, roles, and switching off."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from newsletter.accounts.people import user_by_email
from newsletter.errors import TransportUnavailable
from newsletter.values import Role
from newsletter.wiring import Services
from tests.fakes import FakeClock, FakeTransport
from tests.queries import counted
from tests.web.desk import PASSWORD, enter, links_in, make_user, post, sign_in
from web.app import create_app

PEOPLE = "/redactie/mensen"
NOOR = {"name": "Noor van Dam", "email": "noor@example.org", "role": "editor"}
CHOSEN = {"password": "fiets lamp dinsdag", "again": "fiets lamp dinsdag"}


@pytest.fixture
def marit(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), follow_redirects=False) as client:
        enter(client, near, make_user(near, Role.ADMINISTRATOR, "Marit", password=PASSWORD))
        yield client


def path_of(services: Services, email: str) -> str:
    with services.db.read() as session:
        return f"{PEOPLE}/{user_by_email(session, email).id}"


def message(client: TestClient, path: str = PEOPLE) -> str:
    found = re.search(r'role="status"><p>([^<]+)</p>', client.get(path).text)
    return found[1] if found else ""


def test_somebody_is_invited_chooses_a_password_and_is_in(
    marit: TestClient, near: Services, transport: FakeTransport
) -> None:
    post(marit, PEOPLE, NOOR)
    assert message(marit) == "De uitnodiging voor Noor van Dam is verstuurd."
    assert "uitgenodigd</span>" in marit.get(PEOPLE).text
    ((_, to, raw),) = transport.accepted
    (link,) = links_in(raw, "/redactie/uitnodiging/")
    assert to == "noor@example.org"
    assert b"Marit nodigt je uit" in raw.replace(b"=\r\n", b"")

    with TestClient(create_app(near), follow_redirects=False) as noor:
        assert "Je gaat meewerken als redacteur" in noor.get(link).text
        answer = noor.post(link, data=CHOSEN)
        assert answer.headers["location"] == "/redactie"
        assert "Welkom. Je account is klaar." in noor.get("/redactie").text
        assert noor.get(link).status_code == 410
    assert "uitgenodigd</span>" not in marit.get(PEOPLE).text


def test_what_is_wrong_with_an_invitation_stands_at_its_field(
    marit: TestClient, transport: FakeTransport
) -> None:
    empty = post(marit, PEOPLE, {"name": "", "email": "noor", "role": "editor"})
    known = post(marit, PEOPLE, {**NOOR, "email": "Marit@example.org"})
    strange = post(marit, PEOPLE, {**NOOR, "role": "baas"})

    assert 'id="name-error">Vul in hoe' in empty.text
    assert 'id="email-error">Vul een e-mailadres in' in empty.text
    assert 'value="noor"' in empty.text
    assert "Dit adres heeft al een account" in known.text
    assert strange.status_code == 404
    assert transport.attempted == []


def test_an_invitation_is_sent_again_and_taken_back(
    marit: TestClient, near: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    post(marit, PEOPLE, NOOR)
    noor = path_of(near, "noor@example.org")
    clock.later(days=7, minutes=1)
    enter(marit, near, "marit@example.org")
    assert "uitnodiging verlopen" in marit.get(PEOPLE).text

    post(marit, f"{noor}/uitnodiging")
    old, new = (links_in(raw, "/redactie/uitnodiging/")[0] for _, _, raw in transport.accepted)
    assert (marit.get(old).status_code, marit.get(new).status_code) == (410, 200)
    post(marit, f"{noor}/intrekken")

    assert message(marit) == "De uitnodiging van Noor van Dam is ingetrokken."
    assert marit.get(new).status_code == 410
    assert "1 account is uitgezet" in marit.get(PEOPLE).text
    assert post(marit, f"{noor}/aan").status_code == 409


def test_a_mail_that_does_not_go_is_said_and_can_be_tried_again(
    marit: TestClient, transport: FakeTransport
) -> None:
    transport.fails["noor@example.org"] = TransportUnavailable("no connection")

    post(marit, PEOPLE, NOOR)

    assert message(marit).startswith("De mail naar Noor van Dam ging niet weg.")
    assert "uitgenodigd</span>" in marit.get(PEOPLE).text


def test_another_role_counts_at_once_and_asks_to_sign_in_again(
    marit: TestClient, near: Services
) -> None:
    rosa = make_user(near, Role.EDITOR, "Rosa", password=PASSWORD)
    with TestClient(create_app(near), follow_redirects=False) as client:
        enter(client, near, rosa)
        assert client.get("/redactie/edities").status_code == 200
        before = client.cookies["session"]

        post(marit, path_of(near, rosa) + "/rol", {"role": "reader"})
        assert client.get("/redactie/edities").status_code == 303

        sign_in(client, rosa)
        assert client.cookies["session"] != before
        assert client.get("/redactie/edities").status_code == 403


def test_switching_off_is_at_once_and_can_be_undone(marit: TestClient, near: Services) -> None:
    rosa = make_user(near, Role.EDITOR, "Rosa", password=PASSWORD)
    path = path_of(near, rosa)
    with TestClient(create_app(near), follow_redirects=False) as client:
        enter(client, near, rosa)

        post(marit, f"{path}/uit")

        assert client.get("/redactie").status_code == 303
        assert sign_in(client, rosa).status_code == 422
        shown = marit.get(path).text
        assert f'action="{path}/aan"' in shown
        assert "Dit account is uitgezet" in shown
        post(marit, f"{path}/aan")
        assert sign_in(client, rosa).status_code == 303


def test_the_last_administrator_is_kept_with_a_sentence(marit: TestClient, near: Services) -> None:
    own = path_of(near, "marit@example.org")

    off = post(marit, f"{own}/uit")
    lower = post(marit, f"{own}/rol", {"role": "editor"})

    for answer in (off, lower):
        assert answer.status_code == 409
        assert "Dit is de enige beheerder die kan inloggen" in answer.text
    assert marit.get(PEOPLE).status_code == 200


def test_somebody_who_is_not_there_is_not_found(marit: TestClient) -> None:
    assert marit.get(f"{PEOPLE}/99").status_code == 404
    assert marit.get(f"{PEOPLE}/x").status_code == 404


def test_a_name_that_is_a_page_does_nothing(marit: TestClient) -> None:
    post(marit, PEOPLE, {**NOOR, "name": "<script>alert(1)</script>"})

    assert "<script>alert" not in marit.get(PEOPLE).text
    assert "&lt;script&gt;alert" in marit.get(PEOPLE).text


def test_the_list_asks_as_often_for_many_as_for_few(marit: TestClient, near: Services) -> None:
    counts = []
    for number in range(6):
        post(marit, PEOPLE, {**NOOR, "email": f"n{number}@example.org"})
        if number in {0, 5}:
            with counted(near.db.engine) as asked:
                marit.get(PEOPLE)
            counts.append(len(asked))
    assert counts[0] == counts[1]


def test_who_was_invited_already_is_not_invited_again_without_asking(
    marit: TestClient, near: Services, transport: FakeTransport
) -> None:
    post(marit, PEOPLE, NOOR)
    other = {"name": "Dubbel", "email": "NOOR@example.org", "role": "reader"}

    asked = post(marit, PEOPLE, other)

    assert asked.status_code == 422
    assert "Noor van Dam is al uitgenodigd als redacteur." in asked.text
    assert "Die uitnodiging geldt tot dinsdag 27 april om 10.00 uur." in asked.text
    assert "Stuur de uitnodiging opnieuw</button>" in asked.text
    with near.db.read() as session:
        user = user_by_email(session, "noor@example.org")
        assert (user.name, user.role) == ("Noor van Dam", "editor")
    (link,) = links_in(transport.accepted[0][2], "/redactie/uitnodiging/")
    assert marit.get(link).status_code == 200

    post(marit, PEOPLE, {**other, "meant": "lena@example.org"})
    assert len(transport.accepted) == 1
    post(marit, PEOPLE, {**other, "meant": "NOOR@example.org"})

    assert message(marit) == "De uitnodiging voor Dubbel is verstuurd."
    assert marit.get(link).status_code == 410


def test_an_invitation_that_was_taken_back_is_made_anew_without_asking(
    marit: TestClient, near: Services, transport: FakeTransport
) -> None:
    post(marit, PEOPLE, NOOR)
    post(marit, f"{path_of(near, 'noor@example.org')}/intrekken")

    post(marit, PEOPLE, NOOR)

    assert len(transport.accepted) == 2
