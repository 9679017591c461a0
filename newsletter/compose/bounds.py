"""How far an edition reaches: until when an announcement may go out, and whether it is listed."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, Final

from feeds.values import AMSTERDAM
from newsletter.compose import propose
from newsletter.compose.blocks import kind
from newsletter.compose.editing import editing
from newsletter.compose.escape import clean_line
from newsletter.errors import EditionChanged
from newsletter.model import Block, Edition
from newsletter.values import EditionKind
from storage.session import Database
from subscribers.segments import DEFAULT_SEGMENTS

OPEN_TO_ALL: Final = frozenset(slug for slug, *_ in DEFAULT_SEGMENTS)
PROPOSED: Final = (
    ("subject", propose.announcement_subject),
    ("preheader", propose.announcement_preheader),
)
END_OF_DAY: Final = time(23, 59)


def last_moment(fields: Mapping[str, Any], *, now: datetime) -> datetime | None:
    """Return after which moment a mail about an event comes too late; None when nobody can say.

    That is the end of the last day to register, unless that is over, or else its start. Pure.
    """
    begins_at, by = _starts_at(fields), kind.date_in(fields.get("register_by"))
    closes_at = datetime.combine(by, END_OF_DAY, AMSTERDAM) if by else None
    if closes_at is None or closes_at <= now:
        return begins_at
    return min(closes_at, begins_at or closes_at)


def is_listed(segment: str) -> bool:
    """Say whether an announcement to a segment stands on the site for everybody, as proposed."""
    return segment in OPEN_TO_ALL


def bounds_mark(edition: Edition) -> str:
    """Return what somebody saw of an edition's bounds, so that nobody overwrites another's."""
    until = edition.not_after.isoformat() if edition.not_after else ""
    return f"{until} {edition.listed}"


def set_bounds(  # noqa: PLR0913 - the fields of the form
    db: Database,
    edition_id: int,
    *,
    seen: str,
    not_after: datetime | None,
    listed: bool,
    now: datetime,
    by: int | None,
) -> None:
    """Say until when an announcement may go out, and whether the edition stands in the archive.

    seen:      the mark of what was looked at.
    not_after: None for what is usual; of a newsletter it does not count.
    Raises EditionChanged when somebody else chose otherwise meanwhile, and what `editing` raises.
    """
    with editing(db, edition_id, version=None, now=now, by=by) as (_, edition):
        if bounds_mark(edition) != seen:
            raise EditionChanged(f"the bounds of edition {edition_id} are not what was looked at")
        edition.listed = listed
        if edition.kind == EditionKind.ANNOUNCEMENT:
            edition.not_after = not_after or usual_end(edition, now=now)


def usual_end(edition: Edition, *, now: datetime) -> datetime | None:
    """Return the last moment of an announcement, its blocks loaded, when nobody chose one."""
    about = [one.fields for one in edition.blocks if is_about(one)]
    return last_moment(about[0], now=now) if about else edition.not_after


def follow(edition: Edition, before: datetime | None, *, now: datetime) -> None:
    """Let the last moment of an announcement go along with its event, unless somebody chose it.

    before: what was usual before the event changed.
    """
    if edition.kind != EditionKind.ANNOUNCEMENT:
        return
    begins_at = starts_at(edition)
    ends_later = edition.not_after and begins_at and edition.not_after > begins_at
    if edition.not_after == before or ends_later:
        edition.not_after = usual_end(edition, now=now)


def follow_head(edition: Edition, before: Mapping[str, Any], fields: Mapping[str, Any]) -> None:
    """Let the proposed words above an announcement go along, unless somebody wrote others.

    before, fields: of the block about the event.
    """
    if edition.kind != EditionKind.ANNOUNCEMENT:
        return
    for name, propose_words in PROPOSED:
        if getattr(edition, name) == _head(propose_words(before)):
            setattr(edition, name, _head(propose_words(fields)))


def starts_at(edition: Edition) -> datetime | None:
    """Return when what an announcement is about begins, its blocks loaded."""
    return next((_starts_at(one.fields) for one in edition.blocks if is_about(one)), None)


def is_about(block: Block) -> bool:
    """Say whether a block is what an announcement is about."""
    return block.kind == "congress"


def _head(text: str) -> str:
    return clean_line(text)[: propose.HEAD_LENGTH]


def _starts_at(fields: Mapping[str, Any]) -> datetime | None:
    try:
        return kind.moment(fields, "starts_at")
    except ValueError:
        return None
