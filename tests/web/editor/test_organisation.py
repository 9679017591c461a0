"""The page of the organisation: what it keeps, refuses, shows and takes back."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from threading import Event
from urllib.parse import urlencode

import pytest
from httpx import Response
from PIL import Image as Pillow
from starlette.testclient import TestClient

from newsletter.send.worker import run_worker
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services, build_services
from tests.fakes import FakeTransport
from tests.web.desk import advance, approved, desk, edition_path, fill, token
from web.app import create_app

PAGE = "/redactie/instellingen/organisatie"
FIELD = re.compile(r'<input class="input" id="([^"]+)" name="[^"]+"[^>]*? value="([^"]*)"')
AREA = re.compile(r'<textarea class="area" id="([^"]+)"[^>]*>([^<]*)</textarea>')


@pytest.fixture
def marit(near: Services) -> Iterator[TestClient]:
    with TestClient(create_app(near), follow_redirects=False) as client:
        yield desk(client, near, Role.ADMINISTRATOR)


def fields_of(page: str) -> dict[str, str]:
    """Return what the form on a page holds."""
    found = {**dict(FIELD.findall(page)), **dict(AREA.findall(page))}
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    found = {name: html.unescape(value) for name, value in found.items() if name != "logo"}
    if image := re.search(r'name="image" value="(\w+)"', page):
        found |= {"image": image[1], "with_logo": "yes"}
    font = re.search(r'name="font" value="(\w+)" checked', page)
    assert font
    return {**found, "version": version[1], "font": font[1]}


def send(
    client: TestClient, changed: Mapping[str, str], *, logo: bytes = b"", act: str = "bewaar"
) -> Response:
    """Open the page, change some fields, and press a button."""
    fields = {**fields_of(client.get(PAGE).text), "actie": act, "csrf": token(client), **changed}
    files = {"logo": ("logo.png", logo, "image/png")} if logo else {}
    answer: Response = client.post(PAGE, data=fields, files=files)
    return answer


def problems(answer: Response) -> dict[str, str]:
    return dict(re.findall(r'<span class="error" id="(\w+)-error">([^<]+)</span>', answer.text))


def sample(client: TestClient, **changed: str) -> str:
    fields = {**fields_of(client.get(PAGE).text), **changed}
    return str(client.get(f"{PAGE}/voorbeeld?{urlencode(fields)}").text)


def logo_bytes() -> bytes:
    made = BytesIO()
    Pillow.new("RGBA", (120, 60), (200, 30, 30, 128)).save(made, "PNG")
    return made.getvalue()


def test_only_an_administrator_comes_here(editor: TestClient, marit: TestClient) -> None:
    assert editor.get(PAGE).status_code == 403
    assert editor.get(f"{PAGE}/voorbeeld").status_code == 403
    assert editor.post(PAGE, data={"csrf": token(editor), "name": "x"}).status_code == 403
    assert PAGE not in editor.get("/redactie").text
    assert PAGE in marit.get("/redactie").text


def test_saving_without_a_change_keeps_nothing(marit: TestClient, near: Services) -> None:
    answer = send(marit, {})

    assert answer.status_code == 303
    assert near.current().settings == near.settings


def test_what_is_saved_is_on_the_site_and_in_mails_at_once(
    marit: TestClient, near: Services
) -> None:
    told = {
        "name": 'Platform <Samen> & "Opleiden"',
        "name_lines": "Platform\nSamen & Opleiden",
        "tagline": 'Wij leiden samen op: é, \\ en "zo".',
        "contact": "post@café.example",
        "font": "georgia",
        "social_name_0": "LinkedIn",
        "social_url_0": "https://www.example.org/a?b=1&c=2",
        "colour_school": "#246",
        "call_title_school": 'Vertel <het> "ons"',
        "colophon": "Iets gezien?",
    }

    answer = send(marit, told)
    organisation = near.current().settings.organisation

    assert answer.status_code == 303, problems(answer)
    assert organisation.contact == "post@xn--caf-dma.example"
    assert organisation.name_lines == ("Platform", "Samen & Opleiden")
    assert organisation.colours == {"school": "#224466"}
    front = marit.get("/").text
    assert html.escape(told["name"], quote=False) in front.replace("&#34;", '"')
    assert 'href="https://www.example.org/a?b=1&amp;c=2"' in front
    sheet = marit.get("/static/app.css").text
    assert "--school:#224466;" in sheet
    assert "--font: Georgia, Times New Roman, serif;" in sheet
    mail = sample(marit)
    words = html.unescape(mail)
    for field in ("name", "tagline", "call_title_school", "colophon"):
        assert told[field] in words
    assert "<het>" not in mail
    assert "font-family:Georgia, Times New Roman, serif" in mail
    assert "Arial" not in mail
    assert "#224466" in mail
    assert "#0b5b6b" not in mail


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", " ", "Vul de naam van de organisatie in."),
        ("name", "x" * 101, "Dit is te lang"),
        ("contact", "geen adres", "Dit is geen e-mailadres"),
        ("contact", "a@b@c", "Dit is geen e-mailadres"),
        ("sender_address", "post@", "Dit is geen e-mailadres"),
        ("sender_name", "A <b@example.org>", "Deze naam kan niet boven een mail staan"),
        ("sender_name", "Jansen, Piet", "Deze naam kan niet boven een mail staan"),
        ("postal_address", "", "Vul een postadres in."),
        ("name_lines", "a\nb\nc\nd", "Maak er hoogstens 3 regels van"),
        ("social_url_0", "javascript:alert(1)", "Dit is geen webadres"),
        ("social_name_1", "Mastodon", ""),
        ("colour_accent", "rood", "Dit is geen kleur"),
        ("colour_ink_dark", "#12345", "Dit is geen kleur"),
        ("call_school", "x" * 501, "Dit is te lang"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field_and_nothing_typed_is_lost(
    marit: TestClient, near: Services, field: str, value: str, says: str
) -> None:
    answer = send(marit, {field: value, "rhythm": "Zo nu en dan"})
    told = problems(answer)
    where = "social_url_1" if field == "social_name_1" else field

    assert answer.status_code == 422
    assert list(told) == [where]
    assert says in told[where]
    shown = fields_of(answer.text)
    assert shown[field] == value
    assert shown["rhythm"] == "Zo nu en dan"
    assert near.current() is near


def test_line_breaks_do_not_reach_a_header(marit: TestClient, near: Services) -> None:
    answer = send(marit, {"sender_name": "Ons\r\nBcc: x@example.org", "name": "A\r\nB"})

    settings = near.current().settings
    assert answer.status_code == 422 or settings.sender.isprintable()
    assert "\n" not in settings.sender + settings.organisation.name


def test_a_faint_colour_is_refused_with_the_nearest_that_can(
    marit: TestClient, near: Services
) -> None:
    refused = send(marit, {"colour_school": "#f0b040", "rhythm": "Elke week"})
    says = problems(refused)["colour_school"]
    proposal = re.search(r"is (#[0-9a-f]{6})\.", says)
    assert proposal
    taken = send(
        marit, {**fields_of(refused.text), "neem": f"colour_school={proposal[1]}", "actie": ""}
    )
    kept = send(marit, {**fields_of(taken.text)})

    assert refused.status_code == 422
    assert "1,62 : 1" in says
    assert taken.status_code == 200
    assert kept.status_code == 303
    assert near.current().settings.organisation.colours == {"school": proposal[1]}
    assert near.current().settings.organisation.rhythm == "Elke week"


def test_a_faint_ground_is_told_at_the_ground(marit: TestClient) -> None:
    assert list(problems(send(marit, {"colour_band": "#ffee88"}))) == ["colour_band"]
    assert list(problems(send(marit, {"colour_tile_dark": "#ccbbaa"}))) == ["colour_tile_dark"]


def test_the_table_says_the_contrast_of_each_pair(marit: TestClient) -> None:
    page = marit.get(PAGE).text
    row = page.split('data-front="on_band" data-ground="band"')[1].split("</tr>")[0]

    assert "Letters op kopbalk" in row
    assert "7,71 : 1" in row
    assert "heel goed" in row
    assert "is-faint" not in page


def test_a_logo_is_made_anew_seen_first_and_then_on_the_site(
    marit: TestClient, near: Services
) -> None:
    looked = send(marit, {}, logo=logo_bytes(), act="bekijk")
    digest = fields_of(looked.text)["image"]
    before = marit.get(f"/beeld/{digest}.png").status_code
    framed = sample(marit, image=digest, with_logo="yes")
    saved = send(marit, fields_of(looked.text))
    logo = near.current().settings.organisation.logo

    assert looked.status_code == 200
    assert before == 404
    assert 'src="data:image/png;base64,' in framed
    assert digest not in framed
    assert saved.status_code == 303
    assert logo is not None
    assert (logo.path, logo.width, logo.height) == (f"/beeld/{digest}.png", 120, 60)
    assert marit.get(f"/beeld/{digest}.png").content.startswith(b"\x89PNG")
    assert f'<img class="brand-logo" src="/beeld/{digest}.png"' in marit.get("/").text
    mail = sample(marit)
    assert 'src="data:image/png;base64,' in mail
    assert "merk.png" not in mail


def test_what_is_no_picture_is_no_logo(marit: TestClient) -> None:
    answer = send(marit, {"rhythm": "Elke week"}, logo=b"<svg onload=alert(1)>")

    assert answer.status_code == 422
    assert "Dit bestand kunnen we niet tonen" in problems(answer)["logo"]
    assert fields_of(answer.text)["rhythm"] == "Elke week"


def test_the_page_tells_what_a_change_takes_back_and_takes_it_back(
    editor: TestClient, approver: TestClient, marit: TestClient, near: Services
) -> None:
    edition = approved(editor, approver, near)
    opened = marit.get(PAGE).text
    harmless = send(marit, {"rhythm": near.settings.organisation.rhythm}, act="bekijk").text
    looked = send(marit, {"name": "Platform"}, act="bekijk").text
    answer = send(marit, {"name": "Platform"})
    said = html.unescape(marit.get(answer.headers["location"]).text)

    assert "Al goedgekeurd of ingepland: editie 1." in opened
    assert "Geen enkele goedgekeurde editie verandert hierdoor." in harmless
    assert "gaat terug naar concept: editie 1." in looked
    assert "Weer concept is nu: editie 1." in said
    history = editor.get(edition_path(edition)).text
    assert "omdat de gegevens van de organisatie zijn gewijzigd" in history
    assert "Al goedgekeurd" not in marit.get(PAGE).text


def test_the_worker_sends_under_the_new_sender(
    editor: TestClient,
    approver: TestClient,
    marit: TestClient,
    near: Services,
    transport: FakeTransport,
) -> None:
    send(marit, {"sender_name": "Het Platform", "sender_address": "platform@example.org"})
    edition = approved(editor, approver, near)
    advance(editor, near, edition, "/verstuur")

    done = run_worker(near, stop=Event(), until_complete=edition)

    assert done is not None
    assert done.state is EditionStatus.SENT
    heads = [message.split(b"\r\n\r\n")[0] for _, _, message in transport.accepted]
    assert heads
    assert all(b"From: Het Platform <platform@example.org>" in head for head in heads)


def test_another_process_gives_the_new_stylesheet_at_once(
    marit: TestClient, near: Services
) -> None:
    elsewhere = replace(build_services(near.settings), clock=near.clock)
    with TestClient(create_app(elsewhere)) as other:
        before = other.get("/static/app.css").text
        send(marit, {"colour_school": "#224466"})
        sheet = re.search(r'href="(/static/app\.css[^"]+)"', marit.get("/").text)
        assert sheet
        after = other.get(sheet[1])
    elsewhere.db.close()

    assert "#224466" not in before
    assert "--school:#224466;" in after.text
    assert "immutable" in after.headers["cache-control"]


def test_a_fixed_sender_is_told_and_cannot_be_chosen(near: Services) -> None:
    fill(near)
    fixed = replace(near.settings, sender_is_fixed=True)
    services = replace(near, settings=fixed, followed=type(near.followed)(fixed))
    with TestClient(create_app(services), follow_redirects=False) as client:
        marit = desk(client, services, Role.ADMINISTRATOR)
        answer = send(marit, {"sender_name": "Een ander", "sender_address": "x@example.org"})

        assert answer.status_code == 303
        assert "De afzender staat vast" in marit.get(PAGE).text
        assert services.current().settings.sender == near.settings.sender


def test_who_saves_second_sees_what_the_first_did(marit: TestClient, near: Services) -> None:
    opened = fields_of(marit.get(PAGE).text)
    send(marit, {"name": "Eerst", "tagline": "Van de eerste."})

    second = send(marit, {**opened, "tagline": "Van de tweede."})
    again = send(marit, fields_of(second.text))

    assert second.status_code == 422
    assert "Iemand anders bewaarde net iets op deze pagina." in second.text
    assert "Naam: Eerst" in second.text
    assert fields_of(second.text)["tagline"] == "Van de tweede."
    assert again.status_code == 303
    assert near.current().settings.organisation.tagline == "Van de tweede."


def test_the_sample_runs_no_script_and_takes_the_asked_scheme(marit: TestClient) -> None:
    answer = marit.get(f"{PAGE}/voorbeeld?kleur=donker&kant=lerarenopleiding")

    assert "sandbox" in answer.headers["content-security-policy"]
    assert "@media all" in answer.text
    assert "Voor lerarenopleidingen" in answer.text
    assert "@media not all" in marit.get(f"{PAGE}/voorbeeld").text


def test_the_token_of_the_form_stands_in_no_address(marit: TestClient) -> None:
    page = send(marit, {"rhythm": "Elke week"}, act="bekijk").text
    address = re.search(r'<iframe id="proefmail"[^>]*src="([^"]+)"', page)
    assert address

    assert "rhythm=Elke+week" in address[1]
    assert "csrf" not in address[1]
    assert token(marit) not in address[1]


def test_the_sample_leaves_out_what_cannot_be(marit: TestClient) -> None:
    mail = sample(marit, colour_school="red}</style><script>", name="", social_url_0="javascript:1")

    assert mail.count("<script") == 1  # ours
    assert "javascript:" not in mail
    assert "Nieuwsbrief" in mail
