"""The colours of a mail: tokens with a value for light and one for dark, each a setting.

The defaults hold at least 5.6:1 for text on light grounds and 6.4:1 on dark ones (measured).
"""

import re
from collections.abc import Mapping
from typing import Final

from newsletter.errors import SettingWrong

LIGHT: Final[Mapping[str, str]] = {
    "bg": "#fbfaf7",
    "surface": "#ffffff",
    "ink": "#1b2430",
    "muted": "#55606c",
    "line": "#d9d6cf",
    "school": "#0b5b6b",
    "lerarenopleiding": "#6b2c6f",
    "accent": "#9a4a06",
    "tint": "#e9f2f3",
    "school_label": "#e3eff1",
    "lerarenopleiding_label": "#f3e9f4",
    "tile": "#fbf1e4",
    "on_band": "#ffffff",
}
DARK: Final[Mapping[str, str]] = {
    "bg": "#12181f",
    "surface": "#1a222b",
    "ink": "#e9edf0",
    "muted": "#a8b3bd",
    "line": "#35414d",
    "school": "#74c7d6",
    "lerarenopleiding": "#d3a1d8",
    "accent": "#f0a35e",
    "tint": "#15313a",
    "school_label": "#12333c",
    "lerarenopleiding_label": "#38253c",
    "tile": "#33291f",
    "on_button": "#12181f",
}


def light_colours(overrides: Mapping[str, str]) -> Mapping[str, str]:
    """Return every token for light, with the organisation's own values. Raises SettingWrong.

    `band`, the ground of the masthead, follows `school` unless it is given.
    """
    colours = {**LIGHT, **_own(LIGHT, overrides, "")}
    return {**colours, "band": _checked("band", overrides.get("band", colours["school"]))}


def dark_colours(overrides: Mapping[str, str]) -> Mapping[str, str]:
    """Return every token for dark; the setting of `school` in dark is called `school_dark`."""
    return {**DARK, **_own(DARK, overrides, "_dark")}


def _own(tokens: Mapping[str, str], overrides: Mapping[str, str], suffix: str) -> dict[str, str]:
    return {
        token: _checked(token + suffix, overrides[token + suffix])
        for token in tokens
        if token + suffix in overrides
    }


def _checked(name: str, value: str) -> str:
    # Colours stand in style blocks unescaped, so they must be colours.
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise SettingWrong(
            f"organisation.colours.{name} in newsletter.toml: give a colour such as #0b5b6b"
        )
    return value.lower()
