"""Handing messages to a relay by SMTP (RFC 5321): connections that last, one recipient a message.

One loop serves all connections (`SmtpPool`); what is said on each is `dialogue.py`, and how it
gets there is `links.py`. Whoever has one mail to send holds one connection (`SmtpConnection`).
"""

import selectors
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from newsletter.errors import TransportError, TransportUnavailable
from newsletter.send.transports.letters import Letter, News, Turn
from newsletter.send.transports.links import Address, Link, Timeouts
from newsletter.send.transports.offers import Offers
from newsletter.settings import SmtpRelay
from newsletter.values import Receipt

GOODBYE_S: Final = 2.0  # that the answer to QUIT is waited for
LOOK_S: Final = 0.1  # between two looks at what takes too long
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


@cache
def _trusting_the_system() -> ssl.SSLContext:
    """Return what judges certificates: made once, for it reads all that the system trusts."""
    return ssl.create_default_context()


@dataclass(frozen=True, slots=True)
class SmtpTransport:
    """The way out to one relay. offers: where is noted what it says that it can do."""

    relay: SmtpRelay
    timeouts: Timeouts | None = None
    tls: ssl.SSLContext = field(default_factory=_trusting_the_system)
    offers: Offers = field(default_factory=Offers)

    @property
    def connections(self) -> int:
        """How many connections may be open at once."""
        return self.relay.connections

    @property
    def patience(self) -> Timeouts:
        """How long to wait in each phase."""
        return self.timeouts or Timeouts().scaled(self.relay.patience)

    def pool(self) -> "SmtpPool":
        """Return all its connections together; none is opened yet."""
        return SmtpPool(self, self.connections)

    def connect(self) -> "SmtpConnection":
        """Open one connection. Raises TransportUnavailable."""
        connection = SmtpConnection(self)
        connection.open()
        return connection


