"""What people said about an edition and its blocks, in threads, as the pages show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from newsletter.accounts.people import user_names
from newsletter.compose.blocks import BLOCKS
from newsletter.dutch import plural
from newsletter.model import Block, Edition
from newsletter.review_rows import Comment
from newsletter.store.comments import comments_of
from web.editor.block_words import block_title


@dataclass(frozen=True, slots=True)
class Said:
    """One answer. who: "" when the account has no name."""

    who: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A comment with its answers.

    number:  its place among those of the edition, from 1; it stays what it is.
    place:   the block, in words; "" for the whole edition. is_gone: that it is not there any more.
    """

    id: int
    number: int
    block_id: int | None
    place: str
    is_gone: bool
    who: str
    at: datetime
    text: str
    answers: Sequence[Said]
    resolved_by: str
    resolved_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it still asks for something."""
        return self.resolved_at is None


def threads_shown(session: Session, edition: Edition) -> dict[str, Any]:
    """Return the threads of an edition, its blocks loaded, and which blocks can be spoken of."""
    said = comments_of(session, edition.id)
    names = user_names(session) if said else {}
    blocks = {block.id: block for block in sorted(edition.blocks, key=lambda one: one.position)}
    roots = [one for one in said if one.parent_id is None]
    threads = [
        _thread(one, number, said, blocks, names) for number, one in enumerate(roots, start=1)
    ]
    still_open = sum(one.is_open for one in threads)
    return {
        "threads": threads,
        "open_words": plural(still_open, "opmerking", "opmerkingen") if still_open else "",
        "spoken_of": {one: _words(block) for one, block in blocks.items()},
    }


def _thread(
    one: Comment,
    number: int,
    said: Sequence[Comment],
    blocks: Mapping[int, Block],
    names: Mapping[int, str],
) -> Thread:
    block = blocks.get(one.block_id or 0)
    return Thread(
        id=one.id,
        number=number,
        block_id=one.block_id,
        place=_words(block) if block else _words_then(one.about),
        is_gone=block is None and one.block_id is not None,
        who=names.get(one.user_id, ""),
        at=one.at,
        text=one.text,
        answers=[
            Said(names.get(other.user_id, ""), other.at, other.text)
            for other in said
            if other.parent_id == one.id
        ],
        resolved_by=names.get(one.resolved_by_id or 0, ""),
        resolved_at=one.resolved_at,
    )


def _words(block: Block) -> str:
    kind, title = BLOCKS[block.kind].label, block_title(block)
    return kind if title == kind else f"{kind} ‘{title}’"


def _words_then(about: Mapping[str, Any]) -> str:
    kind = BLOCKS.get(about.get("kind", ""))
    label = kind.label if kind else ""
    title = about.get("title", "")
    return f"{label} ‘{title}’" if label and title else label
