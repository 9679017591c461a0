"""A row of the agenda: each date can be put in a calendar by itself."""

from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.identity import Organisation
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE, SCHOOL, block

RENDER = Renderer(organisation=Organisation(), base_url=BASE)


def test_each_row_leads_to_its_own_calendar_in_other_words() -> None:
    at = "2027-05-12T13:30+02:00"
    rows = [
        block(1, "event", title="Een", starts_at=at, item_id=41),
        block(2, "event", title="Twee", starts_at=at, item_id=42),
        block(3, "event", title="Van elders", starts_at=at, url="https://x.example.org"),
    ]

    rendered = RENDER(samples.newsletter(blocks=tuple(rows)), Cut(SCHOOL))

    words = " ".join(rendered.text.split())
    assert "Zet 12 mei in je agenda:" in words
    assert f"Zet ‘Twee’ in je agenda: {BASE}/agenda/42.ics" in words
    assert rendered.text.count(".ics\n") == 2
    for item in (41, 42):
        assert f'href="{BASE}/agenda/{item}.ics"' in rendered.html
