"""The list of editions: how one begins, what there is already, and what was thrown away."""

import re
from collections.abc import Iterator
from datetime import date, time
from threading import Thread

import pytest
from starlette.testclient import TestClient

from feeds.values import ItemKind
from newsletter.planning import save_rhythm
from newsletter.rhythm import Rhythm
from newsletter.store.editions import get_edition, list_editions
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services
from tests.fakes import FakeClock
from tests.web.desk import advance, begin, desk, edition_path, make_item, post, step, token
from web.app import create_app

PATH = "/redactie/edities"
NEWSLETTER = {"kind": "newsletter"}


@pytest.fixture
def other(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), follow_redirects=False) as client:
        yield desk(client, near, Role.APPROVER)


def ids(services: Services) -> list[int]:
    with services.db.read() as session:
        return [one.id for one in list_editions(session)]


def test_who_begins_a_second_one_is_told_of_the_first(
    editor: TestClient, other: TestClient, near: Services, clock: FakeClock
) -> None:
    first = begin(editor)
    clock.later(minutes=1)

    told = post(other, PATH, NEWSLETTER)
    made = ids(near)
    anyway = post(other, PATH, {**NEWSLETTER, "naast": str(first), "slot": ""})

    assert told.status_code == 409
    assert f'Er is al een concept: <a href="{edition_path(first)}">Editie 1</a>.' in told.text
    assert f'name="naast" value="{first}"' in told.text
    assert made == [first]
    assert anyway.status_code == 303
    assert len(ids(near)) == 2


def test_of_two_people_at_once_one_makes_the_draft(
    editor: TestClient, other: TestClient, near: Services
) -> None:
    forms = {client: {**NEWSLETTER, "csrf": token(client)} for client in (editor, other)}
    answers: list[int] = []

    def press(client: TestClient) -> None:
        answers.append(client.post(PATH, data=forms[client]).status_code)

    presses = [Thread(target=press, args=(client,)) for client in forms]
    for one in presses:
        one.start()
    for one in presses:
        one.join()

    assert sorted(answers) == [303, 409]
    assert len(ids(near)) == 1


def test_who_presses_twice_gets_the_same_one(editor: TestClient, near: Services) -> None:
    first, second = (post(editor, PATH, NEWSLETTER).headers["location"] for _ in range(2))

    assert first == second
    assert len(ids(near)) == 1


def test_the_next_planned_edition_is_offered_first(editor: TestClient, near: Services) -> None:
    rhythm = Rhythm(3, time(10), date(2027, 4, 29))
    save_rhythm(near.db, rhythm, version=0, now=near.clock(), by=None)

    page = editor.get(PATH).text
    choosing = editor.get("/redactie/selecteren").text
    made = post(editor, PATH, {**NEWSLETTER, "slot": "2027-04-29"})
    after = editor.get(PATH).text
    loose = post(editor, PATH, {**NEWSLETTER, "naast": str(ids(near)[0])})
    unknown = post(editor, PATH, {**NEWSLETTER, "slot": "morgen"})

    assert page.index("Begin de editie van donderdag 29 april") < page.index(
        "Begin een losse editie"
    )
    assert "Begin de editie van donderdag 29 april" in choosing
    with near.db.read() as session:
        edition = get_edition(session, ids(near)[-1])
    assert (edition.period, edition.dated_on) == ("slot-2027-04-29", date(2027, 4, 29))
    assert made.headers["location"] == edition_path(edition.id)
    assert "Begin de editie van donderdag 13 mei" in after
    assert (loose.status_code, unknown.status_code) == (303, 404)


def test_a_draft_is_thrown_away_and_brought_back(
    editor: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = begin(editor)
    page = editor.get(edition_path(edition)).text

    listed = step(editor, near, edition, "/weg")
    thrown = editor.get(edition_path(edition)).text
    bin_ = editor.get(f"{PATH}?toon=weggegooid").text
    today = editor.get("/redactie").text
    undo = re.search(r'action="([^"]+/terugzetten)"', listed)
    back = step(editor, near, edition, "/terugzetten")

    assert "Gooi dit concept weg" in page
    assert "‘Editie 1’ is weggegooid. Wat erin stond, staat weer in de rij." in listed
    assert undo
    assert undo[1] == edition_path(edition, "/terugzetten")
    assert f'href="{edition_path(edition)}"' not in listed
    assert f'href="{edition_path(edition)}"' not in today
    assert "Weggegooid (1)" in listed
    assert f'href="{edition_path(edition)}"' in bin_
    assert "Weggegooid, vandaag om 10.00 uur." in thrown
    assert "Dien in ter beoordeling" not in thrown
    assert "Het concept is er weer." in back
    assert "Dien in ter beoordeling" in back
    assert "weggegooid" not in editor.get(PATH).text


def test_what_was_submitted_is_not_thrown_away(editor: TestClient, near: Services) -> None:
    edition = begin(editor)
    advance(editor, near, edition, "/indienen")

    answer = post(editor, edition_path(edition, "/weg"))

    assert answer.status_code == 409
    with near.db.read() as session:
        assert get_edition(session, edition).state is EditionStatus.IN_REVIEW


def test_an_announcement_without_a_moment_has_no_day_yet(
    editor: TestClient, near: Services, clock: FakeClock
) -> None:
    starts_at = clock.later(days=30)
    clock.later(days=-30)
    event = make_item(near, "Congres", kind=ItemKind.EVENT, starts_at=starts_at)
    made = post(
        editor, PATH, {"kind": "announcement", "event": str(event), "segment": "school"}
    ).headers["location"]

    pages = [editor.get(one).text for one in (PATH, "/redactie", made)]
    calendar = editor.get("/redactie/kalender?maand=2027-04").text
    without = editor.get("/redactie/kalender?maand=2027-04&toon=edities").text

    assert all("nog geen dag" in one.lower() for one in pages)
    assert f'Nog geen dag: <a href="{made}">Congres</a> (concept).' in calendar
    assert 'class="slot slot-announcement" href' not in calendar
    assert "Nog geen dag" not in without
