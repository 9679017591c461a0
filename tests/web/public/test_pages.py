"""Reading: the front page, the archive, the agenda and the examples."""

from datetime import timedelta

import feedparser
import pytest
from starlette.testclient import TestClient

from feeds.values import ItemStatus
from newsletter.values import EditionStatus
from newsletter.wiring import Services
from tests.fakes import START, FakeClock
from tests.web.public.content import (
    BLOCKS,
    HOSTILE,
    SHOWN,
    Blocks,
    add_edition,
    add_event,
    add_example,
    add_source,
    add_themes,
)


def test_an_empty_site_says_what_to_do(client: TestClient) -> None:
    for path, words in (
        ("/", "De eerste editie is er nog niet"),
        ("/archief", "De eerste editie is er nog niet"),
        ("/agenda", "Er staat nu niets gepland"),
        ("/praktijkvoorbeelden", "Er staan nog geen praktijkvoorbeelden"),
        ("/aanmelden", "Meld je aan voor de nieuwsbrief"),
        ("/privacy", "14 dagen"),
    ):
        answer = client.get(path)
        assert answer.status_code == 200
        assert words in answer.text


def test_the_front_page_opens_with_the_last_edition(client: TestClient, services: Services) -> None:
    add_edition(services, 11, "Een oudere")
    edition = add_edition(services, blocks=BLOCKS)
    event, example = add_event(services), add_example(services)
    add_themes(services)

    text = client.get("/").text

    assert f'<h1><a href="/archief/{edition}">Naast elkaar, of echt met elkaar?</a></h1>' in text
    assert "Nieuwsbrief, editie 12" in text
    assert "Een <strong>twee-onder-een-kap</strong>." in text
    assert "Wie doet wat?" in text
    assert f'href="/agenda/{event}"' in text
    assert f'href="/praktijkvoorbeelden/{example}"' in text
    assert "<h3>Kwaliteitszorg</h3><ul><li>Zorg</li></ul>" in text
    assert "2 thema’s" in text or "twee thema’s" in text


def test_an_edition_without_a_title_opens_with_its_first_piece(
    client: TestClient, services: Services
) -> None:
    edition = add_edition(services, 12, "Editie 12", blocks=BLOCKS)

    text = client.get("/").text

    assert f'<h1><a href="/archief/{edition}">Wie doet wat?</a></h1>' in text
    assert "Nieuwsbrief, editie 12" in text
    assert text.count("Wie doet wat?") == 1


def test_an_announcement_does_not_open_the_front_page(
    client: TestClient, services: Services
) -> None:
    add_edition(services, None, "Kom naar Doorn")

    assert "Kom naar Doorn" not in client.get("/").text
    assert "Kom naar Doorn" in client.get("/archief").text


def test_an_edition_shows_everything_with_whom_it_is_for(
    client: TestClient, services: Services
) -> None:
    edition = add_edition(services, blocks=BLOCKS)
    add_edition(services, 11, "Een oudere")

    text = client.get(f"/archief/{edition}").text.replace("\N{NO-BREAK SPACE}", " ")

    for part in (
        "<h1>Naast elkaar, of echt met elkaar?</h1>",
        '<h2 id="nieuws">Nieuws</h2>',
        '<span class="audience audience-school">scholen</span>',
        '<span class="audience audience-teacher">lerarenopleidingen</span>',
        "Werkbezoek in Breda, 13.30 tot 16.00 uur.",
        'href="/agenda/1.ics"',
        'href="/praktijkvoorbeelden/2"',
        '<a href="mailto:opleider@example.org">opleider@example.org</a>',
        "Agenda: één datum",
        "Een oudere",
    ):
        assert part in text


def test_a_block_of_no_use_does_not_break_an_old_edition(
    client: TestClient, services: Services
) -> None:
    blocks: Blocks = (("event", None, {"title": "Zonder begin"}), ("weg", None, {}), BLOCKS[1])
    edition = add_edition(services, blocks=blocks)

    text = client.get(f"/archief/{edition}").text

    assert "Zonder begin" not in text
    assert "Wie doet wat?" in text


@pytest.mark.parametrize("status", list(EditionStatus))
def test_only_what_readers_got_is_public(
    client: TestClient, services: Services, status: EditionStatus
) -> None:
    edition = add_edition(services, status=status)
    is_public = status in {EditionStatus.SENDING, EditionStatus.PAUSED, EditionStatus.SENT}

    assert client.get(f"/archief/{edition}").status_code == (200 if is_public else 404)
    for path in ("/", "/archief", "/archief.xml"):
        assert ("Naast elkaar" in client.get(path).text) is is_public