class SmtpPool:
    """Connections to one relay, served by one thread: a `letters.Pool`.

    The first is opened alone, so that a relay that wants no mail of us is asked once. One that
    cannot be opened is given up: a relay that takes two and refuses a third is served by two.
    """

    def __init__(self, transport: SmtpTransport, seats: int) -> None:
        self._transport, self._seats = transport, seats
        self._timeouts = transport.patience
        self._selector = selectors.DefaultSelector()
        self._links: dict[Link, int] = {}  # and what each waits for
        self._free: dict[Link, None] = {}  # those that could do with a next message
        self._by_letter: dict[Letter, Link] = {}
        self._dirty: dict[Link, None] = {}
        self._news: list[News] = []
        self._addresses: list[Address] = []
        self._takes_mail = False
        self._look_at_s = 0.0
        self.outage: TransportUnavailable | None = None

    @property
    def free(self) -> int:
        """How many messages may be prepared now."""
        seats = self._seats if self._takes_mail else min(self._seats, 1)
        return max(seats - len(self._links), 0) + len(self._free)

    @property
    def busy(self) -> int:
        """How many messages are in hand or prepared, or have news that was not collected."""
        return len(self._by_letter) + len(self._news)

    @property
    def is_closed(self) -> bool:
        """Whether no connection reaches the relay any more."""
        return not self._seats

    def prepare(self, letter: Letter) -> None:
        """Give a message to a connection; one is opened for it where none is idle."""
        link = self._idlest() or self._open()
        if link is None:
            self._news.append((letter, Turn.BACK))
            return
        self._free.pop(link, None)
        self._by_letter[letter] = link
        link.dialogue.prepare(letter)
        self._dirty[link] = None

    def let_go(self, letter: Letter) -> None:
        """Send the body of a message whose turn is OPEN: from here on it may arrive."""
        link = self._by_letter[letter]
        link.send_body()
        self._dirty[link] = None
        if not link.is_leaving:
            self._free[link] = None

    def drop(self, letter: Letter) -> None:
        """Hang up: after DATA nothing else takes a message back."""
        link = self._by_letter.pop(letter)
        link.dialogue.take_back()
        self._hang_up(link)

    def withdraw(self) -> None:
        """Give back what is prepared; where the relay heard of it, its connection ends."""
        for link in list(self._links):
            is_named = link.dialogue.is_named
            if (letter := link.dialogue.take_back()) is not None:
                self._take([(letter, Turn.BACK)])
            if is_named:
                self._let_leave(link)
                self._leave_if_idle(link)
            elif not link.is_leaving:
                self._free[link] = None

    def flush(self) -> None:
        """Send what was said and let go, as far as the relay takes it."""
        dirty, self._dirty = self._dirty, {}
        for link in dirty:
            self._serve(link, can_read=False)

    def collect(self, wait_s: float) -> list[News]:
        """Return what happened, waiting so long at most for the first of it."""
        self.flush()
        end_s = time.monotonic() + wait_s
        while True:
            left_s = 0.0 if self._news else min(LOOK_S, max(end_s - time.monotonic(), 0.0))
            for key, mask in self._selector.select(left_s):
                self._serve(key.data, can_read=bool(mask & READ))
            self._look_at_clocks()
            if self._news or not self._links or time.monotonic() >= end_s:
                break
        news, self._news = self._news, []
        return news

    def open(self) -> None:
        """Open one connection, and greet. Raises TransportUnavailable."""
        self._open()
        while self._links and not any(one.dialogue.is_ready for one in self._links):
            self._news.extend(self.collect(LOOK_S))
        if not self._links and self.outage is not None:
            raise self.outage
        self._free.update(dict.fromkeys(self._links))

    def close(self) -> None:
        """Say goodbye; never raises."""
        for link in self._links:
            if link.dialogue.is_ready and link.dialogue.awaited is None:
                link.dialogue.quit()
                self._let_leave(link)
                self._dirty[link] = None
        end_s = time.monotonic() + min(GOODBYE_S, self._timeouts.command)
        while any(one.is_leaving for one in self._links) and time.monotonic() < end_s:
            self.collect(LOOK_S)
        for link in list(self._links):
            self._hang_up(link)
        self._selector.close()

    def _idlest(self) -> Link | None:
        """Return a connection without a next message: before a new one, only an idle one."""
        if len(self._links) < self._seats:
            return next((one for one in self._free if not one.dialogue.is_in_hand), None)
        return next(iter(self._free), None)

    def _open(self) -> Link | None:
        """Begin a connection; None when it fails at once."""
        try:
            self._addresses = self._addresses or _addresses(self._transport.relay)
            return self._begin(self._addresses)
        except TransportUnavailable as why:
            self._give_up(why)
            return None

    def _begin(self, addresses: list[Address]) -> Link:
        transport = self._transport
        link = Link(addresses, transport.relay, transport.tls, self._timeouts)
        self._links[link] = WRITE
        self._selector.register(link.socket, WRITE, link)
        return link

    def _serve(self, link: Link, *, can_read: bool) -> None:
        if link not in self._links:
            return
        try:
            self._take(link.turn(can_read=can_read))
        except TransportUnavailable as why:
            self._end(link, why)
            return
        self._watch(link)
        if link.dialogue.is_ready and not link.is_noted:
            link.is_noted = True
            self._transport.offers.letters = link.dialogue.takes_letters
        self._leave_if_idle(link)

    def _take(self, news: Iterable[News]) -> None:
        """Keep the news, and no more of a message that it settles."""
        for letter, word in news:
            if not isinstance(word, TransportUnavailable) and word is not Turn.BACK:
                self._takes_mail = True
            if word is not Turn.OPEN:
                self._settle(self._by_letter.pop(letter, None), word)
            self._news.append((letter, word))

    def _settle(self, link: Link | None, word: Receipt | TransportError | Turn) -> None:
        """Let a connection serve on; one over which the relay refused us is given up."""
        if link is None or link.is_leaving:
            return
        if isinstance(word, TransportUnavailable):
            self._give_up(word)
            self._let_leave(link)
        elif not link.dialogue.has_next:
            self._free[link] = None

    def _let_leave(self, link: Link) -> None:
        link.is_leaving = True
        self._free.pop(link, None)

    def _watch(self, link: Link) -> None:
        waits_for = READ | WRITE if link.wants_to_write else READ
        if link.is_connecting:
            waits_for = WRITE
        if self._links[link] != waits_for:
            self._links[link] = waits_for
            self._selector.modify(link.socket, waits_for, link)

    def _leave_if_idle(self, link: Link) -> None:
        if link.is_leaving and not link.dialogue.is_in_hand and not link.dialogue.is_leaving:
            self._hang_up(link)

    def _end(self, link: Link, why: TransportUnavailable) -> None:
        """Hang up for a reason: try the relay's next address, or say what became of messages."""
        if link.is_connecting and link.others:
            self._try_next(link)
            return
        self._remove(link)
        is_given_up = not link.dialogue.served and not link.is_leaving
        told = link.lost(why)
        for letter, _ in told:
            self._by_letter.pop(letter, None)
        # What the relay just asked for and can take no more is not to be let go.
        ended = {letter for letter, word in told if word is not Turn.OPEN}
        news = [*self._news, *told]
        self._news = [one for one in news if one[1] is not Turn.OPEN or one[0] not in ended]
        if is_given_up:
            self._addresses = []
            self._give_up(why)

    def _try_next(self, link: Link) -> None:
        letter = link.dialogue.take_back()
        self._hang_up(link)
        try:
            after = self._begin(link.others)
        except TransportUnavailable as why:
            self._give_up(why)
            self._take([(letter, Turn.BACK)] if letter else [])
            return
        if letter is not None:
            self._by_letter[letter] = after
            after.dialogue.prepare(letter)

    def _give_up(self, why: TransportUnavailable) -> None:
        """Do without a connection from now on; without any when none ever took mail."""
        self.outage = why
        self._seats = self._seats - 1 if self._takes_mail else 0

    def _hang_up(self, link: Link) -> None:
        self._remove(link)
        link.close()

    def _remove(self, link: Link) -> None:
        del self._links[link]
        self._dirty.pop(link, None)
        self._free.pop(link, None)
        self._selector.unregister(link.socket)

    def _look_at_clocks(self) -> None:
        now_s = time.monotonic()
        if now_s < self._look_at_s:
            return
        self._look_at_s = now_s + LOOK_S
        for link in [one for one in self._links if one.deadline_s <= now_s]:
            self._end(link, TransportUnavailable("no answer in time"))


