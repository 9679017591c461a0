"""The log at the desk: sentences, what narrows them, and the same as files."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from newsletter.accounts.people import user_by_email
from newsletter.store.editions import log_event
from newsletter.values import Role
from newsletter.wiring import Services
from storage.log import LogEntry, record
from subscribers.segments import add_default_segments
from tests.fakes import START, FakeClock
from tests.queries import counted
from tests.web.desk import (
    add_block,
    advance,
    begin,
    desk,
    edition_path,
    make_draft,
    make_source,
    make_user,
    post,
    version,
)

LOG = "/redactie/logboek"
APPROVED, FOUND = "3f2a" * 16, "91bc" * 16


def sentences(client: TestClient, path: str = LOG) -> list[str]:
    """Return the sentences on the page, newest first, as people read them."""
    shown = client.get(path)
    assert shown.status_code == 200, shown.text
    found = re.findall(r"</time>\s*<div><p>(.*?)</p>", shown.text)
    return [re.sub(r"<[^>]+>", "", one) for one in found]


def without_comings(told: list[str]) -> list[str]:
    """Leave out that people were given accounts and signed in: every test begins with that."""
    return [one for one in told if not re.search(r" logde in\.| een account voor ", one)]


@pytest.fixture
def fenna(services: Services) -> int:
    email = make_user(services, Role.EDITOR, "Fenna")
    with services.db.read() as session:
        return user_by_email(session, email).id


@pytest.fixture
def full(services: Services, fenna: int) -> int:
    """A little of everything; return the edition's id."""
    add_default_segments(services.db)
    edition = make_draft(services)  # begun by the program
    make_source(services, "VO-raad")
    with services.db.acting(by=fenna).write() as session:
        detail = {"hash": APPROVED}
        log_event(session, edition, what="approved", now=START, user_id=fenna, detail=detail)
        record(session, "source.turned_off", now=START, about="VO-raad", detail={"slug": "vo-raad"})
        record(session, "source.removed", now=START, about="Weg")
    with services.db.acting(via="cli").write() as session:
        record(session, "subscriber.erased", now=START, detail={"subscriber": 1204})
    with services.db.write() as session:
        later = START + timedelta(days=2)
        found = {"approved": APPROVED, "found": FOUND}
        log_event(session, edition, what="seal_broken", now=later, detail=found)
    return edition


def test_an_administrator_reads_who_did_what(
    client: TestClient, services: Services, clock: FakeClock, full: int
) -> None:
    clock.later(days=2)
    desk(client, services, Role.ADMINISTRATOR)

    assert without_comings(sentences(client)) == [
        "Het akkoord op editie 1 verviel: de inhoud was niet meer wat er was goedgekeurd.",
        "Iemand, via de opdrachtregel, wiste abonnee 1.204.",
        "Fenna verwijderde de bron ‘Weg’.",
        "Fenna zette de bron ‘VO-raad’ uit.",
        "Fenna keurde editie 1 goed.",
        "Het programma begon editie 1.",
    ]


def test_both_hashes_of_an_approval_are_there_in_full(
    client: TestClient, services: Services, full: int
) -> None:
    desk(client, services, Role.APPROVER)

    text = re.sub(r"<[^>]+>", " ", client.get(LOG).text)

    assert re.search(rf"Goedgekeurd kenmerk\s+{APPROVED}", text)
    assert re.search(rf"Gevonden kenmerk\s+{FOUND}", text)


def test_a_sentence_leads_to_what_it_is_about_while_that_is_there(
    client: TestClient, services: Services, full: int
) -> None:
    desk(client, services, Role.ADMINISTRATOR)

    links = re.findall(r'<p>[^<]*<a href="([^"]+)">([^<]+)</a>', client.get(LOG).text)

    edition = (f"/redactie/edities/{full}", "editie 1")
    assert links == [edition, ("/redactie/bronnen/vo-raad", "‘VO-raad’"), edition, edition]
    assert [path for path, _ in links if client.get(path).status_code != 200] == []


def test_an_editor_sees_nothing_of_readers_people_and_settings(
    client: TestClient, services: Services, full: int
) -> None:
    desk(client, services, Role.EDITOR)

    told = sentences(client)

    assert len(told) == 5
    assert not any("abonnee" in one for one in told)
    assert client.get(f"{LOG}?groep=abonnees").status_code == 404
    assert client.get(f"{LOG}?groep=bronnen").status_code == 200
    for kind in ("csv", "json"):
        assert "subscriber.erased" not in client.get(f"{LOG}.{kind}").text
        assert client.get(f"{LOG}.{kind}?groep=abonnees").status_code == 404


