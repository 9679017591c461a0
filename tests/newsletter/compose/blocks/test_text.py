from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.identity import Organisation
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE, SCHOOL, block

SOURCE = (
    "Eerst een zin met [een link](https://x.example.org).\n\n"
    "## Wat je **nu** doet\n\n- Punt een\n- Punt twee, met *nadruk*\n\n3. Derde\n4. Vierde"
)


def test_lists_and_headings_are_real_in_the_mail_and_plain_in_the_text() -> None:
    render = Renderer(organisation=Organisation(), base_url=BASE)
    edition = samples.newsletter(blocks=(block(1, "text", title="Regeling", text=SOURCE),))

    rendered = render(edition, Cut(SCHOOL))

    assert ">Wat je <strong>nu</strong> doet</h3>" in rendered.html
    assert ">Punt twee, met <em>nadruk</em></li>" in rendered.html
    assert '<ol start="3"' in rendered.html
    assert (
        "Regeling\n========\n\nEerst een zin met een link (https://x.example.org).\n\n"
        "Wat je nu doet\n\n- Punt een\n- Punt twee, met nadruk\n\n3. Derde\n4. Vierde\n"
    ) in rendered.text


def test_heading_takes_the_place_of_a_title_that_is_not_there() -> None:
    render = Renderer(organisation=Organisation(), base_url=BASE)
    edition = samples.newsletter(blocks=(block(1, "text", text="# Kop\n\nZin."),))

    assert ">Kop</h2>" in render(edition, Cut(SCHOOL)).html
