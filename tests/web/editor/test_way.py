"""The whole way of an edition, by two people, through the pages only."""

from datetime import timedelta
from threading import Event

from starlette.testclient import TestClient

from feeds.model import Item
from feeds.values import ItemKind
from newsletter.send.worker import run_worker
from newsletter.store.editions import get_edition
from newsletter.wiring import Services
from tests.fakes import FakeTransport
from tests.web.desk import (
    advance,
    approved,
    begin,
    block_mark,
    edition_path,
    make_item,
    post,
    step,
    submitted,
    version,
)
from web.forms import moment_value

DAY = timedelta(days=1)


def test_from_draft_to_result(  # noqa: PLR0915 - the whole way, step by step
    editor: TestClient, approver: TestClient, near: Services, transport: FakeTransport
) -> None:
    edition = begin(editor)
    shown = editor.get(edition_path(edition)).text
    assert "Masterclass kwaliteitszorg" in shown
    assert 'title="De mail zoals een school hem krijgt"' in shown

    head = {
        "title": "Naast elkaar, of echt met elkaar?",
        "subject": "Wie doet wat?",
        "preheader": "Een woordenlijst en een datum",
        "dated_on": "2027-04-22",
        "planned_at": "",
    }
    saved = step(editor, near, edition, "/kop", **head)
    assert "<h1>Naast elkaar, of echt met elkaar?</h1>" in saved

    offered = step(editor, near, edition, "/indienen", note="Let op de titel.")
    assert "Een eindredacteur bekijkt deze editie." in offered
    assert "Keur goed" not in offered

    assert "Beoordeel deze editie" in approver.get(edition_path(edition)).text
    judged = approver.get(edition_path(edition, "/beoordelen")).text
    assert "Keur goed" in judged
    assert "‘Let op de titel.’" in judged
    last_look = step(approver, near, edition, "/goedkeuren")
    assert "Verstuur naar 5 abonnees" in last_look
    assert "Goedgekeurd door Approver" in last_look

    started = step(editor, near, edition, "/verstuur")
    assert "Het verzenden begint." in started
    run_worker(near, stop=Event(), until_complete=edition)

    done = editor.get(edition_path(edition, "/verzenden")).text
    assert "is verzonden" in done
    result = editor.get(edition_path(edition, "/resultaat")).text
    assert "4 van de 5" in result
    assert "1 adres nam de mail niet aan" in result
    assert "lerarenopleiding" in result
    assert sorted(recipient for _, recipient, _ in transport.accepted) == [
        "pabo@example.org",
        "raad@example.org",
        "school0@example.org",
        "school2@example.org",
    ]
    today = editor.get("/redactie").text
    assert "hele resultaat" in today
    assert "Begin de volgende editie" in today


def test_an_edition_goes_back_with_a_reason(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)

    silent = post(approver, edition_path(edition, "/terugsturen"), {"because": " "})
    advance(approver, near, edition, "/terugsturen", because="De titel is te lang.")

    assert silent.status_code == 422
    assert "Schrijf erbij wat er anders moet." in silent.text
    page = editor.get(edition_path(edition)).text
    assert "‘De titel is te lang.’" in page
    assert "Dien in ter beoordeling" in page


