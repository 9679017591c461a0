"""The stylesheet, the script and the pictures: read once, named with a hash of what is in them."""

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from newsletter.identity import Organisation

FOLDER: Final = Path(__file__).parent / "static"
COLOUR: Final = re.compile(r"#[0-9a-fA-F]{3,8}")
TOKEN: Final = re.compile(r"[a-z_-]+")
CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    # What the stylesheet calls otherwise than the settings, which have the names of the mail.
    "lerarenopleiding": ("teacher",),
    "school_label": ("school-tint",),
    "lerarenopleiding_label": ("teacher-tint",),
    "tile": ("accent-tint",),
    "on_button": ("fill-ink",),
    "on_band": ("fill-ink",),
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as the browser gets it. tag: the first characters of its content's hash."""

    body: bytes
    content_type: str
    tag: str


def asset_url(name: str, organisation: Organisation) -> str:
    """Return the address of a file in web/static; it changes whenever the content does."""
    return f"/static/{name}?v={_assets(_own_look(organisation))[name].tag}"


def find_asset(name: str, organisation: Organisation) -> Asset | None:
    """Return a file by its path; the stylesheet ends with the organisation's colours and font."""
    return _assets(_own_look(organisation)).get(name)


@lru_cache(maxsize=4)  # what the colours were before is asked for a moment longer
def _assets(look: str) -> Mapping[str, Asset]:
    files = sorted(path for path in FOLDER.rglob("*") if path.is_file())
    return {path.relative_to(FOLDER).as_posix(): _read(path, look) for path in files}


def _read(path: Path, look: str) -> Asset:
    body = path.read_bytes()
    if path.name == "app.css":
        body += look.encode()
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if content_type.startswith("text/"):
        content_type += "; charset=utf-8"
    return Asset(body, content_type, hashlib.sha256(body).hexdigest()[:12])


def _own_look(organisation: Organisation) -> str:
    """Return the rules that stand after ours; "" when everything is as we made it."""
    light, dark = dict[str, str](), dict[str, str]()
    for name, value in organisation.colours.items():
        token = name.removesuffix("_dark")
        if TOKEN.fullmatch(token) and COLOUR.fullmatch(value):
            scheme = dark if name.endswith("_dark") else light
            scheme |= dict.fromkeys(CALLED.get(token, (token.replace("_", "-"),)), value)
    rules = [_rule("light", light), _rule("dark", dark)]
    if organisation.font != Organisation().font:
        rules.append(f":root {{ --font: {organisation.font_stack}; }}")
    told = [rule for rule in rules if rule]
    return "\n" + "\n".join(told) + "\n" if told else ""


def _rule(scheme: str, colours: Mapping[str, str]) -> str:
    if not colours:
        return ""
    lines = " ".join(f"--{name}:{value};" for name, value in colours.items())
    where = f"(prefers-color-scheme: {scheme})"
    where = f"{where}, print" if scheme == "light" else f"screen and {where}"  # paper is light
    return f"@media {where} {{ :root {{ {lines} }} }}"
