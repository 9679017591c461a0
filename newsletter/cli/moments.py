"""Moments as people type them with a command."""

from datetime import UTC, date, datetime, timedelta

from feeds.values import AMSTERDAM, EventTimes
from newsletter.cli.output import fail
from newsletter.moments import Missing, Twice, read_local


def read_moment(text: str, option: str) -> datetime:
    """Return the moment of an option; a date is its midnight, and without an offset it is Dutch."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo:
            moment.astimezone(UTC)  # the first and last hours of the calendar have no UTC
            return moment
        found = read_local(moment.date(), moment.time())
    except (ValueError, OverflowError):
        fail(f"{option} {text!r} is not a date (2027-04-22) or a moment (2027-04-22T10:00)")
    if isinstance(found, Missing):
        following = found.following.astimezone(AMSTERDAM).isoformat(timespec="minutes")
        fail(f"{option} {text!r} does not exist: the clock jumps over it, to {following}")
    if isinstance(found, Twice):
        first, second = (one.astimezone(AMSTERDAM) for one in (found.first, found.second))
        fail(f"{option} {text!r} comes twice: give {first.isoformat()} or {second.isoformat()}")
    return found.astimezone(AMSTERDAM)


def read_span(starts: str, ends: str) -> EventTimes | None:
    """Return when something is, of whole days up to the end of the last; None without a start.

    Both ends are dates, or both are moments.
    """
    if not starts:
        if ends:
            fail("--ends needs --starts")
        return None
    starts_at = read_moment(starts, "--starts")
    ends_at = read_moment(ends, "--ends") if ends else None
    all_day = _is_date(starts)
    if ends_at is None:
        return EventTimes(starts_at, None, all_day)
    if all_day != _is_date(ends):
        fail("give --starts and --ends both as a date, or both as a moment")
    return EventTimes(starts_at, _day_after(ends_at) if all_day else ends_at, all_day)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _day_after(midnight: datetime) -> datetime:
    try:
        return midnight + timedelta(days=1)
    except OverflowError:
        fail(f"--ends {midnight.date()} is the last day there is")
