"""A QR code as a picture within the page: black on white in each colour scheme, so apps read it."""

from typing import Final

import segno
from markupsafe import Markup

QUIET: Final = 4  # modules of white around it (ISO/IEC 18004 §5.3.8)


def qr_picture(text: str) -> Markup:
    """Return the code as SVG, without any style of its own: the page's policy allows none."""
    made = segno.make(text, error="m", micro=False)
    drawn = made.svg_inline(
        border=QUIET, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return Markup(drawn)  # noqa: S704 - made of squares; no text of anybody is in it
