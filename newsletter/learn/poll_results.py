"""What readers answered, in counts by segment: never of fewer than LEAST people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.cut import SEPARATOR
from newsletter.dutch import join
from newsletter.model import Edition, PollVote
from newsletter.poll import KIND, answers_of
from newsletter.store.cuts import names_of

LEAST: Final = 5  # people; of fewer, a count would nearly name them


@dataclass(frozen=True, slots=True)
class PollGroup:
    """The readers who are in exactly these segments. counts: by answer, in their order."""

    segments: tuple[str, ...]
    name: str
    votes: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PollResult:
    """The answers to one question.

    counts: by answer; () while fewer than LEAST answered.
    groups: those that are large enough, largest first; hidden: the votes of the others.
    """

    block_id: int
    question: str
    answers: tuple[str, ...]
    votes: int
    counts: tuple[int, ...]
    groups: tuple[PollGroup, ...]
    hidden: int


def poll_results(session: Session, edition: Edition) -> tuple[PollResult, ...]:
    """Return the result of each question of an edition, its blocks loaded."""
    polls = [block for block in edition.blocks if block.kind == KIND]
    if not polls:
        return ()
    rows = session.execute(
        select(PollVote.block_id, PollVote.segments, PollVote.answer, func.count())
        .where(PollVote.edition_id == edition.id)
        .group_by(PollVote.block_id, PollVote.segments, PollVote.answer)
    ).all()
    slugs = {slug for _, segments, _, _ in rows for slug in _slugs(segments)}
    names = names_of(session, slugs)
    return tuple(
        _result(
            block.id,
            str(block.fields.get("title") or ""),
            answers_of(block.fields),
            _groups(
                [(one[1], one[2], one[3]) for one in rows if one[0] == block.id],
                names,
                block.fields,
            ),
        )
        for block in polls
    )


def shown(groups: Sequence[PollGroup]) -> tuple[PollGroup, ...]:
    """Return the groups that may be told, largest first.

    What is left out has LEAST people too, or none: else the whole less the rest would tell it.
    """
    told = sorted(groups, key=lambda one: (-one.votes, one.segments))
    while told and told[-1].votes < LEAST:
        told.pop()
    hidden = sum(one.votes for one in groups) - sum(one.votes for one in told)
    if told and 0 < hidden < LEAST:
        told.pop()
    return tuple(told)


def _result(
    block_id: int, question: str, answers: tuple[str, ...], groups: Sequence[PollGroup]
) -> PollResult:
    votes = sum(one.votes for one in groups)
    is_enough = votes >= LEAST
    counts = tuple(sum(one.counts[place] for one in groups) for place in range(len(answers)))
    told = shown(groups) if is_enough else ()
    return PollResult(
        block_id=block_id,
        question=question,
        answers=answers,
        votes=votes,
        counts=counts if is_enough else (),
        groups=told,
        hidden=votes - sum(one.votes for one in told),
    )


def _groups(
    rows: Sequence[tuple[str, int, int]], names: Mapping[str, str], fields: Mapping[str, object]
) -> list[PollGroup]:
    """Return the groups. rows: segments, answer, votes."""
    places = range(1, len(answers_of(fields)) + 1)
    by_segments: dict[str, Counter[int]] = {}
    for segments, answer, votes in rows:
        by_segments.setdefault(segments, Counter())[answer] += votes
    return [
        PollGroup(
            segments=_slugs(segments),
            name=join([names.get(slug, slug) for slug in _slugs(segments)]),
            votes=sum(counts[place] for place in places),
            counts=tuple(counts[place] for place in places),
        )
        for segments, counts in by_segments.items()
    ]


def _slugs(segments: str) -> tuple[str, ...]:
    return tuple(segments.split(SEPARATOR)) if segments else ()
