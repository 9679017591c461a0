"""An approval that does not hold any more, as people at the desk and at the terminal see it."""

import re
from threading import Event

import pytest
from sqlalchemy import text, update
from starlette.testclient import TestClient

from newsletter.cli.app import main
from newsletter.model import Block, ChosenOrganisation, Delivery, Edition, User
from newsletter.send.worker import run_worker
from newsletter.store.editions import events_of, get_edition
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services
from tests.fakes import FakeTransport
from tests.web.desk import (
    advance,
    approved,
    begin,
    desk,
    edition_path,
    freeze,
    post,
    step,
    submitted,
    version,
)
from web.app import create_app

VOID = "Het akkoord is vervallen."
HOLDS = "Niets veranderd sinds het akkoord"


def by_statement(near: Services, statement: str) -> None:
    with near.db.write() as session:
        session.execute(text(statement))


def status(near: Services, edition: int) -> EditionStatus:
    with near.db.read() as session:
        return get_edition(session, edition).state


def test_pages_say_at_once_that_an_approval_is_void(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    sending = edition_path(edition, "/verzenden")
    assert HOLDS in editor.get(sending).text

    by_statement(near, "update edition set subject = 'Anders'")

    shown = editor.get(sending).text
    assert VOID in shown
    assert HOLDS not in shown
    assert "Verstuur naar" not in shown
    assert VOID in editor.get(edition_path(edition)).text
    assert status(near, edition) is EditionStatus.APPROVED  # looking changes nothing


@pytest.mark.parametrize("order", ["/verstuur", "/inplannen"])
def test_an_order_to_send_is_refused_with_what_to_do(
    editor: TestClient,
    approver: TestClient,
    near: Services,
    transport: FakeTransport,
    order: str,
) -> None:
    edition = approved(editor, approver, near)
    with near.db.write() as session:  # one space more in one block
        block = get_edition(session, edition, with_blocks=True).blocks[0]
        spaced = {**block.fields, "text": f"{block.fields['text']} "}
        session.execute(update(Block).where(Block.id == block.id).values(fields=spaced))

    answer = post(editor, edition_path(edition, order), {"at": "2027-04-22T10:00"})

    assert answer.status_code == 409
    assert "Het akkoord is vervallen" in answer.text
    assert "Open de editie" in answer.text
    assert (status(near, edition), transport.attempted) == (EditionStatus.DRAFT, [])
    with near.db.read() as session:
        last = events_of(session, edition)[-1]
        assert session.query(Delivery).count() == 0
    assert last.what == "seal_broken"
    assert len(last.detail["approved"]) == len(last.detail["found"]) == 64
    assert "Het akkoord is vervallen, " in editor.get(edition_path(edition)).text


def test_a_moved_plan_is_void_on_its_page(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    advance(editor, near, edition, "/inplannen", at="2027-04-22T10:00")
    assert VOID not in editor.get(edition_path(edition, "/verzenden")).text

    by_statement(near, "update edition set due_at = '2027-04-21 08:00:00'")

    shown = editor.get(edition_path(edition, "/verzenden")).text
    assert VOID in shown
    assert "het moment waarop de editie uitgaat" in shown


@pytest.mark.parametrize(
    "values",
    [
        {"sender": "Ander <ander@example.org>"},
        {"phone": "030 765 43 21", "colours": {"school": "#0a5a6a"}},
        {"contact": "ander@example.org"},
    ],
)
def test_an_organisation_that_was_changed_in_the_database_voids_it(
    editor: TestClient,
    approver: TestClient,
    near: Services,
    transport: FakeTransport,
    values: dict[str, object],
) -> None:
    edition = approved(editor, approver, near)
    with near.db.write() as session:
        session.add(ChosenOrganisation(id=1, values=values, version=1, changed_at=near.clock()))

    assert VOID in editor.get(edition_path(edition, "/verzenden")).text
    assert post(editor, edition_path(edition, "/verstuur")).status_code == 409
    assert (status(near, edition), transport.attempted) == (EditionStatus.DRAFT, [])


def test_an_item_that_changes_at_its_source_changes_no_mail(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    before = editor.get(edition_path(edition, "/voorbeeld?kant=school")).text

    by_statement(near, "update item set title = 'Anders', summary = 'Anders', own_title = 'Anders'")

    assert HOLDS in editor.get(edition_path(edition, "/verzenden")).text
    after = editor.get(edition_path(edition, "/voorbeeld?kant=school")).text
    assert without_nonce(after) == without_nonce(before)


def test_mails_that_were_changed_on_their_way_are_told_on_the_page(
    editor: TestClient, approver: TestClient, near: Services, transport: FakeTransport
) -> None:
    edition = approved(editor, approver, near)
    advance(editor, near, edition, "/verstuur", now="ja")
    freeze(near)
    by_statement(near, "update edition_variant set html = replace(html, 'Steunpunt', 'Ander')")

    run_worker(near, stop=Event(), until_complete=edition)

    shown = editor.get(edition_path(edition, "/verzenden")).text
    assert "De mails zijn niet meer wat er is goedgekeurd." in shown
    assert (status(near, edition), transport.attempted) == (EditionStatus.PAUSED, [])


def test_an_approval_that_is_sent_twice_is_one(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)
    fields = {"version": version(near, edition)}

    answers = [post(approver, edition_path(edition, "/goedkeuren"), fields) for _ in range(3)]

    assert [one.status_code for one in answers] == [303, 303, 303]
    with near.db.read() as session:
        told = [one.what for one in events_of(session, edition)]
    assert told.count("approved") == 1


def without_nonce(html: str) -> str:
    return re.sub(r'nonce="[^"]+"', "", html)


def test_made_a_draft_again_it_goes_its_way_anew(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    by_statement(near, "update edition set subject = 'Anders'")

    advance(editor, near, edition, "/intrekken")
    advance(editor, near, edition, "/indienen")
    shown = step(approver, near, edition, "/goedkeuren")

    assert HOLDS in shown


def test_the_command_line_refuses_too(
    editor: TestClient,
    approver: TestClient,
    near: Services,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = near.settings
    edition = approved(editor, approver, near)
    by_statement(near, "update edition set subject = 'Anders'")
    monkeypatch.setenv("NEWSLETTER_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", settings.database_url)
    monkeypatch.setattr("sys.argv", ["newsletter", "edition", "send", str(edition)])

    with pytest.raises(SystemExit) as end:
        main()

    assert end.value.code == 1
    assert "is not what was approved" in capsys.readouterr().err
    assert status(near, edition) is EditionStatus.DRAFT


# ---- four eyes (S13), an older version (S14), several approvers ---------------------------------


def test_the_author_cannot_approve_by_any_way(near: Services, editor: TestClient) -> None:
    with TestClient(create_app(near), follow_redirects=False) as own:
        desk(own, near, Role.ADMINISTRATOR)
        edition = begin(own)
        advance(own, near, edition, "/indienen")
        page = own.get(edition_path(edition)).text
        assert "Keur goed" not in page
        assert "Je hebt zelf aan deze editie gewerkt." in page
        with near.db.write() as session:
            mine = update(User).where(User.role == Role.ADMINISTRATOR)
            session.execute(mine.values(name="Een ander"))
        with TestClient(create_app(near), follow_redirects=False, cookies=own.cookies) as tab:
            for one in (own, tab):
                path = edition_path(edition, "/goedkeuren")
                answer = post(one, path, {"version": version(near, edition)})
                assert answer.status_code == 403
    with near.db.read() as session:
        refused = [one for one in events_of(session, edition) if one.what == "approval_refused"]
    assert (len(refused), status(near, edition)) == (2, EditionStatus.IN_REVIEW)


def test_an_older_version_cannot_be_approved(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)
    older = version(near, edition)
    advance(editor, near, edition, "/intrekken")
    advance(editor, near, edition, "/blokken", kind="intro")
    path = edition_path(edition)
    with near.db.write() as session:
        session.execute(update(Edition).values(status=EditionStatus.IN_REVIEW))

    answer = post(approver, f"{path}/goedkeuren", {"version": older})

    assert answer.status_code == 409
    assert status(near, edition) is EditionStatus.IN_REVIEW
