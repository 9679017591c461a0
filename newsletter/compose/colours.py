"""The colours of a mail: tokens with a value for light and one for dark, each a setting.

The defaults hold at least 5.6:1 for text on light grounds and 6.4:1 on dark ones (measured).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from newsletter.compose.contrast import ENOUGH, contrast, nearest_enough
from newsletter.errors import SettingWrong

COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")

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
SETTINGS: Final[tuple[str, ...]] = ("band", *LIGHT, *(f"{token}_dark" for token in DARK))
"""The names of the settings; `band` is one of light only, as the masthead is the same in dark."""

_LETTERS: Final = (
    *(("ink", ground) for ground in ("surface", "tint", "bg")),
    *(("muted", ground) for ground in ("surface", "tint", "bg")),
    *(("school", ground) for ground in ("surface", "tint", "bg", "school_label")),
    *(("lerarenopleiding", ground) for ground in ("surface", "bg", "lerarenopleiding_label")),
    *(("accent", ground) for ground in ("surface", "bg", "tile")),
)
PAIRS: Final[tuple[tuple[str, str], ...]] = (
    ("on_band", "band"),
    ("on_band", "school"),
    *_LETTERS,
    ("on_button_dark", "school_dark"),
    *((f"{front}_dark", f"{ground}_dark") for front, ground in _LETTERS),
)
"""Which letters stand on which ground, in mails and on the site, by the names of the settings."""


@dataclass(frozen=True, slots=True)
class Judged:
    """How well letters of one setting can be read on the ground of another. ratio: 1 to 21."""

    front: str
    ground: str
    ratio: float

    @property
    def is_enough(self) -> bool:
        """Whether it is what WCAG 2.2 asks for text of any size (1.4.3)."""
        return self.ratio >= ENOUGH


def effective_colours(overrides: Mapping[str, str]) -> dict[str, str]:
    """Return the colour of every setting, by its name. Raises SettingWrong for what is none."""
    light, dark = light_colours(overrides), dark_colours(overrides)
    every = {**light, **{f"{token}_dark": colour for token, colour in dark.items()}}
    return {name: every[name] for name in SETTINGS}


def judge_colours(overrides: Mapping[str, str]) -> tuple[Judged, ...]:
    """Return the contrast of every pair. Raises SettingWrong for what is no colour."""
    colours = effective_colours(overrides)
    return tuple(
        Judged(front, ground, contrast(colours[front], colours[ground])) for front, ground in PAIRS
    )


def nearest_for(setting: str, overrides: Mapping[str, str]) -> str | None:
    """Return the nearest colour with which every pair of this setting is enough, or None.

    overrides: as they were chosen, the colour that is not enough among them.
    """
    colours = effective_colours(overrides)
    others = {colours[one] for one in _partners(setting, overrides)}
    return nearest_enough(colours[setting], others)


def _partners(setting: str, overrides: Mapping[str, str]) -> Iterator[str]:
    # A band that nobody gave a colour of its own moves along with `school`.
    moving = {setting, "band"} if setting == "school" and "band" not in overrides else {setting}
    for front, ground in PAIRS:
        if front in moving:
            yield ground
        elif ground in moving:
            yield front


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
    if not COLOUR.fullmatch(value):
        raise SettingWrong(
            f"organisation.colours.{name} in newsletter.toml: give a colour such as #0b5b6b"
        )
    return value.lower()
