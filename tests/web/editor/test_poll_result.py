"""What readers answered, on the page and in the JSON of an edition's report."""

from dataclasses import asdict
from html import unescape

from starlette.testclient import TestClient

from newsletter.learn.report import edition_report
from newsletter.model import Block, Delivery, Edition, PollVote
from newsletter.values import DeliveryState, EditionStatus
from newsletter.wiring import Services
from tests.web.desk import begin, edition_path

FIELDS = {"title": "Waar heb je het meest aan?", "answers": "Een bezoek\nEen congres"}


def sent(editor: TestClient, near: Services, votes: dict[str, tuple[int, int]]) -> int:
    """Send an edition with a poll and these votes. votes: by segment, those for each answer."""
    edition_id = begin(editor)
    with near.db.write() as session:
        edition = session.get_one(Edition, edition_id)
        edition.status, edition.started_at = EditionStatus.SENT, near.clock()
        block = Block(edition_id=edition_id, position=99, kind="poll", fields=FIELDS)
        session.add(block)
        session.flush()
        session.add(Delivery(edition_id=edition_id, audience="school", state=DeliveryState.SENT))
        session.add_all(
            PollVote(
                edition_id=edition_id,
                block_id=block.id,
                voter=f"{segment} {answer} {one}",
                segments=segment,
                answer=answer,
            )
            for segment, counts in votes.items()
            for answer, count in enumerate(counts, 1)
            for one in range(count)
        )
    return edition_id


def page(editor: TestClient, edition_id: int) -> str:
    return unescape(editor.get(edition_path(edition_id, "/resultaat")).text)


def test_answers_are_told_by_segment(editor: TestClient, near: Services) -> None:
    edition_id = sent(editor, near, {"school": (7, 2), "lerarenopleiding": (1, 5)})

    told = page(editor, edition_id)

    assert "15 antwoorden" in told
    assert 'data-label="Samen:">8</td>' in told
    assert 'data-label="Scholen:">7</td>' in told
    assert 'data-label="Lerarenopleidingen:">5</td>' in told


def test_of_fewer_than_five_nothing_is_told(editor: TestClient, near: Services) -> None:
    edition_id = sent(editor, near, {"school": (2, 2)})

    told = page(editor, edition_id)

    assert "Er zijn nog geen vijf antwoorden." in told
    assert 'data-label="Scholen:"' not in told


def test_small_segment_counts_only_in_the_whole(editor: TestClient, near: Services) -> None:
    votes = {"school": (9, 0), "lerarenopleiding": (6, 0), "overig": (0, 2)}
    edition_id = sent(editor, near, votes)

    told = page(editor, edition_id)
    with near.db.read() as session:
        (poll,) = asdict(edition_report(session, edition_id))["polls"]

    assert "Acht antwoorden tellen alleen mee onder Samen" in told
    assert 'data-label="Samen:">15</td>' in told
    assert 'data-label="Scholen:">9</td>' in told
    assert "Lerarenopleidingen:" not in told
    assert (poll["votes"], poll["counts"], poll["hidden"]) == (17, (15, 2), 8)
    assert [one["segments"] for one in poll["groups"]] == [("school",)]
