"""How people work at a page: with a mouse, with the keyboard alone, or with a finger on a phone."""

from typing import Protocol

from playwright.sync_api import Locator, Page

STANDS = "(one) => (one === document.activeElement ? 'there' : one.isConnected ? 'here' : 'gone')"
MOST_STOPS = 400  # of the Tab key, until it is plain that nothing leads there


class Hand(Protocol):
    """One way to work."""

    def press(self, place: Locator) -> None:
        """Press a button, follow a link, unfold what is folded."""
        ...

    def write(self, place: Locator, text: str) -> None:
        """Replace what stands in a field. text: of a date or a time as the form sends it."""
        ...

    def choose(self, place: Locator, option: str) -> None:
        """Choose the option that holds these words from a list."""
        ...


class Mouse:
    """Points and clicks."""

    def press(self, place: Locator) -> None:
        place.click()

    def write(self, place: Locator, text: str) -> None:
        place.fill(text)

    def choose(self, place: Locator, option: str) -> None:
        place.select_option(label=_label(place, option))


class Finger:
    """Taps, at a page as wide as a phone."""

    def press(self, place: Locator) -> None:
        place.tap()

    def write(self, place: Locator, text: str) -> None:
        place.tap()
        place.fill(text)

    def choose(self, place: Locator, option: str) -> None:
        place.select_option(label=_label(place, option))


class Keyboard:
    """Reaches everything with Tab, in the order of the page."""

    def __init__(self, page: Page) -> None:
        self._keys = page.keyboard

    def press(self, place: Locator) -> None:
        self._reach(place)
        self._keys.press("Enter")

    def write(self, place: Locator, text: str) -> None:
        self._reach(place)
        kind = place.get_attribute("type")
        if kind == "date":  # as Chromium asks for it where nobody chose a language
            year, month, day = text.split("-")
            self._keys.type(f"{month}{day}{year}")
        elif kind == "time":
            self._keys.type(text.replace(":", "") + "AM")
        else:
            self._keys.press("Control+a")
            self._keys.type(text)

    def choose(self, place: Locator, option: str) -> None:
        label = _label(place, option)
        self._reach(place)
        self._keys.press("Home")
        for _ in range(place.locator("option").count()):
            if place.evaluate("(one) => one.selectedOptions[0].label") == label:
                return
            self._keys.press("ArrowDown")
        raise AssertionError(f"no way with the arrows to {label}")

    def _reach(self, place: Locator) -> None:
        place.wait_for()
        there = place.element_handle()  # found once: by its name that takes longer than the key
        for _ in range(MOST_STOPS):
            stands = there.evaluate(STANDS)
            if stands == "there":
                return
            if stands == "gone":  # the page's script put another in its place
                there = place.element_handle()
            self._keys.press("Tab")
        raise AssertionError(f"no way with Tab to {place}")


def _label(place: Locator, words: str) -> str:
    labels = [text.strip() for text in place.locator("option").all_text_contents()]
    return next(label for label in labels if words in label)
