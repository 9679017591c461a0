"""A reader's own pages in a browser, by keyboard and without a script; and the form in a frame."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, expect

from newsletter.wiring import Services
from subscribers.themes import themes_of
from tests.fakes import FakeClock, FakeTransport
from tests.web.browsing import NEEDS_BROWSER, WIDE, Desk
from tests.web.public.content import add_subscriber

pytestmark = [*NEEDS_BROWSER, pytest.mark.usefixtures("server")]


def test_themes_and_a_pause_by_keyboard_without_a_script(
    browser: Browser, base: str, near: Services
) -> None:
    reader = add_subscriber(near)
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    desk = Desk(context.new_page(), base)
    desk.go(near.links.preferences_url(reader, 7).removeprefix(base))
    page, keys = desk.page, desk.page.keyboard

    page.locator("summary", has_text="HR").focus()
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Space")
    page.get_by_label("Even geen mail tot en met").focus()
    keys.type("05022027")  # as Chromium asks for it where nobody chose a language
    page.get_by_role("button", name="Bewaar mijn voorkeuren").focus()
    keys.press("Enter")

    expect(page.get_by_text("Tot en met zondag 2 mei 2027 krijg je niets.")).to_be_visible()
    expect(page.get_by_label("Opleiden in de school en HR-beleid")).to_be_checked()
    with near.db.read() as session:
        assert themes_of(session, [reader]) == {reader: ["hr-beleid"]}
    assert desk.complaints == []


def test_pages_of_a_reader_fit_a_small_phone(browser: Browser, base: str, near: Services) -> None:
    reader = add_subscriber(near)
    own = near.links.preferences_url(reader, 7).removeprefix(base)
    leave = near.links.unsubscribe_url(reader, 7).removeprefix(base)
    desk = Desk(browser.new_page(viewport={"width": 320, "height": 640}), base)

    widths = {}
    for path in (own, own + "/waarom", own + "/adres", own + "/wissen", leave, "/aanmelden"):
        desk.go(path)
        widths[path] = desk.page.evaluate(WIDE)

    assert {path: wide for path, wide in widths.items() if wide > 320} == {}
    assert desk.complaints == []


def test_the_form_works_in_a_frame_on_another_site_and_nothing_else_does(
    browser: Browser, base: str, near: Services, clock: FakeClock, transport: FakeTransport
) -> None:
    frames = f"""<iframe name="form" src="{base}/aanmelden/inbedden" width="320" height="900">
    </iframe><iframe name="site" src="{base}/aanmelden"></iframe>"""
    with another_site(frames) as site:
        page = browser.new_page()
        page.goto(site)
        form = page.frame_locator("iframe[name=form]")
        form.get_by_label("school", exact=False).first.check()
        form.get_by_label("E-mailadres").fill("nieuw@example.org")
        clock.later(seconds=20)
        form.get_by_role("button", name="Meld me aan").click()

        expect(form.get_by_role("heading", name="Kijk in je mail")).to_be_visible()
        shut = page.frame("site")
        assert shut is not None
        assert "Meld je aan" not in shut.content()
        assert page.url == site
    assert transport.first()[1] == "nieuw@example.org"


@contextmanager
def another_site(body: str) -> Iterator[str]:
    """Serve one page on another host and port than ours."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>Partner</title>{body}".encode())

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
