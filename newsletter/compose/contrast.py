"""Contrast of two colours as WCAG 2.2 counts it, and the nearest colour that has enough. Pure."""

from collections.abc import Collection, Iterator
from typing import Final

ENOUGH: Final = 4.5  # WCAG 2.2 success criterion 1.4.3, for text of any size
STEPS: Final = 255


def luminance(colour: str) -> float:
    """Return the relative luminance, from 0 (black) to 1 (white). colour: `#rrggbb`."""
    red, green, blue = (_linear(one) for one in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21, in whichever order."""
    return _ratio(luminance(one), luminance(other))


def nearest_enough(colour: str, others: Collection[str], *, needed: float = ENOUGH) -> str | None:
    """Return the colour nearest to this one that has enough contrast with all of the others.

    It is looked for on the way to black and on the way to white; None when neither way has one.
    """
    against = [luminance(one) for one in others]
    for candidate in _further_and_further(colour):
        own = luminance(candidate)
        if all(_ratio(own, one) >= needed for one in against):
            return candidate
    return None


def _further_and_further(colour: str) -> Iterator[str]:
    channels = _channels(colour)
    for step in range(STEPS + 1):
        for goal in (0, 255):
            mixed = (one + round((goal - one) * step / STEPS) for one in channels)
            yield "#" + "".join(f"{one:02x}" for one in mixed)


def _ratio(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(channel: int) -> float:
    part = channel / 255
    # WCAG 2.2, "relative luminance": 0.04045 since the erratum of 2021, no difference in 8 bits.
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
