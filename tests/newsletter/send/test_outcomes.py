"""What an attempt means for a delivery."""

from datetime import timedelta

import pytest

from newsletter.errors import (
    TransportDeferred,
    TransportError,
    TransportRefused,
    TransportUnavailable,
    TransportUncertain,
)
from newsletter.send.outcomes import Attempt, Settled, next_wait, settle
from newsletter.values import DeliveryState as D
from newsletter.values import InDoubtPolicy, Receipt
from tests.fakes import START

RESEND, HOLD = InDoubtPolicy.RESEND, InDoubtPolicy.HOLD


@pytest.mark.parametrize(
    ("result", "settled"),
    [
        (Receipt(250, "ok"), Settled(7, D.SENT, 250, "ok")),
        (TransportRefused("no", code=550), Settled(7, D.FAILED, 550, "no")),
        (
            TransportDeferred("later", code=451),
            Settled(7, D.DEFERRED, 451, "later", next_at=START + timedelta(minutes=1)),
        ),
        (TransportUnavailable("down"), Settled(7, D.PENDING, None, "down", attempts=-1)),
        (
            TransportUncertain("silence"),
            Settled(
                7, D.DEFERRED, None, "silence", next_at=START + timedelta(minutes=10), resends=1
            ),
        ),
    ],
)
def test_each_answer_has_its_own_end(result: Receipt | TransportError, settled: Settled) -> None:
    assert settle(Attempt(7, 1, 0), result, policy=RESEND, now=START) == settled


@pytest.mark.parametrize(("policy", "resends"), [(HOLD, 0), (RESEND, 1)])
def test_doubt_is_held_by_policy_and_after_one_copy(policy: InDoubtPolicy, resends: int) -> None:
    found = settle(Attempt(7, 2, resends), TransportUncertain("silence"), policy=policy, now=START)

    assert found == Settled(7, D.IN_DOUBT, None, "silence")


def test_waits_grow_to_an_hour_and_end_after_a_day() -> None:
    waits = [next_wait(attempts) for attempts in range(1, 40)]

    minutes = [wait.total_seconds() / 60 for wait in waits if wait is not None]
    assert minutes[:7] == [1, 5, 15, 30, 60, 60, 60]
    assert timedelta(hours=24) <= timedelta(minutes=sum(minutes)) < timedelta(hours=25)
    assert waits[len(minutes) :] == [None] * (39 - len(minutes))


def test_patience_that_has_run_out_is_a_failure() -> None:
    found = settle(
        Attempt(7, 40, 0), TransportDeferred("later", code=451), policy=RESEND, now=START
    )

    assert found == Settled(7, D.FAILED, 451, "later")
