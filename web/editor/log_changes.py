"""What the log adds to "changed edition 12": what was changed, with the version that it made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from newsletter.compose.history import Turn
from newsletter.dutch import moment
from newsletter.model import Revision
from newsletter.store.log import Told
from newsletter.store.revisions import named_revisions, revisions_between
from web.editor.desk import edition_path
from web.editor.revision_words import revision_word

MADE: Final = frozenset(f"edition.{what}" for what in ("edited", "undone", "redone", "restored"))


@dataclass(frozen=True, slots=True)
class Changed:
    """What was changed, in words, and where that version is."""

    word: str
    path: str


def changes_told(session: Session, shown: Sequence[Told]) -> dict[int, Changed]:
    """Return what was changed by these entries, by their id; nothing for what made no version."""
    made = [one for one in shown if one.what in MADE and one.edition_id is not None]
    if not made:
        return {}
    ids = [one.id for one in made]
    found = revisions_between(
        session, {one.edition_id for one in made if one.edition_id}, min(ids), max(ids)
    )
    known = named_revisions(session, found)
    told = {}
    for one in made:
        revision = _made_by(one, found)
        if revision is not None:
            path = edition_path(revision.edition_id, f"/versies/{revision.id}")
            told[one.id] = Changed(_word(revision, known), path)
    return told


def _made_by(entry: Told, revisions: Sequence[Revision]) -> Revision | None:
    """Return the version that this save made, or went on with: the first that it is in."""
    for one in revisions:
        is_same = one.edition_id == entry.edition_id and one.user_id == entry.user_id
        went_on = one.of_id is None and (one.event_id or 0) > entry.id and one.at <= entry.at
        if is_same and (one.event_id == entry.id or went_on):
            return one
    return None


def _word(revision: Revision, known: dict[int, Revision]) -> str:
    """Return what was changed; the sentence itself says whether it was undone."""
    of = known.get(revision.of_id or 0)
    if of is None:
        return revision_word(revision, known)
    if revision.what == Turn.RESTORED:
        return f"die van {moment(of.at)}"
    return revision_word(of, known)
