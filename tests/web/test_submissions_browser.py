"""A practice example from a reader without scripts to the site and off it again, in a browser.

`make shots` keeps pictures in test-output/screenshots/, at 1280 and at 375 wide, light and dark.
"""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, expect

from newsletter.wiring import Services
from tests.fakes import FakeClock, FakeTransport
from tests.web.browsing import NEEDS_BROWSER, Desk
from tests.web.desk import make_partnership
from tests.web.public.sending import SUBMIT, link_in

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]

STORY = """\
In ons team gingen gesprekken bijna altijd over de student. Wat de student zag in de klas van de \
begeleider, bleef onbesproken.

Daarom kijken we nu elke zes weken bij elkaar in de les. Daarna praten we een uur, met drie vaste \
vragen. De instituutsopleider schuift twee keer per jaar aan.

Een vast uur in het rooster werkte. Vrijblijvend afspreken niet."""


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """A drawing of two people at a table."""
    image = Image.new("RGB", (1600, 900), "#dfe9ec")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 640, 1600, 900), fill="#c9a27a")
    for x, colour in ((420, "#0b5b6b"), (1060, "#6b2c6f")):
        draw.ellipse((x, 180, x + 160, 340), fill="#e8c9a8")
        draw.rounded_rectangle((x - 80, 350, x + 240, 700), 80, fill=colour)
    made = BytesIO()
    image.save(made, "JPEG")
    path = tmp_path / "tafel.jpg"
    path.write_bytes(made.getvalue())
    return path


def test_a_reader_and_an_editor_bring_an_example_to_the_site_and_off_it(  # noqa: PLR0915 - the whole way
    browser: Browser,
    base: str,
    near: Services,
    transport: FakeTransport,
    clock: FakeClock,
    photo: Path,
) -> None:
    make_partnership(near, "Opleidingsschool De Tussendeur", agreed=True)
    noor = Desk(browser.new_context(java_script_enabled=False).new_page(), base)
    anna = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)

    noor.go("/praktijkvoorbeelden")
    noor.page.get_by_role("link", name="Stuur je voorbeeld in").click()
    clock.later(minutes=5)
    form = noor.page
    form.get_by_label("Titel").fill("Ook de begeleider leert")
    form.get_by_label("Wat was jullie vraag?").fill("Hoe leren ervaren docenten ook van studenten?")
    form.get_by_label("Wat deden jullie?").fill(STORY)
    form.get_by_label("scholen", exact=True).check()
    form.get_by_label("Een foto (mag je overslaan)").set_input_files(photo)
    form.get_by_label("Je naam").fill("Noor Bakker")
    form.get_by_label("E-mailadres").fill("noor")
    noor.press("Verstuur mijn voorbeeld")
    expect(form.get_by_role("alert")).to_contain_text("Schrijf wat er werkte.")
    expect(form.get_by_label("Wat deden jullie?")).to_have_value(STORY)
    form.get_by_role("alert").get_by_role("link", name="Schrijf wat er werkte.").click()
    expect(form).to_have_url(re.compile("#werkte"))
    form.get_by_label("Wat werkte, en wat niet?").fill("14 van de 19 begeleiders gaan ermee door.")
    form.get_by_text("Kies uit alle thema’s").click()
    form.get_by_label("Begeleidingsmodellen").check()
    form.get_by_label("Een foto (mag je overslaan)").set_input_files(photo)
    form.get_by_label("Wat is er op de foto te zien?").fill("Twee mensen aan een tafel")
    form.get_by_label("Bijlagen (mag je overslaan)").fill("https://example.org/gesprekskaart.pdf")
    form.get_by_label("E-mailadres").fill("noor@example.org")
    form.get_by_label("Opleidingsschool (mag je overslaan)").fill("Opleidingsschool De Tussendeur")
    form.get_by_label("Wie kunnen lezers iets vragen? (mag je overslaan)").fill(
        "de schoolopleider, vraag@example.org"
    )
    form.get_by_label("Ja, jullie mogen").check()
    noor.press("Verstuur mijn voorbeeld")
    expect(form.get_by_role("heading", level=1)).to_have_text("Kijk in je mail")
    noor.go(link_in(transport, near, "bevestigen"))
    noor.press("Ja, dit is mijn voorbeeld")
    expect(form.get_by_role("heading", level=1)).to_have_text("De redactie werkt aan je voorbeeld")
    own = form.url.removeprefix(base)

    anna.enter(near, "anna@example.org")
    anna.go("/redactie")
    anna.shoot_both("vandaag-inzending")
    anna.page.get_by_role("link", name="Ga lezen").click()
    anna.shoot_both("inzendingen")
    anna.page.get_by_role("link", name="Ook de begeleider leert").first.click()
    anna.page.get_by_label("Aanpak").fill(
        "Elke zes weken bij elkaar in de les, daarna een uur praten."
    )
    anna.page.get_by_label("Het verhaal").fill("## Hoe het begon\n\n" + STORY)
    anna.press("Bewaar de tekst")
    expect(anna.page.locator(".toast")).to_contain_text("Bewaard.")
    anna.shoot_both("inzending")
    anna.press("Leg voor aan de inzender")
    expect(anna.page.locator(".toast")).to_contain_text("De inzender heeft een mail")

    noor.go(link_in(transport, near, "inzending"))
    expect(form).to_have_url(base + own)
    shown = Desk(browser.new_context().new_page(), base)
    shown.go(own)
    shown.shoot_both("eigen-inzending-nalezen")
    noor.press("Ja, plaats het zo")
    expect(form.get_by_role("heading", level=1)).to_have_text("Je bent akkoord")

    anna.go("/redactie/inzendingen")
    anna.page.get_by_role("link", name="Bekijk en plaats").click()
    anna.shoot_both("inzending-akkoord")
    anna.press("Zet het op de site")
    anna.page.get_by_role("link", name="op de site").first.click()
    expect(anna.page.get_by_alt_text("Twee mensen aan een tafel")).to_be_visible()
    anna.shoot_both("praktijkvoorbeeld")
    public = anna.page.url

    noor.go(own)
    form.get_by_role("link", name="Trek mijn voorbeeld terug").click()
    noor.press("Trek het terug en wis mijn gegevens")
    expect(form.get_by_role("heading", level=1)).to_have_text("Je voorbeeld is teruggetrokken")
    answer = anna.page.goto(public)
    assert answer is not None
    assert answer.status == 404
    anna.go("/redactie/inzendingen?stand=voorbij")
    anna.shoot_both("inzendingen-voorbij")
    assert [one for one in anna.complaints if "404" not in one] == []


