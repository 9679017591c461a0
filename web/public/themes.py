"""The themes as public forms show them: in their groups, with what is chosen."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from feeds.model import Theme


@dataclass(frozen=True, slots=True)
class ThemeGroup:
    """The themes of one group: slug, label, and whether it is followed."""

    name: str
    themes: tuple[tuple[str, str, bool], ...]

    @property
    def is_open(self) -> bool:
        """Whether any of them is followed, so that it shows without unfolding."""
        return any(is_on for *_, is_on in self.themes)


def theme_groups(themes: Sequence[Theme], *, on: Collection[str]) -> tuple[ThemeGroup, ...]:
    """Return the themes by group, in their order."""
    return tuple(
        ThemeGroup(name, tuple((one.slug, one.label, one.slug in on) for one in some))
        for name, some in groupby(themes, key=lambda theme: theme.group)
    )
