"""What an expression of a segment may name: events, themes, stages and other segments."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from feeds.event_names import event_numbers
from feeds.themes import list_themes
from subscribers.conditions import EVENTS
from subscribers.expressions import Known
from subscribers.field import Stage
from subscribers.model import Segment
from subscribers.trees import SEGMENT


def terms_there_are(session: Session) -> Known:
    """Return the values that there are, by field, of those that are no words of a reader's own."""
    return {
        **dict.fromkeys(EVENTS, event_numbers(session)),
        "theme": frozenset(theme.slug for theme in list_themes(session)),
        "stage": frozenset(Stage),
        SEGMENT: frozenset(session.scalars(select(Segment.slug))),
    }
