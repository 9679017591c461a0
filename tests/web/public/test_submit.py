"""Sending in a practice example: the form in good and in bad hands, and the confirmation."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from feeds.model import Image, Submission
from feeds.sent_in import told_in
from feeds.themes import add_default_themes
from newsletter.errors import TransportRefused, TransportUnavailable, TransportUncertain
from newsletter.wiring import Services
from tests.fakes import FakeClock, FakeTransport
from tests.feeds.pictures import picture, png_of, with_exif
from tests.web.desk import make_partnership
from tests.web.public.sending import (
    CHECK_MAIL,
    FORM,
    SENDER,
    SUBMIT,
    link_in,
    send,
    send_and_confirm,
    stamp,
)
from web.app import create_app
from web.public.consent_texts import PERMISSION, PERMISSION_VERSION
from web.public.limits import MOST_SENT_IN_OF_A_NETWORK

JPEG = ("foto.jpg", with_exif(), "image/jpeg")


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def site(services: Services, transport: FakeTransport) -> Iterator[TestClient]:
    add_default_themes(services.db)
    with_relay = replace(services, open_transport=lambda: transport)
    with TestClient(create_app(with_relay), follow_redirects=False) as client:
        yield client


def stored(services: Services) -> list[Submission]:
    with services.db.read() as session:
        rows = list(session.scalars(select(Submission).order_by(Submission.id)))
        for row in rows:
            session.refresh(row, ["image"])
        return rows


def test_from_the_form_to_the_editors(
    site: TestClient, services: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    answer = send(site, clock, photo=JPEG, foto_alt="Twee docenten aan een tafel")
    assert (answer.status_code, answer.headers["location"]) == (303, CHECK_MAIL)
    assert "Kijk in je mail" in site.get(CHECK_MAIL).text

    (row,) = stored(services)
    told = told_in(row)
    assert (row.status, row.email, row.name) == ("unconfirmed", SENDER, "Noor Bakker")
    assert (row.permission_version, row.permission_text) == (PERMISSION_VERSION, PERMISSION)
    assert (told.question, told.story) == (FORM["vraag"], FORM["verhaal"])
    assert (told.themes, told.audiences) == (("begeleidingsmodellen",), ("school",))
    assert (told.links, told.image_alt) == (
        ("https://example.org/kaart.pdf",),
        "Twee docenten aan een tafel",
    )
    assert row.image is not None

    path = link_in(transport, services, "bevestigen")
    shown = site.get(path)
    assert shown.headers["cache-control"] == "no-store"
    assert [one.status for one in stored(services)] == ["unconfirmed"]
    assert SENDER not in shown.text

    done = site.post(path)
    assert done.status_code == 303
    assert [one.status for one in stored(services)] == ["waiting"]
    own = site.get(done.headers["location"])
    assert "De redactie werkt aan je voorbeeld" in own.text
    assert SENDER not in own.text
    assert site.post(path).headers["location"] == done.headers["location"]


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"titel": ""}, "titel", "Geef je voorbeeld een titel."),
        ({"titel": "x" * 151}, "titel", "te lang"),
        ({"vraag": " "}, "vraag", "Schrijf wat jullie vraag was."),
        ({"verhaal": ""}, "verhaal", "Schrijf wat jullie deden."),
        ({"verhaal": "x" * 12_001}, "verhaal", "te lang"),
        ({"werkte": ""}, "werkte", "Schrijf wat er werkte."),
        ({"kant": ""}, "kant", "Kies voor wie"),
        ({"kant": "iets"}, "kant", "Kies voor wie"),
        ({"themes": []}, "themes", "ten minste één thema"),
        (
            {"themes": ["visie", "opleidingsplan", "hr-beleid", "theorie-praktijk",
                        "kwaliteitszorg", "onderzoeksagenda"]},
            "themes",
            "hoogstens 5",
        ),
        ({"bijlagen": "javascript:alert(1)"}, "bijlagen", "geen webadres"),
        ({"bijlagen": "https://example.org/\n" * 6}, "bijlagen", "hoogstens 5"),
        ({"naam": ""}, "naam", "Vul je naam in."),
        ({"email": ""}, "email", "Vul je e-mailadres in"),
        ({"email": "a@b@example.org"}, "email", "één e-mailadres"),
        ({"email": "zoë@example.org"}, "email", "Daar kan onze mailserver niet heen mailen"),
        ({"akkoord": ""}, "akkoord", "Zonder je toestemming"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_beside_its_field_and_nothing_is_lost(
    site: TestClient,
    services: Services,
    clock: FakeClock,
    fields: dict[str, Any],
    field: str,
    sentence: str,
) -> None:
    services.offers.letters = False

    answer = send(site, clock, **fields)

    assert answer.status_code == 422
    assert f'<a href="#{field}">' in answer.text
    assert f'id="{field}"' in answer.text
    assert answer.text.count(sentence) >= 2
    kept = {name: value for name, value in FORM.items() if name not in fields}
    for name in ("titel", "naam", "opleidingsschool", "contact"):
        if name in kept:
            assert f'value="{kept[name]}"' in answer.text
    if "verhaal" in kept:
        assert ">We keken bij elkaar in de les.\n\nDaarna spraken we een uur.<" in answer.text
    assert stored(services) == []


def test_what_was_written_is_shown_when_a_theme_was_removed_meanwhile(
    site: TestClient, clock: FakeClock
) -> None:
    answer = send(site, clock, themes=["er-niet-meer"])

    assert answer.status_code == 404
    assert "We keken bij elkaar in de les.\n\nDaarna spraken we een uur.</textarea>" in answer.text


def test_no_field_cuts_what_somebody_pastes(site: TestClient, clock: FakeClock) -> None:
    long = send(site, clock, titel="woord " * 40)

    assert 'id="titel" name="titel" type="text"' in long.text
    assert "Dit is te lang: 239 tekens. Maak er hoogstens 150 van." in long.text
    assert "woord woord" in long.text
    assert long.text.count("maxlength") == 1  # the address's


def test_a_mistake_can_be_mended_at_once(site: TestClient, clock: FakeClock) -> None:
    wrong = send(site, clock, titel="")
    again = re.search(r'name="stempel" value="([^"]+)"', wrong.text)
    assert again is not None

    mended = site.post(SUBMIT, data={**FORM, "stempel": again[1]})

    assert mended.headers["location"] == CHECK_MAIL


@pytest.mark.parametrize(
    ("photo", "sentence"),
    [
        (("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png"), "kunnen we niet"),
        (("x.jpg", picture()[:500], "image/jpeg"), "konden we niet lezen"),
        (("x.png", png_of(50_000, 50_000), "image/png"), "te veel beeldpunten"),
        (("x.jpg", picture() + bytes(6_000_000), "image/jpeg"), "groter dan 5 MB"),
    ],
    ids=["svg", "half", "bomb", "heavy"],
)
def test_a_photo_that_is_none_is_named_and_nothing_is_lost(
    site: TestClient,
    services: Services,
    clock: FakeClock,
    photo: tuple[str, bytes, str],
    sentence: str,
) -> None:
    answer = send(site, clock, photo=photo, foto_alt="Iets")

    assert answer.status_code == 422
    assert sentence in answer.text
    assert f'value="{FORM["titel"]}"' in answer.text
    assert stored(services) == []


def test_a_photo_needs_a_description(site: TestClient, clock: FakeClock) -> None:
    answer = send(site, clock, photo=JPEG)

    assert answer.status_code == 422
    assert '<a href="#foto_alt">' in answer.text
    assert "Kies de foto nog een keer" in answer.text


def test_a_photo_keeps_nothing_of_where_it_was_made(
    site: TestClient, services: Services, clock: FakeClock
) -> None:
    page = b"<script>alert(1)</script>"
    polyglot = ("foto.jpg", with_exif() + page, "text/html")

    send(site, clock, photo=polyglot, foto_alt="Iets")

    with services.db.read() as session:
        (content,) = session.scalars(select(Image.content))
    for word in (b"Geheim", b"Exif", b"bij ons thuis", page):
        assert word not in content


def test_a_body_without_an_end_is_cut_off(site: TestClient, services: Services) -> None:
    huge = ("foto.jpg", bytes(13 * 1024 * 1024), "image/jpeg")

    answer = site.post(SUBMIT, data=FORM, files={"foto": huge})

    assert answer.status_code == 413
    assert stored(services) == []


def test_two_photos_are_refused(site: TestClient) -> None:
    files = [("foto", JPEG), ("foto", JPEG)]

    assert site.post(SUBMIT, data=FORM, files=files).status_code == 413


def test_a_program_that_fills_in_everything_is_ignored(
    site: TestClient, services: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    answer = send(site, clock, website="https://example.org")

    assert answer.headers["location"] == CHECK_MAIL
    assert (stored(services), transport.attempted) == ([], [])


@pytest.mark.parametrize(
    ("waits", "status"), [(0, 422), (1, 422), (4, 303), (23 * 3600, 303), (25 * 3600, 422)]
)
def test_a_form_comes_neither_too_soon_nor_too_late(
    site: TestClient, clock: FakeClock, waits: float, status: int
) -> None:
    answer = send(site, clock, waits=waits)

    assert answer.status_code == status
    if status == 422:
        assert f'value="{FORM["titel"]}"' in answer.text


@pytest.mark.parametrize("made_up", ["", "zz", "1.2.3", "6627a0c0.00000000.ff", "é" * 20, "-1.a.b"])
def test_a_stamp_that_is_not_ours_is_refused(
    site: TestClient, services: Services, made_up: str
) -> None:
    answer = site.post(SUBMIT, data={**FORM, "stempel": made_up})

    assert answer.status_code == 422
    assert "stond te lang open" in answer.text
    assert stored(services) == []


def test_the_same_form_sent_twice_is_kept_once(
    site: TestClient, services: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    data = {**FORM, "stempel": stamp(site)}
    clock.later(minutes=1)

    answers = [site.post(SUBMIT, data=data) for _ in range(3)]

    assert {one.headers["location"] for one in answers} == {CHECK_MAIL}
    assert (len(stored(services)), len(transport.accepted)) == (1, 1)


def test_every_address_gets_the_same_answer(
    site: TestClient, services: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    transport.fails["weg@example.org"] = TransportRefused("5.1.1 unknown", code=550)
    transport.fails["twijfel@example.org"] = TransportUncertain("lost after the dot")
    addresses = ["weg@example.org", "twijfel@example.org", *[SENDER] * 4]

    answers = [send(site, clock, email=one) for one in addresses]

    assert len({(one.status_code, one.headers["location"], one.text) for one in answers}) == 1
    assert [row.email for row in stored(services)] == ["twijfel@example.org", *[SENDER] * 3]


def test_when_the_relay_is_away_the_text_stays_and_can_be_sent_again(
    site: TestClient, services: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    transport.fails[SENDER] = TransportUnavailable("no connection")

    answer = send(site, clock)

    assert answer.status_code == 503
    assert "Je tekst staat hieronder nog" in answer.text
    assert f'value="{FORM["titel"]}"' in answer.text
    assert stored(services) == []
    transport.fails.clear()
    again = re.search(r'name="stempel" value="([^"]+)"', answer.text)
    assert again is not None
    assert site.post(SUBMIT, data={**FORM, "stempel": again[1]}).status_code == 303


def test_an_hour_takes_so_many_of_a_network_and_loses_no_text(
    services: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    add_default_themes(services.db)
    app = create_app(replace(services, open_transport=lambda: transport))
    with TestClient(app, follow_redirects=False, client=("192.0.2.7", 1)) as site:
        answers = [
            send(site, clock, email=f"m{number}@example.org", waits=5)
            for number in range(MOST_SENT_IN_OF_A_NETWORK + 1)
        ]
        assert [one.status_code for one in answers] == [303] * MOST_SENT_IN_OF_A_NETWORK + [429]
        assert f'value="{FORM["titel"]}"' in answers[-1].text
        clock.later(hours=1)
        assert send(site, clock).status_code == 303


def test_line_breaks_and_other_tricks_reach_no_header_and_no_page(
    site: TestClient, services: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    script = "<script>alert(1)</script>"
    own = send_and_confirm(
        site,
        services,
        transport,
        clock,
        naam="Noor\r\nBcc: ander@example.org",
        titel=f'{script}" onmouseover="alert(1)',
        verhaal=f"{script}\n[klik](javascript:alert(1))\n<img src=x onerror=alert(1)>",
        werkte="{{ 7*7 }} {% raw %}",
    )

    assert [one[1] for one in transport.accepted] == [SENDER]
    assert b"Bcc:" not in transport.accepted[0][2].split(b"\r\n\r\n")[0]
    assert stored(services)[0].name == "Noor Bcc: ander@example.org"
    text = site.get(own).text
    assert script not in text
    assert "<img src=x" not in text
    assert 'href="javascript' not in text
    assert "{{ 7*7 }}" in text
    broken = send(site, clock, email="a@example.org\r\nBcc: b@example.org")
    assert broken.status_code == 422


def test_links_that_are_wrong_or_old_get_a_calm_page(
    site: TestClient, services: Services, transport: FakeTransport, clock: FakeClock
) -> None:
    send(site, clock)
    path = link_in(transport, services, "bevestigen")
    token = path.rsplit("/", 1)[1]

    assert site.get("/praktijkvoorbeelden/bevestigen/onzin").status_code == 404
    assert site.get(f"/bevestigen/{token}").status_code == 404
    assert site.get(f"/praktijkvoorbeelden/inzending/{token}").status_code == 404
    clock.later(days=15)
    for answer in (site.get(path), site.post(path)):
        assert answer.status_code == 410
        assert "Deze link is te oud" in answer.text
    assert [one.status for one in stored(services)] == ["unconfirmed"]


def test_the_form_suggests_known_partnerships(site: TestClient, services: Services) -> None:
    assert "<datalist" not in site.get(SUBMIT).text
    make_partnership(services, "Opleidingsschool De Brug", agreed=True)
    make_partnership(services, "Opleidingsschool Binnenskamers")

    assert '<option value="Opleidingsschool De Brug">' in site.get(SUBMIT).text


def test_nothing_is_ticked_beforehand_and_the_permission_is_word_for_word(
    site: TestClient,
) -> None:
    text = site.get(SUBMIT).text

    assert "checked" not in text
    assert PERMISSION in text


def test_the_words_of_the_permission_belong_to_their_version() -> None:
    """Who changes the words gives them another version, and this line with it."""
    digest = hashlib.sha256(PERMISSION.encode()).hexdigest()

    assert (PERMISSION_VERSION, digest[:12]) == ("insturen-1", "dfa4cdf501ba")


def test_the_list_leads_to_the_form(site: TestClient, services: Services) -> None:
    assert f'href="{SUBMIT}"' in site.get("/praktijkvoorbeelden").text
    with services.db.read() as session:
        assert session.scalar(select(func.count()).select_from(Submission)) == 0