def test_an_approval_of_an_older_version_is_refused(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    seen = version(near, edition)
    advance(editor, near, edition, "/indienen")
    head = {"title": "Nog iets anders", "subject": "A", "dated_on": "2027-04-22"}
    advance(editor, near, edition, "/intrekken")
    advance(editor, near, edition, "/kop", **head)
    advance(editor, near, edition, "/indienen")

    answer = post(approver, edition_path(edition, "/goedkeuren"), {"version": seen})

    assert answer.status_code == 409
    assert "Ter beoordeling" in editor.get(edition_path(edition)).text


def test_an_edit_after_it_was_taken_back_needs_a_new_approval(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)

    head = {"title": "Toch anders", "subject": "A ", "dated_on": "2027-04-22"}
    advance(editor, near, edition, "/intrekken")
    advance(editor, near, edition, "/kop", **head)
    answer = post(editor, edition_path(edition, "/verstuur"))

    assert answer.status_code == 409
    assert "Dien in ter beoordeling" in editor.get(edition_path(edition)).text


def test_a_page_that_still_stands_open_does_not_void_an_approval_by_itself(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    with near.db.read() as session:
        block = get_edition(session, edition, with_blocks=True).blocks[0]
    path = edition_path(edition, f"/blokken/{block.id}")
    words = {"kind": block.kind, "text": "Nog even", "seen": block_mark(near, block.id)}

    late = [
        post(editor, path, words),
        post(editor, f"{path}/plaats", {"to": "down"}),
        post(
            editor, edition_path(edition, "/kop"), {"title": "Nog even", "dated_on": "2027-04-22"}
        ),
        post(editor, edition_path(edition, "/kop/kanten"), {"subject-school": "Nee"}),
    ]

    assert [one.status_code for one in late] == [409, 409, 409, 409]
    assert all("Trek de editie eerst in" in one.text for one in late)
    assert "Goedgekeurd" in editor.get(edition_path(edition)).text


def test_an_announcement_begins_at_an_event(editor: TestClient, near: Services) -> None:
    page = editor.get("/redactie/edities").text
    event = page.split('<option value="')[1].split('"')[0]

    answer = post(
        editor,
        "/redactie/edities",
        {"kind": "announcement", "event": event, "segment": "school"},
    )
    shown = editor.get(answer.headers["location"]).text
    wrong = post(
        editor, "/redactie/edities", {"kind": "announcement", "event": 1, "segment": "school"}
    )

    assert answer.status_code == 303
    assert "Aankondiging" in shown
    assert "lerarenopleiding hem krijgt" not in shown
    assert wrong.status_code == 404
    fields = {"kind": "announcement", "event": event, "segment": "bestaat-niet"}
    assert post(editor, "/redactie/edities", fields).status_code == 422


def test_today_gives_each_person_their_own_tasks(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    writing = editor.get("/redactie").text
    advance(editor, near, edition, "/indienen")

    assert "Schrijf verder" in writing
    assert "Beoordeel" in approver.get("/redactie").text
    assert "Beoordeel" not in editor.get("/redactie").text


def test_an_announcement_begins_in_one_step_where_the_event_is_chosen(
    editor: TestClient, near: Services
) -> None:
    event = make_item(near, "Congres", kind=ItemKind.EVENT, starts_at=near.clock() + 9 * DAY)
    session = make_item(near, "Sessie een", kind=ItemKind.EVENT, starts_at=near.clock() + 9 * DAY)
    with near.db.write() as db:
        db.get_one(Item, session).details = {"part_of": "congres"}

    opened = editor.get(f"/redactie/selecteren?open={event}").text
    of_session = editor.get(f"/redactie/selecteren?open={session}").text
    listed = editor.get("/redactie/edities").text

    assert f'form="kondig{event}">Maak een aankondiging</button>' in opened
    assert "Maak een aankondiging" not in of_session
    assert f'<option value="{event}"' in listed
    assert f'<option value="{session}"' not in listed


def test_the_last_moment_and_the_archive_are_chosen_at_the_edition(
    editor: TestClient, near: Services
) -> None:
    event = make_item(near, "Congres", kind=ItemKind.EVENT, starts_at=near.clock() + 9 * DAY)
    form = {"kind": "announcement", "event": event, "segment": "school"}
    made = int(post(editor, "/redactie/edities", form).headers["location"].rsplit("/", 1)[1])
    page = editor.get(edition_path(made)).text
    of_bounds = page.split(edition_path(made, "/grenzen"))[1]
    seen = of_bounds.split('name="seen" value="')[1].split('"')[0]
    begins = moment_value(near.clock() + 9 * DAY)
    earlier, later = (moment_value(near.clock() + n * DAY) for n in (8, 10))

    wrong = post(
        editor, edition_path(made, "/grenzen"), {"seen": seen, "not_after": later, "listed": "ja"}
    )
    saved = step(editor, near, made, "/grenzen", seen=seen, not_after=earlier)
    overtaken = post(editor, edition_path(made, "/grenzen"), {"seen": seen, "not_after": ""})

    assert f'value="{begins}"' in page
    assert wrong.status_code == 422
    assert "Dan is de bijeenkomst al begonnen." in wrong.text
    assert f'value="{later}"' in wrong.text
    assert f'value="{earlier}"' in saved
    assert "niet in het archief</summary>" in saved
    assert overtaken.status_code == 409
