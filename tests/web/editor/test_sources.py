"""The sources: what is wrong in Dutch, looking again at once, and following another."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from newsletter.values import Role
from newsletter.wiring import Services
from tests.feeds.documents import entry, rss
from tests.feeds.site import Site
from tests.web.desk import desk, make_source, post
from tests.web.editor.partner import NEWS, RSS, Desk, at_desk, put_all, put_front

SEARCH = "/redactie/bronnen-zoeken"
SOURCES = "/redactie/bronnen"


@pytest.fixture
def admin(services: Services) -> Iterator[Desk]:
    with at_desk(services) as desk:
        yield desk


def failing(desk: Desk, error: str, line: str = "", **fields: Any) -> dict[str, Any]:
    now = desk.services.clock()
    return {
        "last_error": error,
        "last_error_line": line,
        "failures_in_row": 3,
        "failing_since": now - timedelta(days=2),
        "last_success_at": now - timedelta(days=2),
        "next_look_at": now + timedelta(hours=1),
        "recent": "nssfff",
        **fields,
    }


def search(desk: Desk, address: str) -> str:
    return str(post(desk.client, SEARCH, {"adres": address}).text)


def offers(page: str) -> dict[str, str]:
    """Return the fields of the form that follows, as the page offers them."""
    form = page[page.index('<form class="stack more"') :]
    fields = dict(re.findall(r'name="((?:adres|soort|naam)-\d|adres)" value="([^"]*)"', form))
    return {name: value.replace("&amp;", "&") for name, value in fields.items()}


def ticked(page: str) -> list[str]:
    return re.findall(r'name="kies" value="(\d)" checked', page)


def test_what_is_wrong_is_said_with_what_helps_and_what_comes_next(
    client: TestClient, services: Services
) -> None:
    make_source(services, "VELON", last_error="SourceTooSlow")
    make_source(services, "Lectoraat", last_error="SourceGone")
    make_source(services, "NRO")
    desk(client, services)

    page = client.get(SOURCES).text

    assert "<h1>Twee van de drie bronnen vragen aandacht</h1>" in page
    assert (
        "Het antwoord kwam niet binnen 30 seconden. "
        "We proberen het vandaag om 11.00 uur opnieuw." in page
    )
    assert "Dit adres bestaat niet meer, zegt de site zelf." in page
    assert page.index("Lectoraat") < page.index("VELON") < page.index("NRO")
    assert "SourceTooSlow" not in page
    assert "Twee bronnen vragen aandacht" in client.get("/redactie").text


def test_what_is_gone_asks_for_attention_although_it_is_off(admin: Desk) -> None:
    admin.make(**failing(admin, "SourceGone", active=False, next_look_at=None))
    admin.make("nro", active=False)

    page = admin.client.get(SOURCES).text

    assert "<h1>Je bron vraagt aandacht</h1>" in page
    assert "We kijken hier niet meer vanzelf." in page
    assert page.index("Vo-raad") < page.index("Staat uit") < page.index("Nro")


def test_a_source_that_was_never_looked_at_is_on_the_page(admin: Desk) -> None:
    admin.make()

    page = admin.client.get(SOURCES).text

    assert "Nog niet gekeken" in page
    assert "Zo meteen" in page


def test_the_last_looks_are_told_in_words_too(admin: Desk) -> None:
    now = admin.services.clock()
    admin.make(recent="nssfs", last_look_at=now, next_look_at=now, interval_minutes=118)

    page = admin.client.get(SOURCES).text

    said = "Laatste 5 keer: 1 keer iets nieuws, 3 keer niets nieuws, 1 keer mislukt"
    assert f'<span class="health" role="img" aria-label="{said}">' in page
    assert '<i></i><i class="same"></i><i class="same"></i><i class="fail"></i>' in page
    assert "elke 2 uur" in page


def test_the_empty_page_says_what_to_do_first(services: Services, admin: Desk) -> None:
    assert "Voeg je eerste bron toe" in admin.client.get(SOURCES).text

    desk(admin.client, admin.services, Role.EDITOR)

    page = admin.client.get(SOURCES).text
    assert "Vraag de beheerder om de eerste bron toe te voegen." in page
    assert SEARCH not in page


def test_many_sources_are_found_by_name_and_come_in_parts(admin: Desk) -> None:
    for number in range(55):
        admin.make(f"school-{number:02}", url=f"https://s{number}.example.org/feed")
    admin.make("café", url="https://elders.example.org/agenda")
    for number in range(51):
        admin.make(f"stuk-{number:02}", **failing(admin, "SourceTooSlow"))

    first, second = admin.client.get(SOURCES).text, admin.client.get(f"{SOURCES}?blad=2").text
    named = admin.client.get(f"{SOURCES}?q=CAFE").text
    at = admin.client.get(f"{SOURCES}?q=elders.example").text
    nothing = admin.client.get(f"{SOURCES}?q=fiets").text

    assert "Bladzijde 1 van 2" in first
    assert "En nog 1 andere bron. Zoek op naam om die te zien." in first
    assert ">School-00</a>" in first
    assert ">School-54</a>" in second
    for page in (named, at):
        assert "<strong>1 bron</strong> gevonden met" in page
        assert page.count('<th scope="row">') == 1
        assert "51 van de 107 bronnen vragen aandacht" in page
    assert "<strong>Geen bron</strong> gevonden met ‘fiets’" in nothing
    assert admin.client.get(f"{SOURCES}?blad=9").status_code == 404
    vandaag = admin.client.get("/redactie").text
    assert "Stuk-03 en 47 andere." in vandaag


def test_the_page_needs_as_many_queries_for_three_sources_as_for_one(admin: Desk) -> None:
    def grow(number: int) -> None:
        admin.make(f"goed-{number}")
        admin.make(f"stuk-{number}", **failing(admin, "SourceTooSlow"))
        admin.make(f"uit-{number}", active=False)

    grow(1)
    admin.queries(SOURCES)
    one = admin.queries(SOURCES)
    grow(2)
    grow(3)

    assert admin.queries(SOURCES) == one


def test_looking_now_brings_what_is_new(services: Services) -> None:
    with at_desk(services, Role.EDITOR) as editor:
        path = editor.make(url=editor.site.put("/feed/", rss(entry("a", "Eerste bericht"))))

        answer = post(editor.client, f"{path}/haal")

        assert answer.headers["location"] == SOURCES
        assert "Vo-raad: 1 nieuw bericht." in editor.client.get(SOURCES).text
        assert "Eerste bericht" in editor.client.get("/redactie/selecteren").text
        log = editor.client.get("/redactie/logboek?groep=bronnen").text
        assert "‘Vo-raad’</a> meteen bekijken." in log


def test_looking_now_says_when_it_does_not_work(services: Services) -> None:
    with at_desk(services, Role.EDITOR) as editor:
        path = editor.make(url=editor.site.url("/weg"))

        answer = post(editor.client, f"{path}/haal", {"op": "bron"})

        assert answer.headers["location"] == path
        assert "Vo-raad: het ophalen lukte niet." in editor.client.get(path).text
        assert "Op dit adres staat niets meer." in editor.client.get(SOURCES).text


def test_a_source_that_does_not_exist_is_not_found(admin: Desk) -> None:
    for path in ("/haal", "/uit", "/aan", "/zoek", "/terug", "/weg", "/adres", ""):
        answer = post(admin.client, f"{SOURCES}/weg{path}", {"adres": "example.org", "naam": "x"})
        assert answer.status_code == 404, path
    assert admin.client.get(f"{SOURCES}/weg").status_code == 404


def test_a_page_is_searched_and_what_it_offers_is_shown_but_not_followed(admin: Desk) -> None:
    page = search(admin, put_all(admin.site))

    assert "Gevonden op 127.0.0.1" in page
    assert "Nieuws, 4 berichten: Nieuws van Noord" in page
    assert "‘Bericht a’, ‘Bericht b’, ‘Bericht c’" in page
    assert "Agenda, 1 bijeenkomst, eerstvolgende 1 juni: Agenda Noord" in page
    assert "Reacties van bezoekers. ‘Door Jan’" in page
    assert ticked(page) == ["0", "1"]
    assert admin.sources() == []


def test_what_was_ticked_is_followed(admin: Desk) -> None:
    page = search(admin, put_all(admin.site))

    answer = post(admin.client, SOURCES, {**offers(page), "kies": ["0", "1"]})

    assert answer.headers["location"] == SOURCES
    assert admin.sources() == [
        ("Agenda Noord", "agenda", admin.site.url("/uit.ics")),
        ("Nieuws van Noord", "feed", admin.site.url("/feed/")),
    ]
    said = admin.client.get(SOURCES).text
    assert "Je volgt nu ‘Nieuws van Noord’ en ‘Agenda Noord’." in said


def test_after_one_source_its_own_page_comes(admin: Desk) -> None:
    page = search(admin, admin.site.put("/feed/", NEWS))
    assert "Volg deze bron" in page

    answer = post(admin.client, SOURCES, {**offers(page), "kies": "0"})

    assert answer.headers["location"] == f"{SOURCES}/nieuws-van-noord"
    own = admin.client.get(answer.headers["location"]).text
    assert "Kies hieronder voor wie het is en waarover het gaat." in own


def test_nothing_ticked_is_said_beside_the_boxes(admin: Desk) -> None:
    page = search(admin, put_all(admin.site))

    answer = post(admin.client, SOURCES, offers(page))

    assert answer.status_code == 422
    assert 'id="kies-error">Vink aan wat je wilt volgen.' in answer.text
    assert ticked(answer.text) == ["0", "1"]
    assert admin.sources() == []


def test_what_is_followed_already_cannot_be_ticked(admin: Desk) -> None:
    front = put_all(admin.site)
    admin.make("noord", url=admin.site.url("/feed"))  # the same but for its slash

    page = search(admin, front)

    assert "Deze volg je al, als ‘Noord’." in page
    assert ticked(page) == ["1"]


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("", "Vul het adres van een site of agenda in."),
        ("http://[::1", "Dit is geen webadres."),
        ("javascript:alert(1)", "Dit is geen webadres."),
        ("ftp://example.org/", "Dit is geen webadres."),
        ("https://jan:geheim@example.org/", "Dit is geen webadres."),
        ("http://127.0.0.1/", "We mogen dit adres niet bezoeken."),
        ("{site}/weg", "Op dit adres staat niets meer."),
        ("{site}/dicht", "De site laat ons niet binnen."),
        ("{site}/storing", "De site heeft een storing."),
        ("{site}/lus", "De site stuurt ons van het ene adres naar het andere"),
        ("{site}/stuk", "Wat we kregen, is geen nieuwsoverzicht of agenda"),
        ("{site}/leeg", "Op deze site vonden we geen nieuwsoverzicht of agenda."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(admin: Desk, address: str, says: str) -> None:
    admin.site.put("/dicht", status=403)
    admin.site.put("/storing", status=503)
    admin.site.put("/lus", status=302, Location="/lus")
    admin.site.put("/stuk", "geen nieuws")
    admin.site.put("/leeg", "<!doctype html>", Content_Type="text/html")

    answer = post(
        admin.client, SEARCH, {"adres": address.format(site=f"http://{admin.site.host_port}")}
    )

    assert answer.status_code == 422
    assert re.search(rf'id="adres-error">{re.escape(says)}', answer.text)
    assert 'aria-describedby="adres-error adres-help"' in answer.text


def test_what_was_typed_stays_and_is_no_markup(admin: Desk) -> None:
    page = search(admin, '"><script>alert(1)</script>')

    assert "<script>alert" not in page
    assert "&#34;&gt;&lt;script&gt;" in page


def test_a_hostile_title_is_no_markup(admin: Desk) -> None:
    bad = "&lt;/small&gt;&lt;script&gt;alert(1)&lt;/script&gt;"
    admin.site.put("/feed/", rss(entry("a", bad), title=bad))

    page = search(admin, admin.site.url("/feed/"))

    assert "<script>alert" not in page


def test_a_page_cannot_make_us_visit_this_machine(admin: Desk) -> None:
    with Site() as canary:
        canary.put("/feed/", NEWS)
        put_front(admin.site, (RSS, canary.url("/feed/")), (RSS, "javascript:alert(1)"))

        page = search(admin, admin.site.url("/"))

        assert "Op deze site vonden we geen nieuwsoverzicht of agenda." in page
        assert canary.asked == []


@pytest.mark.parametrize(
    "fields",
    [
        {"kies": "0", "adres-0": "https://example.org/", "soort-0": "practice"},
        {"kies": "99", "adres-99": "https://example.org/", "soort-99": "feed"},
        {"kies": "0", "adres-0": "javascript:alert(1)", "soort-0": "feed"},
        {"kies": "0"},
    ],
)
def test_a_form_that_we_did_not_make_follows_nothing(
    admin: Desk, fields: dict[str, object]
) -> None:
    assert post(admin.client, SOURCES, fields).status_code == 404
    assert admin.sources() == []


@pytest.mark.parametrize("role", [Role.EDITOR, Role.APPROVER])
def test_only_an_administrator_changes_what_is_followed(services: Services, role: Role) -> None:
    with at_desk(services, role) as other:
        path = other.make(url=other.site.put("/feed/", NEWS))
        fields = {"adres": other.site.url("/feed/"), "kies": "0", "naam": "Anders"}

        for where in (SEARCH, SOURCES, path, "/redactie/bronnenlijst"):
            assert post(other.client, where, fields).status_code == 403, where
        for what in ("uit", "aan", "zoek", "adres", "terug", "weg"):
            assert post(other.client, f"{path}/{what}", fields).status_code == 403, what
        for where in ("/redactie/bronnenlijst", "/redactie/bronnenlijst/bronnen.opml"):
            assert other.client.get(where).status_code == 403, where

        shown = other.client.get(SOURCES).text + other.client.get(path).text
        assert "Zet uit" not in shown
        assert "Neem over" not in shown
        assert other.site.asked == []
        assert other.source().name == "Vo-raad"
