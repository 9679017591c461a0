"""Is a page open to everybody (WCAG 2.2 AA), and no wider than a phone? Asked of axe-core."""

from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from playwright.sync_api import Page

from tests.web.browsing import Desk

# Mails are looked at on their own; their frame is another document.
RULES: Final = {
    "iframes": False,
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
OF_COLOUR: Final = {"iframes": False, "runOnly": ["color-contrast", "link-in-text-block"]}
"""What can be another thing in the dark."""
AXE: Final = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
OPEN_ALL: Final = "document.querySelectorAll('main details').forEach((one) => { one.open = true; })"


def look(desk: Desk, path: str) -> list[str]:
    """Return what is wrong with a page in either scheme, everything in it unfolded."""
    desk.go(path)
    desk.page.emulate_media(color_scheme="light")
    found = [f"light: {one}" for one in judge(desk.page, path)]
    desk.page.emulate_media(color_scheme="dark")
    found += [f"dark: {one}" for one in judge(desk.page, path, OF_COLOUR)]
    desk.page.set_viewport_size({"width": 320, "height": 800})
    wide = desk.page.evaluate("document.documentElement.scrollWidth")
    desk.page.set_viewport_size({"width": 1280, "height": 800})
    return found if wide <= 320 else [*found, f"{path} is {wide} wide at 320"]


def judge(page: Page, path: str, rules: Mapping[str, object] = RULES) -> list[str]:
    """Return what is wrong with the page as it stands, everything in it unfolded."""
    page.evaluate(OPEN_ALL)
    if page.evaluate("typeof axe === 'undefined'"):
        page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate("(rules) => axe.run(document, rules)", rules)
    violations = found["violations"]
    return [f"{path} {one['id']}: {one['nodes'][0]['html'][:200]}" for one in violations]
