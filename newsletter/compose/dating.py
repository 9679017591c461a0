"""The date on an edition: the day that it goes out, unless an editor chose another."""

from datetime import date, datetime

from newsletter import dutch
from newsletter.compose.editing import editing
from newsletter.model import Edition
from storage.session import Database


def date_as_sent(db: Database, edition_id: int, *, on: date, now: datetime, by: int | None) -> int:
    """Put the day that an edition goes out on it; return its version since."""
    with editing(db, edition_id, version=None, now=now, by=by) as (_, edition):
        edition.dated_on = on
    return edition.version


def follow_moment(edition: Edition, dated_on: date, planned_at: datetime | None) -> date:
    """Return the date for an edition that gets this date and this moment.

    One that was the day of the moment goes along with it, unless it is changed as well. Pure.
    """
    was = edition.planned_at
    if was is None or planned_at is None or dated_on != edition.dated_on:
        return dated_on
    return dutch.local(planned_at).date() if dated_on == dutch.local(was).date() else dated_on
