"""Lists at the desk: columns proposed, a trial, people in, errors out, people out."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from httpx import Response
from openpyxl import load_workbook
from sqlalchemy import func, select
from starlette.testclient import TestClient

from newsletter import pipeline
from newsletter.values import Role
from newsletter.wiring import Services
from storage.log import LogEntry
from storage.workbook import MEDIA_TYPE, write_workbook
from subscribers.batches import SUBSCRIBERS
from subscribers.list_rows import ListStep, ReceivedList
from subscribers.model import Consent, Subscriber
from subscribers.receiving import KEPT
from subscribers.segments import add_default_segments
from subscribers.values import Audience, SubscriberStatus
from tests.factories import make_subscriber
from tests.fakes import FakeClock
from tests.web.desk import desk, post, token
from web.app import create_app
from web.editor import lists as pages

IN = "/redactie/abonnees/inlezen"
OUT = "/redactie/abonnees/uitvoer"
FILE = "Naam;Contact;Waar\nZoë;zoe@example.org;Oost\nJan;jan@example.org;West\nGeen;fout;\n"
COLUMNS = {"kolom-name": "0", "kolom-email": "1", "kolom-region": "2"}
GROUND = {"grond": "deelnemer van het congres"}


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), follow_redirects=False) as client:
        yield desk(client, services, Role.ADMINISTRATOR)


def upload(client: TestClient, document: str | bytes, name: str = "lijst.csv") -> Response:
    body = document.encode("windows-1252") if isinstance(document, str) else document
    answer: Response = client.post(
        IN, data={"csrf": token(client)}, files={"bestand": (name, body, "text/csv")}
    )
    return answer


def received(client: TestClient, document: str | bytes = FILE) -> str:
    return upload(client, document).headers["location"]


def tried(client: TestClient, document: str | bytes = FILE) -> str:
    place = received(client, document)
    assert post(client, f"{place}/proef", COLUMNS | GROUND).headers["location"] == place
    return place


def row_of(services: Services) -> ReceivedList:
    with services.db.read() as session:
        return session.scalars(select(ReceivedList)).one()


def people(services: Services) -> dict[str, str]:
    with services.db.read() as session:
        return {row.email: row.region for row in session.scalars(select(Subscriber))}


def files(services: Services) -> list[Path]:
    folder = services.settings.data_dir / "lists"
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_file_is_shown_as_it_is_read_with_its_columns_proposed(client: TestClient) -> None:
    page = client.get(received(client)).text

    assert "Windows-1252" in page
    assert "puntkomma’s" in page
    assert "<td>Zoë</td>" in page
    assert '<option value="1" selected>Contact (kolom 2)</option>' in page
    assert "Zo te zien aan wat erin staat." in page


def test_a_file_that_was_read_wrongly_is_read_as_somebody_says(client: TestClient) -> None:
    place = received(client, "Naam|Contact;Waar\nZoë|zoe@example.org;Oost\n".encode("cp850"))
    before = client.get(place).text
    assert "<td>Zoë|zoe@example.org</td>" not in before

    post(client, f"{place}/lezen", {"tekens": "cp850", "tussen": "|"})

    page = client.get(place).text
    assert "als MS-DOS (CP850), met streepjes ertussen" in page
    assert "<td>Zoë</td><td>zoe@example.org;Oost</td>" in page
    post(client, f"{place}/proef", {"kolom-name": "0", "kolom-email": "1"} | GROUND)
    assert "zoe@example.org;Oost" in client.get(place).text
    assert post(client, f"{place}/lezen", {"tussen": "tab"}).status_code == 303
    assert "Dit verandert er" in client.get(place).text
    assert post(client, f"{place}/lezen", {"tekens": "latin-9"}).status_code == 404


def test_a_trial_shows_what_would_change_and_changes_nothing(
    client: TestClient, services: Services
) -> None:
    with services.db.write() as session:
        make_subscriber(session, "jan@example.org", name="Jan", region="Oost")

    page = client.get(tried(client)).text

    assert "Er is nog niets gewijzigd." in page
    assert "Lees 2 mensen in" in page
    assert "Regio: <del>Oost</del> → <ins>West</ins>" in page
    assert "Dit is geen e-mailadres" in page
    assert people(services) == {"jan@example.org": "Oost"}


def test_columns_are_chosen_again_after_a_trial(client: TestClient, services: Services) -> None:
    place = tried(client)

    answer = post(client, f"{place}/kolommen")

    page = client.get(place).text
    assert answer.headers["location"] == place
    assert "Klopt het zo?" in page
    assert ">deelnemer van het congres</textarea>" in page
    assert "Kijk na wat er verandert" in page
    late = post(client, f"{place}/binnen")
    assert "Deze lijst was al verder." in client.get(late.headers["location"]).text
    assert people(services) == {}


def test_people_come_in_with_the_ground_and_the_file_goes(
    client: TestClient, services: Services
) -> None:
    place = tried(client)

    post(client, f"{place}/binnen")

    page = client.get(place).text
    with services.db.read() as session:
        fact = session.scalars(select(Consent).order_by(Consent.id)).first()
        told = session.scalars(select(LogEntry).where(LogEntry.what == "subscriber.imported")).one()
    assert "De lijst is ingelezen" in page
    assert people(services) == {"zoe@example.org": "Oost", "jan@example.org": "West"}
    assert fact is not None
    assert (fact.ground, fact.source) == ("deelnemer van het congres", "import lijst.csv")
    assert told.user_id is not None
    assert told.detail == {"read": 3, "added": 2, "updated": 0, "unchanged": 0, "rejected": 1}
    assert [path.name for path in files(services)] == ["found.json"]
    assert files(services)[0].stat().st_mode & 0o777 == 0o600


def test_addresses_of_roles_are_told_and_come_in(client: TestClient, services: Services) -> None:
    place = tried(client, "Naam;Contact;Waar\nX;Info@böter.example.org;\nY;zoe@example.org;\n")

    page = client.get(place).text

    assert page.count("Info@böter.example.org") == 2  # with its domain as people write it
    assert "1 adres is van een functie, zoals info@" in page
    assert "Adressen van een functie" in page
    assert "Lees 2 mensen in" in page


@pytest.mark.parametrize("refuses", [True, False])
def test_addresses_that_our_relay_refuses_are_told_and_come_in(
    client: TestClient,
    services: Services,
    refuses: bool,  # noqa: FBT001 - made up
) -> None:
    services.offers.letters = not refuses
    place = tried(client, "Naam;Contact;Waar\nX;zoë@example.org;\nY;info@example.org;\n")

    page = client.get(place).text

    assert ("1 adres heeft voor de @ een letter als é of ø" in page) is refuses
    assert page.count("zoë@example.org") == (2 if refuses else 1)
    assert page.count("info@example.org") == 2
    assert "Lees 2 mensen in" in page


def test_refused_lines_are_given_as_a_file_without_formulas(client: TestClient) -> None:
    place = tried(client, "Naam;Contact;Waar\nX;=1+1;\nY;zoe@example.org;\n")

    answer = client.get(f"{place}/fouten.csv")

    assert answer.text.splitlines()[1].startswith("2;'=1+1;")
    assert "attachment" in answer.headers["content-disposition"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        (COLUMNS, "Zonder grond kan het niet."),
        (GROUND | {"kolom-name": "0"}, "in welke kolom het e-mailadres staat"),
        (COLUMNS | GROUND | {"kolom-name": "1"}, "Deze kolom heb je al gekozen"),
    ],
)
def test_what_has_to_be_said_is_asked_for_and_kept(
    client: TestClient, services: Services, fields: dict[str, str], said: str
) -> None:
    place = received(client)

    answer = post(client, f"{place}/proef", fields)

    assert answer.status_code == 422
    assert said in answer.text
    assert row_of(services).state is ListStep.RECEIVED


@pytest.mark.parametrize("column", ["9", "x", "-1"])
def test_a_column_that_is_not_there_is_no_page_of_ours(client: TestClient, column: str) -> None:
    place = received(client)

    assert (
        post(client, f"{place}/proef", COLUMNS | GROUND | {"kolom-role": column}).status_code == 404
    )


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (b"", "Kies eerst een bestand."),
        (b"PK\x03\x04 niets", "Bewaar het blad als CSV of als Excel-werkmap"),
        (b"\xd0\xcf\x11\xe0 oud", "oud Excel (.xls). Open het, kies Opslaan als"),
        (b"%PDF-1.7", "Dit is een pdf."),
    ],
)
def test_what_is_no_list_is_refused_and_not_kept(
    client: TestClient, services: Services, document: bytes, sentence: str
) -> None:
    answer = upload(client, document) if document else post(client, IN)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert files(services) == []


def test_a_workbook_comes_in_the_same_way(client: TestClient, services: Services) -> None:
    book = io.BytesIO()
    write_workbook(book, "Blad", ["Naam", "Contact", "Waar"], [["=Zoë", "zoe@example.org", "Oost"]])

    place = tried(client, book.getvalue())
    page = client.get(place).text
    post(client, f"{place}/binnen")

    assert "het eerste blad van deze Excel-werkmap" in page
    assert people(services) == {"zoe@example.org": "Oost"}


def test_a_step_that_was_taken_already_is_not_taken_twice(
    client: TestClient, services: Services
) -> None:
    place = tried(client)
    post(client, f"{place}/binnen")

    for step in ("binnen", "weg"):
        assert post(client, f"{place}/{step}").headers["location"] == place
    assert post(client, f"{place}/proef", COLUMNS | GROUND).headers["location"] == place
    assert row_of(services).state is ListStep.DONE


def test_a_list_that_is_not_wanted_goes_with_its_file(
    client: TestClient, services: Services
) -> None:
    place = tried(client)

    post(client, f"{place}/weg")

    assert files(services) == []
    assert people(services) == {}
    assert "Er is niets gewijzigd" in client.get(place).text


def test_a_long_list_shows_how_far_it_is_and_goes_on_after_a_crash(
    client: TestClient, services: Services
) -> None:
    place = tried(client)
    services.lists.bring_in(row_of(services).id)  # and then the process dies

    page = client.get(place)
    part = client.get(f"{place}/stand")
    pipeline.STAGES["lists"].do(services, services.clock())

    assert "We lezen de lijst in" in page.text
    assert 'data-refresh="2"' in part.text
    assert row_of(services).state is ListStep.DONE
    assert len(people(services)) == 2


def test_a_file_larger_than_what_is_read_at_once_is_read_after_the_answer(
    client: TestClient, services: Services
) -> None:
    lines = "".join(f"Mens {n};p{n}@example.org;Regio {'x' * 60}\n" for n in range(6_000))
    assert len(lines) > pages.AT_ONCE

    place = tried(client, "Naam;Contact;Waar\n" + lines)

    assert row_of(services).state is ListStep.TRIED  # the test client waits for what comes after
    assert "Lees 6.000 mensen in" in client.get(place).text


def test_a_list_that_breaks_off_says_so_and_keeps_what_came_in(
    client: TestClient, services: Services
) -> None:
    place = tried(client)
    next(path for path in files(services) if path.name == "list").unlink()

    post(client, f"{place}/binnen")

    assert row_of(services).state is ListStep.FAILED
    assert "niet tot het einde gelezen" in client.get(place).text


def test_what_nobody_goes_on_with_is_forgotten_after_a_day(
    client: TestClient, services: Services, clock: FakeClock
) -> None:
    tried(client)

    assert services.lists.forget_old() == 0
    clock.later(hours=25)
    assert KEPT.total_seconds() < 25 * 3600
    assert services.lists.forget_old() == 1
    assert files(services) == []
    assert row_of(services).state is ListStep.DROPPED


def test_nobody_who_left_comes_back_and_the_page_says_why(
    client: TestClient, services: Services
) -> None:
    with services.db.write() as session:
        make_subscriber(session, "jan@example.org", status=SubscriberStatus.UNSUBSCRIBED)

    place = tried(client)
    post(client, f"{place}/binnen")

    assert "Heeft zich afgemeld" in client.get(place).text
    with services.db.read() as session:
        status = session.scalar(
            select(Subscriber.status).where(Subscriber.email == "jan@example.org")
        )
    assert status == SubscriberStatus.UNSUBSCRIBED


def test_subscribers_go_out_as_a_workbook_and_as_csv(
    client: TestClient, services: Services
) -> None:
    add_default_segments(services.db)
    with services.db.write() as session:
        make_subscriber(session, "a@example.org", name="=1+1", audience=Audience.SCHOOL)
        make_subscriber(session, "b@example.org", audience=None)

    book = post(client, OUT, {"doelgroep": "", "soort": "xlsx"})
    text = post(client, OUT, {"doelgroep": "school", "soort": "csv"})

    sheet = load_workbook(io.BytesIO(book.content)).active
    assert sheet is not None
    assert book.headers["content-type"] == MEDIA_TYPE
    shown = [row[0].value for row in sheet.iter_rows()]
    assert shown == ["email", "a@example.org", "b@example.org"]
    assert len(text.text.splitlines()) == 2
    assert "'=1+1" in text.text
    with services.db.read() as session:
        told = session.scalars(select(LogEntry).where(LogEntry.what == "subscriber.exported"))
        assert [one.detail for one in told] == [
            {"segment": "", "count": 2},
            {"segment": "school", "count": 1},
        ]


def test_a_segment_that_is_not_there_is_said_to_be_gone(
    client: TestClient, services: Services
) -> None:
    for kind in ("csv", "xlsx"):
        assert post(client, OUT, {"doelgroep": "nee", "soort": kind}).status_code == 422
    with services.db.read() as session:
        assert session.scalar(select(func.count()).select_from(SUBSCRIBERS)) == 0


def test_an_editor_sees_no_way_to_the_lists(services: Services) -> None:
    with TestClient(create_app(services), follow_redirects=False) as client:
        editor = desk(client, services, Role.EDITOR)
        assert "/redactie/abonnees/" not in editor.get("/redactie/abonnees").text
        for path in (IN, OUT):
            assert editor.get(path).status_code == 403
