"""Why an edition was given back: kept in sight while it is judged again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from newsletter.accounts.people import user_names
from newsletter.store.editions import last_event_of


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Who gave an edition back, when, and why."""

    who: str
    at: datetime
    because: str


def given_back(session: Session, edition_id: int) -> GivenBack | None:
    """Return how an edition was given back last; None when it never was."""
    event = last_event_of(session, edition_id, "returned")
    if event is None:
        return None
    return GivenBack(user_names(session).get(event.user_id or 0, ""), event.at, event.note)
