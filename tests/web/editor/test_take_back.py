"""What was approved stays so until somebody takes it back, and what that costs is told and kept."""

import html
import re
from datetime import datetime

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from newsletter.compose import draft
from newsletter.compose.bounds import bounds_mark
from newsletter.model import Edition
from newsletter.review_rows import Approval
from newsletter.store.editions import get_edition
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services
from storage.log import LogEntry
from tests.web.desk import (
    add_block,
    advance,
    approved,
    begin,
    block_mark,
    desk,
    edition_path,
    post,
    step,
    version,
)
from tests.web.editor.test_organisation import send
from web.app import create_app

S = EditionStatus


def seal(near: Services, edition: int) -> str:
    with near.db.read() as session:
        return get_edition(session, edition).content_hash


def stand(near: Services, edition: int) -> tuple[EditionStatus, str, datetime | None]:
    with near.db.read() as session:
        found = get_edition(session, edition)
        return found.state, found.content_hash, found.due_at


def logged(near: Services, edition: int, what: str) -> list[dict[str, str]]:
    with near.db.read() as session:
        rows = session.query(LogEntry).filter_by(edition_id=edition, what=what)
        return [one.detail for one in rows.order_by(LogEntry.id)]


def changes(near: Services, edition: int, block: str) -> dict[str, dict[str, object]]:
    """Return every form that changes what readers get, as a tab that stood open would send it."""
    seen: dict[str, object] = {"version": version(near, edition)}
    of_block = f"/blokken/{block}"
    with near.db.read() as session:
        bounds = bounds_mark(get_edition(session, edition))
    return {
        "/kop": {**seen, "title": "Anders", "dated_on": "2027-04-22"},
        "/kop/kanten": {**seen, "subject-school": "Anders"},
        "/grenzen": {"seen": bounds, "listed": "nee"},
        "/blokken": {**seen, "kind": "article"},
        of_block: {"kind": "article", "text": "Anders", "seen": block_mark(near, int(block))},
        f"{of_block}/kant": {**seen, "audience": "school"},
        f"{of_block}/splits": seen,
        f"{of_block}/plaats": {**seen, "to": "up"},
        f"{of_block}/opening": seen,
        f"{of_block}/gewoon": seen,
        f"{of_block}/weg": seen,
        f"{of_block}/volg": seen,
        "/vast/contents/weg": seen,
        "/verdeling": {f"was-{block}": "", f"voor-{block}": "school"},
        "/verdeling/volgorde": {"kant": "school", "up": block},
        "/verdeling/gewone-volgorde": {"kant": "school"},
        f"/ongedaan?versie={version(near, edition)}": {},
        f"/opnieuw?versie={version(near, edition)}": {},
        "/bevindingen/datum": seen,
    }


@pytest.mark.long
@pytest.mark.parametrize("state", [S.IN_REVIEW, S.APPROVED, S.SCHEDULED])
def test_a_tab_that_stood_open_changes_nothing_that_was_handed_in(
    editor: TestClient, approver: TestClient, near: Services, state: EditionStatus
) -> None:
    edition = begin(editor)
    block = add_block(editor, near, edition)
    words = {"kind": "article", "title": "Kop", "text": "Een zin."}
    advance(editor, near, edition, f"/blokken/{block}", **words)
    advance(editor, near, edition, "/indienen")
    if state is not S.IN_REVIEW:
        advance(approver, near, edition, "/goedkeuren")
    if state is S.SCHEDULED:
        advance(editor, near, edition, "/inplannen", at="2027-04-22T10:00")
    before = stand(near, edition)

    for rest, fields in changes(near, edition, block).items():
        answer = post(editor, edition_path(edition, rest), fields)

        assert (rest, answer.status_code) == (rest, 409)
        assert "Trek de editie eerst in" in answer.text
    assert stand(near, edition) == before
    assert before[0] is state


def test_what_taking_back_costs_is_said_before_and_after_and_is_on_record(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    advance(editor, near, edition, "/indienen")
    assert "vervalt dan" not in editor.get(edition_path(edition)).text
    advance(approver, near, edition, "/goedkeuren")
    sealed = seal(near, edition)
    advance(editor, near, edition, "/inplannen", at="2027-04-22T10:00")
    lost = "Het akkoord van Approver en de planning voor donderdag 22 april, 10.00 uur"

    before = html.unescape(editor.get(edition_path(edition)).text)
    after = html.unescape(step(editor, near, edition, "/intrekken"))

    assert f"{lost} vervallen dan." in before
    assert f"Ingetrokken. {lost} vervallen." in after
    kept = logged(near, edition, "edition.withdrawn")
    assert kept == [{"hash": sealed, "due_at": "2027-04-22T08:00:00+00:00"}]
    log = editor.get("/redactie/logboek").text
    assert "Ingepland was donderdag 22 april, 10.00 uur." in log
    assert sealed in log


def test_both_hashes_are_on_record_when_a_breach_is_taken_back(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    sealed = seal(near, edition)
    with near.db.write() as session:
        session.execute(text("update edition set subject = subject || ' '"))

    advance(editor, near, edition, "/intrekken")

    (kept,) = logged(near, edition, "edition.seal_broken")
    assert kept["approved"] == sealed
    assert re.fullmatch(r"[0-9a-f]{64}", kept["found"])
    assert kept["found"] != sealed


def test_both_hashes_are_on_record_when_a_command_changes_it(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    block = int(add_block(editor, near, edition, "text"))
    advance(editor, near, edition, f"/blokken/{block}", kind="text", text="Een zin.")
    advance(editor, near, edition, "/indienen")
    advance(approver, near, edition, "/goedkeuren")
    with near.db.read() as session:
        found = session.get_one(Edition, edition)
        sealed, terms = found.content_hash, found.terms_hash

    db = near.db.acting(via="cli")
    draft.drop_block(db, edition, version=None, block_id=block, now=near.clock(), by=None)

    (kept,) = logged(near, edition, "edition.withdrawn")
    assert (kept["hash"], kept["approved"]) == (sealed, terms)
    assert len(kept["found"]) == 64
    assert kept["found"] != terms
    assert stand(near, edition) == (S.DRAFT, "", None)
    with near.db.read() as session:
        assert session.query(Approval).count() == 0


def test_both_hashes_are_on_record_when_the_organisation_changes(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    sealed = seal(near, edition)
    with TestClient(create_app(near), follow_redirects=False) as client:
        send(desk(client, near, Role.ADMINISTRATOR), {"name": "Platform"})

    (kept,) = logged(near, edition, "edition.organisation_changed")
    assert kept["approved"] == sealed
    assert len(kept["found"]) == 64
    assert kept["found"] != sealed