def test_what_is_not_there_is_a_page_too(client: TestClient, services: Services) -> None:
    example = add_example(services)

    for path in (
        "/archief/99",
        "/archief/nul",
        "/archief/" + "9" * 30,
        "/archief?blad=2",
        "/archief?blad=x",
        "/agenda/99",
        "/agenda/99.ics",
        f"/agenda/{example}",
        "/agenda?kant=iets",
        "/praktijkvoorbeelden/99",
        "/weg",
    ):
        assert client.get(path).status_code == 404


def test_an_edition_that_is_not_listed_is_there_for_who_has_its_address_only(
    client: TestClient, services: Services
) -> None:
    shown = add_edition(services, 12, "Voor iedereen")
    hidden = add_edition(services, 13, "Alleen voor starters", listed=False)

    page = client.get(f"/archief/{hidden}")
    other = client.get(f"/archief/{shown}")

    assert page.status_code == 200
    assert '<meta name="robots" content="noindex">' in page.text
    assert page.headers["X-Robots-Tag"] == "noindex"
    assert "noindex" not in other.text
    assert "X-Robots-Tag" not in other.headers
    for path in ("/archief", "/archief.xml", "/"):
        listed = client.get(path).text
        assert "Voor iedereen" in listed
        assert "Alleen voor starters" not in listed
    assert "Alleen voor starters" not in other.text


def test_a_long_archive_has_pages(client: TestClient, services: Services) -> None:
    for number in range(1, 23):
        add_edition(services, number, f"Nummer {number:03}")

    first, second = client.get("/archief").text, client.get("/archief?blad=2").text

    assert "Nummer 022" in first
    assert "Nummer 002" not in first
    assert "Nummer 002" in second
    assert 'href="/archief?blad=2"' in first
    assert 'href="/archief" rel="prev"' in second


def test_the_feed_is_atom(client: TestClient, services: Services) -> None:
    add_edition(services, 11, HOSTILE)
    edition = add_edition(services)

    answer = client.get("/archief.xml")
    feed = feedparser.parse(answer.content)

    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    assert feed.version == "atom10"
    assert not feed.bozo
    base = services.settings.base_url
    assert [entry.link for entry in feed.entries] == [
        f"{base}/archief/{edition}",
        f"{base}/archief/{edition - 1}",
    ]
    assert feed.entries[0].id == f"{base}/archief/{edition}"
    assert feed.entries[0].updated == "2027-04-20T08:00:00Z"
    assert feed.feed.updated == "2027-04-20T08:00:00Z"
    tag = answer.headers["etag"]
    assert client.get("/archief.xml", headers={"If-None-Match": tag}).status_code == 304


def test_an_empty_feed_is_a_feed(client: TestClient) -> None:
    feed = feedparser.parse(client.get("/archief.xml").content)

    assert not feed.bozo
    assert feed.entries == []
    assert feed.feed.updated == "2027-04-20T00:00:00Z"


def test_the_agenda_stands_by_month_and_can_be_filtered(
    client: TestClient, services: Services
) -> None:
    add_event(services, "Voor allen", days=1)
    add_event(services, "Voor scholen", days=3, audiences=["school"])
    add_event(services, "Andere kant", days=40, audiences=["lerarenopleiding"], details={})
    add_event(services, "Beide kanten", days=41, audiences=["school", "lerarenopleiding"])
    add_event(services, "Eerder", days=-9)
    add_event(services, "Geweigerd", days=2, status=ItemStatus.REFUSED)
    add_event(services, "Een sessie", days=3, details={"part_of": "uid@example.org"})

    everything = client.get("/agenda").text
    school = client.get("/agenda?kant=school&soort=werkbezoek").text

    assert everything.index("april 2027") < everything.index("Voor allen")
    assert everything.index("mei 2027") < everything.index("Andere kant")
    assert "Geweigerd" not in everything
    assert "Een sessie" not in everything
    assert everything.index('id="geweest"') < everything.index("Eerder")
    assert '<option value="school" selected>' in school
    for title, is_there in (
        ("Voor allen", True),
        ("Voor scholen", True),
        ("Beide kanten", True),
        ("Andere kant", False),
    ):
        assert (title in school) is is_there
    assert "Hier past nu niets bij" in client.get("/agenda?soort=congres").text


def test_an_event_today_stays_until_the_day_is_over(
    client: TestClient, services: Services, clock: FakeClock
) -> None:
    add_event(services, "Vanochtend", days=0)

    clock.later(hours=13)
    assert "month-name" in client.get("/agenda").text
    clock.later(hours=2)
    assert "month-name" not in client.get("/agenda").text


