"""A server and a browser for the stories that are lived in one, as the tests of pages have them."""

from tests.web.conftest import base, browser, chromium, door, server

__all__ = ["base", "browser", "chromium", "door", "server"]
