"""From a rendered edition to the bytes for one person (RFC 5322, 2045, 2046, 2369, 8058).

A message is encoded once for each variant of an edition and cut at the places for personal values;
for a person only those values are encoded and joined in, which is some 300 times cheaper than
building the message anew. Soft line breaks around a value keep every line within 76 characters.
The same person always gets the same bytes, so a second copy can be recognised.
"""

import binascii
import hashlib
import html
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple, cast
from urllib.parse import quote

from newsletter.keys import message_key, message_token
from newsletter.send.mail.headers import (
    ascii_address,
    domain_of,
    header,
    list_header,
    mailbox_header,
    split_mailbox,
    text_header,
    to_header,
)
from newsletter.send.mail.signing import Signer, canonical_fields, canonical_lines, signer_of
from newsletter.send.transports.letters import Parts
from newsletter.settings import Settings
from newsletter.values import EditionKind, Personal, Rendered, Slot
from subscribers.values import Audience

SOFT_BREAK: Final = b"=\r\n"
LEADING_DOTS: Final = re.compile(rb"^\.{1,24}", re.MULTILINE)  # as many as fit on a line
LINE: Final = 76  # RFC 2045 §6.7
STANDS_AS_IT_IS: Final = re.compile(r"[A-Za-z0-9:/_-][A-Za-z0-9:/._~-]*")  # in text and in HTML
TEXT_WIDTH: Final = (
    72  # as the rest of the text part, whose sentences were wrapped when it was made
)
LIST_NAMES: Final[Mapping[EditionKind, str]] = {
    EditionKind.NEWSLETTER: "nieuwsbrief",
    EditionKind.ANNOUNCEMENT: "aankondigingen",
}


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What the headers of every message of one edition say.

    date:    when the edition began to go out: the same in a second copy.
    contact: a mailbox that people read: for answers, and for those who unsubscribe by mail.
    signer:  who signs each message (DKIM); None for nobody.
    """

    edition_id: int
    kind: EditionKind
    sender: str
    contact: str
    list_name: str
    archive_url: str
    date: datetime
    signer: Signer | None = None

    @property
    def domain(self) -> str:
        """The domain of the sender, to which list and messages belong."""
        return domain_of(split_mailbox(self.sender)[1])

    @property
    def list_id(self) -> str:
        """The identity of the list (RFC 2919): the same for every edition and reader."""
        return f"{LIST_NAMES[self.kind]}.{self.domain}"


class Place(NamedTuple):
    """Where a personal value belongs: in the HTML part or the text part."""

    in_html: bool
    slot: Slot


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message with places: fill it for one person.

    pieces: what is between two places is one piece, and ends with its line.
    slots:  those that have a place in it.
    signer: who signs it; fields, canonical: head and pieces as they are signed, made once.
    """

    head: bytes
    pieces: tuple[bytes | Place, ...]
    mail_to: str
    slots: tuple[Slot, ...]
    signer: Signer | None = None
    fields: Mapping[bytes, bytes] = field(default_factory=dict)
    canonical: tuple[bytes | Place, ...] = ()

    def fill(self, personal: Personal) -> bytes:
        """Return the whole message for one person, with CRLF line ends. Raises UnsafeHeader."""
        return b"".join(self.parts_for(personal))

    def parts_for(self, personal: Personal) -> Parts:
        """Return it in parts, of which most are the same for everybody. Raises UnsafeHeader.

        No line of it begins with a dot.
        """
        values = _encoded_values(personal, self.slots)
        own = self._personal_head(personal)
        signatures = (self._signatures(own, values),) if self.signer is not None else ()
        # A place is found among the values; a piece stands for itself.
        return *signatures, own, self.head, *[values.get(one, one) for one in self.pieces]

    def _signatures(self, own: bytes, values: Mapping[bytes | Place, bytes]) -> bytes:
        if self.signer is None:
            return b""
        body = (
            one if isinstance(one, bytes) else canonical_lines(values[one])
            for one in self.canonical
        )
        return self.signer.signatures({**self.fields, **canonical_fields(own)}, body)

    def _personal_head(self, personal: Personal) -> bytes:
        return "".join(
            (
                to_header(personal.name, personal.email),
                header("Message-ID", personal.message_id),
                list_header("List-Unsubscribe", personal.one_click_url, self.mail_to),
            )
        ).encode()


