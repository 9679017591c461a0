"""A news item: with and without its picture, and the words of its link."""

import pytest

from newsletter.compose.blocks import article, publication
from newsletter.compose.blocks.kind import Frame
from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.identity import Organisation
from newsletter.values import EditionKind
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE, SCHOOL, block

RENDER = Renderer(organisation=Organisation(), base_url=BASE)
FRAME = Frame(base_url=BASE, edition_kind=EditionKind.NEWSLETTER)
PICTURE = {
    "image": "/static/mail/twee-huizen.png",
    "image_alt": "Twee huizen onder een dak.",
    "caption": "Onze tekening.",
}


@pytest.mark.parametrize(
    ("fields", "is_shown"),
    [
        ({"lead": True}, True),
        ({"show_image": "ja"}, True),
        ({}, False),
        ({"show_image": "ja", "image_alt": "", "image": ""}, False),
    ],
)
def test_picture_stands_with_the_opening_and_where_it_is_asked_for(
    fields: dict[str, object],
    *,
    is_shown: bool,
) -> None:
    news = block(1, "article", title="Titel", **{**PICTURE, **fields})

    rendered = RENDER(samples.newsletter(blocks=(news,)), Cut(SCHOOL))

    assert (f'src="{BASE}/static/mail/twee-huizen.png"' in rendered.html) is is_shown
    assert ("Onze tekening." in rendered.html) is is_shown
    assert ("Beeld: Twee huizen onder een dak." in rendered.text) is is_shown
    assert ("Onze tekening." in rendered.text) is is_shown


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Hoe de kennisbasis landt in een gewone les", "Lees hoe de kennisbasis landt"),
        ("Waarom theorie van dinsdag vergeten is", "Lees waarom theorie"),
        ("Wat noemen we onderzoek op school?", "Lees verder bij De Raad"),
        ("Netwerken is een werkwoord", "Lees verder bij De Raad"),
    ],
)
def test_link_says_what_is_to_be_read(title: str, words: str) -> None:
    fields = {**article.KIND.blank, "title": title, "source": "De Raad"}

    shown = article.view(fields, FRAME)

    assert shown["link_text"].startswith(words)
    assert shown["long_link_text"] == f"Lees ‘{title}’"


@pytest.mark.parametrize(
    ("title", "form", "words"),
    [
        ("Drie modellen", "factsheet, pdf van 4 pagina’s", "Open de factsheet ‘Drie modellen’"),
        ("Katern: ieders doel op tafel", "Katern", "Open het katern ‘Ieders doel op tafel’"),
        ("Katern: ieders doel op tafel", "", "Open het katern ‘Ieders doel op tafel’"),
        ("Let op: drie modellen", "", "Open ‘Let op: drie modellen’"),
        ("Drie modellen", "", "Open ‘Drie modellen’"),
    ],
)
def test_link_names_the_form_of_a_publication(title: str, form: str, words: str) -> None:
    fields = {**publication.KIND.blank, "title": title, "format": form}

    assert publication.view(fields, FRAME)["link_text"] == words
