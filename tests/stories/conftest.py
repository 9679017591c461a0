"""A server and a browser for the stories that are lived in one, as the tests of pages have them."""

from tests.web.conftest import at_base, base, browser, chromium, door, furnished, server

__all__ = ["at_base", "base", "browser", "chromium", "door", "furnished", "server"]
