"""Who is next: deliveries read a page at a time, made ready with all that a message needs.

A page costs a few queries and one call for each kind of link, whatever its size; nothing is asked
for each person, and memory holds one page however long the list is.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import repeat
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from feeds.themes import list_themes
from newsletter.breach import What
from newsletter.errors import ContentChanged
from newsletter.ports import Clock
from newsletter.send import ledger
from newsletter.send.ledger import Waiting
from newsletter.send.loop.ends import End, find_end
from newsletter.send.loop.shares import Mine, Range, due, take_share
from newsletter.send.mail import ahead
from newsletter.send.mail.headers import UNSAFE
from newsletter.send.mail.reason import reason_for
from newsletter.send.message import Envelope, Letterhead, encode, letterhead_of, message_namer
from newsletter.send.transports.letters import Parts
from newsletter.settings import Settings
from newsletter.store.approvals import seal_of_mails, variants_of
from newsletter.store.deliveries import topic_of
from newsletter.store.editions import get_edition
from newsletter.values import EditionKind, InDoubtPolicy, Personal, Slot
from storage.session import Database
from subscribers.links import Links, Purpose
from subscribers.values import Reader, Topic

PAGE: Final = 500
LOW: Final = 100  # so few left of a page is when the next is read
NOBODY: Final = (None, "")
LINKED: Final = (Purpose.UNSUBSCRIBE, Purpose.ONE_CLICK, Purpose.PREFERENCES, Purpose.POLL)


@dataclass(frozen=True, slots=True)
class Mailing:
    """What the sending of one edition needs to know: the same for everybody.

    size:      of its list.
    envelopes: by the key of the cut.
    themes:    what people call each, by slug.
    """

    edition_id: int
    size: int
    kind: EditionKind
    topic: Topic
    policy: InDoubtPolicy
    letterhead: Letterhead
    envelopes: Mapping[str, Envelope]
    themes: Mapping[str, str]

    @property
    def has_poll(self) -> bool:
        """Whether somebody is asked something in it."""
        return any(Slot.POLL in one.slots for one in self.envelopes.values())


class Ready(NamedTuple):
    """A delivery with its message. None: nobody to send to any more, which the claim will find.

    making: the message, where it was begun ahead of its turn.
    """

    delivery_id: int
    envelope: Envelope | None
    personal: Personal | None
    sender: str
    making: Future[Parts] | None = None

    @property
    def domain(self) -> str:
        """Return the domain that it goes to; "" where there is nobody to send to."""
        return "" if self.personal is None else self.personal.email.rpartition("@")[2].lower()

    def message(self) -> Parts:
        """Return the message. Raises UnsafeHeader; ValueError where there is none to make."""
        if self.making is not None:
            return self.making.result()
        if self.envelope is None or self.personal is None:
            raise ValueError("there is nobody to send to, or nothing")
        return self.envelope.parts_for(self.personal)

    def begun(self) -> "Ready":
        """Return it with its message begun, where making that takes a signature."""
        envelope, personal = self.envelope, self.personal
        if self.making is not None or personal is None:
            return self
        if envelope is None or envelope.signer is None:
            return self
        return self._replace(making=ahead.begin(lambda: envelope.parts_for(personal)))


def read_mailing(session: Session, edition_id: int, settings: Settings) -> Mailing:
    """Read what was approved, and encode it once.

    Raises ContentChanged when the mails are not those that were approved, UnsafeHeader.
    """
    edition = get_edition(session, edition_id)
    kind = EditionKind(edition.kind)
    letterhead = letterhead_of(
        settings,
        edition_id=edition_id,
        kind=kind,
        date=edition.started_at or edition.status_since,
    )
    variants = variants_of(session, edition_id)
    found = seal_of_mails(edition, variants.values(), letterhead=settings.letterhead)
    if found != edition.content_hash:
        raise ContentChanged(
            "the mails are not those that were approved",
            detail={"what": What.STORED, "approved": edition.content_hash, "found": found},
        )
    return Mailing(
        edition_id=edition_id,
        size=edition.size or 0,
        kind=kind,
        topic=topic_of(edition),
        policy=InDoubtPolicy(edition.in_doubt_policy),
        letterhead=letterhead,
        envelopes={one.key: encode(r, letterhead=letterhead) for one, r in variants.items()},
        themes={one.slug: one.label for one in list_themes(session)},
    )


class Pages:
    """The deliveries of one edition whose turn it is: untried ones first, then postponed ones.

    A worker takes share after share of an edition, so that several do not read the same.
    """

    def __init__(
        self,
        db: Database,
        mailing: Mailing,
        *,
        mine: Mine,
        links: Links,
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._db, self._mailing, self._mine, self._clock = db, mailing, mine, clock
        self._maker = _Maker(mailing, links=links, settings=settings)
        self._waiting: deque[Ready] = deque()
        self._places: deque[_Place] = deque()
        self._last_id = 0
        self._may_look_ahead = True  # not where nobody was found: that asks the database each time
        self._end: End | None = None

    def find_end(self) -> End | None:
        """Look why there are no more, although somebody may still wait; None while there are."""
        with self._db.read() as session:
            self._look_for_end(session)
        return self._end

    def take(self, number: int) -> list[Ready]:
        """Return the next deliveries, at most so many; [] when none is due."""
        if number and not self._waiting:
            self._read_on()
        taken = [self._waiting.popleft() for _ in range(min(number, len(self._waiting)))]
        if self._mailing.letterhead.signer is not None:
            for place in range(min(ahead.MOST, len(self._waiting))):
                self._waiting[place] = self._waiting[place].begun()
        return taken

    def look_ahead(self) -> None:
        """Read on before the last of a page are taken: while the relay has something to do."""
        if self._may_look_ahead and len(self._waiting) < LOW:
            self._read_on()

    def again(self, ids: Sequence[int]) -> list[Ready]:
        """Return these once more, as far as they still wait."""
        with self._db.read() as session:
            page = ledger.these(session, self._mailing.edition_id, ids)
        return self._maker.make(page)

    def give_back(self, ready: Ready) -> None:
        """Let somebody wait for their turn again, behind who was read: nothing was begun."""
        self._waiting.append(ready)

    def _read_on(self) -> None:
        found = self._read()
        self._may_look_ahead = bool(found)
        self._waiting.extend(found)

    def _read(self) -> list[Ready]:
        while self._end is None and (self._places or self._take_share()):
            with self._db.read() as session:
                self._look_for_end(session)
                if self._end is not None:
                    return []
                page = self._next_page(session)
                if not page and not self._is_as_read(session):
                    return []
            if page:
                return self._maker.make(page)
        return []

    def _look_for_end(self, session: Session) -> None:
        if self._mailing.kind is EditionKind.ANNOUNCEMENT:
            self._end = find_end(session, self._mailing.edition_id, now=self._clock())

    def _is_as_read(self, session: Session) -> bool:
        """Say whether mails in doubt still are what they were; else the next run reads it anew."""
        return ledger.policy_of(session, self._mailing.edition_id) is self._mailing.policy

    def _next_page(self, session: Session) -> list[Waiting]:
        place = self._places[0]
        page = ledger.page(
            session,
            self._mailing.edition_id,
            due(self._clock())[place.turn],
            policy=self._mailing.policy,
            within=place.left,
            size=PAGE,
        )
        if len(page) == PAGE and page[-1].delivery_id < place.left.last_id:
            place.left = Range(page[-1].delivery_id + 1, place.left.last_id)
        else:
            self._places.popleft()
        return page

    def _take_share(self) -> bool:
        """Take the next share, and look in it for each state that may be due."""
        with self._db.write() as session:
            share = take_share(
                session,
                self._mailing.edition_id,
                self._mine,
                now=self._clock(),
                after=self._last_id,
            )
        if share is None:
            return False
        self._last_id = share.last_id
        self._places.extend(_Place(share, turn) for turn in range(len(due(self._clock()))))
        return True


@dataclass(slots=True)
class _Place:
    """What of a share was not read yet, for one of the states that are due."""

    left: Range
    turn: int


class _Maker:
    """Makes deliveries ready: links, Message-IDs and envelope senders, for a page at once."""

    def __init__(self, mailing: Mailing, *, links: Links, settings: Settings) -> None:
        self._mailing, self._links, self._settings = mailing, links, settings
        self._name_message = message_namer(settings)

    def make(self, page: Sequence[Waiting]) -> list[Ready]:
        readers = [one.reader for one in page if one.reader is not None]
        pairs = [(one.id, self._mailing.edition_id) for one in readers]
        urls = (self._urls(one, pairs) for one in LINKED)
        made = zip(map(self._personal, readers, *urls), self._senders(pairs), strict=True)
        return [
            Ready(
                one.delivery_id,
                self._mailing.envelopes.get(one.cut),
                *(NOBODY if one.reader is None else next(made)),
            )
            for one in page
        ]

    def _urls(self, purpose: Purpose, pairs: Sequence[tuple[int, int | None]]) -> Iterable[str]:
        """Return everybody's links; of what has no place in any mail of it, nothing."""
        if purpose is Purpose.POLL and not self._mailing.has_poll:
            return repeat("", len(pairs))
        return self._links.many(purpose, pairs)

    def _personal(
        self,
        reader: Reader,
        unsubscribe_url: str,
        one_click_url: str,
        preferences_url: str,
        poll_url: str,
    ) -> Personal:
        mailing = self._mailing
        return Personal(
            email=reader.email,
            # A name that could break the header is left out; the mail goes all the same.
            name="" if UNSAFE.search(reader.name) else reader.name,
            reason=reason_for(reader, mailing.kind, mailing.themes),
            unsubscribe_url=unsubscribe_url,
            one_click_url=one_click_url,
            preferences_url=preferences_url,
            poll_url=poll_url,
            message_id=self._name_message(mailing.edition_id, reader.id),
        )

    def _senders(self, pairs: Sequence[tuple[int, int]]) -> list[str]:
        """Return each person's envelope sender, so that a bounce says whose it is (VERP)."""
        bounces = self._settings.bounce_address
        if not bounces:
            return [self._settings.sender_address] * len(pairs)
        local, _, domain = bounces.rpartition("@")
        tokens = self._links.bounce_tokens(pairs)
        return [f"{local}+{token}@{domain}" for token in tokens]
