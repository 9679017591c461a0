"""Pictures for tests, made on the spot: ordinary ones and hostile ones."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

GPS_IFD = 0x8825


def picture(
    *,
    size: tuple[int, int] = (640, 480),
    mode: str = "RGB",
    colour: Any = None,
    form: str = "JPEG",
    half: bool = False,
    **saved: Any,
) -> bytes:
    """Return an encoded picture of one colour; half: its right half is black."""
    image = Image.new(mode, size, (200, 90, 30) if colour is None else colour)
    if half:
        image.paste((0, 0, 0), (size[0] // 2, 0, *size))
    made = BytesIO()
    image.save(made, form, **saved)
    return made.getvalue()


def with_exif(*, orientation: int = 1, **options: Any) -> bytes:
    """Return a JPEG that tells where it was taken, and by whom."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x013B] = "Jan Geheim"
    exif.get_ifd(GPS_IFD).update({1: "N", 2: (52.0, 4.0, 30.0), 3: "E", 4: (5.0, 6.0, 7.0)})
    return picture(exif=exif, comment=b"gemaakt bij ons thuis", **options)


def png_of(width: int, height: int, *, rows: bytes = b"") -> bytes:
    """Return a PNG whose header claims this size, with hardly any pixels behind it."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
