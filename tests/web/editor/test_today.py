"""Vandaag: what the program could not do in time."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from starlette.testclient import TestClient

from newsletter.accounts.people import user_by_email
from newsletter.model import Edition, Revision, Run
from newsletter.planning import save_rhythm
from newsletter.review_rows import Approval, Comment
from newsletter.rhythm import Rhythm
from newsletter.store.editions import log_event
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services
from subscribers.segments import add_default_segments
from tests.factories import make_edition, store_item
from tests.web.desk import (
    desk,
    edition_path,
    fill,
    make_source,
    make_user,
    post,
)

S = EditionStatus
AT = datetime(2027, 4, 22, 8, tzinfo=UTC)  # Thursday, 10.00 in Amsterdam; the clock is on Tuesday


def by_rhythm(services: Services) -> None:
    rhythm = Rhythm(3, time(10), date(2027, 4, 22))
    save_rhythm(services.db, rhythm, version=0, now=services.clock(), by=None)


def put(services: Services, **fields: object) -> int:
    add_default_segments(services.db)
    values = {"number": 7, "title": "Editie 7", "planned_at": AT, "segments": ["school"], **fields}
    with services.db.write() as session:
        return make_edition(session, now=services.clock(), **values).id


def words(client: TestClient) -> str:
    """Return what Today says, without marks and in one line."""
    main = client.get("/redactie").text.split("<main")[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def tasks(client: TestClient) -> list[str]:
    page = client.get("/redactie").text.split('id="wacht"')[1].split('id="uit"')[0]
    return re.findall(r"<h3>(.*?)</h3>", page)


def test_a_job_that_was_missed_or_failed_in_the_last_day_is_told(
    client: TestClient, services: Services
) -> None:
    now = services.clock()
    missed = now - timedelta(hours=8)
    long_ago = now - timedelta(days=3)
    with services.db.write() as session:
        for stage, due_at, started_at, error in (
            ("draft", long_ago, long_ago, "OSError: disk full"),
            ("clean_up", missed, now, ""),
            ("gather", missed, missed, "OSError: disk full"),
        ):
            session.add(
                Run(stage=stage, due_at=due_at, started_at=started_at, report={}, error=error)
            )
    desk(client, services)

    page = client.get("/redactie").text

    assert "Twee taken van het programma gingen niet op tijd of niet goed." in page
    assert "Het opruimen van oude gegevens moest" in page
    assert "Het ophalen uit de bronnen lukte" in page
    assert "Het vullen van het concept" not in page
    assert "disk full" not in page


def test_nothing_is_told_when_all_went_well(client: TestClient, services: Services) -> None:
    desk(client, services)

    assert "van het programma" not in client.get("/redactie").text


def test_one_side_is_named_once_and_more_are_counted_apart(
    editor: TestClient, services: Services
) -> None:
    event = editor.get("/redactie/edities").text.split('<option value="')[1].split('"')[0]
    fields = {"kind": "announcement", "event": event, "segment": "school"}
    post(editor, "/redactie/edities", fields)
    one = editor.get("/redactie").text
    post(editor, "/redactie/edities", {"kind": "newsletter"})
    more = editor.get("/redactie").text

    assert "Gaat naar 3 abonnees bij " in " ".join(one.split())
    assert "Gaat naar 5 abonnees: " in " ".join(more.split())


def test_without_subscribers_the_page_says_how_they_come(
    client: TestClient, services: Services
) -> None:
    desk(client, services)

    page = client.get("/redactie/abonnees").text

    assert "Er zijn nog geen abonnees" in page
    assert 'href="/aanmelden">Bekijk het aanmeldformulier' in page


def test_the_first_sentence_is_the_next_deadline(client: TestClient, services: Services) -> None:
    by_rhythm(services)
    desk(client, services)
    put(services, period="slot-2027-04-22")

    page = client.get("/redactie").text

    assert "<h1>Vandaag vóór 17.00 uur moet editie 7 zijn ingediend</h1>" in page
    assert page.index("<h1>") < page.index('class="stateline')
    assert "vóór di 20 apr, 17.00 uur" in page


def test_what_else_is_late_is_told_in_plain_words(client: TestClient, services: Services) -> None:
    by_rhythm(services)
    desk(client, services)
    put(services, planned_at=AT - timedelta(days=7), status=S.IN_REVIEW)
    late = put(services, number=8, title="Editie 8", status=S.IN_REVIEW)
    with services.db.write() as session:
        session.get_one(Edition, late).planned_at = AT - timedelta(days=2)

    page = words(client)

    assert page.count("is te laat: die had") == 2
    assert "Editie 7 is te laat: die had woensdag 14 april vóór 17.00 uur goedgekeurd" in page
    assert f'href="{edition_path(late)}">Editie 8 is te laat' in client.get("/redactie").text


def test_what_is_planned_stands_between_what_goes_out(
    client: TestClient, services: Services
) -> None:
    by_rhythm(services)
    desk(client, services)
    put(services, period="slot-2027-04-22")
    put(services, number=None, kind="announcement", title="Congres", planned_at=None)

    going = words(client).split("hele kalender")[1].split("De vorige editie")[0]

    assert going.split(" . ")[0].strip() == (
        "do 22 apr Editie 7 10.00 uur, concept. "
        "wo 5 mei Editie gepland 10.00 uur, concept volgt. "
        "do 20 mei Editie gepland 10.00 uur, concept volgt. "
        "nog geen dag Aankondiging: Congres Concept."
    )


def test_between_two_editions_the_next_plan_is_told(client: TestClient, services: Services) -> None:
    by_rhythm(services)
    desk(client, services)
    put(services, status=S.SENT, planned_at=AT - timedelta(days=9))

    page = client.get("/redactie").text

    assert "<h1>Overmorgen om 10.00 uur gaat de volgende editie uit</h1>" in page
    assert "Begin de volgende editie" not in page


def test_a_writer_is_not_asked_to_judge(client: TestClient, services: Services) -> None:
    by_rhythm(services)
    desk(client, services, Role.APPROVER)
    edition = put(services, status=S.IN_REVIEW)
    asked = tasks(client)
    with services.db.write() as session:
        me = user_by_email(session, "approver@example.org").id
        session.add(
            Revision(edition_id=edition, version=2, at=AT, user_id=me, what="changed", content={})
        )

    assert asked == ["Beoordeel editie 7"]
    assert tasks(client) == []


def test_who_approved_already_is_not_asked_again(client: TestClient, services: Services) -> None:
    desk(client, services, Role.APPROVER)
    edition = put(services, status=S.IN_REVIEW)
    with services.db.write() as session:
        me = user_by_email(session, "approver@example.org").id
        session.add(Approval(edition_id=edition, user_id=me, at=AT, hash="x"))

    assert tasks(client) == []


def test_what_stopped_by_itself_says_why_and_what_a_person_stopped_does_not(
    client: TestClient, services: Services
) -> None:
    alone, by_hand = (put(services, number=number, status=S.PAUSED) for number in (7, 8))
    with services.db.write() as session:
        for edition, whats in ((alone, ("sending", "halted", "told")), (by_hand, ("paused",))):
            for what in whats:
                log_event(session, edition, what=what, now=services.clock())
    desk(client, services)

    said = words(client)

    assert "Kijk wat er is met editie 7 Staat op pauze: de mailserver weigert ons. Sinds" in said
    assert "Ga verder met editie 8 ‘Editie 7’ Op pauze vandaag" in said


def test_an_administrator_is_told_of_open_invitations(
    client: TestClient, services: Services
) -> None:
    put(services)
    invited = make_user(services, Role.EDITOR, "Noor")
    with services.db.write() as session:
        user_by_email(session, invited).invited_at = services.clock()

    desk(client, services, Role.ADMINISTRATOR)
    as_administrator = tasks(client)
    desk(client, services, Role.EDITOR)

    assert as_administrator[-1] == "1 uitnodiging staat nog open"
    assert "uitnodiging" not in " ".join(tasks(client))


def test_the_most_urgent_comes_first_and_the_rest_folds_away(
    client: TestClient, services: Services
) -> None:
    by_rhythm(services)
    desk(client, services, Role.APPROVER)
    for number in range(1, 6):
        at = AT + timedelta(days=7 * number)
        put(services, number=number, title=f"Editie {number}", planned_at=at)
    put(services, status=S.IN_REVIEW)
    put(services, number=9, title="Editie 9", planned_at=AT - timedelta(days=1))

    page = client.get("/redactie").text

    found = tasks(client)
    assert found[:3] == ["Schrijf editie 9 af", "Beoordeel editie 7", "Schrijf editie 1 af"]
    assert "Nog 3 dingen" in page
    assert page.index("Schrijf editie 2 af") < page.index("<details") < page.index("editie 4 af")


def test_a_new_installation_says_what_to_do_first_in_order(
    client: TestClient, services: Services
) -> None:
    desk(client, services)
    as_editor = words(client)
    desk(client, services, Role.ADMINISTRATOR)
    as_administrator = client.get("/redactie").text

    assert "Welkom. Zo begin je" in as_editor
    places = [as_editor.index(f"{number}. ") for number in range(1, 5)]
    assert places == sorted(places)
    assert "Dit doet de beheerder." in as_editor
    assert "Dit doet" not in as_administrator
    first = as_administrator.split("steps-first")[1]
    assert first.index("button-primary") < first.index("Zorg voor lezers")


def test_steps_that_are_done_are_marked_until_there_is_an_edition(
    client: TestClient, services: Services
) -> None:
    fill(services)
    make_source(services)
    by_rhythm(services)
    desk(client, services)
    begun = client.get("/redactie").text
    put(services)

    assert begun.count('<span class="tag tag-ok">gedaan</span>') == 3
    assert "steps-first" not in client.get("/redactie").text


@pytest.mark.parametrize("role", [Role.EDITOR, Role.READER])
def test_the_last_edition_is_told_in_three_sentences(
    editor: TestClient, client: TestClient, services: Services, role: Role
) -> None:
    edition = put(services, status=S.SENT, finished_at=services.clock() - timedelta(days=1))
    desk(client, services, role)

    page = words(client)

    assert "0 van de 0 mails zijn afgegeven." in page
    assert "Niemand is overgeslagen." in page
    assert "Niemand meldde zich af via deze mail." in page
    assert f"{edition_path(edition)}/resultaat" in client.get("/redactie").text


def test_who_only_reads_has_a_day_with_results_only(client: TestClient, services: Services) -> None:
    put(services, status=S.SENT, finished_at=AT - timedelta(days=9), number=6, title="Eerder")
    put(services, status=S.SENT, finished_at=AT - timedelta(days=2))
    put(services, number=8, title="Editie 8")
    desk(client, services, Role.READER)

    page = words(client)

    assert "Editie 7 ging vandaag om 10.00 uur uit" in page
    assert "Eerder" in page
    assert "Editie 8" not in page
    assert "Wat op jou wacht" not in page


def test_comments_of_others_wait_for_who_wrote_the_draft(
    client: TestClient, services: Services
) -> None:
    colleague, editor = make_user(services, Role.APPROVER, "Bas"), make_user(services, Role.EDITOR)
    with services.db.read() as session:
        bas, me = (user_by_email(session, one).id for one in (colleague, editor))
    mine, ours = put(services, author_id=me), put(services, number=8, title="Editie 8")
    theirs = put(services, number=9, title="Editie 9", author_id=bas)
    at = services.clock()
    with services.db.write() as session:
        for edition, by, resolved_at in (
            (mine, bas, None),
            (mine, bas, None),
            (mine, bas, at),
            (mine, me, None),
            (ours, bas, None),
            (theirs, bas, None),
        ):
            said = Comment(edition_id=edition, user_id=by, at=at, text="Klopt dit?")
            said.resolved_at = resolved_at
            session.add(said)
    desk(client, services)

    page = client.get("/redactie").text

    assert [one for one in tasks(client) if "Verwerk" in one] == [
        "Verwerk 2 opmerkingen",
        "Verwerk 1 opmerking",
    ]
    assert f'href="{edition_path(mine)}#opmerkingen"' in page
    assert "Bij editie 7." in page
    assert "Bij editie 8." in page


def returned(services: Services, edition: int, by: int, because: str) -> None:
    with services.db.write() as session:
        log_event(session, edition, what="submitted", now=services.clock())
        log_event(session, edition, what="returned", now=services.clock(), user_id=by, note=because)


def test_what_was_given_back_is_told_with_the_reason_until_it_is_submitted_again(
    client: TestClient, services: Services
) -> None:
    by, editor = make_user(services, Role.APPROVER, "Bas"), make_user(services, Role.EDITOR)
    with services.db.read() as session:
        bas, me = (user_by_email(session, one).id for one in (by, editor))
    mine = put(services, author_id=me)
    returned(services, mine, bas, "De datum\nklopt niet.")
    with services.db.write() as session:
        session.add(Comment(edition_id=mine, user_id=bas, at=services.clock(), text="Klopt dit?"))
    desk(client, services)

    asked, page = tasks(client), client.get("/redactie").text
    with services.db.write() as session:
        log_event(session, mine, what="submitted", now=services.clock())

    assert asked == ["Pas editie 7 aan", "Verwerk 1 opmerking"]
    assert "Teruggestuurd door Bas: ‘De datum klopt niet.’" in page
    assert "Teruggestuurd" not in client.get("/redactie").text


def test_who_would_lose_the_right_to_judge_a_draft_is_not_led_to_write_in_it(
    client: TestClient, services: Services
) -> None:
    colleague = make_user(services, Role.EDITOR, "Rosa")
    with services.db.read() as session:
        rosa = user_by_email(session, colleague).id
    put(services, author_id=rosa)
    put(services, number=8, title="Editie 8")
    desk(client, services, Role.APPROVER)
    as_approver = tasks(client)
    desk(client, services, Role.EDITOR)

    assert as_approver == ["Schrijf editie 8 af"]
    assert tasks(client) == ["Schrijf editie 7 af", "Schrijf editie 8 af"]


def test_comments_on_what_i_submitted_are_mine_to_read(
    client: TestClient, services: Services
) -> None:
    colleague, editor = make_user(services, Role.APPROVER, "Bas"), make_user(services, Role.EDITOR)
    with services.db.read() as session:
        bas, me = (user_by_email(session, one).id for one in (colleague, editor))
    mine = put(services, author_id=me, status=S.IN_REVIEW)
    with services.db.write() as session:
        session.add(Comment(edition_id=mine, user_id=bas, at=services.clock(), text="Klopt dit?"))
    desk(client, services)

    assert tasks(client) == ["Lees 1 opmerking"]


def test_without_new_items_it_says_how_many_stayed(client: TestClient, services: Services) -> None:
    make_source(services)
    with services.db.write() as session:
        store_item(session, "Bleef liggen", first_seen_at=services.clock() - timedelta(days=40))
    put(services, created_at=services.clock() - timedelta(days=20))
    put(services, number=8, title="Editie 8", created_at=services.clock() - timedelta(days=1))
    desk(client, services)

    page = client.get("/redactie").text

    assert "Er zijn geen nieuwe berichten." in page
    assert ">1 bleef in de rij</a>" in page
