"""The links in a mail: preferences, leaving, one click; and that looking changes nothing."""

from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.wiring import Services
from storage.base import Base
from subscribers import consent
from subscribers.store import consents_of, get_by_id
from subscribers.values import ConsentKind, SubscriberStatus, Topic
from tests.fakes import FakeClock
from tests.web.public.content import (
    BLOCKS,
    add_edition,
    add_event,
    add_example,
    add_subscriber,
    add_themes,
)

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
LEAVE = {"actie": "afmelden"}
STAY = {"actie": "blijven"}


def paths(services: Services, subscriber_id: int) -> dict[str, str]:
    links, base = services.links, services.settings.base_url
    urls = {
        "leave": links.unsubscribe_url(subscriber_id, 7),
        "one_click": links.one_click_url(subscriber_id, 7),
        "preferences": links.preferences_url(subscriber_id, 7),
        "confirm": links.confirm_url(subscriber_id, now=services.clock()),
    }
    return {name: url.removeprefix(base) for name, url in urls.items()}


def everything(services: Services) -> dict[str, list[tuple[Any, ...]]]:
    with services.db.read() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table))]
            for table in Base.metadata.sorted_tables
        }


def status_of(services: Services, subscriber_id: int) -> str:
    with services.db.read() as session:
        row = get_by_id(session, subscriber_id)
        return row.status if row else ""


def last_fact(services: Services, subscriber_id: int) -> tuple[str, str, int | None]:
    with services.db.read() as session:
        fact = consents_of(session, subscriber_id)[-1]
    return fact.kind, fact.source, fact.edition_id


def test_looking_changes_nothing(client: TestClient, services: Services) -> None:
    add_themes(services)
    active = add_subscriber(services)
    pending = add_subscriber(services, "p@example.org", status=SubscriberStatus.PENDING)
    gone = add_subscriber(services, "g@example.org", status=SubscriberStatus.UNSUBSCRIBED)
    edition = add_edition(services, blocks=BLOCKS)
    event, example = add_event(services), add_example(services)
    addresses = [
        *("/", "/archief", f"/archief/{edition}", "/archief.xml", "/agenda", "/agenda.ics"),
        *(f"/agenda/{event}", f"/agenda/{event}.ics", "/praktijkvoorbeelden", "/privacy"),
        *(f"/praktijkvoorbeelden/{example}", "/aanmelden", "/aanmelden/kijk-in-je-mail"),
        *(path for who in (active, pending, gone) for path in paths(services, who).values()),
    ]
    before = everything(services)

    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert client.head(address).status_code == 200, address
        assert "set-cookie" not in answer.headers

    assert everything(services) == before


@pytest.mark.parametrize("link", ["leave", "one_click"])
@pytest.mark.parametrize("encoding", ["urlencoded", "multipart"])
def test_one_click_unsubscribes_at_once(
    client: TestClient, services: Services, link: str, encoding: str
) -> None:
    reader = add_subscriber(services)
    path = paths(services, reader)[link]
    body: dict[str, Any] = (
        {"data": ONE_CLICK}
        if encoding == "urlencoded"
        else {"files": {name: (None, value) for name, value in ONE_CLICK.items()}}
    )

    first, again = client.post(path, **body), client.post(path, **body)

    assert (first.status_code, first.text) == (200, "Je bent afgemeld.\n")
    assert (again.status_code, again.text) == (200, "Je bent afgemeld.\n")
    assert first.headers["content-type"].startswith("text/plain")
    assert "set-cookie" not in first.headers
    assert status_of(services, reader) == SubscriberStatus.UNSUBSCRIBED
    assert last_fact(services, reader) == (ConsentKind.WITHDRAWN, "one-click", 7)


def test_who_has_only_the_address_of_the_page_is_told_where_the_link_is(
    client: TestClient, services: Services
) -> None:
    for path in ("/afmelden", "/voorkeuren", "/afmelden/"):
        answer = client.get(path, follow_redirects=True)
        assert answer.status_code == 200
        assert "Onder elke mail van ons staat een link" in answer.text
        contact = services.settings.organisation.contact
        assert f'Mail <a href="mailto:{contact}">{contact}</a>, dan' in answer.text
    assert 'href="/afmelden"' in client.get("/").text


def test_one_click_needs_neither_cookie_nor_origin(client: TestClient, services: Services) -> None:
    reader = add_subscriber(services)
    headers = {"Origin": "https://mail.example.org", "Sec-Fetch-Site": "cross-site"}

    answer = client.post(paths(services, reader)["one_click"], data=ONE_CLICK, headers=headers)

    assert answer.status_code == 200
    assert status_of(services, reader) == SubscriberStatus.UNSUBSCRIBED


