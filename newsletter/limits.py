"""How fast mail may go out: what the settings say, and the arithmetic of it. Pure.

A limit of so many in a period is kept as a bucket that leaks: what was taken fills it, and it
empties evenly. Its size and its leak are such that no period, wherever it begins, sees more than
the limit.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from feeds.values import AMSTERDAM
from newsletter.moments import Missing, Twice, read_local

PERIODS: Final = {"s": 1, "m": 60, "h": 3600}
HELD_S: Final = 0.05  # so long a process may keep what it took before the message goes out
SHARE: Final = 10  # so large a part of a limit may go at once, after a rest
OTHERS: Final = "*"
EACH_DAY: Final = 86_400  # the period of the warm-up plan, as its row has it
ALL: Final = ""  # the host of what counts for every message
LONGEST_PLAN: Final = 60  # days
LARGEST: Final = 10_000_000
DOUBLINGS: Final = tuple(200 * 2**day for day in range(10))
# Domains whose mail one provider takes in: it counts all of them as one.
HOSTS: Final[Mapping[str, tuple[str, ...]]] = {
    "gmail.com": ("gmail.com", "googlemail.com"),
    "outlook.com": (
        *("outlook.com", "hotmail.com", "live.com", "msn.com"),
        *("outlook.nl", "hotmail.nl", "live.nl"),
    ),
    "icloud.com": ("icloud.com", "me.com", "mac.com"),
    "yahoo.com": ("yahoo.com", "ymail.com", "yahoo.nl"),
    "ziggo.nl": ("ziggo.nl", "home.nl", "upcmail.nl", "casema.nl", "chello.nl", "quicknet.nl"),
    "kpnmail.nl": ("kpnmail.nl", "planet.nl", "hetnet.nl", "kpnplanet.nl"),
}
HOST_OF: Final = {domain: host for host, domains in HOSTS.items() for domain in domains}


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many messages in any period of so many seconds."""

    number: int
    period_s: int

    @property
    def burst(self) -> int:
        """How many may go at once, after a rest."""
        return max(1, self.number // SHARE)

    @property
    def rate(self) -> float:
        """How many a second go on after that: with the burst no period sees more than `number`."""
        return (self.number - self.burst + 1) / (self.period_s + HELD_S)


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A domain that nobody knows yet gets known slowly: so many messages on each of its first days.

    plan: messages a day, by the calendar of Amsterdam, from starts_on; after it there is no limit.
    """

    starts_on: date
    plan: tuple[int, ...] = DOUBLINGS

    def quota(self, day: date) -> int | None:
        """Return how many may go out on a day; None: as many as there are.

        Before its start a domain is as new as on the first day.
        """
        number = max(0, (day - self.starts_on).days)
        return self.plan[number] if number < len(self.plan) else None


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Between these times of the clock in Amsterdam no edition goes out; they may span midnight.

    Where the clock shows a time twice, the quiet begins at the first and ends at the second; where
    it jumps over one, at the moment after the jump.
    """

    starts: time
    ends: time

    def until(self, now: datetime) -> datetime | None:
        """Return when the quiet that holds now ends, UTC; None when none holds."""
        today = now.astimezone(AMSTERDAM).date()
        for day in (today - timedelta(days=1), today):
            starts, ends = self._on(day)
            if starts <= now < ends:
                return ends
        return None

    def next_start(self, now: datetime) -> datetime:
        """Return when the next quiet begins, UTC: after now."""
        today = now.astimezone(AMSTERDAM).date()
        return next(
            starts
            for day in (today, today + timedelta(days=1), today + timedelta(days=2))
            if (starts := self._on(day)[0]) > now
        )

    def _on(self, day: date) -> tuple[datetime, datetime]:
        """Return the quiet that begins on a day."""
        starts = read_local(day, self.starts)
        ends = read_local(day + timedelta(days=self.ends <= self.starts), self.ends)
        return _moment(starts, is_end=False), _moment(ends, is_end=True)


@dataclass(frozen=True, slots=True)
class Limits:
    """All that holds a sending back. whole: for all messages together.

    domains: by host (see `host_of`); others: for each host that is not named.
    """

    whole: tuple[Limit, ...] = ()
    domains: Mapping[str, tuple[Limit, ...]] = field(default_factory=dict)
    others: tuple[Limit, ...] = ()
    warm_up: WarmUp | None = None
    quiet: QuietHours | None = None

    @property
    def counts(self) -> bool:
        """Whether messages must be counted at all."""
        return bool(self.whole or self.domains or self.others or self.warm_up)

    @property
    def counts_all(self) -> bool:
        """Whether something holds for all messages together."""
        return bool(self.whole or self.warm_up)

    def of(self, host: str) -> tuple[Limit, ...]:
        """Return the limits of a host, or of everything by ALL."""
        return self.whole if host == ALL else self.domains.get(host, self.others)

    def quiet_until(self, now: datetime) -> datetime | None:
        """Return until when no edition goes out; None: it may now."""
        return self.quiet.until(now) if self.quiet else None

    def quota(self, now: datetime) -> int | None:
        """Return how many messages the warm-up plan gives today; None: no plan, or it is over."""
        return self.warm_up.quota(day_of(now)) if self.warm_up else None


def host_of(domain: str) -> str:
    """Return by what name a recipient's domain is counted: that of its provider, where known."""
    name = domain.lower().rstrip(".")
    return HOST_OF.get(name, name)


def day_of(now: datetime) -> date:
    """Return the day by the calendar of Amsterdam."""
    return now.astimezone(AMSTERDAM).date()


def next_day(now: datetime) -> datetime:
    """Return when the next day begins in Amsterdam, UTC."""
    following = day_of(now) + timedelta(days=1)
    return datetime.combine(following, time(), AMSTERDAM).astimezone(UTC)


def read_limits(text: str) -> tuple[Limit, ...]:
    """Read "20/s 500/m 10000/h": one of each at most. Raises ValueError."""
    found = [_limit(word) for word in re.split(r"[\s,]+", text.strip()) if word]
    if len({one.period_s for one in found}) < len(found):
        raise ValueError("give each of a second (/s), a minute (/m) and an hour (/h) once")
    return tuple(sorted(found, key=lambda one: one.period_s))


def read_domains(text: str) -> dict[str, tuple[Limit, ...]]:
    """Read "gmail.com 10/s 5000/h; * 20/s": by host, OTHERS for the rest. Raises ValueError."""
    found: dict[str, tuple[Limit, ...]] = {}
    for part in filter(None, (one.strip() for one in text.split(";"))):
        name, *limits = part.split(maxsplit=1)
        host = host_of(name)
        if host != OTHERS and not re.fullmatch(r"([\w-]+\.)+[\w-]+", host):
            raise ValueError(f"{name!r} is no domain; give such as gmail.com 10/s; * 20/s")
        if host in found:
            raise ValueError(f"{name!r} counts together with a domain that was named before")
        found[host] = read_limits(limits[0] if limits else "")
        if not found[host]:
            raise ValueError(f"give the limits of {name} too, such as {name} 10/s")
    return found


def read_warm_up(text: str) -> WarmUp | None:
    """Read "2027-04-20 200 500 1000": the start, and messages a day. Raises ValueError."""
    words = re.split(r"[\s,]+", text.strip())
    if words == [""]:
        return None
    try:
        starts_on = date.fromisoformat(words[0])
    except ValueError:
        raise ValueError("give the day on which it starts, such as 2027-04-20") from None
    plan = tuple(_number(word) for word in words[1:]) or DOUBLINGS
    if len(plan) > LONGEST_PLAN or list(plan) != sorted(plan):
        raise ValueError(f"give at most {LONGEST_PLAN} numbers, and none smaller than before it")
    return WarmUp(starts_on, plan)


def read_quiet_hours(text: str) -> QuietHours | None:
    """Read "21:00-07:00", by the clock in Amsterdam. Raises ValueError."""
    if not text.strip():
        return None
    found = re.fullmatch(r"\s*(\d\d?)[:.](\d\d)\s*-\s*(\d\d?)[:.](\d\d)\s*", text)
    if found is None:
        raise ValueError("give two times, such as 21:00-07:00")
    hour, minute, last_hour, last_minute = map(int, found.groups())
    quiet = QuietHours(time(hour, minute), time(last_hour, last_minute))
    if quiet.starts == quiet.ends:
        raise ValueError("give two different times: nothing would ever go out")
    return quiet


def _limit(word: str) -> Limit:
    number, slash, period = word.partition("/")
    if not slash or period not in PERIODS:
        raise ValueError(f"{word!r} is no limit; give such as 20/s 500/m 10000/h")
    return Limit(_number(number), PERIODS[period])


def _number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,8}", text) or not 1 <= int(text) <= LARGEST:
        raise ValueError(f"{text!r} is no number from 1 to {LARGEST}")
    return int(text)


def _moment(found: datetime | Missing | Twice, *, is_end: bool) -> datetime:
    if isinstance(found, Missing):
        return found.following
    if isinstance(found, Twice):
        return found.second if is_end else found.first
    return found
