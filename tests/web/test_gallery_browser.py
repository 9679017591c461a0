"""The gallery of blocks in a real browser: whole frames, and no block too wide for any screen.

`make shots` keeps pictures in test-output/screenshots/, at 1280 and at 375 wide, light and dark.
"""

import re

import pytest
from playwright.sync_api import Browser, expect

from newsletter.compose.blocks import KINDS
from newsletter.wiring import Services
from tests.web.browsing import NEEDS_BROWSER, WIDE, Desk

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]

GALLERY = "/redactie/blokken"
HIDDEN = "() => document.documentElement.scrollHeight - innerHeight"
# Words whose letters stand on two lines: a word that was cut.
CUT = """() => {
  const cut = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node; node = walk.nextNode()) {
    for (const word of node.nodeValue.matchAll(/[^\\s@\\/-]{4,}/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
      if (lines.size > 1) cut.push(word[0]);
    }
  }
  return cut;
}"""


@pytest.fixture
def anna(browser: Browser, base: str, near: Services) -> Desk:
    """An editor at the desk."""
    anna = Desk(browser.new_context(reduced_motion="reduce").new_page(), base)
    anna.enter(near, "anna@example.org")
    return anna


def test_every_block_is_shown_whole_in_both_schemes(anna: Desk) -> None:
    for scheme in ("licht", "donker"):
        anna.go(f"{GALLERY}?kleur={scheme}")
        anna.shoot(f"blokken-{scheme}")
        hidden = _see_all(anna)
        assert len(hidden) == len(KINDS)
        assert max(hidden) <= 0
    anna.go(f"{GALLERY}/report?scherm=telefoon&kleur=donker")
    anna.shoot("blok-verslag")
    assert anna.complaints == []


def test_no_block_is_too_wide_and_no_word_is_cut(anna: Desk) -> None:
    for name in KINDS:
        anna.go(f"{GALLERY}/{name}/voorbeeld")
        for width in (320, 375, 700):
            anna.page.set_viewport_size({"width": width, "height": 800})

            assert anna.page.evaluate(WIDE) <= width, name
            assert anna.page.evaluate(CUT) == [], name


def _see_all(anna: Desk) -> list[int]:
    """Return how many pixels of each sample do not fit in its frame, all of them loaded."""
    page = anna.page
    tall = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": 1280, "height": tall})
    for frame in page.locator(".frame iframe").all():
        expect(frame).to_have_attribute("style", re.compile("height"))
    anna.settle()
    return [frame.evaluate(HIDDEN) for frame in page.frames if frame is not page.main_frame]


def test_without_pictures_the_name_keeps_no_room_for_the_logo(anna: Desk) -> None:
    anna.page.route("**/*.png", lambda route: route.abort())

    anna.go(f"{GALLERY}/masthead/voorbeeld")

    name = anna.page.get_by_text("Opleidingsscholen VO").bounding_box()
    title = anna.page.get_by_role("heading", level=1).bounding_box()
    assert name is not None
    assert title is not None
    assert 0 <= name["x"] - title["x"] <= 12
