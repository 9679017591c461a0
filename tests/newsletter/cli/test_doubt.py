"""`newsletter edition in-doubt`: policy, and deciding about mails that are held."""

import pytest
from sqlalchemy import select

from newsletter.model import Delivery
from newsletter.values import DeliveryState, EditionStatus, InDoubtPolicy
from storage.session import Database
from tests.factories import make_readers, make_segments
from tests.fakes import START
from tests.newsletter.cli.shell import Shell
from tests.newsletter.making import make_scheduled

D = DeliveryState


@pytest.fixture
def edition(db: Database) -> str:
    """An edition that is being sent, with two in doubt that are held and one that was sent."""
    with db.write() as session:
        make_segments(session)
        make_readers(session, 3)
        number = make_scheduled(
            session, now=START, policy=InDoubtPolicy.HOLD, status=EditionStatus.SENDING
        )
        session.add_all(
            Delivery(edition_id=number, subscriber_id=one, state=state, at=START, attempts=1)
            for one, state in ((1, D.IN_DOUBT), (2, D.IN_DOUBT), (3, D.SENT))
        )
        return str(number)


def states(db: Database) -> list[tuple[str, bool]]:
    """Return the state of each, and whether it is sent again by itself."""
    with db.read() as session:
        rows = session.execute(select(Delivery.state, Delivery.next_at).order_by(Delivery.id))
        return [(state, at is not None) for state, at in rows]


def test_how_it_stands_is_told(shell: Shell, edition: str) -> None:
    assert shell.json("edition", "in-doubt", edition) == {
        "id": int(edition),
        "state": "sending",
        "policy": "hold",
        "in_doubt": 2,
        "undecided": 2,
        "resent": 0,
        "left": 0,
    }


def test_one_is_sent_again_and_the_others_are_left(
    shell: Shell, edition: str, db: Database
) -> None:
    sent = shell.json("edition", "in-doubt", edition, "--send-again", "--to", "R1@example.org")
    left = shell.json("edition", "in-doubt", edition, "--leave")

    assert (sent["resent"], sent["undecided"]) == (1, 1)
    assert (left["left"], left["in_doubt"], left["undecided"]) == (1, 2, 0)
    assert states(db) == [(D.IN_DOUBT, True), (D.IN_DOUBT, False), (D.SENT, False)]


def test_policy_is_chosen_for_what_comes(shell: Shell, edition: str) -> None:
    told = shell.json("edition", "in-doubt", edition, "--policy", "resend")

    assert (told["policy"], told["undecided"]) == ("resend", 2)


def test_a_draft_is_made_with_its_policy(shell: Shell, db: Database) -> None:
    with db.write() as session:
        make_segments(session)
    draft = shell.json("edition", "draft", "--in-doubt", "hold")

    assert shell.json("edition", "in-doubt", str(draft["id"]))["policy"] == "hold"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--send-again", "--leave"), "choose one"),
        (("--to", "r1@example.org"), "--to goes with"),
        (("--leave", "--to", "niemand@example.org"), "nobody on the list of this edition"),
        (("--leave", "--to", "geen adres"), "nobody on the list of this edition"),
    ],
)
def test_what_does_not_go_together_is_said(
    shell: Shell, edition: str, options: tuple[str, ...], said: str
) -> None:
    shell.run("edition", "in-doubt", edition, *options, status=1)

    assert said in shell.err
    assert "example.org" not in shell.err
