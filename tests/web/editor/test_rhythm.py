"""The page of the rhythm: shown from the address, kept with a button, each problem at its field."""

import re
from datetime import date, time

import pytest
from starlette.testclient import TestClient

from newsletter.rhythm import Instead, Lead, Period, Rhythm
from newsletter.store.planning import Kept, read_kept
from newsletter.values import Role
from newsletter.wiring import Services
from storage.log import LogEntry
from tests.web.desk import desk, post

PATH = "/redactie/instellingen/ritme"
FIELDS = {
    "versie": "0",
    "elke": "2",
    "dag": "3",
    "tijd": "10:00",
    "vanaf": "2027-04-29",
    "concept_dagen": "5",
    "concept_tijd": "06:00",
    "dicht_dagen": "3",
    "dicht_tijd": "12:00",
    "ingediend_dagen": "2",
    "ingediend_tijd": "17:00",
    "akkoord_dagen": "1",
    "akkoord_tijd": "17:00",
    "vrij": "Meivakantie 24-4-2027 t/m 9-5-2027",
    "anders": "skip",
}
MAY = Period(date(2027, 4, 24), date(2027, 5, 9), "Meivakantie")
RHYTHM = Rhythm(3, time(10), date(2027, 4, 29), periods=(MAY,))


def kept(services: Services) -> Kept:
    with services.db.read() as session:
        return read_kept(session)


@pytest.fixture
def approver(client: TestClient, services: Services) -> TestClient:
    return desk(client, services, Role.APPROVER)


def words(page: str) -> str:
    return " ".join(page.split())


def test_an_editor_may_not_set_the_rhythm(client: TestClient, services: Services) -> None:
    assert desk(client, services).get(PATH).status_code == 403


def test_without_a_rhythm_one_is_proposed_and_nothing_is_kept(
    approver: TestClient, services: Services
) -> None:
    page = words(approver.get(PATH).text)

    assert "Er is nog geen ritme." in page
    assert 'value="2" selected' in page
    assert "Donderdag 29 april, 10.00 uur" in page
    assert "di 27 april" not in page  # Koningsdag: nobody works
    assert kept(services) == Kept(None, is_on=False, version=0)


def test_the_moments_are_shown_from_the_address_before_anybody_keeps_them(
    approver: TestClient, services: Services
) -> None:
    answer = approver.get(PATH, params=FIELDS)
    page = words(answer.text)

    assert answer.status_code == 200
    assert "Donderdag 29 april valt in: Meivakantie. Dan is er geen editie." in page
    assert "Donderdag 13 mei, 10.00 uur" in page
    assert "<dt>selectie dicht</dt><dd>ma 10 mei, 12.00 uur</dd>" in page
    assert page.count('<dl class="ahead-before">') == 8
    assert kept(services).version == 0


def test_no_token_goes_into_the_address(approver: TestClient) -> None:
    form = (
        approver.get(PATH)
        .text.split('<form class="stack rhythm" method="get"')[1]
        .split("</form>")[0]
    )

    assert 'type="hidden" name="csrf"' not in form
    assert 'formmethod="post" name="csrf"' in form


def test_the_rhythm_is_kept_and_is_on_record(approver: TestClient, services: Services) -> None:
    answer = post(approver, PATH, FIELDS)

    assert answer.headers["location"] == PATH
    page = words(approver.get(PATH).text)
    assert "Elke twee weken op donderdag om 10.00 uur, niet in vrije perioden." in page
    assert "De volgende acht momenten." in page
    assert kept(services) == Kept(RHYTHM, is_on=True, version=1)
    with services.db.read() as session:
        entry = session.query(LogEntry).filter_by(what="rhythm.saved").one()
    assert Rhythm.from_json(entry.detail) == RHYTHM


