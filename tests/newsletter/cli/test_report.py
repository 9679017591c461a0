"""`newsletter report edition`: the answers to a poll, as a table and as JSON."""

import pytest

from newsletter.model import Block, PollVote
from newsletter.values import EditionStatus
from storage.session import Database
from tests.factories import make_edition, make_segments
from tests.newsletter.cli.shell import Shell

Capture = pytest.CaptureFixture[str]
FIELDS = {"title": "Wat helpt?", "answers": "Een bezoek\nEen congres"}


def voted(db: Database, votes: int) -> str:
    with db.write() as session:
        make_segments(session)
        block = Block(position=0, kind="poll", fields=FIELDS)
        edition = make_edition(session, status=EditionStatus.SENT, blocks=[block])
        for number in range(votes):
            vote = {"voter": str(number), "segments": "school", "answer": 2}
            session.add(PollVote(edition_id=edition.id, block_id=block.id, **vote))
        return str(edition.id)


def test_answers_are_told_by_segment(db: Database, shell: Shell) -> None:
    edition = voted(db, 6)

    (poll,) = shell.json("report", "edition", edition)["polls"]
    read = shell.run("report", "edition", edition)

    assert (poll["question"], poll["votes"], poll["counts"]) == ("Wat helpt?", 6, [0, 6])
    assert [(one["segments"], one["counts"]) for one in poll["groups"]] == [(["school"], [0, 6])]
    assert "Een congres" in read


def test_of_fewer_than_five_nothing_is_told(db: Database, shell: Shell) -> None:
    edition = voted(db, 4)

    (poll,) = shell.json("report", "edition", edition)["polls"]
    read = shell.run("report", "edition", edition)

    assert (poll["votes"], poll["counts"], poll["groups"]) == (4, [], [])
    assert "fewer than 5 answers" in read
