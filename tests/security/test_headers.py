"""S50, and the frames of mails: what every answer carries, and that nothing stands inline."""

import re
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from newsletter.values import Role
from tests.security.world import World
from web.app import create_app
from web.routes import ROUTES

GETS = [route for route in ROUTES if "GET" in route.methods]
MAILS = {"preview", "block_sample", "organisation_sample"}
FRAMED = {"embedded", "embedded_done"}  # the form for pages of others, and its answer
OTHERS = ("/healthz", "/readyz", "/static/app.css", "/static/weg", "/weg", "/redactie/weg")
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)|<style\b|\sstyle\s*=|<[a-z][^>]*\son[a-z]+\s*=|javascript:", re.I
)


def directives(policy: str) -> dict[str, str]:
    return dict(one.strip().partition(" ")[::2] for one in policy.split(";"))


def test_every_answer_is_closed_to_what_is_not_ours(world: World) -> None:
    world.enter(Role.ADMINISTRATOR)
    paths = {route.name: world.address(route) for route in GETS if route.name not in MAILS}
    paths |= {path: path for path in OTHERS}

    for name, path in paths.items():
        headers = world.app.get(path).headers
        policy = directives(headers["content-security-policy"])
        assert "unsafe" not in headers["content-security-policy"], name
        assert policy["default-src"] == "'none'", name
        assert policy["frame-ancestors"] == ("*" if name in FRAMED else "'none'"), name
        assert policy["base-uri"] == "'none'", name
        assert {policy["script-src"], policy["style-src"], policy["form-action"]} == {"'self'"}
        assert headers["x-content-type-options"] == "nosniff", name
        assert headers["referrer-policy"] in {"same-origin", "no-referrer"}, name
        assert headers["cross-origin-opener-policy"] == "same-origin", name
        assert "server" not in headers, name
        assert "x-powered-by" not in headers, name
        if path.startswith("/redactie"):
            assert headers["cache-control"] == "no-store", name


def test_no_page_has_a_script_or_a_style_of_its_own(pages: list[tuple[str, str]]) -> None:
    """So no nonce is needed: `self` without `unsafe-inline` is stricter. Mails have one each."""
    found = {
        path: inline[0]
        for path, html in pages
        if not path.endswith("/voorbeeld")
        if (inline := INLINE.search(html))
    }

    assert found == {}


def test_a_mail_in_its_frame_has_an_origin_of_its_own(world: World) -> None:
    world.enter(Role.ADMINISTRATOR)
    mails = [route for route in GETS if route.name in MAILS]
    nonces = set()

    for route in mails:
        answer = world.app.get(world.address(route))
        policy = directives(answer.headers["content-security-policy"])
        assert answer.status_code == 200, route.name
        assert "sandbox" in policy, route.name
        assert "allow-same-origin" not in policy["sandbox"]
        assert "allow-top-navigation" not in policy["sandbox"]
        assert "allow-forms" not in policy["sandbox"]
        assert policy["form-action"] == policy["base-uri"] == "'none'"
        assert policy["frame-ancestors"] == "'self'"
        assert re.fullmatch(r"'nonce-[\w-]{16,}'", policy["script-src"]), route.name
        nonces.add(policy["script-src"])

    assert len(mails) == len(MAILS)
    assert len(nonces) == len(mails), "a nonce is used once"


def test_every_frame_on_our_pages_is_a_sandbox(pages: list[tuple[str, str]]) -> None:
    frames = [frame for _, html in pages for frame in re.findall(r"<iframe\b[^>]*>", html)]

    assert frames
    assert [one for one in frames if "sandbox=" not in one or "allow-same-origin" in one] == []


@pytest.mark.parametrize(("base_url", "strict"), [("https://n.example.org", True), ("", False)])
def test_over_https_browsers_are_told_to_stay_there(
    world: World, base_url: str, *, strict: bool
) -> None:
    settings = world.services.settings
    settings = replace(settings, base_url=base_url or settings.base_url)
    with TestClient(create_app(replace(world.services, settings=settings))) as client:
        headers = client.get("/").headers

    assert ("strict-transport-security" in headers) is strict
