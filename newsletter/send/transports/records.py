"""What became of a message, as the provider's own record of what it took tells it.

It tells only that a message was taken: what happened comes into such a record late, so that it is
not there proves nothing. A message that is not known there yet is asked for again, at first after
half a minute and then ever less often.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from newsletter.errors import TransportError
from newsletter.send.doubt.relay_log import Fate
from newsletter.send.transports.mailgun import MailgunRecord
from newsletter.send.transports.postmark import PostmarkRecord
from newsletter.send.transports.web import Answer, Exchange, Request, Waits
from newsletter.ways_out import MailFolder, Provider

MOST: Final = 50  # questions in one look: a provider counts them
FIRST_WAIT_S: Final = 30.0
LONGEST_WAIT_S: Final = 3600.0


class Record(Protocol):
    """How one provider is asked for what it took."""

    def question(self, message_id: str) -> Request:
        """Return what to ask of one message."""
        ...

    def told_of(self, answer: Answer) -> list[str]:
        """Return the Message-IDs of what it took, with the angle brackets."""
        ...


RECORDS: Final[Mapping[str, Callable[[Provider], Record]]] = {
    "postmark": PostmarkRecord,
    "mailgun": MailgunRecord,
}
"""SES keeps none that can be asked by our Message-ID."""


@dataclass(slots=True)
class ProviderRecord:
    """The record of one provider. clock_s: monotonic.

    waits: how long each that is not known there rests, and until when it does.
    """

    record: Record
    base_url: str
    clock_s: Callable[[], float] = time.monotonic
    waits: dict[str, tuple[float, float]] = field(default_factory=dict)

    def look_up(self, message_ids: Collection[str], since: datetime) -> Mapping[str, Fate]:
        """Return what became of each message: accepted or unknown.

        message_ids: as in the header, with the angle brackets. since: is of no use here.
        A provider that does not answer is not asked further.
        """
        now_s = self.clock_s()
        due = [one for one in message_ids if self.waits.get(one, (0, 0))[1] <= now_s][:MOST]
        found = self._ask(due, now_s) if due else set()
        return {one: Fate.ACCEPTED if one in found else Fate.UNKNOWN for one in message_ids}

    def _ask(self, message_ids: Collection[str], now_s: float) -> set[str]:
        found: set[str] = set()
        exchange = Exchange(self.base_url, Waits(connect=5, write=5, answer=10))
        try:
            for one in message_ids:
                self._let_rest(one, now_s)
                answer = exchange.ask("GET", self.record.question(one))
                if answer.status != 200:
                    break
                if one in self.record.told_of(answer):
                    found.add(one)
                    del self.waits[one]
        except TransportError:
            pass  # it is asked again later
        finally:
            exchange.close()
        return found

    def _let_rest(self, message_id: str, now_s: float) -> None:
        last_s = self.waits.get(message_id, (FIRST_WAIT_S / 2, 0))[0]
        wait_s = min(last_s * 2, LONGEST_WAIT_S)
        self.waits[message_id] = (wait_s, now_s + wait_s)


def record_of(way: MailFolder | Provider) -> ProviderRecord | None:
    """Return the record of a provider; None of what keeps none."""
    if isinstance(way, MailFolder) or way.kind not in RECORDS:
        return None
    return ProviderRecord(RECORDS[way.kind](way), way.base_url)