def test_a_wrong_token_gets_the_same_answer(client: TestClient, services: Services) -> None:
    reader = add_subscriber(services)
    right = paths(services, reader)["one_click"]
    before = everything(services)
    start = "/afmelden/"
    first = right.removeprefix(start)[0]
    other = start + ("B" if first == "A" else "A") + right[len(start) + 1 :]
    wrong = ["/afmelden/onzin", other, right[:-1] + "!"]
    answers = [client.post(path, data=ONE_CLICK) for path in wrong]

    assert everything(services) == before
    told = client.post(right, data=ONE_CLICK)
    assert {(one.status_code, one.text) for one in [*answers, told]} == {
        (200, "Je bent afgemeld.\n")
    }


@pytest.mark.parametrize(
    "body", [{}, {"List-Unsubscribe": "Yes"}, {"List-Unsubscribe": ""}, {"iets": "anders"}]
)
def test_another_body_unsubscribes_nobody(
    client: TestClient, services: Services, body: dict[str, str]
) -> None:
    reader = add_subscriber(services)

    answer = client.post(paths(services, reader)["one_click"], data=body)

    assert answer.status_code == 400
    assert status_of(services, reader) == SubscriberStatus.ACTIVE


def test_one_kind_of_token_is_not_another(client: TestClient, services: Services) -> None:
    reader = add_subscriber(services)
    tokens = {name: path.rsplit("/", 1)[1] for name, path in paths(services, reader).items()}
    before = everything(services)

    for page, own in (
        ("afmelden", {"leave", "one_click"}),
        ("voorkeuren", {"preferences"}),
        ("bevestigen", {"confirm"}),
    ):
        for name, token in tokens.items():
            answer = client.get(f"/{page}/{token}")
            assert (answer.status_code == 200) is (name in own)
            if name not in own:
                client.post(f"/{page}/{token}", data={**LEAVE, "krijg": "newsletter"})
    assert everything(services) == before


def test_leaving_shows_a_masked_address_and_one_button(
    client: TestClient, services: Services
) -> None:
    reader = add_subscriber(services)
    path = paths(services, reader)["leave"]

    shown = client.get(path)
    left = client.post(path, data=LEAVE)

    assert "m***@example.org" in shown.text
    assert "m.v@example.org" not in shown.text + left.text
    assert shown.headers["cache-control"] == "no-store"
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert shown.text.count("button-primary") == 1
    assert "Je bent afgemeld" in left.text
    assert status_of(services, reader) == SubscriberStatus.UNSUBSCRIBED
    assert last_fact(services, reader) == (ConsentKind.WITHDRAWN, "afmelden", 7)
    assert "Je bent afgemeld" in client.get(path).text


def test_who_left_by_mistake_may_stay_for_an_hour(
    client: TestClient, services: Services, clock: FakeClock
) -> None:
    told: dict[str, Any] = {"name": "Mia", "role": "rector", "organisation": "Het Lyceum"}
    reader = add_subscriber(services, wants_announcements=False, **told)
    path = paths(services, reader)["leave"]
    assert "Toch blijven" in client.post(path, data=LEAVE).text

    stayed = client.post(path, data=STAY)

    assert "Je blijft op de lijst" in stayed.text
    with services.db.read() as session:
        row = get_by_id(session, reader)
    assert row is not None
    assert (row.status, row.audience, row.wants_announcements) == (
        SubscriberStatus.ACTIVE,
        "school",
        False,
    )
    assert {name: getattr(row, name) for name in told} == told
    clock.later(minutes=1)
    client.post(path, data=LEAVE)
    clock.later(minutes=61)
    assert "Toch blijven" not in client.get(path).text
    client.post(path, data=STAY)
    assert status_of(services, reader) == SubscriberStatus.UNSUBSCRIBED


def test_who_signed_up_today_may_stay_as_well_and_press_twice(
    client: TestClient, services: Services
) -> None:
    asked = consent.sign_up(
        services.db,
        email="vandaag@example.org",
        audience=None,
        topics=[Topic.NEWSLETTER],
        text_shown="",
        source="aanmelden",
        now=services.clock(),
    )
    assert asked.subscriber_id is not None
    consent.confirm(services.db, asked.subscriber_id, now=services.clock())
    path = paths(services, asked.subscriber_id)["leave"]
    client.post(path, data=LEAVE)

    stayed, again = client.post(path, data=STAY), client.post(path, data=STAY)

    for answer in (stayed, again):
        assert "Je blijft op de lijst" in answer.text
        assert 'href="/voorkeuren/' in answer.text
    assert status_of(services, asked.subscriber_id) == SubscriberStatus.ACTIVE
    why = client.get(paths(services, asked.subscriber_id)["preferences"] + "/waarom").text
    assert "Je koos ‘Toch blijven’." in why
    assert why.count("met de knop in onze mail") == 1


