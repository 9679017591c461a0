"""The stylesheet, the script and the pictures: read once, named with a hash of what is in them."""

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).parent / "static"
COLOUR: Final = re.compile(r"#[0-9a-fA-F]{3,8}")
TOKEN: Final = re.compile(r"[a-z-]+")


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as the browser gets it. tag: the first characters of its content's hash."""

    body: bytes
    content_type: str
    tag: str


def asset_url(name: str, colours: Mapping[str, str]) -> str:
    """Return the address of a file in web/static; it changes whenever the content does."""
    return f"/static/{name}?v={assets(tuple(colours.items()))[name].tag}"


@cache
def assets(colours: tuple[tuple[str, str], ...]) -> Mapping[str, Asset]:
    """Return every file by its path; the stylesheet ends with the organisation's colours."""
    files = sorted(path for path in FOLDER.rglob("*") if path.is_file())
    return {path.relative_to(FOLDER).as_posix(): _read(path, colours) for path in files}


def _read(path: Path, colours: tuple[tuple[str, str], ...]) -> Asset:
    body = path.read_bytes()
    if path.name == "app.css":
        body += _own_colours(colours).encode()
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if content_type.startswith("text/"):
        content_type += "; charset=utf-8"
    return Asset(body, content_type, hashlib.sha256(body).hexdigest()[:12])


def _own_colours(colours: tuple[tuple[str, str], ...]) -> str:
    lines = [
        f"--{name}:{value};"
        for name, value in colours
        if TOKEN.fullmatch(name) and COLOUR.fullmatch(value)
    ]
    if not lines:
        return ""
    return f"\n@media (prefers-color-scheme: light) {{ :root {{ {' '.join(lines)} }} }}\n"
