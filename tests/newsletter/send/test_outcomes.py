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
from newsletter.send.outcomes import (
    Attempt,
    Refusal,
    Settled,
    is_about_us,
    next_wait,
    settle,
    without_addresses,
)
from newsletter.values import DeliveryState as D
from newsletter.values import InDoubtPolicy, Receipt
from tests.fakes import START

RESEND, HOLD = InDoubtPolicy.RESEND, InDoubtPolicy.HOLD


@pytest.mark.parametrize(
    ("result", "settled"),
    [
        (Receipt(250, "ok"), Settled(7, 1, D.SENT, 250, "ok")),
        (TransportRefused("no", code=550), Settled(7, 1, D.FAILED, 550, "no")),
        (
            TransportDeferred("later", code=451),
            Settled(7, 1, D.DEFERRED, 451, "later", next_at=START + timedelta(minutes=1)),
        ),
        (TransportUnavailable("down"), Settled(7, 1, D.PENDING, None, "down", attempts=-1)),
        (
            TransportUncertain("silence"),
            Settled(7, 1, D.IN_DOUBT, None, "silence", next_at=START + timedelta(minutes=10)),
        ),
    ],
)
def test_each_answer_has_its_own_end(result: Receipt | TransportError, settled: Settled) -> None:
    assert settle(Attempt(7, 1, 0), result, policy=RESEND, now=START) == settled


@pytest.mark.parametrize(("policy", "resends"), [(HOLD, 0), (RESEND, 1)])
def test_doubt_is_held_by_policy_and_after_one_copy(policy: InDoubtPolicy, resends: int) -> None:
    found = settle(Attempt(7, 2, resends), TransportUncertain("silence"), policy=policy, now=START)

    assert found == Settled(7, 2, D.IN_DOUBT, None, "silence")


def test_waits_grow_to_an_hour_and_end_after_a_day() -> None:
    waits = [next_wait(attempts) for attempts in range(1, 40)]

    minutes = [wait.total_seconds() / 60 for wait in waits if wait is not None]
    assert minutes[:7] == [1, 5, 15, 30, 60, 60, 60]
    assert timedelta(hours=24) <= timedelta(minutes=sum(minutes)) < timedelta(hours=25)
    assert waits[len(minutes) :] == [None] * (39 - len(minutes))


@pytest.mark.parametrize(("pause_s", "minutes"), [(0, 1), (30, 1), (600, 10)])
def test_nobody_is_asked_again_before_the_server_wants_it(pause_s: float, minutes: int) -> None:
    later = TransportDeferred("later", code=451, pause_s=pause_s)

    found = settle(Attempt(7, 1, 0), later, policy=RESEND, now=START)

    assert found.next_at == START + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("result", "wait_s"),
    [
        (TransportDeferred("later", code=451), 0.6),
        (TransportDeferred("in a moment", code=451, pause_s=30), 30),  # the server's own wait
        (TransportUncertain("silence"), 6),
    ],
)
def test_a_trial_waits_shorter(result: TransportError, wait_s: float) -> None:
    found = settle(Attempt(7, 1, 0), result, policy=RESEND, patience=0.01, now=START)

    assert found.next_at == START + timedelta(seconds=wait_s)


def test_patience_that_has_run_out_is_a_failure() -> None:
    found = settle(
        Attempt(7, 40, 0), TransportDeferred("later", code=451), policy=RESEND, now=START
    )

    assert found == Settled(7, 40, D.FAILED, 451, "later")


@pytest.mark.parametrize(
    ("reply", "domains", "number", "size", "expected"),
    [
        ("5.7.1 relaying denied", 1, 20, 100, True),
        ("5.7.1 relaying denied", 3, 19, 100, False),
        ("5.7.1 relaying denied", 1, 7, 7, True),  # everybody on a short list
        ("5.6.0 looks like spam", 1, 20, 100, True),
        ("5.6.7 the address needs SMTPUTF8", 1, 20, 100, False),
        ("5.6.7 the address needs SMTPUTF8", 1, 1, 1, False),
        ("5.1.1 unknown", 3, 20, 100, True),
        ("5.1.1 unknown", 1, 7, 7, False),
        ("no such user here", 2, 40, 100, False),  # two schools that are gone
    ],
)
def test_a_row_of_refusals_is_about_us_when_the_readers_have_nothing_in_common(
    reply: str, domains: int, number: int, size: int, *, expected: bool
) -> None:
    row = [Refusal(one, reply, f"school{one % domains}.example.org") for one in range(number)]

    assert is_about_us(row, size=size) is expected


def test_addresses_are_left_out_of_what_is_logged() -> None:
    words = "421 4.7.0 <r1@example.org> too fast for r1@example.org"

    assert without_addresses(words) == "421 4.7.0 <(address)> too fast for (address)"