def test_the_pages_of_sending_in_look_right(  # noqa: PLR0915 - one picture after the other
    browser: Browser, base: str, near: Services, clock: FakeClock, photo: Path
) -> None:
    reader = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)
    reader.go(SUBMIT)
    reader.shoot_both("insturen")
    clock.later(minutes=5)
    reader.press("Verstuur mijn voorbeeld")
    expect(reader.page.get_by_role("alert")).to_be_focused()
    reader.shoot_both("insturen-fout")
    reader.go(f"{SUBMIT}/kijk-in-je-mail")
    reader.shoot("insturen-kijk-in-je-mail")

    anna = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)
    anna.enter(near, "anna@example.org")
    anna.go("/redactie/voorbeelden")
    anna.shoot("voorbeelden-leeg")
    anna.page.get_by_role("link", name="Schrijf een voorbeeld").first.click()
    anna.shoot_both("voorbeeld-nieuw")
    anna.page.get_by_label("Titel").fill("Klein beginnen")
    anna.page.get_by_label("Vraag", exact=True).fill("Waar begin je met samen opleiden?")
    anna.page.get_by_label("Het verhaal").fill("## Eén vak\n\nWe begonnen met **één** vak.")
    anna.page.get_by_label("Kies een foto").set_input_files(photo)
    anna.page.get_by_label("Wat is er op de foto te zien?").fill("Twee mensen aan een tafel")
    anna.press("Bekijk hoe het wordt")
    expect(anna.page.locator("#voorbeeld")).to_contain_text("We begonnen met één vak.")
    anna.shoot_both("voorbeeld-bekeken")
    anna.press("Zet het op de site")
    expect(anna.page.locator(".toast")).to_contain_text("Het voorbeeld staat op de site.")
    anna.go("/redactie/voorbeelden")
    anna.shoot_both("voorbeelden")
    assert ["status of 422" in one for one in reader.complaints] == [True]
    assert anna.complaints == []
