"""`newsletter report edition`: the answers to a poll, as a table and as JSON."""

import json
from pathlib import Path

import pytest

from newsletter.cli.app import main
from newsletter.cli.session import state
from newsletter.model import Block, PollVote
from newsletter.values import EditionStatus
from storage.session import Database
from tests.factories import make_edition, make_segments

Capture = pytest.CaptureFixture[str]
FIELDS = {"title": "Wat helpt?", "answers": "Een bezoek\nEen congres"}


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", database_url)
    monkeypatch.setattr(state, "debug", False)


def report(monkeypatch: pytest.MonkeyPatch, capsys: Capture, *words: str) -> str:
    monkeypatch.setattr("sys.argv", ["newsletter", "report", "edition", *words])
    with pytest.raises(SystemExit) as end:
        main()
    assert not end.value.code
    return capsys.readouterr().out


def voted(db: Database, votes: int) -> str:
    with db.write() as session:
        make_segments(session)
        block = Block(position=0, kind="poll", fields=FIELDS)
        edition = make_edition(session, status=EditionStatus.SENT, blocks=[block])
        for number in range(votes):
            vote = {"voter": str(number), "segments": "school", "answer": 2}
            session.add(PollVote(edition_id=edition.id, block_id=block.id, **vote))
        return str(edition.id)


def test_answers_are_told_by_segment(
    db: Database, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    edition = voted(db, 6)

    (poll,) = json.loads(report(monkeypatch, capsys, edition, "--json"))["polls"]
    read = report(monkeypatch, capsys, edition)

    assert (poll["question"], poll["votes"], poll["counts"]) == ("Wat helpt?", 6, [0, 6])
    assert [(one["segments"], one["counts"]) for one in poll["groups"]] == [(["school"], [0, 6])]
    assert "Een congres" in read


def test_of_fewer_than_five_nothing_is_told(
    db: Database, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    edition = voted(db, 4)

    (poll,) = json.loads(report(monkeypatch, capsys, edition, "--json"))["polls"]
    read = report(monkeypatch, capsys, edition)

    assert (poll["votes"], poll["counts"], poll["groups"]) == (4, [], [])
    assert "fewer than 5 answers" in read
