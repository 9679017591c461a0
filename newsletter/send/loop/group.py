"""One write of the ledger for a group of messages: what came back, and what is begun."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from newsletter.send import ledger
from newsletter.send.loop.pages import Mailing
from newsletter.send.loop.results import BACK, Result
from newsletter.send.loop.sending import Sending
from newsletter.send.outcomes import Attempt, Settled, settle
from newsletter.values import Receipt
from storage.steady import InSession, Runs


class Written(NamedTuple):
    """What a write did. skipped: ids; goes_on: whether more may be begun."""

    begun: dict[int, Attempt]
    settled: list[Settled]
    skipped: list[int]
    goes_on: bool


def write_group(
    sending: Sending,
    mailing: Mailing,
    *,
    to_begin: Sequence[int],
    results: Sequence[Result],
    in_hand: Mapping[int, Attempt],
) -> Written:
    """Make both durable in one transaction. to_begin: ids of deliveries, in hand or not.

    Raises StorageError when the database does not take it for long.
    """
    edition_id = mailing.edition_id

    def write(run: Runs) -> Written:
        now, begun, goes_on = sending.clock(), dict[int, Attempt](), True
        skipped: list[int] = []
        if to_begin:
            attempts, skipped = ledger.claim(
                run, edition_id, to_begin, topic=mailing.topic, mine=sending.mine, now=now
            )
            begun = {one.delivery_id: one for one in attempts}
            complete = len(begun) + len(skipped) == len(to_begin)
            goes_on = complete or ledger.may_begin(run, edition_id, now=now)
        policy, patience = mailing.policy, sending.patience
        settled = [
            settle(attempt, one.result or BACK, policy=policy, patience=patience, now=now)
            for one in results
            if (attempt := in_hand.get(one.delivery_id) or begun.get(one.delivery_id)) is not None
        ]
        ledger.record(run, settled, now=now)
        return Written(begun, settled, skipped, goes_on)

    def write_with_waiting(session: Session) -> Written:
        written = write(InSession(session))
        if any(one.state in ledger.OPEN for one in written.settled):
            ledger.skip_if_cancelled(session, edition_id, now=sending.clock())
        return written

    if all(isinstance(one.result, Receipt) for one in results):  # so nobody waits again
        return sending.write_steadily(write)
    return sending.write(write_with_waiting)
