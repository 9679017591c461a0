"""Moments as people type them with a command."""

from datetime import UTC, datetime

from feeds.values import AMSTERDAM
from newsletter.cli.output import fail


def read_moment(text: str, option: str) -> datetime:
    """Return the moment of an option; a date is its midnight, and without an offset it is Dutch."""
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)
        moment.astimezone(UTC)  # the first and last hours of the calendar have no UTC
    except (ValueError, OverflowError):
        fail(f"{option} {text!r} is not a date (2027-04-22) or a moment (2027-04-22T10:00)")
    return moment
