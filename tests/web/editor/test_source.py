"""The page of one source: how it is doing, and what an administrator changes of it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from feeds.themes import add_default_themes
from newsletter.values import Role
from newsletter.wiring import Services
from tests import factories
from tests.feeds.documents import calendar, vevent
from tests.web.desk import post, seen
from tests.web.editor.partner import NEWS, Desk, at_desk, put_all, put_front

OLD = "https://oud.example.org/feed"


@pytest.fixture
def admin(services: Services) -> Iterator[Desk]:
    add_default_themes(services.db)
    with at_desk(services) as desk:
        yield desk


def brings(desk: Desk, title: str) -> None:
    with desk.services.db.write() as session:
        factories.store_item(session, title, source_id=desk.source().id)


def test_the_page_tells_how_it_goes_and_what_came(services: Services) -> None:
    with at_desk(services, Role.EDITOR) as editor:
        now = editor.services.clock()
        path = editor.make(
            recent="ssn",
            last_look_at=now - timedelta(hours=1),
            last_success_at=now - timedelta(hours=1),
            next_look_at=now + timedelta(hours=1),
            interval_minutes=120,
        )
        brings(editor, "Regels voor <em>samen</em> opleiden")

        page = editor.client.get(path).text

    assert "Laatst gekeken: vandaag om 9.00 uur, iets nieuws." in page
    assert "Volgende keer: vandaag om 11.00 uur." in page
    assert "elke 2 uur" in page
    assert "Regels voor &lt;em&gt;samen&lt;/em&gt; opleiden" in page
    assert 'href="/redactie/selecteren?bron=vo-raad"' in page


def test_the_page_needs_as_many_queries_for_three_items_as_for_one(admin: Desk) -> None:
    path = admin.make()
    brings(admin, "Eerste")
    admin.queries(path)
    one = admin.queries(path)
    brings(admin, "Tweede")
    brings(admin, "Derde")

    assert admin.queries(path) == one


def test_a_failure_is_told_with_the_technical_line_for_the_administrator(admin: Desk) -> None:
    now = admin.services.clock()
    path = admin.make(
        last_error="SourceAnswered",
        last_error_line="the server answered 503",
        failures_in_row=2,
        failing_since=now - timedelta(days=1),
        next_look_at=now + timedelta(hours=2),
        recent="ff",
    )

    page = admin.client.get(path).text

    assert "De site heeft een storing." in page
    assert "We proberen het vandaag om 12.00 uur opnieuw." in page
    assert "2 keer achter elkaar mislukt, nog nooit gelukt." in page
    assert "<code>the server answered 503</code>" in page


def test_labels_are_kept(admin: Desk) -> None:
    path = admin.make()
    fields = {"naam": " VO-raad  nieuws ", "thema": ["visie", "hr-beleid"], "kant": "school"}

    answer = post(admin.client, path, {**fields, "seen": seen(admin.client, path)})

    assert answer.headers["location"] == path
    source = admin.source()
    assert source.name == "VO-raad nieuws"
    assert (source.themes, source.audiences) == (["visie", "hr-beleid"], ["school"])
    page = admin.client.get(path).text
    assert "Thema’s (2 gekozen)" in page
    assert 'value="visie" checked' in page


def test_who_saves_second_sees_what_a_colleague_chose(admin: Desk) -> None:
    path = admin.make()
    opened = seen(admin.client, path)
    anna = {"naam": "Van Anna", "thema": "visie", "kant": "school", "seen": opened}
    post(admin.client, path, anna)

    answer = post(admin.client, path, {"naam": "Van Bas", "thema": "hr-beleid", "seen": opened})

    assert answer.status_code == 409
    assert "Een collega wijzigde dit intussen." in answer.text
    assert "Er staat nu: Van Anna," in answer.text
    assert 'value="Van Bas"' in answer.text
    assert 'value="hr-beleid" checked' in answer.text
    assert admin.source().name == "Van Anna"


def test_a_name_that_is_missing_is_said_beside_the_field_and_the_rest_stays(admin: Desk) -> None:
    path = admin.make()

    answer = post(admin.client, path, {"naam": " ", "thema": "visie", "kant": "school"})

    assert answer.status_code == 422
    assert 'id="naam-error">Geef de bron een naam.' in answer.text
    assert 'value="visie" checked' in answer.text
    assert 'value="school" checked' in answer.text
    assert admin.source().name == "Vo-raad"


@pytest.mark.parametrize("fields", [{"thema": "kaas"}, {"kant": "iets"}])
def test_what_our_page_does_not_offer_is_refused(admin: Desk, fields: dict[str, object]) -> None:
    path = admin.make()

    assert post(admin.client, path, {"naam": "Anders", **fields}).status_code == 404
    assert admin.source().name == "Vo-raad"


def test_turning_off_can_be_undone(admin: Desk) -> None:
    path = admin.make()

    post(admin.client, f"{path}/uit")
    page = admin.client.get("/redactie/bronnen").text

    assert "Vo-raad staat uit. Wat er al binnenkwam, blijft staan." in page
    assert f'action="{path}/aan"' in page
    assert not admin.source().active

    post(admin.client, f"{path}/aan")

    assert admin.source().active


def test_the_site_of_a_source_is_searched_only_when_asked(admin: Desk) -> None:
    put_all(admin.site)
    path = admin.make(url=admin.site.url("/weg/"), last_error="SourceGone", active=False)
    admin.client.get(path)
    admin.client.get("/redactie/bronnen")
    assert admin.site.asked == []

    page = post(admin.client, f"{path}/zoek").text

    assert "Nieuws van Noord" in page
    assert "Neem het nieuwe adres" in page
    assert f'name="adres" value="{admin.site.url("/feed/")}"' in page
    assert "Agenda Noord" not in page
    assert admin.source().url == admin.site.url("/weg/")


def test_the_new_address_is_taken_and_can_be_given_back(admin: Desk) -> None:
    new = admin.site.put("/feed/", NEWS)
    path = admin.make(url=OLD, last_error="SourceGone", active=False, failures_in_row=3)

    answer = post(admin.client, f"{path}/adres", {"adres": new})

    assert answer.headers["location"] == path
    assert (admin.source().url, admin.source().active) == (new, True)
    page = admin.client.get(path).text
    assert f'Verhuisd van <span class="address">{OLD}</span>' in page
    assert "Terug naar het oude adres" in page

    post(admin.client, f"{path}/terug")

    assert (admin.source().url, admin.source().previous_url) == (OLD, new)


def test_a_front_page_gives_a_choice(admin: Desk) -> None:
    front = put_all(admin.site)
    path = admin.make(url=OLD)

    page = post(admin.client, f"{path}/adres", {"adres": front}).text

    assert "Dit vonden we" in page
    assert admin.site.url("/feed/") in page
    assert admin.source().url == OLD


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "Vul het adres van een site of agenda in."),
        ("http://[::1", "Dit is geen webadres."),
        ("http://127.0.0.1/", "We mogen dit adres niet bezoeken."),
        ("{site}/weg", "Op dit adres staat niets meer."),
        ("{site}/uit.ics", "Op dit adres vonden we geen nieuwsoverzicht."),
        ("{site}/bezet/", "Dit adres volg je al, als ‘Bezet’."),
    ],
)
def test_an_address_that_cannot_be_taken(admin: Desk, address: str, says: str) -> None:
    admin.site.put("/uit.ics", calendar(vevent("a", "DTSTART:20270601T080000Z")))
    admin.make("bezet", url=admin.site.put("/bezet/", NEWS))
    path = admin.make(url=OLD)
    given = address.format(site=f"http://{admin.site.host_port}")

    answer = post(admin.client, f"{path}/adres", {"adres": given})

    assert answer.status_code == 422
    assert f'id="adres-error">{says}' in answer.text
    assert f'value="{given}" aria-invalid="true"' in answer.text
    assert admin.source().url == OLD


def test_a_site_with_nothing_else_says_so(admin: Desk) -> None:
    put_front(admin.site)
    path = admin.make(url=admin.site.url("/weg/"))

    answer = post(admin.client, f"{path}/zoek")

    assert answer.status_code == 422
    assert "Op dezelfde site vonden we niets anders om te volgen." in answer.text


def test_a_site_that_is_gone_says_so(admin: Desk) -> None:
    path = admin.make(url=admin.site.url("/weg/"))

    answer = post(admin.client, f"{path}/zoek")

    assert "Op dit adres staat niets meer." in answer.text


def test_the_old_address_may_have_been_taken_meanwhile(admin: Desk) -> None:
    path = admin.make(url="https://nieuw.example.org/feed", previous_url=OLD)
    admin.make("oud", url=OLD)

    answer = post(admin.client, f"{path}/terug")

    assert answer.status_code == 422
    assert "Dit adres volg je al, als ‘Oud’." in answer.text


def test_what_never_brought_anything_can_be_removed(admin: Desk) -> None:
    path = admin.make()
    assert f'action="{path}/weg"' in admin.client.get(path).text

    answer = post(admin.client, f"{path}/weg")

    assert answer.headers["location"] == "/redactie/bronnen"
    assert "Vo-raad is verwijderd." in admin.client.get("/redactie/bronnen").text
    assert admin.sources() == []


def test_what_brought_something_explains_why_it_stays(admin: Desk) -> None:
    path = admin.make()
    brings(admin, "Bericht")

    page = admin.client.get(path).text
    assert f'action="{path}/weg"' not in page
    assert "Wil je de bron niet meer volgen, zet hem dan uit." in page

    post(admin.client, f"{path}/weg")

    assert len(admin.sources()) == 1


def test_a_folder_has_no_address_to_change(admin: Desk) -> None:
    path = admin.make(kind="practice", url="/srv/voorbeelden")

    page = admin.client.get(path).text

    assert "/srv/voorbeelden" in page
    assert f'action="{path}/adres' not in page
    assert f'action="{path}/zoek' not in page


@pytest.mark.parametrize("slug", ["zoek", "lijst", "nieuw"])
def test_a_source_may_be_called_as_our_pages_are(admin: Desk, slug: str) -> None:
    path = admin.make(slug)

    post(admin.client, path, {"naam": "Zo heet hij", "seen": seen(admin.client, path)})

    assert admin.source(slug).name == "Zo heet hij"
