"""An edition that Gmail would cut off gets shorter by itself, and nothing of it is lost."""

from newsletter.compose.render import Renderer
from newsletter.compose.shorten import FITS_BYTES
from newsletter.cut import Cut
from newsletter.identity import Organisation
from newsletter.values import BlockContent, EditionContent
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE, block

RENDER = Renderer(organisation=Organisation(), base_url=BASE)
TEASER = "Scholen en lerarenopleidingen leiden samen leraren op, en dat vraagt overleg. " * 5


def article(number: int, **fields: object) -> BlockContent:
    given = {
        "url": f"https://nieuws.example.org/{number}",
        "link_text": "",
        "lead": False,
        **fields,
    }
    return block(number, "article", title=f"Bericht nummer {number}.", teaser=TEASER, **given)


def edition(count: int) -> EditionContent:
    practice, publication = block(901, "practice"), block(902, "publication")
    return samples.newsletter(
        blocks=(article(1, lead=True), *map(article, range(2, count)), practice, publication)
    )


def test_an_edition_that_fits_is_left_alone() -> None:
    rendered = RENDER(edition(20), Cut(None))

    assert rendered.shortened == ()
    assert "En verder" not in rendered.html


def test_what_does_not_fit_stands_in_it_as_a_title_with_its_link() -> None:
    rendered = RENDER(edition(80), Cut(None))

    assert len(rendered.html.encode()) <= FITS_BYTES
    assert rendered.problems == ()
    for number in range(1, 80):
        assert f"Bericht nummer {number}." in rendered.html
        assert f"https://nieuws.example.org/{number}" in rendered.html
        assert f"https://nieuws.example.org/{number}\n" in rendered.text


def test_the_last_news_goes_first_and_the_rest_stays_whole() -> None:
    rendered = RENDER(edition(80), Cut(None))

    count = len(rendered.shortened)
    assert rendered.shortened == tuple(range(80 - count, 80))
    assert rendered.html.count(TEASER.strip()) == 79 - count


def test_no_more_is_shortened_than_it_takes() -> None:
    sizes = [len(RENDER(edition(count), Cut(None)).html.encode()) for count in (60, 80, 100)]

    assert all(FITS_BYTES * 0.9 < size <= FITS_BYTES for size in sizes)


def test_an_item_without_an_address_of_its_own_leads_to_the_website() -> None:
    content = samples.newsletter(
        blocks=(article(1), *(article(number, url="") for number in range(2, 90)))
    )
    rendered = RENDER(content, Cut(None))

    assert f"{BASE}/archief/{content.id}#blok-89" in rendered.html
