"""Lists of sources at the desk: looked at first, then brought in; and given away."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from httpx import Response

from feeds.opml import read_opml
from feeds.themes import add_default_themes
from newsletter.wiring import Services
from tests.web.desk import post, token
from tests.web.editor.partner import Desk, at_desk

PAGE = "/redactie/bronnenlijst"
LIST = """<?xml version="1.0"?>
<opml version="2.0"><body><outline text="Noord">
<outline text="Nieuws &amp; meer" xmlUrl="https://a.example.org/feed"
 category="/thema/visie,/kant/school"/>
<outline text="Agenda" type="text/calendar" xmlUrl="https://a.example.org/uit" isComment="true"/>
</outline>
<outline text="Bekend" xmlUrl="http://vo-raad.example.org/feed/"/>
<outline text="&lt;script&gt;alert(1)&lt;/script&gt;" xmlUrl="javascript:alert(1)"/>
</body></opml>"""
LAUGHS = """<!DOCTYPE opml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><opml><body><outline text="&c;" xmlUrl="https://a.nl"/></body></opml>"""


@pytest.fixture
def admin(services: Services) -> Iterator[Desk]:
    add_default_themes(services.db)
    with at_desk(services) as desk:
        yield desk


def upload(desk: Desk, document: str | bytes) -> Response:
    answer: Response = desk.client.post(
        PAGE,
        data={"csrf": token(desk.client)},
        files={"bestand": ("lijst.opml", document, "text/xml")},
    )
    return answer


def confirm(desk: Desk, page: str) -> Response:
    """Send the form of the page that judged, as a browser would."""
    found = re.search(r'name="lijst" value="([^"]*)"', page)
    assert found
    answer: Response = desk.client.post(
        f"{PAGE}/volg",
        data={"csrf": token(desk.client)},
        files={"lijst": (None, unescape(found[1]))},
    )
    return answer


def test_a_list_is_judged_first_and_nothing_is_followed(admin: Desk) -> None:
    admin.make()

    page = upload(admin, LIST).text

    assert "Nieuw: 2. Volg je al: 1. Kan niet: 1." in page
    assert "Volg 2 nieuwe bronnen" in page
    assert "Nieuws &amp; meer" in page
    assert "Visie: ontwikkeling, implementatie en draagvlak" in page
    assert "regel 3, map Noord" in page
    assert "agenda, komt uit te staan" in page
    assert "<script>alert" not in page
    assert len(admin.sources()) == 1


def test_what_was_judged_new_is_followed_at_a_second_word(admin: Desk) -> None:
    admin.make()
    page = upload(admin, LIST).text

    answer = confirm(admin, page)

    assert answer.headers["location"] == "/redactie/bronnen"
    assert admin.sources() == [
        ("Agenda", "agenda", "https://a.example.org/uit"),
        ("Nieuws & meer", "feed", "https://a.example.org/feed"),
        ("Vo-raad", "feed", "https://vo-raad.example.org/feed"),
    ]
    news = admin.source("nieuws-meer")
    assert (news.themes, news.audiences, news.active) == (["visie"], ["school"], True)
    assert not admin.source("agenda").active
    assert "Je volgt nu 2 bronnen meer." in admin.client.get("/redactie/bronnen").text


def test_a_second_time_there_is_nothing_to_follow(admin: Desk) -> None:
    page = upload(admin, LIST).text
    confirm(admin, page)
    confirm(admin, page)

    assert "Je volgde al deze bronnen al." in admin.client.get("/redactie/bronnen").text
    assert "nieuwe bronnen</button>" not in upload(admin, LIST).text
    assert len(admin.sources()) == 3


def test_our_own_list_comes_back_without_a_change(admin: Desk) -> None:
    admin.make(themes=["visie"], audiences=["school"])

    answer = admin.client.get(f"{PAGE}/bronnen.opml")

    assert answer.headers["content-type"] == "text/x-opml; charset=utf-8"
    assert 'filename="bronnen.opml"' in answer.headers["content-disposition"]
    (outline,) = read_opml(answer.content)
    assert (outline.name, outline.words, outline.audiences) == ("Vo-raad", ("visie",), ("school",))
    assert "Nieuw: 0. Volg je al: 1. Kan niet: 0." in upload(admin, answer.content).text


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("", "Kies eerst een bestand."),
        ("geen lijst", "Dit bestand is geen lijst die we kunnen lezen."),
        (LAUGHS, "Dit bestand is geen lijst die we kunnen lezen."),
        ("<opml><body/></opml>", "In deze lijst staat geen enkele bron."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(admin: Desk, document: str, says: str) -> None:
    answer = upload(admin, document)

    assert answer.status_code == 422
    assert f'id="bestand-error">{says}' in answer.text


def test_a_form_without_a_file_says_so(admin: Desk) -> None:
    assert "Kies eerst een bestand." in post(admin.client, PAGE).text


@pytest.mark.long
def test_a_list_of_five_thousand_comes_in_whole(admin: Desk) -> None:
    outlines = "".join(
        f'<outline text="Bron {n}" xmlUrl="https://{n}.example.org/feed"/>' for n in range(5_000)
    )
    page = upload(admin, f"<opml><body>{outlines}</body></opml>").text

    assert "Volg 5.000 nieuwe bronnen" in page
    assert "En nog 4800." in page
    confirm(admin, page)
    assert len(admin.sources()) == 5_000


def test_a_file_that_is_too_large_is_refused(admin: Desk) -> None:
    answer = upload(admin, b"x" * 1_100_000)

    assert answer.status_code == 413


def test_a_list_that_grows_too_large_for_its_form_is_refused(admin: Desk) -> None:
    outlines = "".join(f'<outline xmlUrl="https://{n}.nl"/>' for n in range(15_000))

    answer = upload(admin, f"<opml><body>{outlines}</body></opml>")

    assert "Deze lijst is te groot om hier binnen te halen." in answer.text


def test_other_pages_take_no_file(admin: Desk) -> None:
    answer = admin.client.post(
        "/redactie/bronnen-zoeken",
        data={"csrf": token(admin.client)},
        files={"adres": ("x", b"x")},
    )

    assert answer.status_code == 413


def test_a_second_word_that_is_no_list_changes_nothing(admin: Desk) -> None:
    assert post(admin.client, f"{PAGE}/volg", {"lijst": LAUGHS}).status_code == 422
    assert admin.sources() == []
