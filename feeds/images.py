"""Pictures made safe: foreign bytes in, a picture of our own making out, or a reason why not.

Nothing of what came in goes out: the pixels are decoded, turned upright, brought to sRGB, shrunk
and encoded anew, so metadata (who, where, with what) and anything hidden behind them are gone.
The same bytes always give the same picture. Pure; strangers' bytes come here by `feeds.decoding`.
"""

import hashlib
import struct
import zlib
from io import BytesIO
from typing import Final

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from feeds.errors import ImageFault, ImageRefused
from feeds.values import LARGEST_PICTURE_BYTES, Picture

MOST_PIXELS: Final = 40_000_000  # a telephone takes 12 million; each costs four bytes when decoded
WIDEST: Final = 1200  # twice what a column of the mail shows, for sharp screens
TALLEST: Final = 2400
PNG_BYTES: Final = 1024 * 1024  # a transparent picture above this is put on white instead
JPEG_QUALITY: Final = 82
PROFILE_BYTES: Final = 1024 * 1024
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")
BOMBS: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)
STUMBLES: Final = (ArithmeticError, EOFError, LookupError, MemoryError, OSError, SyntaxError,
                   TypeError, ValueError, struct.error, zlib.error)  # fmt: skip
"""What Pillow's decoders raise on broken files."""


def make_picture(document: bytes) -> Picture:
    """Return the picture in a JPEG, PNG, WebP or GIF (its first frame), made anew.

    document: at most 5 MiB, at most 40 million pixels by its header.
    Returns:  JPEG in sRGB; PNG where the picture is transparent. At most 1200 pixels wide.
    Raises:   ImageRefused, before anything is decoded when size or kind are wrong.
    """
    if len(document) > LARGEST_PICTURE_BYTES:
        raise ImageRefused(ImageFault.TOO_LARGE, f"{len(document)} bytes")
    with _open(document) as image:
        if image.width * image.height > MOST_PIXELS:
            raise ImageRefused(ImageFault.TOO_MANY_PIXELS, f"{image.width} by {image.height}")
        try:
            return _encode(_upright(image))
        except STUMBLES as failure:
            raise ImageRefused(ImageFault.BROKEN, type(failure).__name__) from failure


def _open(document: bytes) -> Image.Image:
    """Read the header only."""
    try:
        return Image.open(BytesIO(document), formats=FORMATS)
    except BOMBS as failure:
        raise ImageRefused(ImageFault.TOO_MANY_PIXELS, "by its header") from failure
    except UnidentifiedImageError as failure:
        raise ImageRefused(ImageFault.OTHER_KIND, "not JPEG, PNG, WebP or GIF") from failure
    except STUMBLES as failure:
        raise ImageRefused(ImageFault.BROKEN, type(failure).__name__) from failure


def _upright(image: Image.Image) -> Image.Image:
    """Return the pixels as they are meant to be seen, in RGB or RGBA, small enough."""
    image.draft("RGB", (WIDEST, TALLEST))  # a JPEG is then decoded at an eighth when that will do
    image.load()
    turned = ImageOps.exif_transpose(image)
    coloured = _in_srgb(turned, image.info.get("icc_profile"))
    coloured.thumbnail((WIDEST, TALLEST), reducing_gap=2.0)
    return coloured


def _in_srgb(image: Image.Image, profile: object) -> Image.Image:
    wanted = "RGBA" if image.has_transparency_data else "RGB"
    if isinstance(profile, bytes) and len(profile) <= PROFILE_BYTES and image.mode in _PROFILED:
        try:
            given = ImageCms.ImageCmsProfile(BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            made = ImageCms.profileToProfile(image, given, target, outputMode=wanted)
        except (ImageCms.PyCMSError, *STUMBLES):
            return image.convert(wanted)  # a profile that cannot be read says nothing
        return made or image.convert(wanted)
    return image.convert(wanted)


_PROFILED: Final = frozenset({"RGB", "RGBA", "CMYK"})


def _encode(image: Image.Image) -> Picture:
    # A picture of bare pixels: the encoders would copy comments and profiles of the one that came.
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    if bare.mode == "RGBA" and bare.getchannel("A").getextrema() != (255, 255):
        content = _bytes(bare, "PNG")
        if len(content) <= PNG_BYTES:
            return _picture(content, "image/png", bare)
        white = Image.new("RGBA", bare.size, "white")
        bare = Image.alpha_composite(white, bare)
    return _picture(_bytes(bare.convert("RGB"), "JPEG"), "image/jpeg", bare)


def _bytes(image: Image.Image, form: str) -> bytes:
    made = BytesIO()
    image.save(made, form, optimize=True, quality=JPEG_QUALITY)
    return made.getvalue()


def _picture(content: bytes, media_type: str, image: Image.Image) -> Picture:
    digest = hashlib.sha256(content).hexdigest()
    return Picture(content, media_type, image.width, image.height, digest)