@pytest.mark.parametrize(
    ("narrowed", "told"),
    [
        ("groep=bronnen", ["Weg", "VO-raad"]),
        ("wie=programma", ["akkoord", "begon"]),
        ("wie=1", ["Weg", "VO-raad", "keurde"]),
        ("editie=1", ["akkoord", "keurde", "begon"]),
        ("van=2027-04-22", ["akkoord"]),
        ("tot=2027-04-20", ["abonnee", "Weg", "VO-raad", "keurde", "begon"]),
        ("q=vo-raad", ["VO-raad"]),
        ("q=fenna+goed", ["keurde"]),
        ("q=3F2A3f2a", ["akkoord", "keurde"]),
        ("q=editie+1", ["akkoord", "keurde", "begon"]),
        ("q=%25", []),
        ("q=VO-Ra%C3%A1d", ["VO-raad"]),
        ("q=slug", []),
        ("q=verwijderde&wie=1&groep=bronnen&van=2027-04-20&tot=2027-04-20", ["Weg"]),
        ("van=2027-04-21&tot=2027-04-21", []),
        ("editie=99", []),
    ],
)
def test_the_address_narrows_page_and_files_alike(
    client: TestClient, services: Services, full: int, narrowed: str, told: list[str]
) -> None:
    desk(client, services, Role.ADMINISTRATOR)

    shown = sentences(client, f"{LOG}?{narrowed}")

    found = zip(told, without_comings(shown), strict=True)
    assert [word in one for word, one in found] == [True] * len(told)
    rows = csv.DictReader(
        io.StringIO(client.get(f"{LOG}.csv?{narrowed}").text.lstrip("\ufeff")), delimiter=";"
    )
    assert [f"{row['zin']}." for row in rows] == shown
    entries = client.get(f"{LOG}.json?{narrowed}").json()
    assert [f"{one['sentence']}." for one in entries] == shown


@pytest.mark.parametrize("narrowed", ["van=gisteren", "tot=31-31-2027", "van=9999-12-31"])
def test_a_date_that_is_none_is_said_beside_its_field(
    client: TestClient, services: Services, narrowed: str
) -> None:
    desk(client, services)

    answer = client.get(f"{LOG}?{narrowed}")

    assert answer.status_code == 422
    assert "Vul een datum in, zoals 28-05-2027." in answer.text
    assert client.get(f"{LOG}.csv?{narrowed}").status_code == 404


def test_days_the_wrong_way_round_are_said_beside_the_field(
    client: TestClient, services: Services
) -> None:
    desk(client, services)

    turned = client.get(f"{LOG}?van=2027-04-20&tot=2027-04-19")
    same = client.get(f"{LOG}?van=2027-04-20&tot=2027-04-20")

    words = "Deze dag ligt vóór de eerste. Draai ze om."
    assert turned.status_code == 422
    assert f'<span class="error" id="tot-error">{words}</span>' in turned.text
    assert (same.status_code, words in same.text) == (200, False)


@pytest.mark.parametrize("asked", ["groep=weg", "wie=x", "editie=-1", "voor=nu", f"voor={10**12}"])
def test_what_is_no_choice_of_ours_is_not_there(
    client: TestClient, services: Services, asked: str
) -> None:
    desk(client, services, Role.ADMINISTRATOR)

    assert client.get(f"{LOG}?{asked}").status_code == 404


def grow(services: Services, number: int) -> None:
    with services.db.write() as session:
        rows = [
            {
                "at": START,
                "what": "source.followed",
                "about": f"Bron {one}",
                "detail": {"slug": "x"},
            }
            for one in range(1, number + 1)
        ]
        session.execute(insert(LogEntry), rows)


def test_older_entries_are_a_page_further_also_when_new_ones_come_in(
    client: TestClient, services: Services
) -> None:
    grow(services, 120)
    desk(client, services, Role.ADMINISTRATOR)
    first = client.get(f"{LOG}?groep=bronnen").text
    (older,) = re.findall(r'<a href="([^"]+)" rel="next">', first)
    grow(services, 3)

    second = sentences(client, older.replace("&amp;", "&"))

    assert len(second) == 50
    assert (second[0], second[-1]) == (
        "Het programma ging de bron ‘Bron 70’ volgen.",
        "Het programma ging de bron ‘Bron 21’ volgen.",
    )
    assert "Naar het nieuwste" in client.get(f"{LOG}?voor=21").text
    assert 'rel="next"' not in client.get(f"{LOG}?voor=21").text


def test_the_page_needs_as_many_queries_for_many_entries_as_for_one(
    client: TestClient, services: Services, full: int
) -> None:
    desk(client, services, Role.ADMINISTRATOR)
    grow(services, 1)
    client.get(LOG)
    with counted(services.db.engine) as few:
        client.get(LOG)
    grow(services, 60)

    with counted(services.db.engine) as many:
        client.get(LOG)

    assert len(many) == len(few)


