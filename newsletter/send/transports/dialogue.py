"""One SMTP conversation as its client holds it, without a socket: what comes in, what goes out.

What an answer means depends on where it comes:

before RCPT    greeting, EHLO, STARTTLS, AUTH, MAIL: the relay refuses us, no reader is to blame
RCPT, DATA     4yz and 552 later (RFC 5321 §4.5.3.1.10), 5yz never, for this person; lost: later,
               because a message that makes a relay hang up must not hold up everybody else
after the dot  2yz done, 4yz later, 5yz never; no answer: it may have arrived (RFC 1047)

421 means that the server hangs up (RFC 5321 §3.8): to a person it says "later", and before RCPT it
blames no reader; a connection that served somebody before is opened again.

Where PIPELINING is offered, MAIL, RCPT and DATA of a message follow the body before it (RFC 2920
§3.1), so a message costs one round trip. Its own body waits until somebody says `send_body`, who
first writes down what became of the one before. Every answer is looked at, whatever came of those
before it. An address with letters outside ASCII before its @ goes only to a server that offers
SMTPUTF8 (RFC 6531); elsewhere it is refused for good, before anything is said about it.
"""

import base64
from collections import deque
from collections.abc import Callable, Mapping
from enum import Enum, IntEnum, auto
from typing import Final

from newsletter.errors import (
    TransportDeferred,
    TransportError,
    TransportRefused,
    TransportUnavailable,
    TransportUncertain,
)
from newsletter.send.transports.letters import Letter, News, Turn
from newsletter.send.transports.replies import (
    CLOSING,
    Reply,
    ReplyReader,
    failure,
    offers_in,
    verdict,
    verdict_of_recipient,
)
from newsletter.settings import SmtpRelay
from newsletter.values import Receipt

UNKNOWN_COMMAND: Final = {500, 502}

UTF8: Final = " SMTPUTF8 BODY=8BITMIME"  # of MAIL FROM: RFC 6531 §3.4, RFC 6152
NEEDS_UTF8: Final = "5.6.7 the address needs SMTPUTF8, which this relay does not offer"
TOO_LARGE: Final = "5.3.4 the message is larger than this relay takes"  # RFC 1870, RFC 3463 §3.4


class Step(IntEnum):
    """What an answer is awaited to."""

    GREETING = auto()
    EHLO = auto()
    HELO = auto()
    STARTTLS = auto()
    AUTH = auto()
    RESET = auto()
    MAIL = auto()
    RCPT = auto()
    DATA = auto()
    DOT = auto()
    EMPTY_DOT = auto()  # of a message without a recipient that a server wants all the same
    QUIT = auto()


GROUP: Final = (Step.MAIL, Step.RCPT, Step.DATA)  # what is said at once (RFC 2920)


class Stage(Enum):
    """How far the next message is."""

    WAITING = auto()  # nothing is said of it
    SAID = auto()
    OPEN = auto()  # the server waits for its body


