"""The page on which an edition is judged: who offers it, what changed, each mail, the decision."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from newsletter.review_rows import EditionLook
from newsletter.store.editions import get_edition
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services
from subscribers.model import Segment
from subscribers.values import Audience
from tests.fakes import FakeClock
from tests.web.desk import (
    add_block,
    advance,
    approved,
    begin,
    desk,
    edition_path,
    make_subscriber,
    post,
    step,
    submitted,
    version,
)
from web.app import create_app

FRAME = re.compile(r'<iframe[^>]+src="([^"]+)"')


def review(client: TestClient, edition: int, query: str = "") -> str:
    answer = client.get(edition_path(edition, "/beoordelen") + query)
    assert answer.status_code == 200
    return str(answer.text)


def rewrite_subject(editor: TestClient, near: Services, edition: int, subject: str) -> None:
    head = {
        "title": "Nieuwsbrief",
        "subject": subject,
        "preheader": "Wat er speelt",
        "dated_on": "2027-04-22",
        "planned_at": "",
    }
    advance(editor, near, edition, "/kop", **head)


def state(near: Services, edition: int) -> EditionStatus:
    with near.db.read() as session:
        return get_edition(session, edition).state


def test_it_shows_who_offers_it_each_mail_and_the_decision(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = begin(editor)
    advance(editor, near, edition, "/indienen", note="Let op de titel.")

    shown = review(approver, edition)

    assert "Editor diende deze editie" in shown
    assert "‘Let op de titel.’" in shown
    assert [one.split("kant=")[1].split("&")[0] for one in FRAME.findall(shown)] == [
        "school",
        "lerarenopleiding",
        "overig",
    ]
    assert "3 mensen" in shown
    assert "Keur goed" in shown
    assert "Stuur terug naar Editor" in shown
    assert "Je ziet deze editie voor het eerst" in shown
    for src in FRAME.findall(shown):
        assert approver.get(src.replace("&amp;", "&")).status_code == 200


def test_each_cut_has_its_mail(editor: TestClient, approver: TestClient, near: Services) -> None:
    with near.db.write() as session:
        session.add(Segment(slug="zuid", name="Regio Zuid", conditions={"region": "Zuid"}))
    make_subscriber(near, "zuid@example.org", Audience.SCHOOL, region="Zuid")
    edition = begin(editor)
    block = add_block(editor, near, edition)
    advance(editor, near, edition, f"/blokken/{block}/kant", segment="zuid")

    shown = review(approver, edition)

    assert "Regio Zuid" in shown
    assert len(FRAME.findall(shown)) == 4


def test_editors_see_it_without_the_decision(editor: TestClient, near: Services) -> None:
    edition = submitted(editor, near)

    shown = review(editor, edition)

    assert "Keur goed" not in shown
    assert "Stuur terug" not in shown
    assert "Trek in en schrijf verder" in shown


def test_a_look_stands_in_the_address(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)

    shown = review(approver, edition, "?scherm=telefoon&kleur=donker")

    assert shown.count("frame-phone") == 3
    assert all(src.endswith("kleur=donker") for src in FRAME.findall(shown))
    assert "frame-phone" not in review(approver, edition, "?scherm=<b>&kleur=x")


def test_it_tells_each_person_what_changed_since_they_looked(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = begin(editor)
    rewrite_subject(editor, near, edition, "Dinsdag in Doorn")
    advance(editor, near, edition, "/indienen")
    review(approver, edition)
    assert "Niets anders dan toen je keek" in review(approver, edition)

    clock.later(minutes=20)
    advance(editor, near, edition, "/intrekken")
    rewrite_subject(editor, near, edition, "Woensdag in Doorn")
    advance(editor, near, edition, "/indienen")

    for _ in range(2):  # also when the page is opened again
        shown = review(approver, edition)
        assert "Anders dan toen je keek" in shown
        assert "1 plaats, van Editor" in shown
        assert re.search(r"<del>.*Dinsdag.*</del>", shown)
        assert re.search(r"<ins>.*Woensdag.*</ins>", shown)
    assert "Je ziet deze editie voor het eerst" in review(editor, edition)
    for _ in range(4):  # a session ends when nobody uses it
        clock.later(minutes=20)
        review(approver, edition)
    assert "Niets anders dan toen je keek" in review(approver, edition)


def test_looking_at_the_head_alone_is_no_look(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)

    approver.head(edition_path(edition, "/beoordelen"))

    with near.db.read() as session:
        assert session.query(EditionLook).count() == 0


def test_what_was_looked_at_is_what_is_approved(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)
    seal = re.search(r'name="seal" value="([0-9a-f]{64})"', review(approver, edition))
    assert seal
    with near.db.write() as session:
        get_edition(session, edition).subject = "Anders"

    fields = {"version": version(near, edition), "seal": seal[1]}
    answer = post(approver, edition_path(edition, "/goedkeuren"), fields)

    assert (answer.status_code, state(near, edition)) == (409, EditionStatus.IN_REVIEW)

    fresh = re.search(r'name="seal" value="([0-9a-f]{64})"', review(approver, edition))
    assert fresh
    fields["seal"] = fresh[1]
    post(approver, edition_path(edition, "/goedkeuren"), fields)
    with near.db.read() as session:
        assert get_edition(session, edition).content_hash == fresh[1]


def test_a_return_without_a_reason_is_asked_for_one(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)

    answer = post(approver, edition_path(edition, "/terugsturen"), {"because": " "})

    assert answer.status_code == 422
    assert "Schrijf erbij wat er anders moet." in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_two_approvers_are_told_of_each_other(editor: TestClient, near: Services) -> None:
    near = replace(near, settings=replace(near.settings, approvers=2))
    app = create_app(near)
    with (
        TestClient(app, follow_redirects=False) as one,
        TestClient(app, follow_redirects=False) as two,
    ):
        desk(one, near, Role.APPROVER)
        desk(two, near, Role.ADMINISTRATOR)
        edition = submitted(editor, near)
        assert "Nog 2 akkoorden nodig" in review(one, edition)

        told = step(one, near, edition, "/goedkeuren")
        assert "Er is nog een akkoord van een ander nodig." in told
        assert "Keur goed" not in review(one, edition)

        waiting = review(two, edition)
        assert "Akkoord van Approver" in waiting
        assert "Nog 1 akkoord nodig" in waiting
        advance(two, near, edition, "/goedkeuren")
        assert "door Approver en Administrator" in review(two, edition)
    assert state(near, edition) is EditionStatus.APPROVED


@pytest.mark.parametrize("way", ["/beoordelen", ""])
def test_the_state_line_leads_to_it(
    editor: TestClient, approver: TestClient, near: Services, way: str
) -> None:
    edition = approved(editor, approver, near)
    link = f'<a href="{edition_path(edition, "/beoordelen")}">ter beoordeling</a>'

    assert (link in editor.get(edition_path(edition, way)).text) is (way == "")


def test_the_task_of_today_leads_to_it(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)

    assert f'href="{edition_path(edition, "/beoordelen")}"' in approver.get("/redactie").text


def test_what_a_colleague_wrote_is_shown_as_text(
    editor: TestClient, approver: TestClient, near: Services, clock: FakeClock
) -> None:
    edition = begin(editor)
    review(approver, edition)
    rewrite_subject(editor, near, edition, "<script>alert(1)</script>")
    advance(editor, near, edition, "/indienen", note="<img src=x onerror=alert(1)>")
    clock.now += timedelta(minutes=1)

    shown = review(approver, edition)

    assert "<script>alert" not in shown
    assert "<img src=x" not in shown
    assert "&lt;img src=x" in shown


def test_a_refused_approval_leads_back_to_what_is_to_be_judged(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)
    seen = {"version": version(near, edition)}
    advance(editor, near, edition, "/intrekken")
    rewrite_subject(editor, near, edition, "Woensdag in Doorn")
    advance(editor, near, edition, "/indienen")

    refused = post(approver, edition_path(edition, "/goedkeuren"), seen)

    assert (refused.status_code, state(near, edition)) == (409, EditionStatus.IN_REVIEW)
    assert "Er is iets veranderd sinds je keek" in refused.text
    assert "Woensdag in Doorn" in refused.text
    assert "Keur goed" in refused.text


def test_who_approves_a_moment_after_a_colleague_is_told_who_did(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)
    seen = {"version": version(near, edition)}
    advance(approver, near, edition, "/goedkeuren")
    with TestClient(create_app(near), follow_redirects=False) as client:
        second = desk(client, near, Role.ADMINISTRATOR)

        refused = post(second, edition_path(edition, "/goedkeuren"), seen)

    assert refused.status_code == 409
    assert "Approver keurde al goed. Jouw akkoord is niet meer nodig." in refused.text


def test_an_approval_says_for_which_moment_it_is_or_that_there_is_none(
    editor: TestClient, approver: TestClient, near: Services
) -> None:
    edition = submitted(editor, near)
    without = review(approver, edition)
    advance(editor, near, edition, "/intrekken")
    head = {"title": "Nieuwsbrief", "subject": "Wat er speelt", "dated_on": "2027-04-22"}
    advance(editor, near, edition, "/kop", **head, planned_at="2027-04-22T10:00")
    advance(editor, near, edition, "/indienen")

    assert "zonder vast moment: een redacteur kiest het later" in without
    assert "en dit moment: donderdag 22 april, 10.00 uur." in review(approver, edition)
