from dataclasses import replace

import pytest

from newsletter.compose.blocks import call
from newsletter.compose.blocks.kind import Frame
from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.identity import Organisation
from newsletter.values import EditionKind
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE, INSTITUTE, SCHOOL, block

FRAME = Frame(base_url=BASE, edition_kind=EditionKind.NEWSLETTER)
ALWAYS = "Laat zien hoe jullie het doen"


@pytest.mark.parametrize(
    ("url", "leads_to"),
    [
        ("", f"{BASE}/praktijkvoorbeelden/insturen"),
        ("https://x.example.org/doe-mee", "https://x.example.org/doe-mee"),
        ("javascript:alert(1)", ""),
    ],
)
def test_button_leads_to_the_given_address_or_to_sending_in(url: str, leads_to: str) -> None:
    assert call.view({**call.KIND.blank, "url": url}, FRAME)["button_url"] == leads_to


def test_call_replaces_the_one_that_ends_every_newsletter_for_those_who_get_it() -> None:
    render = Renderer(organisation=Organisation(), base_url=BASE)
    own = block(20, "call", SCHOOL, title="Wie denkt mee?")
    edition = samples.newsletter(blocks=(*samples.newsletter_blocks(), own))

    for_school, for_institute = render(edition, Cut(SCHOOL)), render(edition, Cut(INSTITUTE))

    for part in (for_school.html, for_school.text):
        assert "Wie denkt mee?" in part
        assert ALWAYS not in part
        assert part.count("Wie doet mee?") == 1
    assert "Doe je onderzoek samen met een school?" in for_institute.html
    assert "Doe je onderzoek samen met een school?" in for_institute.text


def test_announcement_keeps_its_button_beside_a_call() -> None:
    render = Renderer(organisation=Organisation(), base_url=BASE)
    edition = samples.announcement()
    with_call = replace(edition, blocks=(*edition.blocks, block(20, "call")))

    rendered = render(with_call, Cut(SCHOOL))

    assert rendered.html.count("Meld je aan voor het congres") == 2
    assert "Stuur je praktijkvoorbeeld in" in rendered.html