class Dialogue:
    """A conversation from its greeting to its end.

    Bytes to send gather in `outgoing`; whoever sends them counts them for `lost`. News of messages
    gathers too, for `take_news`.

    own_name: what it calls us; served: the messages that were settled; heard: the answers so far;
    queued: the bytes to send so far, sent or not.
    is_leaving: goodbye was said.
    """

    def __init__(self, relay: SmtpRelay) -> None:
        self.own_name = ""
        self.is_secure = self.wants_tls = self.is_ready = self.is_leaving = False
        self.outgoing: list[bytes] = []
        self._news: list[News] = []
        self.served = self.heard = self.queued = 0
        self._relay = relay
        self._reader = ReplyReader()
        self._awaited: deque[Step] = deque([Step.GREETING])
        self._offers: Mapping[str, str] = {}
        self._logins: deque[str] = deque()
        self._hand: Letter | None = None
        self._hand_ends = 0
        self._next: Letter | None = None
        self._stage = Stage.WAITING
        self._bad: TransportError | None = None
        self._is_mail_done = self._must_reset = False
        self._steps: Mapping[Step, Callable[[Reply], None]] = {
            Step.GREETING: self._on_greeting,
            Step.EHLO: self._on_ehlo,
            Step.HELO: self._on_helo,
            Step.STARTTLS: self._on_starttls,
            Step.AUTH: self._on_auth,
            Step.RESET: self._on_reset,
            Step.MAIL: self._on_mail,
            Step.RCPT: self._on_rcpt,
            Step.DATA: self._on_data,
            Step.DOT: self._on_dot,
            Step.EMPTY_DOT: self._on_empty_dot,
            Step.QUIT: self._on_quit,
        }

    @property
    def awaited(self) -> Step | None:
        """What the next answer is to; None when none is awaited."""
        return self._awaited[0] if self._awaited else None

    @property
    def has_next(self) -> bool:
        """Whether a message is prepared that is not in hand."""
        return self._next is not None

    @property
    def is_in_hand(self) -> bool:
        """Whether a body was sent and its answer is awaited."""
        return self._hand is not None

    @property
    def is_named(self) -> bool:
        """Whether the relay heard of the next message: only hanging up takes that back."""
        return self._next is not None and self._stage is not Stage.WAITING

    @property
    def takes_letters(self) -> bool:
        """Whether it takes addresses with letters outside ASCII before the @."""
        return "SMTPUTF8" in self._offers and "8BITMIME" in self._offers

    def prepare(self, letter: Letter) -> None:
        """Take the next message; say MAIL, RCPT and DATA as soon as that may be said."""
        if self.is_ready and (wrong := self._cannot_take(letter)) is not None:
            self._news.append((letter, wrong))
            return
        self._next, self._stage = letter, Stage.WAITING
        self._say_next()

    def send_body(self) -> None:
        """Send the body of the message that the server waits for: it is in hand now."""
        letter = self._next
        if letter is None or self._stage is not Stage.OPEN:
            raise RuntimeError("no message was asked for")
        self._hand, self._next = letter, None
        body = letter.dots_doubled()
        self.outgoing.extend(body)
        self.queued += sum(map(len, body))
        self._send(b".\r\n", Step.DOT)
        self._hand_ends = self.queued

    def take_back(self) -> Letter | None:
        """Return the message that is prepared and not in hand, and forget it."""
        letter, self._next = self._next, None
        return letter

    def quit(self) -> None:
        """Say goodbye."""
        self.is_leaving = True
        self._say("QUIT", Step.QUIT)

    def secured(self) -> None:
        """Go on after STARTTLS: what was heard in clear counts no more (RFC 3207 §4.2)."""
        self.is_secure, self.wants_tls = True, False
        self._say(f"EHLO {self.own_name}", Step.EHLO)

    def receive(self, data: bytes) -> None:
        """Take what came; what it says of messages is news.

        Raises TransportUnavailable when the conversation cannot go on: then call `lost`.
        """
        for reply in self._reader.feed(data):
            if not self._awaited:
                raise failure(TransportUnavailable, reply)
            self.heard += 1
            step = self._awaited.popleft()
            self._steps[step](reply)
            if reply.code == CLOSING:
                raise failure(TransportUnavailable, reply)

    def take_news(self) -> list[News]:
        """Return the news since the last time."""
        news, self._news = self._news, []
        return news

    def lost(self, why: TransportError, *, sent: int) -> list[News]:
        """Return what the end of the conversation means. sent: the bytes that left us, in all."""
        hand, letter = self._hand, self._next
        self._hand = self._next = None
        if hand is not None:
            had_all = sent >= self._hand_ends
            kind = TransportUncertain if had_all else TransportDeferred
            at = "no answer to the dot" if had_all else "lost before the dot"
            self._news.append((hand, kind(f"{at}: {why.reply}", code=None)))
        if letter is not None:
            self._news.append((letter, self._blame(why, was_busy=hand is not None)))
        return self.take_news()

    def _blame(self, why: TransportError, *, was_busy: bool) -> TransportError | Turn:
        """Say what it means for the next message that the server hung up."""
        if was_busy or self._stage is not Stage.SAID:
            return Turn.BACK
        if self._is_mail_done:
            words = why.reply if why.code else f"the connection was lost: {why.reply}"
            return TransportDeferred(words, code=why.code)
        # One that served before was closed while it was idle, or has had its share.
        return Turn.BACK if self.served else why

    def _cannot_take(self, letter: Letter) -> TransportError | None:
        if not letter.recipient.isascii() and not self.takes_letters:
            return TransportRefused(NEEDS_UTF8, code=553)
        limit = self._offers.get("SIZE", "")
        if limit.isdigit() and 0 < int(limit) < letter.size:
            return TransportRefused(TOO_LARGE, code=552)
        return None

    def _say_next(self) -> None:
        """Say of the next message what may be said now."""
        letter = self._next
        if letter is None or not self.is_ready or self._stage is not Stage.WAITING:
            return
        is_pipelined = "PIPELINING" in self._offers
        if self._awaited and not is_pipelined:
            return
        self._stage, self._bad, self._is_mail_done = Stage.SAID, None, False
        if self._must_reset:
            self._must_reset = False
            self._say("RSET", Step.RESET)
        command = f"MAIL FROM:<{letter.sender}>{self._options(letter)}"
        if is_pipelined:
            self._send(f"{command}\r\nRCPT TO:<{letter.recipient}>\r\nDATA\r\n".encode(), *GROUP)
        else:
            self._say(command, Step.MAIL)

    def _options(self, letter: Letter) -> str:
        size = f" SIZE={letter.size}" if "SIZE" in self._offers else ""
        return size if letter.recipient.isascii() else size + UTF8

    def _on_greeting(self, reply: Reply) -> None:
        self._require(reply, 220)
        self._say(f"EHLO {self.own_name}", Step.EHLO)

    def _on_ehlo(self, reply: Reply) -> None:
        if reply.code in UNKNOWN_COMMAND and not self._relay.needs_extensions:
            self._say(f"HELO {self.own_name}", Step.HELO)
            return
        self._require(reply, 250)
        self._offers = offers_in(reply)
        if self._relay.security == "starttls" and not self.is_secure:
            if "STARTTLS" not in self._offers:
                raise TransportUnavailable("the relay does not offer STARTTLS")
            self._say("STARTTLS", Step.STARTTLS)
        elif self._relay.user:
            self._log_in()
        else:
            self._begin()

    def _on_helo(self, reply: Reply) -> None:
        self._require(reply, 250)
        self._begin()

    def _on_starttls(self, reply: Reply) -> None:
        self._require(reply, 220)
        if not self._reader.is_empty:  # words in clear would be taken for words under TLS
            raise TransportUnavailable("the relay said more than it was asked before TLS")
        self.wants_tls = True

    def _log_in(self) -> None:
        """Sign in by PLAIN (RFC 4616), else by LOGIN."""
        offered = self._offers.get("AUTH", "").upper().split()
        user, password = self._relay.user, self._relay.password
        if "PLAIN" in offered:
            self._say(f"AUTH PLAIN {_base64(f'{chr(0)}{user}{chr(0)}{password}')}", Step.AUTH)
        elif "LOGIN" in offered:
            self._logins = deque([_base64(user), _base64(password)])
            self._say("AUTH LOGIN", Step.AUTH)
        else:
            raise TransportUnavailable("the relay offers no way of signing in that we know")

    def _on_auth(self, reply: Reply) -> None:
        if reply.code == 334 and self._logins:
            self._say(self._logins.popleft(), Step.AUTH)
            return
        self._require(reply, 235)
        self._begin()

    def _begin(self) -> None:
        self.is_ready = True
        letter = self._next
        if letter is not None and (wrong := self._cannot_take(letter)) is not None:
            self._next = None
            self._news.append((letter, wrong))
        self._say_next()

    def _on_reset(self, reply: Reply) -> None:
        if not reply.is_done:
            raise failure(TransportUnavailable, reply)

    def _on_mail(self, reply: Reply) -> None:
        if reply.is_done:
            self._is_mail_done = True
        else:
            self._bad = failure(TransportUnavailable, reply)
        if self._may_go_on():
            self._say(f"RCPT TO:<{self._recipient()}>", Step.RCPT)

    def _on_rcpt(self, reply: Reply) -> None:
        if not reply.is_done and self._bad is None:
            self._bad = failure(verdict_of_recipient(reply), reply)
        if self._may_go_on():
            self._say("DATA", Step.DATA)

    def _on_data(self, reply: Reply) -> None:
        if reply.code != 354:
            self._bad = self._bad or failure(verdict(reply), reply)
            self._end_refused()
        elif self._bad is not None:
            self._send(b".\r\n", Step.EMPTY_DOT)
        else:
            self._stage = Stage.OPEN
            if self._next is not None:
                self._news.append((self._next, Turn.OPEN))

    def _on_empty_dot(self, _reply: Reply) -> None:
        self._end_refused()

    def _on_dot(self, reply: Reply) -> None:
        letter, self._hand = self._hand, None
        if letter is None:
            return
        self.served += 1
        if reply.is_done:
            self._news.append((letter, Receipt(reply.code, reply.words)))
        else:
            self._news.append((letter, failure(verdict(reply), reply)))
        if reply.code != CLOSING:
            self._say_next()

    def _on_quit(self, reply: Reply) -> None:
        raise failure(TransportUnavailable, reply)  # it hangs up, and nothing is under way

    def _recipient(self) -> str:
        return "" if self._next is None else self._next.recipient

    def _may_go_on(self) -> bool:
        """Say whether to say the next command: with PIPELINING it was; stop at a refusal."""
        if self._awaited:
            return False
        if self._bad is not None:
            self._end_refused()
        return self._bad is None

    def _end_refused(self) -> None:
        """Report the refused message; what the server keeps of it is thrown away before the next.

        421 is not reported here: the end of the conversation does that.
        """
        letter, bad = self._next, self._bad
        if letter is None or bad is None or bad.code == CLOSING:
            return
        self._next, self._must_reset = None, True
        self.served += 1
        self._news.append((letter, bad))

    def _require(self, reply: Reply, code: int) -> None:
        if reply.code != code:
            raise failure(TransportUnavailable, reply)

    def _say(self, command: str, step: Step) -> None:
        self._send(f"{command}\r\n".encode(), step)

    def _send(self, data: bytes, *steps: Step) -> None:
        self.outgoing.append(data)
        self.queued += len(data)
        self._awaited.extend(steps)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
