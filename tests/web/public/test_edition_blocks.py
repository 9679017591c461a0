"""Each kind of block on the page of an edition: its sample, and hostile words in every field."""

import re
from html import unescape

import pytest
from starlette.testclient import TestClient

from newsletter.compose.blocks import BLOCKS
from newsletter.store.editions import get_edition
from newsletter.wiring import Services
from tests.web.public.content import HOSTILE, add_edition


@pytest.mark.parametrize("name", BLOCKS)
def test_page_shows_what_the_sample_of_a_block_says(
    client: TestClient, services: Services, name: str
) -> None:
    sample = {**BLOCKS[name].blank, **BLOCKS[name].sample}
    edition = add_edition(services, blocks=((name, "school", sample),))

    answer = client.get(f"/archief/{edition}")

    assert answer.status_code == 200
    assert 'id="blok-' in answer.text or name == "congress"
    words = _words(answer.text)
    for field in ("title", "caption", "question", "session"):
        assert str(sample.get(field, "")) in words
    for link in re.findall(r'href="([^"]*)"', answer.text):
        assert link.startswith(("/", "https://", "#", "mailto:"))


@pytest.mark.parametrize("name", BLOCKS)
def test_page_shows_hostile_words_as_words(
    client: TestClient, services: Services, name: str
) -> None:
    sample = {**BLOCKS[name].blank, **BLOCKS[name].sample}
    texts = [one.name for one in BLOCKS[name].editable if not one.choices]
    hostile = {**sample, **dict.fromkeys(texts, HOSTILE)}
    hostile |= {"picture": sample["picture"]} if "picture" in sample else {}
    edition = add_edition(services, blocks=((name, None, hostile),))

    page = client.get(f"/archief/{edition}").text

    assert "<script>alert(1)" not in page
    assert "\u202e" not in page
    assert not re.search(r"<[^>]*javascript:", page)
    assert ("&lt;script&gt;" in page) == bool(texts)


def test_what_is_for_a_saved_segment_only_is_not_on_the_page(
    client: TestClient, services: Services
) -> None:
    titles = ("Voor allen", "Voor wie begint")
    blocks = tuple(("article", None, {**BLOCKS["article"].blank, "title": one}) for one in titles)
    edition = add_edition(services, blocks=blocks)
    with services.db.write() as session:
        get_edition(session, edition, with_blocks=True).blocks[1].segment = "startend"

    page = client.get(f"/archief/{edition}").text

    assert ("Voor allen" in page, "Voor wie begint" in page) == (True, False)


def test_picture_of_an_image_block_is_a_path_of_ours_with_its_description(
    client: TestClient, services: Services
) -> None:
    sample = dict(BLOCKS["image"].sample)
    described = add_edition(services, 12, blocks=(("image", None, sample),))
    decorative = add_edition(
        services, 13, blocks=(("image", None, {**sample, "decorative": "ja"}),)
    )

    assert f'src="/static/mail/twee-huizen.png" alt="{sample["alt"]}"' in (
        client.get(f"/archief/{described}").text
    )
    assert 'src="/static/mail/twee-huizen.png" alt=""' in client.get(f"/archief/{decorative}").text


@pytest.mark.parametrize(("number", "title"), [(1, "Verslag"), (2, "Verslagen")])
def test_section_is_named_for_what_stands_in_it(
    client: TestClient, services: Services, number: int, title: str
) -> None:
    report = ("report", None, dict(BLOCKS["report"].sample))
    edition = add_edition(services, blocks=(report,) * number)

    assert f'<h2 id="verslagen">{title}</h2>' in client.get(f"/archief/{edition}").text


def _words(page: str) -> str:
    return " ".join(unescape(page).split())


def test_page_ends_with_the_call_and_the_colofon_as_the_mail_does(
    client: TestClient, services: Services
) -> None:
    own = {**BLOCKS["call"].blank, "title": "Wie denkt mee?"}
    always = add_edition(services)
    called = add_edition(services, 13, "Een eigen oproep", blocks=(("call", "school", own),))

    ends = unescape(client.get(f"/archief/{always}").text)
    has_own = unescape(client.get(f"/archief/{called}").text)

    assert "Laat zien hoe jullie het doen" in ends
    assert 'href="/praktijkvoorbeelden/insturen">Stuur je praktijkvoorbeeld in</a>' in ends
    assert '<h2 id="colofon">Colofon</h2>' in ends
    assert "Wie denkt mee?" in has_own
    assert "Laat zien hoe jullie het doen" not in has_own
