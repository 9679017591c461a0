"""The page of who sent something in: agree, remark, withdraw; and what is public after that."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from feeds import submissions
from feeds.examples import Example
from feeds.sent_in import edited_in, get_submission
from feeds.values import SubmissionStatus
from newsletter.compose.draft import add_block
from newsletter.model import Edition
from newsletter.submissions import ask_agreement, publish
from newsletter.values import EditionStatus
from newsletter.wiring import Services
from tests.fakes import FakeClock, FakeTransport
from tests.feeds.pictures import picture
from tests.feeds.sending_in import mark
from tests.web.public.content import add_edition
from tests.web.public.sending import SENDER, send_and_confirm
from web.app import create_app

S = SubmissionStatus
JPEG = ("foto.jpg", picture(), "image/jpeg")


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def near(services: Services, transport: FakeTransport) -> Services:
    return replace(services, open_transport=lambda: transport)


@pytest.fixture
def site(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), follow_redirects=False) as client:
        yield client


@pytest.fixture
def own(site: TestClient, near: Services, transport: FakeTransport, clock: FakeClock) -> str:
    """The path of the page of one that was sent in with a photo, and confirmed."""
    return send_and_confirm(
        site, near, transport, clock, photo=JPEG, foto_alt="Twee docenten aan een tafel"
    )


def state(near: Services) -> SubmissionStatus:
    with near.db.read() as session:
        return get_submission(session, 1).state


def edited(near: Services) -> Example:
    with near.db.read() as session:
        return edited_in(get_submission(session, 1))


def edit_and_ask(near: Services, **changes: str) -> None:
    text = replace(edited(near), **{"title": "De beginner leert iets terug", **changes})  # type: ignore[arg-type]  # texts
    submissions.edit(near.db, 1, text, seen=mark(near.db, 1), now=near.clock())
    ask_agreement(near, 1, seen=mark(near.db, 1), now=near.clock())


def agree(site: TestClient, own: str) -> int:
    found = re.search(r'name="mark" value="(\w{64})"', site.get(own).text)
    assert found is not None
    answer = site.post(own, data={"actie": "akkoord", "mark": found[1]})
    return int(answer.status_code)


def test_the_edited_text_stands_beside_their_own(
    site: TestClient, near: Services, own: str
) -> None:
    edit_and_ask(near)

    page = site.get(own)

    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert "Klopt je voorbeeld zo?" in page.text
    for words in ("De beginner leert iets terug", "De beginner leert de begeleider iets"):
        assert words in page.text
    assert SENDER not in page.text
    assert state(near) is S.ASKED


def test_agreeing_makes_it_public_once_the_editors_place_it(
    site: TestClient, near: Services, own: str
) -> None:
    edit_and_ask(near)

    assert agree(site, own) == 303

    assert state(near) is S.AGREED
    assert "Je bent akkoord" in site.get(own).text
    assert site.get("/praktijkvoorbeelden/1").status_code == 404
    done = publish(near, 1, now=near.clock())
    page = site.get(f"/praktijkvoorbeelden/{done.item_id}")
    assert "De beginner leert iets terug" in page.text
    assert 'alt="Twee docenten aan een tafel"' in page.text
    assert "example.org</a>" in page.text
    assert "Je voorbeeld staat op de site" in site.get(own).text


def test_another_text_than_was_shown_is_not_agreed_to(
    site: TestClient, near: Services, own: str
) -> None:
    edit_and_ask(near)
    shown = mark(near.db, 1)
    edit_and_ask(near, result="Iets anders.")

    answer = site.post(own, data={"actie": "akkoord", "mark": shown})

    assert answer.status_code == 409
    assert f'href="{own}"' in answer.text
    assert state(near) is S.ASKED
    assert site.post(own, data={"actie": "akkoord", "mark": "f" * 64}).status_code == 409


def test_nobody_agrees_before_they_were_asked(site: TestClient, near: Services, own: str) -> None:
    answer = site.post(own, data={"actie": "akkoord", "mark": mark(near.db, 1)})

    assert answer.status_code == 409
    assert state(near) is S.WAITING


def test_a_remark_goes_to_the_editors(site: TestClient, near: Services, own: str) -> None:
    edit_and_ask(near)

    empty = site.post(own, data={"actie": "opmerking", "opmerking": " "})
    said = site.post(own, data={"actie": "opmerking", "opmerking": "Noem ons niet.\n<b>Echt</b>"})

    assert empty.status_code == 422
    assert "Schrijf op wat er anders moet." in empty.text
    assert said.status_code == 303
    assert state(near) is S.WAITING
    page = site.get(own).text
    assert "Noem ons niet." in page
    assert "<b>Echt</b>" not in page


def test_looking_changes_nothing(site: TestClient, near: Services, own: str) -> None:
    edit_and_ask(near)

    for path in (own, f"{own}/terugtrekken", f"{own}/beeld"):
        assert site.get(path).status_code == 200
        assert site.head(path).status_code == 200

    assert state(near) is S.ASKED


@pytest.mark.parametrize("token", ["onzin", "A" * 22, "é" * 22])
def test_nothing_can_be_guessed(site: TestClient, token: str) -> None:
    path = f"/praktijkvoorbeelden/inzending/{token}"

    for part in ("", "/terugtrekken", "/beeld"):
        assert site.get(path + part).status_code == 404
    assert site.post(path, data={"actie": "akkoord"}).status_code == 404
    assert site.post(f"{path}/terugtrekken").status_code == 404


def test_an_unconfirmed_one_has_no_page_yet(near: Services, site: TestClient, own: str) -> None:
    with near.db.write() as session:
        get_submission(session, 1).status = S.UNCONFIRMED.value

    assert site.get(own).status_code == 404


def test_a_withdrawal_takes_it_off_everywhere(site: TestClient, near: Services, own: str) -> None:
    edit_and_ask(near)
    agree(site, own)
    item_id = publish(near, 1, now=near.clock()).item_id
    edition = add_edition(near, 12, status=EditionStatus.DRAFT)
    add_block(
        near.db, edition, version=1, kind="practice", item_id=item_id, now=near.clock(), by=None
    )
    with near.db.write() as session:
        session.get_one(Edition, edition).status = EditionStatus.SENT.value
    image = re.search(r'src="(/beeld/\w{64}\.jpg)"', site.get(f"/archief/{edition}").text)
    assert image is not None
    assert site.get(image[1]).status_code == 200

    asked = site.get(f"{own}/terugtrekken")
    assert "Wil je je voorbeeld terugtrekken?" in asked.text
    assert state(near) is S.PUBLISHED
    done = site.post(f"{own}/terugtrekken")

    assert "Je voorbeeld is teruggetrokken" in done.text
    archived = site.get(f"/archief/{edition}").text
    assert "teruggetrokken door wie het instuurde" in archived
    for path in ("/praktijkvoorbeelden", f"/archief/{edition}", "/", "/archief.xml"):
        for words in ("beginner", "Noor", "example.org/kaart", "begeleiders ermee"):
            assert words not in site.get(path).text, path
    assert site.get(f"/praktijkvoorbeelden/{item_id}").status_code == 404
    assert site.get(image[1]).status_code == 404
    assert site.get(f"{own}/beeld").status_code == 404
    for path in (own, f"{own}/terugtrekken"):
        assert "Je voorbeeld is teruggetrokken" in site.get(path).text
    assert "Je voorbeeld is teruggetrokken" in site.post(f"{own}/terugtrekken").text
    assert site.post(own, data={"actie": "opmerking", "opmerking": "Toch."}).status_code == 409


def test_a_declined_one_tells_why_and_can_be_erased(
    site: TestClient, near: Services, own: str
) -> None:
    submissions.decline(near.db, 1, "Het gaat over iets anders.", now=near.clock())

    assert "Het gaat over iets anders." in site.get(own).text
    assert "Je voorbeeld is teruggetrokken" in site.post(f"{own}/terugtrekken").text
    with near.db.read() as session:
        assert get_submission(session, 1).email == ""
