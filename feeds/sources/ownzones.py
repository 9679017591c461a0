"""A zone as a calendar describes it itself (RFC 5545 §3.6.5), for names that nobody knows."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Final, Self

from feeds.sources.vtimezone import Part, parts_of
from feeds.sources.zones import (
    exact_zone,
    fixed_zone,
    known_zone,
    zone_by_label,
    zone_by_offsets,
    zone_in,
)

MOST_RULES: Final = 30  # of all zones: one takes 3 ms, an odd one 25; real calendars have two
NO_OFFSET: Final = timedelta(0)


class OwnZone(tzinfo):
    """The local time that a definition makes. Two are equal only when they are the same one."""

    def __init__(self, key: str, parts: Iterable[Part]) -> None:
        """parts: at least one."""
        self.key = key
        changes = sorted(change for part in parts for change in part.changes)
        self._moments = [change.at for change in changes]
        # What clocks show when it changes: of an hour that comes twice the first one counts; one
        # that is skipped is read as if the clock had not changed (RFC 5545 §3.3.5).
        self._first = [one.at + max(one.before, one.after) for one in changes]
        self._second = [one.at + min(one.before, one.after) for one in changes]
        self._offsets = [changes[0].before, *(change.after for change in changes)]

    def __deepcopy__(self, _: object) -> Self:
        """Return itself: a copy would be another zone."""
        return self

    def utcoffset(self, when: datetime | None) -> timedelta:
        """Return by how much its clocks are ahead of UTC when they show that."""
        if when is None:
            return self._offsets[0]
        shown = self._second if when.fold else self._first
        return self._offsets[bisect_right(shown, when.replace(tzinfo=None, fold=0))]

    def fromutc(self, when: datetime) -> datetime:
        """Return what its clocks show at a moment."""
        moment = when.replace(tzinfo=None)
        count = bisect_right(self._moments, moment)
        local = moment + self._offsets[count]
        is_second = count > 0 and local < self._first[count - 1]
        return local.replace(tzinfo=self, fold=int(is_second))

    def dst(self, _: datetime | None) -> timedelta:
        """Return nothing: which of its offsets is that of summer does not matter here."""
        return NO_OFFSET

    def tzname(self, _: datetime | None) -> str:
        """Return the name that it has here."""
        return self.key


@dataclass(slots=True)
class CalendarZones:
    """What the names of zones mean in one calendar.

    definitions: the lines of its VTIMEZONEs. own: the zones that only it knows, by their keys.
    """

    definitions: dict[str, list[str]] = field(default_factory=dict)
    own: dict[str, OwnZone] = field(default_factory=dict)
    rules_left: int = MOST_RULES

    def find(self, tzid: str) -> str:
        """Return the IANA zone that a TZID means, or the key of an own one; "" for none (S-67)."""
        definition = self.definitions.get(tzid, ())
        return (
            exact_zone(tzid)
            or zone_in(definition)
            or self._own(definition)
            or known_zone(tzid)
            or zone_by_offsets(definition)
            or fixed_zone(definition)
            or zone_by_label(tzid)
        )

    def _own(self, definition: Sequence[str]) -> str:
        parts = parts_of(definition)
        rules = sum(bool(part.rule) for part in parts)
        # A few changes without a rule say nothing of other years: a zone with such offsets does.
        if not parts or rules > self.rules_left or (not rules and zone_by_offsets(definition)):
            return ""
        self.rules_left -= rules
        key = f"own-{len(self.own) + 1}"
        self.own[key] = OwnZone(key, parts)
        return key
