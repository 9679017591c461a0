"""The demo's content, read from its files: feeds, a calendar, examples and partnerships.

Days are relative: the demo's day is day zero, so that the content is fresh whenever it is shown.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from feeds.examples import Example

HERE: Final = Path(__file__).parent
CONTENT: Final = HERE / "content"
PRACTICE: Final = CONTENT / "practice"
PRACTICE_WRITTEN_ON: Final = date(2026, 9, 21)
"""The day on which the examples' own dates were right; they move along with the demo's day."""

WEEKDAYS: Final = ("ma", "di", "wo", "do", "vr")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed.

    days_ago:    before the demo's day; below zero it appears that many days later.
    publication: its kind, such as "factsheet"; "" for news.
    """

    slug: str
    days_ago: int
    title: str
    summary: str
    text: str
    themes: tuple[str, ...]
    audiences: tuple[str, ...]
    publication: str = ""


@dataclass(frozen=True, slots=True)
class Feed:
    """One partner's feed, newest entry first."""

    slug: str
    name: str
    description: str
    format: Literal["rss", "atom"]
    entries: tuple[Entry, ...]

    def published(self, days_on: int) -> tuple[Entry, ...]:
        """Return what can be read `days_on` days after the demo's day, newest first."""
        visible = (entry for entry in self.entries if entry.days_ago + days_on >= 0)
        return tuple(sorted(visible, key=lambda entry: entry.days_ago))


@dataclass(frozen=True, slots=True)
class Talk:
    """One session of a congress. starts, ends: "10:45" in Amsterdam."""

    slug: str
    title: str
    starts: str
    ends: str
    leader: str
    summary: str
    themes: tuple[str, ...]
    audiences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A series: every so many weeks, with one occurrence on another weekday and one cancelled."""

    every_weeks: int
    times: int
    moved: int
    moved_to: str
    cancelled: int


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the calendar.

    week:    after the week of the demo's day; weekday: "ma" to "vr".
    breaks:  what everybody does together at a congress, by the hour it starts.
    change:  what the calendar says in its second version, after which `version` is 1.
    """

    slug: str
    type: str
    title: str
    week: int
    weekday: str
    starts: str
    ends: str
    location: str
    summary: str
    text: str
    themes: tuple[str, ...]
    audiences: tuple[str, ...]
    register: bool = False
    cancelled: bool = False
    version: int = 0
    talks: tuple[Talk, ...] = ()
    breaks: Mapping[str, str] = field(default_factory=dict)
    repeat: Repeat | None = None
    change: Mapping[str, Any] = field(default_factory=dict)

    def changed(self) -> "Event":
        """Return it as the second version of the calendar has it."""
        return replace(self, **self.change, version=1) if self.change else self

    def day(self, demo_day: date) -> date:
        """Return the date it (or the first of its series) is on; never in the school holidays."""
        day = weekday_of(demo_day, week=self.week, weekday=self.weekday)
        return day if self.repeat else after_holidays(day)

    def register_by(self, demo_day: date) -> date:
        """Return the last day to sign up: the Friday of the week before."""
        day = self.day(demo_day)
        return day - timedelta(days=day.weekday() + 3)


@dataclass(frozen=True, slots=True)
class Collaboration:
    """An invented partnership with its members. agreed_by: "" when it is not on the site."""

    slug: str
    name: str
    region: str
    stage: str
    since: int
    agreed_by: str
    schools: tuple[str, ...]
    institutes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SentIn:
    """A practice example that an invented reader sent in."""

    name: str
    email: str
    told: Example


@dataclass(frozen=True, slots=True)
class Dressing:
    """What an editor adds to the draft. pictures: fields by the last part of an item's address."""

    pictures: Mapping[str, Mapping[str, str]]
    poll: Mapping[str, str]


def weekday_of(demo_day: date, *, week: int, weekday: str) -> date:
    """Return that weekday, so many weeks after the week of the demo's day."""
    monday = demo_day - timedelta(days=demo_day.weekday())
    return monday + timedelta(weeks=week, days=WEEKDAYS.index(weekday))


def after_holidays(day: date) -> date:
    """Return the day, or the same weekday after the Christmas or summer holidays that it is in."""
    if (day.month, day.day) >= (12, 19) or (day.month, day.day) <= (1, 6):
        return day + timedelta(weeks=3)
    if (7, 6) <= (day.month, day.day) <= (8, 26):
        return day + timedelta(weeks=8)
    return day


@cache
def read_feeds() -> tuple[Feed, ...]:
    """Return the three feeds, in the order of their names."""
    feeds = [_feed(_read(path)) for path in (CONTENT / "feeds").glob("*.yaml")]
    return tuple(sorted(feeds, key=lambda feed: feed.name))


@cache
def read_events() -> tuple[Event, ...]:
    """Return the calendar in its first version, in the order of the file."""
    return tuple(_event(one) for one in _read(CONTENT / "calendar.yaml")["events"])


@cache
def read_collaborations() -> tuple[Collaboration, ...]:
    """Return the partnerships in the order of the file."""
    rows = _read(CONTENT / "partnerships.yaml")["partnerships"]
    return tuple(Collaboration(**_tuples(row)) for row in rows)


def practice_texts(demo_day: date) -> dict[str, str]:
    """Return the practice examples by file name, their dates moved along with the demo's day."""
    later = demo_day - PRACTICE_WRITTEN_ON

    def move(found: re.Match[str]) -> str:
        return f"published: {date.fromisoformat(found[1]) + later}"

    return {
        path.name: re.sub(r"^published: (\S+)$", move, path.read_text("utf-8"), flags=re.MULTILINE)
        for path in sorted(PRACTICE.glob("*.md"))
    }


@cache
def read_sent_in() -> tuple[SentIn, ...]:
    """Return what readers sent in."""
    return tuple(_sent_in(one) for one in _read(CONTENT / "sent_in.yaml")["submissions"])


@cache
def read_dressing() -> Dressing:
    """Return the pictures and the question that the demo's edition gets."""
    return Dressing(**_read(CONTENT / "dressing.yaml"))


def _sent_in(row: Mapping[str, Any]) -> SentIn:
    told = Example(
        title=row["title"],
        question=row["question"],
        story=row["story"].strip(),
        result=row["result"],
        contact=row["contact"],
        partnership=row["partnership"],
        themes=tuple(row["themes"]),
        audiences=(row["audience"],),
    )
    return SentIn(row["name"], row["email"], told)


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _feed(row: Mapping[str, Any]) -> Feed:
    entries = tuple(Entry(**_tuples(one)) for one in row["items"])
    return Feed(row["slug"], row["name"], row["description"], row["format"], entries)


def _event(row: Mapping[str, Any]) -> Event:
    fields = _times(row)
    fields["talks"] = tuple(Talk(**_times(talk)) for talk in fields.pop("sessions", ()))
    if "repeat" in fields:
        fields["repeat"] = _repeat(fields["repeat"])
    fields["change"] = _times(fields.get("change", {}))
    return Event(**fields)


def _repeat(row: Mapping[str, Any]) -> Repeat:
    return Repeat(
        every_weeks=row["every_weeks"],
        times=row["times"],
        moved=row["moved"]["occurrence"],
        moved_to=row["moved"]["day"],
        cancelled=row["cancelled"]["occurrence"],
    )


def _times(row: Mapping[str, Any]) -> dict[str, Any]:
    names = {"from": "starts", "to": "ends", "day": "weekday"}
    return {names.get(key, key): value for key, value in _tuples(row).items()}
