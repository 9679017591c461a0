"""Segments at the desk: seen by everybody, made and changed by administrators."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from httpx import Response
from starlette.testclient import TestClient

from newsletter.model import Block
from newsletter.values import Role
from newsletter.wiring import Services
from storage.session import Database
from subscribers.model import Segment
from subscribers.segments import RESERVED, list_segments, parse_expression, save_segment
from subscribers.values import Audience, SubscriberStatus
from tests.factories import make_edition, make_readers
from tests.web.desk import desk, make_subscriber, post
from web.app import create_app
from web.routes import ROUTES

LIST = "/redactie/doelgroepen"
NO = LIST + "/noord-oost"
WHERE = "audience = school and region in (noord, oost) and not role = bestuurder"
ROWS = [
    ("audience", "is", "school", "en"),
    ("region", "is", "noord, oost", "en"),
    ("role", "niet", "bestuurder", "en"),
]


@pytest.fixture
def filled(services: Services) -> Services:
    for name, region, role in (
        ("jan", "Oost", "schoolopleider"),
        ("piet", "Noord", "Bestuurder"),
        ("mia", "West", "docent"),
        ("weg", "Oost", "docent"),
    ):
        status = SubscriberStatus.UNSUBSCRIBED if name == "weg" else SubscriberStatus.ACTIVE
        email = f"{name}@example.org"
        side = Audience.SCHOOL
        make_subscriber(services, email, side, region=region, role=role, status=status)
    save(services, "noord-oost", WHERE, "Noord en Oost")
    return services


@pytest.fixture
def cees(client: TestClient, filled: Services) -> TestClient:
    return desk(client, filled, Role.ADMINISTRATOR)


def save(services: Services, slug: str, where: str, name: str = "") -> None:
    conditions = parse_expression(where)
    save_segment(services.db, slug, conditions=conditions, name=name, now=services.clock())


def fields(*rows: tuple[str, str, str, str], done: str = "bewaar", **more: str) -> dict[str, str]:
    form = {"naam": "Wie dichtbij is", "aantal": str(len(rows)), "versie": "1", "doe": done} | more
    for at, (field, way, value, joined) in enumerate(rows):
        form |= {f"veld-{at}": field, f"hoe-{at}": way, f"waarde-{at}": value}
        form |= {f"voeg-{at}": joined} if at else {}
    return form


def saved(services: Services) -> dict[str, Any]:
    with services.db.read() as session:
        return {one.slug: one.conditions for one in list_segments(session)}


def text(answer: Response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def test_the_list_says_who_is_in_a_segment_how_many_and_where_it_is_used(
    cees: TestClient, filled: Services
) -> None:
    with filled.db.write() as session:
        make_edition(session, segments=["noord-oost"])
    save(filled, "anders", "not segment = noord-oost", "Wie er niet bij hoort")

    page = text(cees.get(LIST))

    assert (
        "Noord en Oost Kant is school, regio is noord of oost en rol is niet bestuurder 1 1" in page
    )
    assert "Wie er niet bij hoort Zit niet in de doelgroep ‘Noord en Oost’ 2 0" in page
    assert "Maak een doelgroep" in page


def test_what_is_another_possibility_stands_apart(cees: TestClient, filled: Services) -> None:
    save(filled, "of", "region = a and role = b or theme = c", "Of")

    assert "Regio is a en rol is b, of thema is c." in cees.get(LIST + "/of").text
    assert cees.get(LIST + "/of").text.count('class="is-or"') == 1


def test_editors_look_and_see_no_address(client: TestClient, filled: Services) -> None:
    desk(client, filled)

    page = client.get(NO)

    assert "Maak een doelgroep" not in client.get(LIST).text
    assert "Kant is school, regio is noord of oost en rol is niet bestuurder." in page.text
    assert "schoolopleider" in page.text
    assert "example.org</th>" not in page.text
    assert "jan@" not in page.text
    assert 'name="doe"' not in page.text
    assert post(client, NO, fields(*ROWS)).status_code == 403
    assert client.get(LIST + "/telling").status_code == 403


def test_a_segment_is_made_by_form(cees: TestClient, filled: Services) -> None:
    answer = post(cees, LIST + "/nieuw", fields(*ROWS))

    assert answer.headers["location"] == LIST + "/wie-dichtbij-is"
    assert saved(filled)["wie-dichtbij-is"] == saved(filled)["noord-oost"]
    page = cees.get(LIST + "/wie-dichtbij-is")
    assert "De doelgroep Wie dichtbij is is bewaard." in page.text
    assert 'value="noord, oost"' in page.text


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ([("region", "is", "a", "en"), ("role", "is", "b", "of")], "region = a or role = b"),
        (
            [("region", "is", 'a, "b, c"', "en"), ("theme", "niet", "d", "en")],
            'region in (a, "b, c") and not theme = d',
        ),
        ([("joined since", "is", "2027-01-01", "en")], "joined since 2027-01-01"),
        ([("segment", "niet", "noord-oost", "en")], "not segment = noord-oost"),
        ([("stage", "is", "aspirant", "en")], "stage = aspirant"),
    ],
)
def test_what_the_form_says_is_what_is_saved_and_shown_again(
    cees: TestClient, filled: Services, rows: list[tuple[str, str, str, str]], where: str
) -> None:
    post(cees, LIST + "/nieuw", fields(*rows))

    assert saved(filled)["wie-dichtbij-is"] == parse_expression(where)
    page = cees.get(LIST + "/wie-dichtbij-is").text
    again = fields(*rows, done="bewaar")
    for at in range(len(rows)):
        value = again[f"waarde-{at}"].replace('"', "&#34;")
        assert shows(page, at, value)
    assert post(cees, LIST + "/wie-dichtbij-is", again).status_code == 303
    assert saved(filled)["wie-dichtbij-is"] == parse_expression(where)


def shows(page: str, at: int, value: str) -> bool:
    """Say whether a row holds this: in a field, or chosen from a list."""
    field = re.search(rf'<(?:select|input)[^>]* name="waarde-{at}".*?(?:</select>|>\n)', page, re.S)
    return field is not None and (
        f' value="{value}"' in field[0].split("<option")[0]
        or f'<option value="{value}" selected>' in field[0]
    )


def test_buttons_add_and_take_away_rows_and_change_nothing(
    cees: TestClient, filled: Services
) -> None:
    before = saved(filled)

    more = post(cees, NO, fields(*ROWS, done="en"))
    other = post(cees, NO, fields(*ROWS, done="of"))
    less = post(cees, NO, fields(*ROWS, done="weg-2"))
    full = post(cees, NO, fields(*ROWS * 7, done="en"))

    assert 'name="waarde-3"' in more.text
    assert 'name="voeg-3" value="of"' in other.text
    assert 'name="waarde-2"' not in less.text
    assert "2 abonnees horen erbij, 1 meer dan bij de bewaarde doelgroep." in text(less)
    assert 'name="waarde-20"' not in full.text
    assert {one.status_code for one in (more, other, less, full)} == {200}
    assert saved(filled) == before


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"naam": ""}, "Vul in hoe deze doelgroep heet."),
        ({"naam": "!!"}, "Gebruik ook gewone letters of cijfers"),
        ({"naam": "Noord Oost"}, "Er is al een doelgroep met deze naam."),
        ({"naam": "Nieuw"}, "Zo heet al een bladzijde van de redactie."),
        ({"waarde-0": "leerling"}, "Kies school, lerarenopleiding of geen."),
        ({"waarde-1": ""}, "Vul een waarde in, of haal de voorwaarde weg."),
        ({"waarde-1": "noord ("}, "Zo kan het niet."),
        ({"veld-1": "joined since", "waarde-1": "mei"}, "Vul één dag in, zoals 2027-03-31."),
        ({"veld-1": "segment", "waarde-1": "weg"}, "Deze doelgroep kan niet zo"),
        ({"veld-1": "theme", "waarde-1": ",".join(map(str, range(301)))}, "te veel voorwaarden"),
        ({"aantal": "0"}, "Voeg een voorwaarde toe"),
    ],
)
def test_what_is_wrong_is_said_where_it_is_and_nothing_is_lost(
    cees: TestClient, filled: Services, changed: dict[str, str], said: str
) -> None:
    before = saved(filled)

    answer = post(cees, LIST + "/nieuw", fields(*ROWS) | changed)

    assert answer.status_code == 422
    assert said in answer.text
    assert ('value="bestuurder"' in answer.text) == ("aantal" not in changed)
    assert saved(filled) == before


def test_conditions_in_each_other_stay_one_sentence(cees: TestClient, filled: Services) -> None:
    where = "audience = school and (region = oost or not (theme = visie and role = docent))"
    save(filled, "in-elkaar", where)
    path = LIST + "/in-elkaar"

    assert where in cees.get(path).text
    wrong = post(cees, path, {"naam": "X", "zin": "region = oost and shoe = 3", "doe": "bewaar"})
    right = post(cees, path, {"naam": "X", "zin": "region = west", "versie": "1", "doe": "bewaar"})

    assert (wrong.status_code, right.status_code) == (422, 303)
    assert "Vanaf teken 19 klopt de zin niet: ‘shoe = 3’." in wrong.text
    assert saved(filled)["in-elkaar"] == {"region": "west"}
    assert 'name="zin"' not in cees.get(path).text


def test_a_segment_in_itself_is_refused(cees: TestClient, filled: Services) -> None:
    save(filled, "anders", "not segment = noord-oost")

    answer = post(cees, NO, fields(("segment", "is", "anders", "en")))

    assert answer.status_code == 422
    assert "of die deze zelf bevat" in answer.text


def test_the_count_is_a_part_of_the_page(cees: TestClient) -> None:
    query = {name: value for name, value in fields(*ROWS[:2]).items() if name != "doe"}

    live = cees.get(LIST + "/telling", params=query | {"slug": "noord-oost"})
    wrong = cees.get(LIST + "/telling", params=query | {"veld-0": "audience", "waarde-0": "x"})

    assert "<html" not in live.text
    assert text(live).startswith("2 abonnees horen erbij, 1 meer dan bij de bewaarde doelgroep.")
    assert "Nog 1 past erin, maar krijgt nu geen mail." in text(live)
    assert text(wrong).startswith(
        "We kunnen nog niet tellen. Voorwaarde 1: kies school, lerarenopleiding of geen."
    )


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("jan@example.org", "Ja, deze abonnee hoort erbij."),
        ("PIET@example.org", "Nee, door de laatste voorwaarde."),
        ("weg@example.org", "Ja, deze abonnee hoort erbij. Dit adres krijgt nu geen mail."),
        ("niemand@example.org", "Er is geen abonnee met dit adres."),
        ("", "Vul een e-mailadres in"),
    ],
)
def test_why_somebody_is_in_a_segment_is_told(cees: TestClient, email: str, said: str) -> None:
    answer = post(cees, NO + "/waarom", {"email": email})

    assert said in text(answer)
    if email.startswith("PIET"):
        assert "klopt: Kant is school klopt: Regio is noord of oost" in text(answer)
        said = "klopt niet: Rol is niet bestuurder Bij deze abonnee: Bestuurder."
        assert said in text(answer)


def test_a_segment_goes_and_comes_back(cees: TestClient, filled: Services) -> None:
    answer = post(cees, NO + "/weg")

    page = cees.get(str(answer.headers["location"])).text
    assert "De doelgroep Noord en Oost is weg." in page
    assert f'action="{NO}/terug"' in page
    assert "noord-oost" not in saved(filled)
    assert cees.get(NO).status_code == 404
    assert post(cees, NO + "/terug").headers["location"] == NO
    assert saved(filled)["noord-oost"] == parse_expression(WHERE)


def test_a_segment_that_is_used_stays_and_says_by_what(cees: TestClient, filled: Services) -> None:
    save(filled, "anders", "not segment = noord-oost", "Anders")
    with filled.db.write() as session:
        make_edition(session, segments=["school", "noord-oost"])
        other = make_edition(session, segments=["school"])
        block = Block(edition_id=other.id, position=0, kind="article", segment="noord-oost")
        session.add(block)

    shown = text(cees.get(NO))
    answer = post(cees, NO + "/weg")

    assert "De doelgroep Anders Een blok in Nieuwsbrief Nieuwsbrief" in shown
    assert "Haal deze doelgroep weg" not in shown
    said = "en de doelgroep ‘Anders’ gebruiken hem."
    assert said in cees.get(str(answer.headers["location"])).text
    assert "noord-oost" in saved(filled)


def test_the_second_who_saves_chooses_between_both(cees: TestClient, filled: Services) -> None:
    rows = fields(("region", "is", "west", "en"), versie="1")
    post(cees, NO, fields(*ROWS[:2], versie="1"))

    clash = post(cees, NO, rows)
    again = post(cees, NO, rows | {"doe": "tel"})

    assert clash.status_code == 409
    assert "wijzigde deze doelgroep intussen. Wat jij koos, is nog niet bewaard." in text(clash)
    assert "Kant is school en regio is noord of oost." in text(clash)
    assert "Regio is west." in text(clash)
    assert 'name="versie" value="2"' in clash.text
    assert 'name="versie" value="1"' in again.text
    assert saved(filled)["noord-oost"]["region"] == ["noord", "oost"]
    assert post(cees, NO, rows | {"versie": "2"}).status_code == 303
    assert saved(filled)["noord-oost"] == {"region": "west"}


@pytest.fixture
def impatient(services: Services, database_url: str) -> Iterator[Services]:
    """Give no time to count thousands of people."""
    with services.db.write() as session:
        make_readers(session, 4_000)
    save(services, "docent", "not role = docent", "Wie geen docent is")
    made = replace(services, db=Database(database_url, patience_s=0))
    yield made
    made.db.close()


def test_what_takes_too_long_to_count_is_told(impatient: Services) -> None:
    if impatient.db.engine.dialect.name != "sqlite":
        pytest.skip("a server has counted them before its shortest limit")
    with TestClient(create_app(impatient), follow_redirects=False) as client:
        desk(client, impatient, Role.ADMINISTRATOR)
        listed, shown = client.get(LIST), client.get(LIST + "/docent")
        typed = post(client, LIST + "/docent", fields(("role", "niet", "x", "en"), done="tel"))
        live = client.get(LIST + "/telling", params=fields(("role", "niet", "x", "en")))

    assert {one.status_code for one in (listed, shown, typed, live)} == {200}
    assert "niet geteld" in text(listed)
    for one in (listed, shown, typed, live):
        assert "Tellen duurt te lang. Na vijf seconden zijn we gestopt." in text(one)


def test_a_sample_is_drawn_of_who_gets_mail(cees: TestClient) -> None:
    page = text(cees.get(NO))

    assert "De enige die erbij hoort" in page
    assert "jan@example.org schoolopleider" in page
    assert "weg@example.org" not in page


def test_a_name_of_a_segment_is_a_text(cees: TestClient, filled: Services) -> None:
    with filled.db.write() as session:
        session.get_one(Segment, "noord-oost").name = "<b>x</b>"

    for path in (LIST, NO):
        assert "<b>x" not in cees.get(path).text


def test_no_segment_takes_the_address_of_a_page() -> None:
    beside = {
        route.path.removeprefix(LIST + "/") for route in ROUTES if route.path.startswith(LIST + "/")
    }

    assert {one for one in beside if "{" not in one} == RESERVED
