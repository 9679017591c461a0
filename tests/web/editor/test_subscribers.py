"""The list of people at the desk: looked through by administrators, counted by everybody else."""

import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from newsletter.values import Role
from newsletter.wiring import Services
from subscribers.finding import SIZE
from subscribers.segments import add_default_segments
from subscribers.values import Audience, SubscriberStatus
from tests.factories import make_readers
from tests.fakes import START
from tests.web.desk import desk, make_subscriber
from web.app import create_app

LIST = "/redactie/abonnees"
EMAIL = re.compile(r"[\w.]+@example\.org")


@pytest.fixture
def filled(services: Services) -> Services:
    add_default_segments(services.db)
    school = Audience.SCHOOL
    make_subscriber(services, "jan.jansen@example.org", school, region="Oost", role="docent")
    make_subscriber(services, "mia@example.org", None, name="Mia Waalkens", region="West")
    make_subscriber(services, "info@example.org", school, region="oost")
    weg = SubscriberStatus.UNSUBSCRIBED
    make_subscriber(services, "weg@example.org", Audience.TEACHER_EDUCATION, status=weg)
    return services


@pytest.fixture
def cees(filled: Services) -> Iterator[TestClient]:
    with TestClient(create_app(filled), follow_redirects=False) as client:
        yield desk(client, filled, Role.ADMINISTRATOR)


@pytest.fixture
def anna(filled: Services) -> Iterator[TestClient]:
    with TestClient(create_app(filled), follow_redirects=False) as client:
        yield desk(client, filled, Role.APPROVER)


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def people(html: str) -> list[str]:
    rows = html.partition("<tbody>")[2].partition("</tbody>")[0]
    return [
        re.sub("<[^>]+>", "", one) for one in re.findall(r'<th scope="row"><a[^>]*>(.*?)</a>', rows)
    ]


def test_the_number_comes_first_and_then_the_people_newest_first(cees: TestClient) -> None:
    page = cees.get(LIST).text

    assert "4 abonnees 3 krijgen mail, 1 afgemeld." in text(page)
    assert people(page) == [
        *("weg@example.org", "info@example.org", "mia@example.org", "jan.jansen@example.org")
    ]
    assert "adres van een functie" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=jansen", ["jan.jansen@example.org"]),
        ("q=waalk", ["mia@example.org"]),
        ("kant=school&regio=Oost", ["info@example.org", "jan.jansen@example.org"]),
        ("kant=geen", ["mia@example.org"]),
        ("stand=afgemeld", ["weg@example.org"]),
        ("rol=docent&q=example", ["jan.jansen@example.org"]),
        ("doelgroep=lerarenopleiding", ["weg@example.org"]),
        ("q=niemand", []),
    ],
)
def test_the_address_says_who_is_looked_for(
    cees: TestClient, query: str, expected: list[str]
) -> None:
    page = cees.get(f"{LIST}?{query}").text

    assert people(page) == expected
    number = {0: "Niemand", 1: "1 abonnee"}.get(len(expected), f"{len(expected)} abonnees")
    assert f"<h1>{number} gevonden</h1>" in page


def test_each_filter_can_be_taken_away_alone(cees: TestClient) -> None:
    page = cees.get(f"{LIST}?q=jan&kant=school&regio=Oost").text

    assert 'href="/redactie/abonnees?q=jan&amp;regio=Oost">haal weg' in page
    assert 'href="/redactie/abonnees?q=jan&amp;kant=school">haal weg' in page
    assert 'value="jan"' in page


def test_regions_are_offered_by_name_those_of_readers_among_the_provinces(cees: TestClient) -> None:
    select = re.search(r'<select[^>]*name="regio".*?</select>', cees.get(LIST).text, re.DOTALL)

    assert select is not None
    offered = re.findall(r'<option value="([^"]+)"', select[0])
    assert offered == sorted(offered)
    assert {"Oost", "Utrecht", "West"} <= set(offered)


@pytest.mark.parametrize(
    "query", ["kant=x", "stand=active", "regio=%C2%B4", "na=x", "voor=-1", "doelgroep=weg"]
)
def test_what_no_field_sends_is_not_there(cees: TestClient, query: str) -> None:
    assert cees.get(f"{LIST}?{query}").status_code == 404


def test_pages_lead_on_and_back(cees: TestClient, filled: Services) -> None:
    with filled.db.write() as session:
        make_readers(session, 2 * SIZE, now=START)

    first = cees.get(LIST).text
    second = cees.get(link(first, "next")).text
    third = cees.get(link(second, "next")).text

    shown = [people(one) for one in (first, second, third)]
    assert [len(one) for one in shown] == [SIZE, SIZE, 4]
    assert len({one for page in shown for one in page}) == 2 * SIZE + 4
    assert people(cees.get(link(third, "prev")).text) == shown[1]
    assert 'rel="next"' not in third
    assert 'rel="prev"' not in first


def link(html: str, rel: str) -> str:
    found = re.search(rf'<a href="([^"]+)" rel="{rel}"', html)
    assert found
    return found[1].replace("&amp;", "&")


def test_who_does_not_answer_for_readers_counts_them_and_sees_nobody(anna: TestClient) -> None:
    pages = [anna.get(f"{LIST}?{one}").text for one in ("", "q=jansen", "kant=school", "na=3")]

    assert [EMAIL.findall(one) for one in pages if "approver@" not in one] == [[], [], [], []]
    assert "Minder dan 5 abonnees krijgen mail" in text(pages[0])
    assert "Afgemeld Krijgt niets meer. minder dan 5" in text(pages[0])
    assert "Minder dan 5 abonnees krijgen mail" in text(pages[1]), (
        "a part of an address is not looked for"
    )
    assert "Minder dan 5 abonnees gevonden" in pages[2]
    assert anna.get(f"{LIST}/1").status_code == 403
    assert anna.get(f"{LIST}/wijzigen").status_code == 403


def test_five_and_more_are_counted_for_everybody(anna: TestClient, filled: Services) -> None:
    with filled.db.write() as session:
        make_readers(session, 9)

    assert "<h1>5 abonnees gevonden</h1>" in anna.get(f"{LIST}?kant=school").text
    assert "<h1>Niemand gevonden</h1>" in anna.get(f"{LIST}?rol=rector").text


def test_the_counts_by_segment_and_status_have_a_page(cees: TestClient) -> None:
    page = text(cees.get(f"{LIST}/aantallen").text)

    assert "3 abonnees krijgen mail" in page
    assert "Afgemeld Krijgt niets meer. 1" in page
    assert 'href="/redactie/abonnees/aantallen"' in cees.get(LIST).text
