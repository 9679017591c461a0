"""Partnerships, schools and institutes at the desk: found, added, changed and removed."""

import re
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.values import Role
from newsletter.wiring import Services
from subscribers.field import Stage
from subscribers.field_lists import import_partnerships
from subscribers.model import Organisation, Partnership
from subscribers.values import Audience
from tests.queries import counted
from tests.web.desk import desk, make_member, make_partnership, make_subscriber, post

LIST = "/redactie/opleidingsscholen"
MEMBERS = "/redactie/organisaties"
FORM = {
    "name": "Opleidingsschool De Meander",
    "region": "Gelderland",
    "sector": "vo",
    "stage": "erkend",
    "since_year": "2009",
    "website": "https://meander.example.org",
    "agreed_by": "penvoerder",
    "agreed_on": "2026-05-28",
}
SCHOOL = {"name": "Lyceum", "audience": "school", "city": "Ede", "region": "Gelderland"}


@pytest.fixture
def editor(client: TestClient, services: Services) -> TestClient:
    return desk(client, services)


def partnership(services: Services) -> Partnership:
    with services.db.read() as session:
        return session.scalars(select(Partnership)).one()


def save(editor: TestClient, path: str, form: dict[str, str], **changed: Any) -> Response:
    return post(editor, path, {**form, "version": "1", **changed})


def test_an_empty_desk_says_what_to_do_first(editor: TestClient) -> None:
    page = editor.get(LIST).text

    assert "Begin met de eerste" in page
    assert "De beheerder leest die voor je in." in page
    assert 'role="search"' not in page
    assert "Begin met een opleidingsschool" in editor.get(MEMBERS).text
    assert f'href="{LIST}"' in editor.get("/redactie/abonnees").text


def test_a_partnership_is_added_and_changed(editor: TestClient, services: Services) -> None:
    answer = save(editor, f"{LIST}/nieuw", FORM)

    row = partnership(services)
    assert answer.headers["location"] == f"{LIST}/{row.id}"
    assert (row.name, row.region, row.stage, row.since_year) == (
        "Opleidingsschool De Meander",
        "Gelderland",
        "erkend",
        2009,
    )
    assert not row.is_shown, "nobody ticked that it may be shown"
    page = editor.get(f"{LIST}/{row.id}").text
    assert "Erkende opleidingsschool, voortgezet onderwijs, Gelderland, sinds 2009." in page
    assert "Nog geen scholen en lerarenopleidingen" in page

    answer = save(editor, f"{LIST}/{row.id}", FORM, agreed="yes", stage="academisch")

    row = partnership(services)
    assert answer.status_code == 303
    assert (row.stage, row.agreed_by, row.version) == ("academisch", "penvoerder", 2)
    assert f'href="/opleidingsscholen/{row.slug}"' in editor.get(f"{LIST}/{row.id}").text


def test_taking_the_tick_away_takes_it_off_the_site(editor: TestClient, services: Services) -> None:
    number = make_partnership(services, "De Meander", agreed=True)
    assert partnership(services).is_shown

    save(editor, f"{LIST}/{number}", FORM)

    row = partnership(services)
    assert (row.agreed_on, row.agreed_by) == (None, "")
    assert "haalde ‘Opleidingsschool De Meander’ van de site" in _told(editor)


def _told(editor: TestClient) -> str:
    return re.sub("<[^>]*>", "", editor.get("/redactie/logboek?groep=opleidingsscholen").text)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "", "Vul een naam in."),
        ("since_year", "lang", "Dit is geen jaar."),
        ("website", "meander", "Dit is geen webadres."),
        ("region", "Oost", "Dit is geen provincie."),
        ("agreed_by", "", "Vul in wie namens de opleidingsschool toestemming gaf."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    editor: TestClient, services: Services, field: str, value: str, says: str
) -> None:
    number = make_partnership(services, "De Meander")
    for path in (f"{LIST}/nieuw", f"{LIST}/{number}"):
        answer = save(editor, path, FORM, agreed="yes", **{field: value})

        assert answer.status_code == 422
        assert f'id="{field}-error">{says}' in answer.text
        assert f'<a href="#{field}">' in answer.text
        assert 'value="2026-05-28"' in answer.text
        assert 'value="yes" checked' in answer.text
    assert partnership(services).name == "De Meander"


