"""What readers sent in, at the desk: read, edit, lay before them, place; and who may look."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from httpx import Response
from starlette.testclient import TestClient

from feeds import submissions
from feeds.sent_in import edited_in, get_submission
from feeds.values import SubmissionStatus
from newsletter.errors import TransportUnavailable, TransportUncertain
from newsletter.wiring import Services
from tests.fakes import START, FakeTransport
from tests.feeds.sending_in import SENDER, TOLD, bring_to_agreement, mark, publish, send_in
from tests.queries import counted
from tests.web.desk import desk, post
from web.app import create_app

S = SubmissionStatus
LIST = "/redactie/inzendingen"
ONE = f"{LIST}/1"


@pytest.fixture
def transport() -> FakeTransport:
    return FakeTransport()


@pytest.fixture
def near(services: Services, transport: FakeTransport) -> Services:
    return replace(services, open_transport=lambda: transport)


@pytest.fixture
def editor(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), follow_redirects=False) as client:
        yield desk(client, near)


def confirmed(near: Services, *, with_picture: bool = False, email: str = SENDER) -> int:
    submission_id = send_in(near.db, email=email, with_picture=with_picture)
    submissions.confirm(near.db, submission_id, now=START)
    return submission_id


def state(near: Services) -> SubmissionStatus:
    with near.db.read() as session:
        return get_submission(session, 1).state


def fields(near: Services, **changes: str) -> dict[str, object]:
    """Return the form as the page shows it, with changes."""
    with near.db.read() as session:
        edited = edited_in(get_submission(session, 1))
    return {
        "mark": mark(near.db, 1),
        "title": edited.title,
        "question": edited.question,
        "approach": edited.approach,
        "result": edited.result,
        "story": edited.story,
        "contact": edited.contact,
        "partnership": edited.partnership,
        "links": "\n".join(edited.links),
        "audience": "school",
        "themes": list(edited.themes),
        "with_image": "yes" if edited.image else "",
        "image_alt": edited.image_alt,
        **changes,
    }


def text_of(mail: bytes) -> str:
    body = message_from_bytes(mail, policy=policy.default).get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def follow(editor: TestClient, answer: Response) -> str:
    assert answer.status_code == 303, answer.text
    return str(editor.get(answer.headers["location"]).text)


def test_the_whole_way_from_reading_to_the_site(
    editor: TestClient, near: Services, transport: FakeTransport
) -> None:
    confirmed(near, with_picture=True)
    assert "Lees 1 ingestuurd voorbeeld" in editor.get("/redactie").text
    assert "1 inzending wacht" in editor.get(LIST).text.lower().replace("één", "1")

    page = editor.get(ONE).text
    assert f'href="mailto:{SENDER}"' in page
    assert "Ja, jullie mogen dit plaatsen." in page
    saved = follow(editor, post(editor, ONE, fields(near, title="Leren van de beginner")))
    assert "Bewaard." in saved
    assert "Leren van de beginner" in saved

    asked = follow(editor, post(editor, f"{ONE}/voorleggen", {"mark": mark(near.db, 1)}))
    assert "De inzender heeft een mail" in asked
    assert [one[1] for one in transport.accepted] == [SENDER]
    assert "Leren van de beginner" in text_of(transport.accepted[0][2])
    assert post(editor, f"{ONE}/plaatsen").status_code == 409

    submissions.agree(near.db, 1, mark=mark(near.db, 1), now=START)
    assert "Plaats 1 praktijkvoorbeeld" in editor.get("/redactie").text
    placed = follow(editor, post(editor, f"{ONE}/plaatsen"))
    assert "Het voorbeeld staat op de site." in placed
    with near.db.read() as session:
        item_id = get_submission(session, 1).item_id
    public = editor.get(f"/praktijkvoorbeelden/{item_id}").text
    assert "<h1>Leren van de beginner</h1>" in public
    assert re.search(r'src="/beeld/\w{64}\.jpg"', public)


def test_what_was_typed_is_saved_before_it_is_laid_before_the_reader(
    editor: TestClient, near: Services, transport: FakeTransport
) -> None:
    confirmed(near)
    typed = fields(near, title="Net getypt")
    assert 'form="bewerk" formaction="' in editor.get(ONE).text

    wrong = post(editor, f"{ONE}/voorleggen", {**typed, "title": ""})
    assert wrong.status_code == 422
    assert transport.accepted == []
    for _ in range(2):  # the button pressed twice
        follow(editor, post(editor, f"{ONE}/voorleggen", typed))

    assert state(near) is S.ASKED
    assert len(transport.accepted) == 1
    assert "Net getypt" in text_of(transport.accepted[0][2])


def test_why_it_is_declined_is_not_lost_when_a_colleague_was_first(
    editor: TestClient, near: Services
) -> None:
    confirmed(near)
    post(editor, f"{ONE}/afwijzen", {"because": "Dit past er niet bij."})

    late = post(editor, f"{ONE}/afwijzen", {"because": "Mijn eigen uitleg, lang nagedacht."})

    assert late.status_code == 409
    assert "Mijn eigen uitleg, lang nagedacht.</textarea>" in late.text


def test_an_edit_after_the_agreement_asks_again(editor: TestClient, near: Services) -> None:
    bring_to_agreement(near.db, send_in(near.db))

    page = follow(editor, post(editor, ONE, fields(near, result="Anders.")))

    assert state(near) is S.WAITING
    assert "Leg voor aan de inzender" in page
    assert post(editor, f"{ONE}/plaatsen").status_code == 409


def test_what_an_editor_typed_survives_another_editor(editor: TestClient, near: Services) -> None:
    confirmed(near)
    stale = fields(near, title="Van de tweede")
    post(editor, ONE, fields(near, title="Van de eerste"))

    answer = post(editor, ONE, stale)

    assert answer.status_code == 409
    assert "Iemand anders wijzigde dit intussen." in answer.text
    assert 'value="Van de tweede"' in answer.text
    assert '<dt>Titel</dt><dd class="as-typed">Van de eerste</dd>' in answer.text
    assert '<dt>Vraag</dt><dd class="as-typed">' not in answer.text
    again = {**stale, "mark": mark(near.db, 1)}
    assert f'value="{again["mark"]}"' in answer.text
    assert "Van de tweede" in follow(editor, post(editor, ONE, again))


def test_the_button_pressed_twice_saves_once(editor: TestClient, near: Services) -> None:
    confirmed(near)
    once = fields(near, title="Van de eerste")

    assert [post(editor, ONE, once).status_code for _ in range(2)] == [303, 303]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"title": ""}, "Geef het voorbeeld een titel."),
        ({"links": "javascript:alert(1)"}, "geen webadres"),
        ({"links": "https://example.org/\n" * 6}, "hoogstens 5"),
        ({"image_alt": ""}, "wat er op de foto te zien is"),
        ({"story": "x" * 12_001}, "te lang"),
    ],
)
def test_a_mistake_is_named_and_nothing_is_lost(
    editor: TestClient, near: Services, wrong: dict[str, str], sentence: str
) -> None:
    confirmed(near, with_picture=True)
    form = fields(near, contact="Iemand anders", image_alt="Twee docenten", with_image="yes")

    answer = post(editor, ONE, {**form, **wrong})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Iemand anders"' in answer.text
    with near.db.read() as session:
        assert get_submission(session, 1).edited == {}


def test_declining_tells_the_reader_why(
    editor: TestClient, near: Services, transport: FakeTransport
) -> None:
    confirmed(near)

    empty = post(editor, f"{ONE}/afwijzen", {"because": " "})
    done = follow(editor, post(editor, f"{ONE}/afwijzen", {"because": "Het gaat over de pabo."}))

    assert empty.status_code == 422
    assert "Schrijf erbij waarom." in empty.text
    assert "Afgewezen." in done
    assert "Het gaat over de pabo." in text_of(transport.accepted[0][2])
    assert state(near) is S.DECLINED
    assert "Het gaat over de pabo." in editor.get(ONE).text


def test_when_the_mail_does_not_go_the_editor_reads_so(
    editor: TestClient, near: Services, transport: FakeTransport
) -> None:
    confirmed(near)
    transport.fails[SENDER] = TransportUnavailable("no connection")

    failed = post(editor, f"{ONE}/voorleggen", {"mark": mark(near.db, 1)})

    assert failed.status_code == 503
    assert "De mail ging niet weg." in failed.text
    assert state(near) is S.WAITING
    transport.fails[SENDER] = TransportUncertain("lost after the dot")
    doubt = follow(editor, post(editor, f"{ONE}/voorleggen", {"mark": mark(near.db, 1)}))
    assert "We weten niet zeker of de mail aankwam." in doubt
    assert state(near) is S.ASKED
    transport.fails.clear()
    assert "Stuur de mail nog een keer" in editor.get(ONE).text
    twice = {"mark": mark(near.db, 1)}
    follow(editor, post(editor, f"{ONE}/voorleggen", twice))
    assert len(transport.accepted) == 0
    follow(editor, post(editor, f"{ONE}/voorleggen", {**twice, "again": "yes"}))
    assert (state(near), len(transport.accepted)) == (S.ASKED, 1)


def test_what_was_not_confirmed_is_nobodys_to_read(editor: TestClient, near: Services) -> None:
    send_in(near.db)

    assert editor.get(ONE).status_code == 404
    assert post(editor, ONE, fields(near)).status_code == 404
    for move in ("voorleggen", "afwijzen", "plaatsen"):
        form = {"mark": mark(near.db, 1), "because": "Daarom."}
        assert post(editor, f"{ONE}/{move}", form).status_code == 404
    assert TOLD.title not in editor.get(LIST).text
    assert state(near) is S.UNCONFIRMED


def test_of_a_withdrawn_one_nothing_is_left_at_the_desk(editor: TestClient, near: Services) -> None:
    publish(near.db, with_picture=True)
    submissions.withdraw(near.db, 1, now=START)

    for path in (ONE, f"{LIST}?stand=voorbij"):
        page = editor.get(path).text
        assert "teruggetrokken" in page.lower()
        for word in (SENDER, "Noor", "beginner", "Tussendeur"):
            assert word not in page
    assert post(editor, ONE, fields(near, title="Toch")).status_code == 409


def test_an_address_stands_on_the_moderators_page_only(editor: TestClient, near: Services) -> None:
    publish(near.db)
    confirmed(near, email="ander@example.org")

    pages = [LIST, f"{LIST}?stand=geplaatst", "/redactie", "/praktijkvoorbeelden"]

    assert "ander@example.org" in editor.get(f"{LIST}/2").text
    for path in pages:
        assert SENDER not in editor.get(path).text
        assert "ander@example.org" not in editor.get(path).text


def test_hostile_words_are_words_at_the_desk(editor: TestClient, near: Services) -> None:
    script = "<script>alert(1)</script>"
    hostile = replace(
        TOLD,
        title=f"{script}titel",
        question=f'"><img src=x onerror=alert(1)>{script}',
        story=f"{script}\n\n[klik](javascript:alert(1)) <b>vet</b>",
        contact=f"{script}",
        partnership="{{ 7*7 }}",
    )
    submissions.confirm(near.db, send_in(near.db, hostile), now=START)

    for path in (LIST, ONE):
        page = editor.get(path).text
        assert script not in page
        assert "<img src=x" not in page
        assert "<b>vet" not in page
        assert 'href="javascript' not in page


@pytest.mark.parametrize("stand", ["te-doen", "bij-de-inzender", "geplaatst", "voorbij"])
def test_the_list_needs_as_many_queries_for_three_rows_as_for_one(
    editor: TestClient, near: Services, stand: str
) -> None:
    def grow(number: int) -> None:
        submission_id = confirmed(near, email=f"m{number}@example.org")
        to = {"bij-de-inzender": S.ASKED, "geplaatst": S.PUBLISHED, "voorbij": S.DECLINED}
        with near.db.write() as session:
            row = get_submission(session, submission_id)
            row.told = {**row.told, "title": f"Rij {number}"}
            row.status = to.get(stand, S.WAITING).value

    path = f"{LIST}?stand={stand}"
    grow(1)
    assert "Rij 1" in editor.get(path).text
    with counted(near.db.engine) as one:
        editor.get(path)
    grow(2)
    grow(3)
    with counted(near.db.engine) as three:
        page = editor.get(path).text

    assert "Rij 3" in page
    assert len(three) == len(one)


def test_a_long_list_of_what_is_done_has_pages(editor: TestClient, near: Services) -> None:
    for number in range(23):
        submission_id = confirmed(near, email=f"m{number}@example.org")
        with near.db.write() as session:
            row = get_submission(session, submission_id)
            row.status, row.status_since = S.DECLINED, START + timedelta(minutes=number)

    first = editor.get(f"{LIST}?stand=voorbij").text
    second = editor.get(f"{LIST}?stand=voorbij&blad=2")

    assert "/redactie/inzendingen?stand=voorbij&amp;blad=2" in first
    assert second.text.count('<h2 class="h-list">') == 3
    assert editor.get(f"{LIST}?stand=voorbij&blad=3").status_code == 404
    assert editor.get(f"{LIST}?stand=onzin").status_code == 404