def test_a_file_holds_everything_and_no_formula(client: TestClient, services: Services) -> None:
    grow(services, 2100)
    with services.db.write() as session:
        record(session, "source.removed", now=START, about='=HYPERLINK("x")', note="+1\r\n-2")
    desk(client, services, Role.ADMINISTRATOR)

    answer = client.get(f"{LOG}.csv?groep=bronnen")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="logboek.csv"'
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"), newline=""), delimiter=";"))
    assert len(rows) == 1 + 2101
    assert rows[1][5:7] == ['‘=HYPERLINK("x")’', "'+1\r\n-2"]
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert len(client.get(f"{LOG}.json?groep=bronnen").json()) == 2101


def test_an_empty_log_is_an_empty_file(client: TestClient, services: Services) -> None:
    desk(client, services)

    assert json.loads(client.get(f"{LOG}.json?editie=99").text) == []
    assert client.get(f"{LOG}.csv?editie=99").text.count("\r\n") == 1


def test_who_looks_for_the_first_time_reads_what_will_stand_here(
    client: TestClient, services: Services
) -> None:
    desk(client, services)

    assert "Er is nog niets gebeurd" in client.get(LOG).text


def test_what_is_done_at_the_desk_is_in_the_log_at_once(
    client: TestClient, services: Services
) -> None:
    make_source(services, "VO-raad")
    desk(client, services, Role.ADMINISTRATOR)
    post(client, "/redactie/bronnen/vo-raad/uit")

    assert sentences(client)[0] == "Administrator zette de bron ‘VO-raad’ uit."


def test_a_hostile_name_is_text(client: TestClient, services: Services) -> None:
    with services.db.write() as session:
        record(session, "source.removed", now=START, about="<script>x</script>", note="<b>")
    desk(client, services, Role.ADMINISTRATOR)

    assert "<script>x" not in client.get(LOG).text
    assert "&lt;script&gt;x" in client.get(LOG).text


def test_a_day_ends_at_midnight_in_amsterdam(client: TestClient, services: Services) -> None:
    before, after = (datetime(2027, 4, 21, 21, m, tzinfo=UTC) for m in (59, 0))
    with services.db.write() as session:
        record(session, "source.removed", now=before, about="Laat")
        record(session, "source.removed", now=after + timedelta(hours=1), about="Vroeg")
    desk(client, services, Role.ADMINISTRATOR)

    assert sentences(client, f"{LOG}?van=2027-04-22&groep=bronnen") == [
        "Het programma verwijderde de bron ‘Vroeg’."
    ]


def test_a_colleague_is_named_as_people_are(client: TestClient, services: Services) -> None:
    desk(client, services, Role.ADMINISTRATOR)
    post(client, "/redactie/mensen", {"name": "Noor", "email": "n@example.org", "role": "reader"})

    told = sentences(client, f"{LOG}?groep=mensen")

    assert "Administrator nodigde Noor uit, als lezer van resultaten." in told


def test_a_change_of_an_edition_says_what_and_leads_to_its_version(
    editor: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = begin(editor)
    clock.later(minutes=2)
    add_block(editor, near, edition, "divider")
    clock.later(minutes=2)
    advance(editor, near, edition, "/kop", title="Lente", subject="Lente", dated_on="2027-04-22")
    clock.later(seconds=20)  # goes on with the same version
    advance(editor, near, edition, "/kop", title="Mei", subject="Mei", dated_on="2027-04-22")
    clock.later(minutes=2)
    advance(editor, near, edition, "/kop", title="Mei", subject="Mei", dated_on="2027-04-22")
    undo = f"/ongedaan?versie={version(near, edition)}"
    post(editor, edition_path(edition, undo))

    page = editor.get(LOG).text
    told = without_comings(sentences(editor))
    links = re.findall(r'<a href="([^"]+/versies/\d+)">([^<]+)</a>', page)

    head, block = "de kop gewijzigd", "het blok scheidingslijn toegevoegd"
    assert told[:5] == [
        f"Editor maakte een wijziging in editie 1 ongedaan: {head}.",
        "Editor wijzigde editie 1.",  # the same words again: no version
        *[f"Editor wijzigde editie 1: {head}."] * 2,
        f"Editor wijzigde editie 1: {block}.",
    ]
    assert [word for _, word in links] == [head, head, head, block]
    assert links[1][0] == links[2][0]
    assert {editor.get(path).status_code for path, _ in links} == {200}


def test_who_came_in_and_out_is_left_out_until_somebody_asks(
    client: TestClient, services: Services, full: int
) -> None:
    desk(client, services, Role.ADMINISTRATOR)
    with services.db.write() as session:
        record(session, "account.signed_in", now=START, by=1)

    plain, asked = client.get(LOG).text, client.get(f"{LOG}?inloggen=ja").text

    assert "Fenna logde in." not in re.sub(r"<[^>]+>", "", plain)
    assert f'<a href="{LOG}?inloggen=ja">Toon dat ook</a>' in plain
    assert "Fenna logde in." in re.sub(r"<[^>]+>", "", asked)
    assert 'name="inloggen" value="ja" checked' in asked
    assert "signed_in" not in client.get(f"{LOG}.csv").text
    assert "signed_in" in client.get(f"{LOG}.csv?inloggen=ja").text