def test_a_name_that_is_taken_is_said_at_the_name(editor: TestClient, services: Services) -> None:
    make_partnership(services, "Opleidingsschool De Meander")
    other = make_partnership(services, "Elders")

    for path in (f"{LIST}/nieuw", f"{LIST}/{other}"):
        assert "Er is al een opleidingsschool met deze naam." in save(editor, path, FORM).text


def test_two_editors_do_not_undo_each_other(editor: TestClient, services: Services) -> None:
    number = make_partnership(services, "De Meander")
    save(editor, f"{LIST}/{number}", FORM)

    answer = save(editor, f"{LIST}/{number}", FORM, stage="aspirant")

    assert answer.status_code == 422
    assert "Iemand anders wijzigde deze opleidingsschool intussen." in answer.text
    assert 'name="version" value="2"' in answer.text
    assert partnership(services).stage == "erkend"
    save(editor, f"{LIST}/{number}", FORM, stage="aspirant", version="2")
    assert partnership(services).stage == "aspirant"


def test_the_list_is_searched_and_narrowed(editor: TestClient, services: Services) -> None:
    waal = make_partnership(services, "Waalkant", region="Gelderland")
    make_partnership(services, "Hunzeland", region="Drenthe", stage=Stage.ASPIRANT)
    make_member(services, "Lyceum Oranjesingel", Audience.SCHOOL, waal)

    page = editor.get(LIST).text
    assert "2 opleidingsscholen" in page
    assert "1 school" in page
    for query in ("q=oranjesingel", "regio=Gelderland", "fase=erkend"):
        found = editor.get(f"{LIST}?{query}").text
        assert "Waalkant" in found
        assert "Hunzeland" not in found
        assert "1 opleidingsschool</strong> gevonden" in found
    assert "Geen opleidingsschool</strong> gevonden" in editor.get(f"{LIST}?q=zz").text
    assert editor.get(f"{LIST}?blad=2").status_code == 404


def test_a_partnership_says_who_belongs_to_it_and_how_many_read(
    editor: TestClient, services: Services
) -> None:
    number = make_partnership(services, "De Meander")
    make_member(services, "Lyceum", Audience.SCHOOL, number)
    make_member(services, "Hogeschool", Audience.TEACHER_EDUCATION, number)
    make_subscriber(services, "een@example.org", Audience.SCHOOL, organisation="Lyceum")
    make_subscriber(services, "twee@example.org", None, partnership="De Meander")

    page = editor.get(f"{LIST}/{number}").text

    assert "Lyceum" in page
    assert "Hogeschool" in page
    assert "<strong>2 lezers</strong> krijgen mail" in page
    assert "een@example.org" not in page


def test_an_organisation_is_added_to_the_partnership_it_came_from(
    editor: TestClient, services: Services
) -> None:
    number = make_partnership(services, "De Meander", region="Gelderland")
    make_subscriber(services, "een@example.org", None, organisation="lyceum")
    form = editor.get(f"{MEMBERS}/nieuw?bij={number}").text
    assert f'value="{number}" checked' in form
    assert '<option value="Gelderland" selected>' in form

    answer = save(editor, f"{MEMBERS}/nieuw", SCHOOL, partnership=str(number))

    assert answer.headers["location"] == f"{LIST}/{number}"
    page = editor.get(answer.headers["location"]).text
    assert "Lyceum staat erin. 1 lezer staat nu aan deze kant." in page
    assert "1 lezer</strong> krijgt mail" in page


