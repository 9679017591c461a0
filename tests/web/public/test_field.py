"""Opleidingsscholen on the site: who agreed, by region, on a map and on a page each."""

import re

import pytest
from starlette.testclient import TestClient

from newsletter.wiring import Services
from subscribers.field import REGIONS
from subscribers.values import Audience
from tests.queries import counted
from tests.web.desk import make_member, make_partnership
from tests.web.public.content import add_example
from web.public.province_map import PLACES, TALL, WIDTH, draw_map

FIELD = "/opleidingsscholen"


def test_the_site_leads_there_only_when_there_is_something_to_see(
    client: TestClient, services: Services
) -> None:
    make_partnership(services, "Stil", region="Drenthe")
    assert f'href="{FIELD}"' not in client.get("/").text
    assert "Er staan nog geen opleidingsscholen op" in client.get(FIELD).text
    assert "Stil" not in client.get(FIELD).text

    make_partnership(services, "Open", region="Drenthe", agreed=True)

    for path in ("/", "/aanmelden", "/agenda"):
        assert f'href="{FIELD}"' in client.get(path).text
    assert "Stil" not in client.get(FIELD).text


def test_the_list_and_the_map_say_the_same(client: TestClient, services: Services) -> None:
    for name, region in (("Waal", "Gelderland"), ("Rijn", "Gelderland"), ("Hunze", "Drenthe")):
        make_partnership(services, name, region=region, agreed=True)
    make_partnership(services, "Ergens", agreed=True)

    page = client.get(FIELD).text

    headings = re.findall(r'<h2 id="(regio-[\w-]+)" tabindex="-1">([^<]+)</h2>', page)
    assert headings == [
        ("regio-drenthe", "Drenthe"),
        ("regio-gelderland", "Gelderland"),
        ("regio-onbekend", "Regio nog niet bekend"),
    ]
    links = re.findall(r'<a class="province" href="#([\w-]+)" aria-label="([^"]+)"', page)
    assert sorted(links) == [
        ("regio-drenthe", "Drenthe: 1 opleidingsschool"),
        ("regio-gelderland", "Gelderland: 2 opleidingsscholen"),
    ]
    assert page.count("province-none") == 10
    assert "4 opleidingsscholen: scholen en lerarenopleidingen" in page


def test_a_partnership_has_a_page_with_what_it_agreed_to(
    client: TestClient, services: Services
) -> None:
    number = make_partnership(services, "De Meander", region="Gelderland", agreed=True)
    make_member(services, "Lyceum Waal", Audience.SCHOOL, number)
    make_member(services, "Hogeschool Rijn", Audience.TEACHER_EDUCATION, number)
    add_example(services, details={"partnership": "De Meander", "question": "Hoe dan?"}, key="1")
    add_example(services, details={"partnership": "Elders", "question": "Waarom?"}, key="2")

    page = client.get(f"{FIELD}/de-meander").text

    for told in ("Lyceum Waal", "Hogeschool Rijn", "2012", "erkend", "Hoe dan?"):
        assert told in page
    assert "in Gelderland, voor het voortgezet onderwijs." in page
    assert 'href="/opleidingsscholen#regio-gelderland"' in page
    assert "penvoerder" not in page
    assert "Waarom?" not in page


@pytest.mark.parametrize("slug", ["stil", "nergens"])
def test_who_did_not_agree_is_as_who_is_not_there(
    client: TestClient, services: Services, slug: str
) -> None:
    make_partnership(services, "Stil")

    answer = client.get(f"{FIELD}/{slug}")

    assert answer.status_code == 404
    assert "Stil" not in answer.text


def test_a_name_is_shown_as_text(client: TestClient, services: Services) -> None:
    make_partnership(services, "<script>alert(1)</script>", region="Zeeland", agreed=True)

    for path in (FIELD, f"{FIELD}/script-alert-1-script"):
        page = client.get(path)
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_the_list_needs_as_many_queries_for_three_rows_as_for_one(
    client: TestClient, services: Services
) -> None:
    def grow(name: str) -> None:
        number = make_partnership(services, name, region="Zeeland", agreed=True)
        make_member(services, f"{name} college", Audience.SCHOOL, number)

    grow("Rij 1")
    with counted(services.db.engine) as one:
        client.get(FIELD)
    grow("Rij 2")
    grow("Rij 3")
    with counted(services.db.engine) as three:
        assert "Rij 3" in client.get(FIELD).text
    assert len(three) == len(one) > 0


def test_the_map_has_every_province_once_and_none_upon_another() -> None:
    tiles = draw_map({"Utrecht": 3})

    assert sorted(PLACES) == sorted(REGIONS)
    assert [one.count for one in tiles if one.name == "Utrecht"] == [3]
    for one in tiles:
        assert 0 <= one.x < one.x + one.width <= WIDTH
        assert 0 <= one.y < one.y + one.height <= TALL
        for other in tiles:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert one is other or apart or one.y != other.y