class SmtpConnection:
    """One connection; it is opened again when the server hung up between two messages."""

    def __init__(self, transport: SmtpTransport) -> None:
        self._transport = transport
        self._pool = SmtpPool(transport, 1)

    def open(self) -> None:
        """Connect, greet, secure and sign in. Raises TransportUnavailable."""
        self._pool.open()

    def deliver(self, *, sender: str, recipient: str, message: bytes) -> Receipt:
        """Hand one message over; see ports.Connection."""
        letter = Letter(sender, recipient, (message,))
        self._pool.prepare(letter)
        while True:
            for _, word in self._pool.collect(LOOK_S):
                if word is Turn.OPEN:
                    self._pool.let_go(letter)
                elif word is Turn.BACK:
                    self._begin_again(letter)
                elif isinstance(word, TransportError):
                    raise word
                else:
                    return word

    def close(self) -> None:
        """Say goodbye; never raises."""
        self._pool.close()

    def _begin_again(self, letter: Letter) -> None:
        """The server hung up while nothing was asked of it: say it once more, elsewhere."""
        if self._pool.is_closed:
            raise self._pool.outage or TransportUnavailable("the connection is closed")
        self._pool.prepare(letter)


def _addresses(relay: SmtpRelay) -> list[Address]:
    """Look the relay up. Raises TransportUnavailable."""
    try:
        found = socket.getaddrinfo(relay.host, relay.port, type=socket.SOCK_STREAM)
    except OSError as failure:
        raise TransportUnavailable(f"the relay's name is not found: {failure}") from failure
    return [(family, target) for family, _, _, _, target in found]