def test_an_event_has_a_page_with_its_programme(client: TestClient, services: Services) -> None:
    event = add_event(
        services,
        "Congres in Doorn",
        audiences=["school"],
        source_id=add_source(services),
        url="https://example.org/congres",
        details={
            "type": "congres",
            "register_url": "https://example.org/aanmelden",
            "register_by": "2027-04-26",
            "programme": [
                {"time": "09:30", "title": "Inloop"},
                {"time": "10:00", "title": "Een", "leader": "A. de Vries", "audience": "school"},
                {"time": "10:00", "title": "Twee", "audience": "lerarenopleiding"},
            ],
        },
    )

    text = client.get(f"/agenda/{event}").text

    for part in (
        "<h1>Congres in Doorn</h1>",
        "10.00 tot 13.00 uur",
        "Inloop",
        '10.00<span class="only-read"> uur</span>',
        "<strong>Ronde 1: kies één sessie</strong>",
        "Onder leiding van A. de Vries",
        "Aanmelden kan tot en met maandag 26 april.",
        'href="https://example.org/aanmelden"',
        "Platform Samen Opleiden",
    ):
        assert part in text


def test_a_cancelled_event_says_so_and_takes_nobody_in(
    client: TestClient, services: Services
) -> None:
    details = {"register_url": "https://example.org/aanmelden"}
    event = add_event(services, cancelled=True, details=details)
    moved = add_event(services, "Verzet", moved_from=START + timedelta(days=2))

    assert "Deze bijeenkomst is afgezegd" in client.get(f"/agenda/{event}").text
    assert "https://example.org/aanmelden" not in client.get(f"/agenda/{event}").text
    assert "verzet van 22 april" in client.get("/agenda").text
    assert "donderdag 22 april, 10.00 uur" in client.get(f"/agenda/{moved}").text
    assert "Werkbezoek" not in client.get("/").text


def test_an_example_shows_question_approach_result_and_whom_to_ask(
    client: TestClient, services: Services
) -> None:
    add_themes(services)
    add_example(services, "Een ander")
    example = add_example(services, summary="Kort gezegd.", themes=["hr-beleid", "onbekend"])

    text = client.get(f"/praktijkvoorbeelden/{example}").text

    for part in (
        "<h1>Samen kijken</h1>",
        "<dt>Vraag</dt><dd>Hoe leren ervaren docenten ook van studenten?</dd>",
        "<dt>Aanpak</dt>",
        "<dt>Resultaat</dt>",
        'href="mailto:opleider@example.org"',
        "Opleidingsschool De Tussendeur",
        "HR-beleid",
        "Ook interessant",
    ):
        assert part in text
    assert f'id="voorbeeld-{example}"' in client.get("/praktijkvoorbeelden").text


def test_titles_from_outside_come_out_as_text(client: TestClient, services: Services) -> None:
    hostile_url = "javascript:alert(1)"
    event = add_event(services, HOSTILE, summary=HOSTILE, location=HOSTILE, url=hostile_url)
    details = dict.fromkeys(("question", "contact", "story", "partnership"), HOSTILE)
    example = add_example(services, HOSTILE, details=details)
    fields = {"title": HOSTILE, "teaser": HOSTILE, "url": hostile_url, "source": HOSTILE}
    blocks = (("intro", None, {"text": HOSTILE}), ("article", None, fields))
    edition = add_edition(services, 12, HOSTILE, blocks=blocks, preheader=HOSTILE)

    for path in (
        "/",
        "/archief",
        f"/archief/{edition}",
        "/agenda",
        f"/agenda/{event}",
        "/praktijkvoorbeelden",
        f"/praktijkvoorbeelden/{example}",
    ):
        text = client.get(path).text
        assert "alert(1)" in text
        assert "<script" not in text
        assert "javascript:" not in text
        assert "\u202e" not in text
    assert SHOWN in client.get("/archief").text


def test_pages_load_nothing_from_elsewhere(client: TestClient, services: Services) -> None:
    base = services.settings.base_url
    ours = {"image": f"{base}/static/mail/straat.png", "image_alt": "Een straat", "lead": True}
    theirs = {"image": "https://example.org/pixel.png", "image_alt": "Volg mij"}
    blocks = (
        ("article", None, {"title": "Een", **ours}),
        ("article", None, {"title": "X", **theirs}),
    )
    edition = add_edition(services, blocks=blocks)

    for path in ("/", f"/archief/{edition}"):
        text = client.get(path).text
        assert '<img src="/static/mail/straat.png" alt="Een straat">' in text
        assert "pixel.png" not in text