def test_a_month_and_moving_to_the_next_week_are_kept(
    approver: TestClient, services: Services
) -> None:
    post(approver, PATH, {**FIELDS, "elke": "m-1", "anders": "next_week", "concept_dagen": "20"})

    assert kept(services).rhythm == Rhythm(
        3,
        time(10),
        date(2027, 4, 29),
        weeks=1,
        nth=-1,
        opens=Lead(20, time(6)),
        periods=(MAY,),
        instead=Instead.NEXT_WEEK,
    )


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"tijd": ""}, "Vul een tijd in, zoals 10.00."),
        ({"vanaf": "morgen"}, "Vul een datum in, zoals 28-05-2027."),
        ({"vanaf": "1999-01-01"}, "Kies een datum in de komende jaren."),
        ({"dicht_dagen": "21"}, "Kies een aantal werkdagen van 0 tot en met 20."),
        ({"dicht_dagen": "-1"}, "Kies een aantal werkdagen van 0 tot en met 20."),
        ({"dicht_tijd": "25:00"}, "Vul een tijd in, zoals 10.00."),
        (
            {"dicht_dagen": "1"},
            "Dit is later dan: ingediend vóór. Kies meer werkdagen ervoor.",
        ),
        (
            {"akkoord_dagen": "0"},
            "Dit is later dan: de editie gaat uit. Kies meer werkdagen ervoor.",
        ),
        ({"elke": "0"}, "Kies uit de lijst hoe vaak er een editie uitgaat."),
        ({"elke": "999999"}, "Kies uit de lijst hoe vaak er een editie uitgaat."),
        ({"dag": "9"}, "Kies een dag van de week."),
        ({"anders": ""}, "Kies wat er gebeurt met een editie in een vrije periode."),
        ({"vrij": "Meivakantie"}, "Regel 1: hier staat geen datum."),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_kept(
    approver: TestClient, services: Services, wrong: dict[str, str], sentence: str
) -> None:
    shown = approver.get(PATH, params={**FIELDS, **wrong})
    answer = post(approver, PATH, {**FIELDS, **wrong})

    assert (shown.status_code, answer.status_code) == (200, 422)
    assert sentence in answer.text
    assert sentence in shown.text
    assert kept(services).version == 0


def test_who_saves_over_another_is_told(approver: TestClient, services: Services) -> None:
    post(approver, PATH, FIELDS)

    answer = post(approver, PATH, {**FIELDS, "elke": "4"})

    assert answer.status_code == 422
    assert "Iemand anders bewaarde net een ander ritme." in answer.text
    assert 'value="4" selected' in answer.text
    assert kept(services) == Kept(RHYTHM, is_on=True, version=1)


def test_the_rhythm_is_turned_off_and_on_again(approver: TestClient, services: Services) -> None:
    post(approver, PATH, FIELDS)

    off = post(approver, f"{PATH}/uit")
    assert not kept(services).is_on
    assert f'action="{PATH}/aan"' in approver.get(off.headers["location"]).text
    post(approver, f"{PATH}/aan")

    assert kept(services) == Kept(RHYTHM, is_on=True, version=3)


def test_strange_choices_break_nothing(approver: TestClient) -> None:
    odd = {"elke": "9", "dag": "<b>", "anders": "x", "tijd": "10:00:30", "vrij": "\x00" * 7000}

    assert approver.get(PATH, params={**FIELDS, **odd}).status_code == 200


def undo_of(client: TestClient, page: str) -> str:
    found = re.search(rf'action="({PATH}/ongedaan[^"]+)"', client.get(page).text)
    assert found
    return found[1]


def test_saving_a_rhythm_is_undone_and_done_again(approver: TestClient, services: Services) -> None:
    post(approver, PATH, FIELDS)
    saved = post(approver, PATH, {**FIELDS, "versie": "1", "elke": "4"})
    four = kept(services).rhythm

    undone = post(approver, undo_of(approver, saved.headers["location"]))
    before = kept(services)
    post(approver, undo_of(approver, undone.headers["location"]))

    assert before == Kept(RHYTHM, is_on=True, version=3)
    assert kept(services) == Kept(four, is_on=True, version=4)


def test_the_first_rhythm_is_undone_to_none_that_counts(
    approver: TestClient, services: Services
) -> None:
    saved = post(approver, PATH, FIELDS)

    undone = post(approver, undo_of(approver, saved.headers["location"]))

    assert not kept(services).is_on
    assert "Ongedaan gemaakt. Het ritme is uit." in approver.get(undone.headers["location"]).text


def test_a_save_that_another_followed_is_not_undone(
    approver: TestClient, services: Services
) -> None:
    saved = post(approver, PATH, FIELDS)
    undo = undo_of(approver, saved.headers["location"])
    post(approver, f"{PATH}/uit")

    answers = [post(approver, one) for one in (undo, f"{PATH}/ongedaan")]

    assert kept(services) == Kept(RHYTHM, is_on=False, version=2)
    assert [one.status_code for one in answers] == [303, 303]
    assert "Er is niets teruggezet." in approver.get(PATH).text