def encode(rendered: Rendered, *, letterhead: Letterhead) -> Envelope:
    """Encode one variant of an edition. Raises UnsafeHeader when a header would be forged."""
    boundary = _boundary(rendered)
    pieces = tuple(
        _joined(
            _part_head(boundary, "plain"),
            *_segments(rendered.text, rendered, in_html=False),
            b"\r\n" + _part_head(boundary, "html"),
            *_segments(rendered.html, rendered, in_html=True),
            f"\r\n--{boundary}--\r\n".encode(),
        )
    )
    envelope = Envelope(
        head=_head(rendered, letterhead, boundary).encode("ascii"),
        pieces=pieces,
        slots=tuple(dict.fromkeys(one.slot for one in pieces if isinstance(one, Place))),
        mail_to=f"mailto:{quote(ascii_address(letterhead.contact), safe='@')}?subject=afmelden",
    )
    return _signed_by(letterhead.signer, envelope)


def letterhead_of(
    settings: Settings, *, edition_id: int, kind: EditionKind, date: datetime
) -> Letterhead:
    """Return the letterhead that these settings give an edition."""
    return Letterhead(
        edition_id=edition_id,
        kind=kind,
        sender=settings.sender,
        contact=settings.organisation.contact,
        list_name=settings.organisation.name,
        archive_url=f"{settings.base_url}/archief",
        date=date,
        signer=signer_of(settings),
    )


def message_id(edition_id: int, subscriber_id: int, *, key: bytes, domain: str) -> str:
    """Return the Message-ID of this edition to this person: always the same, telling nothing."""
    return f"<{message_token(edition_id, subscriber_id, key=key)}@{domain}>"


def message_namer(settings: Settings) -> Callable[[int, int], str]:
    """Return what gives the Message-ID of an edition to a subscriber, both by id."""
    key = message_key(settings.hash_key)
    domain = domain_of(split_mailbox(settings.sender)[1])
    return lambda edition_id, subscriber_id: message_id(
        edition_id, subscriber_id, key=key, domain=domain
    )


def slot_values(personal: Personal, *, in_html: bool) -> dict[Slot, str]:
    """Return what stands in the slots of one person: escaped in the HTML, in lines in the text."""
    return {slot: _shown(_value(personal, slot), slot, in_html=in_html) for slot in Slot}


