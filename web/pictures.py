"""Pictures that come with a form, and pictures of ours as the browser gets them."""

import re
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from feeds.decoding import read_picture
from feeds.errors import ImageFault, ImageRefused
from feeds.model import Image
from feeds.values import EXTENSIONS, LARGEST_PICTURE_BYTES, Picture
from web.errors import PageUnknown

NAME: Final = re.compile(r"([0-9a-f]{64})\.(jpg|png)")
FOR_EVER: Final = "public, max-age=31536000, immutable"
PROBLEMS: Final[Mapping[ImageFault, str]] = {
    ImageFault.TOO_LARGE: "Deze foto is groter dan 5 MB. Verklein hem, of kies een andere.",
    ImageFault.TOO_MANY_PIXELS: (
        "Deze foto heeft te veel beeldpunten. Verklein hem, of kies een andere."
    ),
    ImageFault.OTHER_KIND: (
        "Dit bestand kunnen we niet tonen. Kies een foto die eindigt op jpg, png, webp of gif."
    ),
    ImageFault.BROKEN: (
        "Deze foto konden we niet lezen. Misschien is het bestand niet heel. Kies een andere."
    ),
}
NO_ALT: Final = "Schrijf wat er op de foto te zien is, voor wie de foto niet kan zien."


def has_picture(form: FormData, name: str) -> bool:
    """Say whether a file was chosen."""
    given = form.get(name)
    return isinstance(given, UploadFile) and bool(given.filename)


def take_picture(form: FormData, name: str, problems: dict[str, str]) -> Picture | None:
    """Return the picture that was chosen, made anew; None without one, or with a problem."""
    given = form.get(name)
    if not isinstance(given, UploadFile) or not given.filename:
        return None
    document = given.file.read(LARGEST_PICTURE_BYTES + 1)
    try:
        return read_picture(document)
    except ImageRefused as refused:
        problems[name] = PROBLEMS[refused.fault]
        return None


def digest_in(name: str) -> str:
    """Return the digest in the name of a picture. Raises PageUnknown for no such name."""
    found = NAME.fullmatch(name)
    if found is None:
        raise PageUnknown(name)
    return found[1]


def picture_response(image: Image | None, name: str = "") -> Response:
    """Return the picture itself, its content loaded. Raises PageUnknown without one.

    name: what it was asked by; with the wrong ending it is not there.
    """
    if image is None or (name and name != image.name):
        raise PageUnknown(name)
    headers = {
        "Content-Type": image.media_type,
        "Cache-Control": FOR_EVER,
        "ETag": f'"{image.digest[:16]}"',
        "Content-Disposition": f'inline; filename="foto.{EXTENSIONS[image.media_type]}"',
    }
    return Response(image.content, headers=headers)
