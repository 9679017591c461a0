"""A change of many people in Dutch: what it does, and the last one, to take it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from feeds.themes import list_themes
from newsletter.accounts.people import user_names
from newsletter.dutch import join
from newsletter.log_doors import PROGRAM
from subscribers.many_rows import ManyChange
from web.editor.desk import SUBSCRIBERS
from web.editor.subscriber_filter import SIDES

MANY: Final = SUBSCRIBERS + "/wijzigen"
TEXTS: Final[Mapping[str, str]] = {
    "role": "rol",
    "organisation": "organisatie",
    "partnership": "opleidingsschool",
    "region": "regio",
}


@dataclass(frozen=True, slots=True)
class LastChange:
    """A change that can be taken back. undo: the address for that."""

    at: datetime
    who: str
    people: int
    what: str
    undo: str


def last_change(session: Session, row: ManyChange) -> LastChange:
    """Return a change as the list tells of it."""
    labels = {one.slug: one.label for one in list_themes(session)}
    who = user_names(session).get(row.user_id or 0, PROGRAM)
    return LastChange(row.at, who, row.people, change_words(row.values, labels), undo_of(row.id))


def undo_of(change_id: int) -> str:
    """Return the address that takes a change back."""
    return f"{MANY}/{change_id}/terug"


def change_words(values: Mapping[str, str], themes: Mapping[str, str]) -> str:
    """Return what people get, such as "kant: school en rol: docent". themes: labels by slug."""
    told = [f"kant: {SIDES[values['audience']]}"] if "audience" in values else []
    told += [
        f"{word}: {values[name]}" if values[name] else f"geen {word}"
        for name, word in TEXTS.items()
        if name in values
    ]
    for name, word in (("add_theme", "thema erbij"), ("drop_theme", "thema eraf")):
        if name in values:
            told.append(f"{word}: {themes.get(values[name], values[name])}")
    return join(told)
