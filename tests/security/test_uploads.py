"""S45: what is uploaded is made anew as a picture of ours, or refused."""

import io
import re
import struct
import zlib

import pytest
from httpx import Response
from PIL import Image as Picture

from newsletter.values import Role
from tests.security.world import World
from web.route import Route
from web.routes import ROUTES

LISTS = {"judge_list", "judge_field_list", "receive_list", "bring_attendance"}  # no pictures
UPLOADS = [route for route in ROUTES if route.files and route.name not in LISTS]
FIELD = {
    "submit_example_post": "photo",
    "save_block": "image_file",
    "add_example": "photo",
    "save_example": "photo",
    "save_organisation": "logo",
}


def picture(form: str = "PNG") -> bytes:
    out = io.BytesIO()
    Picture.new("RGB", (40, 30), "teal").save(out, form)
    return out.getvalue()


def bomb(side: int = 50_000) -> bytes:
    """Return a PNG of very many pixels, in a few bytes."""
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


BAD = {
    "a drawing with a script": ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>"),
    "a page that says to be a picture": ("x.png", b"GIF89a/*<script>alert(1)</script>*/=1;"),
    "very many pixels": ("x.png", bomb()),
    "a program": ("x.php", b"<?php system($_GET['c']); ?>"),
    "half a picture": ("x.png", picture()[:60]),
    "a way up": ("../../../etc/x.png", b"root:x:0:0"),
    "nothing of ours": ("x.pdf", b"%PDF-1.7"),
}


def send(world: World, route: Route, name: str, body: bytes, csrf: str) -> Response:
    files = {FIELD[route.name]: (name, body, "image/png")}
    fields = {"csrf": csrf, "title": "Titel", "with_image": "yes", "image_alt": "Iets"}
    answer: Response = world.app.post(world.address(route), data=fields, files=files)
    return answer


def test_every_form_that_takes_a_file_is_tried() -> None:
    assert {route.name for route in UPLOADS} == set(FIELD)


@pytest.mark.parametrize("how", BAD)
def test_what_is_no_picture_is_kept_nowhere(world: World, how: str) -> None:
    world.enter(Role.ADMINISTRATOR)
    csrf, before = world.csrf(), world.prints()["image"]

    for route in UPLOADS:
        answer = send(world, route, *BAD[how], csrf)
        assert answer.status_code < 500, route.name

    assert world.prints()["image"] == before
    assert not [one for one in world.services.settings.data_dir.rglob("*") if "etc" in one.parts]


def test_a_file_that_is_far_too_heavy_is_refused(world: World) -> None:
    world.enter(Role.ADMINISTRATOR)
    csrf, heavy = world.csrf(), picture() + b"\0" * 13_000_000

    statuses = {
        route.name: send(world, route, "x.png", heavy, csrf).status_code for route in UPLOADS
    }

    assert statuses == dict.fromkeys(statuses, 413)


def test_a_picture_gets_a_name_and_a_type_of_our_own(world: World) -> None:
    world.enter(Role.ADMINISTRATOR)
    csrf = world.csrf()
    route = next(one for one in UPLOADS if one.name == "add_example")
    odd = picture() + b"<script>alert(1)</script>"

    sent = send(world, route, "../<b>.php\r\n.png", odd, csrf)
    page = sent.text or world.app.get(sent.headers["location"]).text
    (path,) = set(re.findall(r'src="(?:/redactie)?(/beeld/[^"]+)"', page))
    answer = world.app.get(f"/redactie{path}")

    assert re.fullmatch(r"/beeld/[0-9a-f]{16,64}\.(jpg|png)", path)
    assert answer.headers["content-type"] in {"image/jpeg", "image/png"}
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert b"script" not in answer.content