def test_an_organisation_is_changed_and_removed(editor: TestClient, services: Services) -> None:
    one, two = make_partnership(services, "Een"), make_partnership(services, "Twee")
    number = make_member(services, "Lyceum", Audience.SCHOOL, one)
    path = f"{MEMBERS}/{number}"

    answer = save(
        editor, path, SCHOOL, audience="lerarenopleiding", partnership=[str(one), str(two)]
    )

    assert answer.headers["location"] == path
    assert "Een en Twee" in editor.get(MEMBERS).text
    assert "Iemand anders wijzigde" in save(editor, path, SCHOOL).text
    assert "Kies een kant" in save(editor, path, SCHOOL, audience="").text
    assert post(editor, f"{path}/weg").headers["location"] == MEMBERS
    assert editor.get(path).status_code == 404
    with services.db.read() as session:
        assert session.scalars(select(Organisation)).all() == []


def test_a_name_of_an_organisation_that_is_taken_is_said(
    editor: TestClient, services: Services
) -> None:
    make_member(services, "LYCEUM", Audience.SCHOOL)
    other = make_member(services, "College", Audience.SCHOOL)

    for path in (f"{MEMBERS}/nieuw", f"{MEMBERS}/{other}"):
        assert "Er is al een organisatie met deze naam." in save(editor, path, SCHOOL).text


def test_a_partnership_is_removed_and_its_organisations_stay(
    editor: TestClient, services: Services
) -> None:
    number = make_partnership(services, "De Meander")
    make_member(services, "Lyceum", Audience.SCHOOL, number)

    answer = post(editor, f"{LIST}/{number}/weg")

    assert answer.headers["location"] == LIST
    assert editor.get(f"{LIST}/{number}").status_code == 404
    assert "Lyceum" in editor.get(MEMBERS).text


def test_the_files_come_in_again_without_a_change(
    editor: TestClient, services: Services, tmp_path: Any
) -> None:
    number = make_partnership(services, "=De Meander", region="Gelderland", agreed=True)
    make_member(services, "Lyceum", Audience.SCHOOL, number)

    answer = editor.get(f"{LIST}.csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert 'filename="opleidingsscholen.csv"' in answer.headers["content-disposition"]
    assert "'=De Meander" in answer.text
    path = tmp_path / "lijst.csv"
    path.write_bytes(answer.content)
    assert import_partnerships(services.db, path, now=services.clock()).unchanged == 1
    assert "Lyceum;school;Nijmegen;;de-meander" in editor.get(f"{MEMBERS}.csv").text


def test_the_log_leads_to_what_is_still_there(editor: TestClient, services: Services) -> None:
    gone = make_partnership(services, "Weg")
    stays = make_partnership(services, "Blijft")
    member = make_member(services, "Lyceum", Audience.SCHOOL, stays)
    post(editor, f"{LIST}/{gone}/weg")

    page = editor.get("/redactie/logboek?groep=opleidingsscholen").text

    assert f'href="{LIST}/{stays}"' in page
    assert f'href="{MEMBERS}/{member}"' in page
    assert f'href="{LIST}/{gone}"' not in page


@pytest.mark.parametrize("path", [LIST, MEMBERS])
def test_a_list_takes_as_many_queries_for_three_rows_as_for_one(
    editor: TestClient, services: Services, path: str
) -> None:
    def grow(name: str) -> None:
        make_member(services, f"{name} college", Audience.SCHOOL, make_partnership(services, name))

    grow("Rij 1")
    with counted(services.db.engine) as one:
        assert "Rij 1" in editor.get(path).text
    grow("Rij 2")
    grow("Rij 3")
    with counted(services.db.engine) as three:
        assert "Rij 3" in editor.get(path).text
    assert len(three) == len(one) > 0


def test_readers_of_results_see_nothing_of_the_field(
    client: TestClient, services: Services
) -> None:
    make_partnership(services, "De Meander")
    reader = desk(client, services, Role.READER)

    for path in (LIST, f"{LIST}/1", MEMBERS, f"{LIST}.csv"):
        assert reader.get(path).status_code == 403