def quoted_printable(text: str) -> bytes:
    """Return text as UTF-8 quoted-printable with CRLF and lines of at most 76 (RFC 2045 §6.7).

    No line of it begins with a dot, so that nothing needs to be doubled on its way out.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").encode()
    encoded = binascii.b2a_qp(plain, istext=True).replace(b"\n", b"\r\n")
    while LEADING_DOTS.search(encoded):
        encoded = LEADING_DOTS.sub(_dots_encoded, encoded)
    return encoded


def _dots_encoded(dots: re.Match[bytes]) -> bytes:
    return b"=2E" * len(dots[0]) + SOFT_BREAK


def _signed_by(signer: Signer | None, envelope: Envelope) -> Envelope:
    """Return the envelope with what its signatures need of what is the same for everybody."""
    if signer is None:
        return envelope
    return replace(
        envelope,
        signer=signer,
        fields=canonical_fields(envelope.head),
        canonical=tuple(
            canonical_lines(one) if isinstance(one, bytes) else one for one in envelope.pieces
        ),
    )


def _head(rendered: Rendered, letterhead: Letterhead, boundary: str) -> str:
    name, address = split_mailbox(letterhead.sender)
    lines = [
        mailbox_header("From", name, address),
        text_header("Subject", rendered.subject),
        header("Date", format_datetime(letterhead.date)),
        mailbox_header("List-Id", letterhead.list_name, f"list@{letterhead.list_id}").replace(
            "<list@", "<"
        ),
        header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        list_header("List-Archive", letterhead.archive_url),
        header("Precedence", "bulk"),
        header("X-Auto-Response-Suppress", "OOF, AutoReply"),
        header("Feedback-ID", _feedback_id(letterhead, rendered.cut.audience)),
        header("MIME-Version", "1.0"),
        f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n',
    ]
    if letterhead.contact != address:
        lines.insert(1, mailbox_header("Reply-To", "", letterhead.contact))
    return "".join(lines) + "\r\n"


def _feedback_id(letterhead: Letterhead, audience: Audience | None) -> str:
    """Return campaign, segment, type and sender (Gmail's form); nothing of it is about a person."""
    sender = "".join(filter(str.isalnum, letterhead.domain))[:15].ljust(5, "x")
    return f"e{letterhead.edition_id}:{audience or 'overig'}:{letterhead.kind.value}:{sender}"


def _boundary(rendered: Rendered) -> str:
    """Return a boundary that no quoted-printable text can hold ("=_"), fixed by the content."""
    content = "\0".join((rendered.subject, rendered.html, rendered.text)).encode()
    return f"=_{hashlib.sha256(content).hexdigest()[:24]}"


def _part_head(boundary: str, subtype: str) -> bytes:
    return (
        f"--{boundary}\r\n"
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode("ascii")


def _segments(text: str, rendered: Rendered, *, in_html: bool) -> Iterator[bytes | Place]:
    """Cut at the places; a place is between soft line breaks, so a value starts on a fresh line."""
    parts = rendered.slots().split(text)  # text, slot, text, slot, ..., text
    for position, part in enumerate(parts):
        if position % 2:
            yield Place(in_html, Slot(part))
        elif position < len(parts) - 1:
            yield _broken_off(quoted_printable(part))
        else:
            yield quoted_printable(part)


def _joined(*pieces: bytes | Place) -> Iterator[bytes | Place]:
    """Yield the pieces, those between two places as one."""
    for is_text, together in groupby(pieces, key=lambda one: isinstance(one, bytes)):
        if is_text:
            yield b"".join(one for one in together if isinstance(one, bytes))
        else:
            yield from together


def _broken_off(encoded: bytes) -> bytes:
    """End with a soft line break, and take care that it fits on the last line."""
    last = encoded.rpartition(b"\n")[2]
    if len(last) < LINE:
        return encoded + SOFT_BREAK
    size = 3 if last[-3:-2] == b"=" else 1
    moved = encoded[-size:].replace(b".", b"=2E")  # it begins a line: see `quoted_printable`
    return encoded[:-size] + SOFT_BREAK + moved + SOFT_BREAK


def _value(personal: Personal, slot: Slot) -> str:
    match slot:
        case Slot.UNSUBSCRIBE:
            return personal.unsubscribe_url
        case Slot.PREFERENCES:
            return personal.preferences_url
        case Slot.POLL:
            return personal.poll_url
        case Slot.REASON:
            return personal.reason


def _shown(value: str, slot: Slot, *, in_html: bool) -> str:
    if in_html:
        return html.escape(value)
    return _in_lines(value) if slot is Slot.REASON else value


def _encoded_values(personal: Personal, slots: Iterable[Slot]) -> dict[bytes | Place, bytes]:
    """Return what stands in the places for one person, each ending with a soft line break."""
    values = {}
    for slot in slots:
        value = _value(personal, slot)
        if len(value) < LINE and STANDS_AS_IT_IS.fullmatch(value):
            both = (value.encode("ascii") + SOFT_BREAK,) * 2
        else:
            both = _encoded_words(value, slot)
        values[False, slot], values[True, slot] = both
    return cast(
        "dict[bytes | Place, bytes]", values
    )  # a Place is such a tuple; making one takes longer


# A list of thousands has few different reasons; the links of most stand as they are.
@lru_cache(maxsize=4_000)
def _encoded_words(value: str, slot: Slot) -> tuple[bytes, bytes]:
    """Return what stands in the text and in the HTML."""
    shown = (_shown(value, slot, in_html=in_html) for in_html in (False, True))
    text, page = (_broken_off(quoted_printable(one)) for one in shown)
    return text, page


def _in_lines(sentence: str) -> str:
    # The place for it stands alone on its line.
    return textwrap.fill(sentence, TEXT_WIDTH, break_long_words=False, break_on_hyphens=False)