def test_staying_brings_back_nobody_who_never_left(client: TestClient, services: Services) -> None:
    pending = add_subscriber(services, status=SubscriberStatus.PENDING)
    broken = add_subscriber(services, "k@example.org", status=SubscriberStatus.SUPPRESSED)
    before = everything(services)

    for who in (pending, broken):
        assert client.post(paths(services, who)["leave"], data=STAY).status_code == 200

    assert everything(services) == before


def test_preferences_show_what_is_held_and_why(client: TestClient, services: Services) -> None:
    add_themes(services)
    reader = add_subscriber(services, name="Mia Visser", role="schoolopleider", region="Oost")

    text = client.get(paths(services, reader)["preferences"]).text

    for part in (
        "m***@example.org",
        "omdat je je op 3 maart 2027 via de site aanmeldde",
        "Mia Visser",
        "schoolopleider",
        "Oost",
        "woensdag 3 maart 2027",
    ):
        assert part in text
    assert "m.v@example.org" not in text


def test_an_imported_reader_reads_the_ground(client: TestClient, services: Services) -> None:
    reader = add_subscriber(services, ground=ConsentKind.IMPORTED)
    with services.db.write() as session:
        consents_of(session, reader)[-1].ground = "Deelnemers congres 2026"

    text = client.get(paths(services, reader)["preferences"]).text

    assert "omdat je op 3 maart 2027 op onze lijst kwam" in text
    assert "Deelnemers congres 2026" in text


def test_preferences_change_side_topics_and_name(client: TestClient, services: Services) -> None:
    reader = add_subscriber(services)
    path = paths(services, reader)["preferences"]
    form = {"kant": "lerarenopleiding", "krijg": ["announcements"], "naam": "Mia"}

    answer = client.post(path, data=form)

    assert "Bewaard." in answer.text
    assert "aankondigingen van bijeenkomsten, met wat voor lerarenopleidingen is" in answer.text
    with services.db.read() as session:
        row = get_by_id(session, reader)
    assert row is not None
    assert (row.audience, row.wants_newsletter, row.wants_announcements, row.name) == (
        "lerarenopleiding",
        False,
        True,
        "Mia",
    )
    assert last_fact(services, reader)[0] == ConsentKind.CHANGED


def test_preferences_need_at_least_one_topic(client: TestClient, services: Services) -> None:
    reader = add_subscriber(services)
    before = everything(services)

    answer = client.post(paths(services, reader)["preferences"], data={"kant": "school"})

    assert answer.status_code == 422
    assert '<a href="#krijg">' in answer.text
    assert everything(services) == before


def test_preferences_of_who_left_offer_a_way_back(client: TestClient, services: Services) -> None:
    reader = add_subscriber(services, status=SubscriberStatus.UNSUBSCRIBED)
    path = paths(services, reader)["preferences"]
    form = {"kant": "school", "krijg": "newsletter"}

    assert "krijgt nu geen mail van ons" in client.get(path).text
    assert "Bewaard" not in client.post(path, data=form).text
    assert status_of(services, reader) == SubscriberStatus.UNSUBSCRIBED


def test_links_of_who_is_no_longer_there_are_calm(client: TestClient, services: Services) -> None:
    links = paths(services, 4711)

    assert "We bewaren niets meer van je" in client.get(links["preferences"]).text
    assert "Dit adres krijgt geen mail meer" in client.get(links["leave"]).text
    assert client.get(links["confirm"]).status_code == 410
    for page in ("afmelden", "voorkeuren", "bevestigen"):
        answer = client.get(f"/{page}/onzin")
        assert answer.status_code == 404
        assert "Deze link klopt niet" in answer.text
        way_on = "Meld je aan" if page == "bevestigen" else "dan regelen wij het"
        assert way_on in answer.text


def test_everything_is_erased_with_one_press(client: TestClient, services: Services) -> None:
    reader = add_subscriber(services)
    path = paths(services, reader)["preferences"] + "/wissen"
    before = everything(services)

    shown = client.get(path)
    assert "m***@example.org" in shown.text
    assert everything(services) == before

    assert "We bewaren niets meer van je" in client.post(path).text
    after = everything(services)
    assert after["subscriber"] == []
    assert after["consent"] == []
    assert len(after["suppression"]) == 1
    assert "example.org" not in str(after["suppression"])
    assert "We bewaren niets meer van je" in client.post(path).text
    assert client.post("/voorkeuren/onzin/wissen").status_code == 404
