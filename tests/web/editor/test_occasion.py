"""The page on which the day, the times and the programme of an announcement are written."""

from datetime import timedelta
from html import unescape

import pytest
from starlette.testclient import TestClient

from feeds.values import ItemKind
from newsletter.wiring import Services
from tests.web.desk import edition_path, make_item, post
from web.forms import moment_value


class Announced:
    """An announcement at the desk, and the page of its event."""

    def __init__(self, editor: TestClient, services: Services) -> None:
        self.editor, self.begins = editor, services.clock() + timedelta(days=9)
        event = make_item(services, "Congres", kind=ItemKind.EVENT, starts_at=self.begins)
        form = {"kind": "announcement", "event": event, "segment": "school"}
        made = post(editor, "/redactie/edities", form).headers["location"]
        self.edition = edition_path(int(made.rsplit("/", 1)[1]))
        page = editor.get(self.edition).text
        self.path = page.split("/bijeenkomst")[0].rsplit('"', 1)[1] + "/bijeenkomst"

    def form(self, **typed: str) -> dict[str, str]:
        page = self.editor.get(self.path).text
        seen = page.split('name="seen" value="')[1].split('"')[0]
        usual = {"starts_at": moment_value(self.begins), "ends_at": "", "register_by": ""}
        return {**usual, "programme": "", "seen": seen, **typed}


@pytest.fixture
def announced(editor: TestClient, near: Services) -> Announced:
    return Announced(editor, near)


def test_what_is_written_stands_in_the_mail(announced: Announced, editor: TestClient) -> None:
    programme = "9.30 | Inloop\n10.00 | Opening & muziek | de voorzitter | school"

    saved = post(editor, announced.path, announced.form(programme=programme))
    again = unescape(editor.get(announced.path).text)
    mail = unescape(editor.get(f"{announced.edition}/voorbeeld?kant=school").text)

    assert saved.status_code == 303
    assert programme in again
    assert "Opening & muziek" in mail
    assert "Onder leiding van de voorzitter" in mail


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"starts_at": ""}, "Vul in wanneer het begint."),
        ({"ends_at": "2027-04-01T10:00"}, "Het einde ligt voor het begin."),
        ({"register_by": "2030-01-01"}, "Dit is na het begin."),
        ({"programme": "9.30 | Inloop\n10.00 |"}, "Regel 2: zet na de tijd een streep"),
        ({"programme": "9.30 | Inloop | | ouders"}, "Regel 1: kies school of lerarenopleiding"),
    ],
)
def test_what_cannot_be_read_comes_back_as_it_was_typed(
    announced: Announced, editor: TestClient, typed: dict[str, str], sentence: str
) -> None:
    answer = post(editor, announced.path, announced.form(**typed))

    assert answer.status_code == 422
    assert sentence in answer.text
    assert all(one in unescape(answer.text) for one in typed.values())


def test_who_was_overtaken_sees_the_own_text_and_may_save_it(
    announced: Announced, editor: TestClient
) -> None:
    mine = announced.form(programme="9.30 | Mijn inloop")
    post(editor, announced.path, announced.form(programme="9.30 | Van een collega"))

    overtaken = post(editor, announced.path, mine)
    seen = overtaken.text.split('name="seen" value="')[1].split('"')[0]
    saved = post(editor, announced.path, {**mine, "seen": seen})

    assert (overtaken.status_code, saved.status_code) == (409, 303)
    assert "Een collega wijzigde dit intussen." in overtaken.text
    assert "9.30 | Mijn inloop" in overtaken.text
    assert "Mijn inloop" in editor.get(announced.path).text


def test_another_moment_than_the_agenda_is_a_tip_that_leads_there(
    announced: Announced, editor: TestClient
) -> None:
    later = moment_value(announced.begins + timedelta(hours=1))

    post(editor, announced.path, announced.form(starts_at=later))
    page = editor.get(announced.edition).text

    assert "begint in de agenda op een ander moment" in page
    assert f'href="{announced.path}#starts_at"' in page
    assert "is verzet" not in page


def test_a_block_of_another_kind_has_no_such_page(announced: Announced, editor: TestClient) -> None:
    assert editor.get(f"{announced.edition}/blokken/9999/bijeenkomst").status_code == 404
