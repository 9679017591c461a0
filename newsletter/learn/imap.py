r"""Returned mail from a mailbox by IMAP (RFC 9051, RFC 3501).

What was understood gets the keyword READ and is left for RAW_KEPT; what a person must look at gets
the keyword WAITS and a flag, and stays, unread, until the desk says that it is dealt with. So each
message is fetched once. Where a server keeps no keywords of ours, \\Seen and \\Flagged stand for
them. Of a message only as much is fetched as is read of it.
"""

import imaplib
import ssl
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import LoginError

from newsletter.errors import MailboxUnusable
from newsletter.learn import bounces
from newsletter.learn.bounces import RAW_KEPT, ProcessedBounce, Returns
from newsletter.learn.mailboxes import MESSAGE_MAXIMUM
from newsletter.learn.reading_children import BounceReader
from newsletter.returns import BounceMailbox
from newsletter.store import unknown_mail

MAILBOX: Final = "mailbox"  # as `Returns.via`
READ: Final = "NewsletterRead"
WAITS: Final = "NewsletterWaits"
TIMEOUT: Final = SocketTimeout(connect=30, read=60)
ROUND_S: Final = 240.0  # one reading of a mailbox; the rest comes with the next one
ROUND_MAXIMUM: Final = 5_000  # messages
_FAULTS: Final = (imaplib.IMAP4.error, OSError, EOFError)


@dataclass(frozen=True, slots=True)
class _Marks:
    """How this server says that a message was read, or waits; and what finds the others."""

    read: Sequence[str]
    waits: Sequence[str]
    unread: Sequence[str]
    kept: Sequence[str]


_KEYWORDS: Final = _Marks(
    (READ, r"\Seen"),
    (WAITS, r"\Flagged"),
    ("UNDELETED", "UNKEYWORD", READ, "UNKEYWORD", WAITS),
    ("OR", "KEYWORD", READ, "KEYWORD", WAITS),
)
_FLAGS: Final = _Marks(
    (r"\Seen",), (r"\Flagged",), ("UNDELETED", "UNSEEN", "UNFLAGGED"), ("OR", "SEEN", "FLAGGED")
)


def process_mailbox(
    returns: Returns,
    mailbox: BounceMailbox,
    *,
    now: datetime,
    context: ssl.SSLContext | None = None,
) -> dict[str, int]:
    """Process what is new in the mailbox, and return counts by class.

    context: what certificates are believed; those of the system when not given.
    Raises: MailboxUnusable; what was processed until then is done. BounceReaderBroken.
    """
    try:
        with _opened(mailbox, context or ssl.create_default_context()) as client:
            box = _choose(client, mailbox.folder)
            counts = _read_new(box, replace(returns, via=MAILBOX), now)
            _settle(box, returns)
            _remove_old(box, before=(now - RAW_KEPT).date())
            return dict(counts)
    except LoginError:
        raise MailboxUnusable(f"{mailbox.host} does not take this user and password") from None
    except _FAULTS as failure:
        # Not in its words: a server may repeat what it was told.
        said = failure.strerror if isinstance(failure, OSError) else None
        where = f"{mailbox.host}:{mailbox.port}"
        raise MailboxUnusable(f"{where}: {said or type(failure).__name__}") from None


@contextmanager
def _opened(mailbox: BounceMailbox, context: ssl.SSLContext) -> Iterator[IMAPClient]:
    is_tls = mailbox.security == "tls"
    with IMAPClient(
        mailbox.host,
        port=mailbox.port,
        ssl=is_tls,
        ssl_context=context if is_tls else None,
        timeout=TIMEOUT,
    ) as client:
        if mailbox.security == "starttls":
            client.starttls(context)
        client.login(mailbox.user, mailbox.password)
        yield client


@dataclass(frozen=True, slots=True)
class _Box:
    """An open folder. validity: with it, its numbers of messages mean something (UIDVALIDITY)."""

    client: IMAPClient
    marks: _Marks
    validity: int


def _choose(client: IMAPClient, folder: str) -> _Box:
    told = client.select_folder(folder)
    keeps_keywords = rb"\*" in told.get(b"PERMANENTFLAGS", ())
    return _Box(client, _KEYWORDS if keeps_keywords else _FLAGS, int(told.get(b"UIDVALIDITY", 0)))


def _read_new(box: _Box, returns: Returns, now: datetime) -> Counter[str]:
    until = time.monotonic() + ROUND_S
    counts: Counter[str] = Counter()
    with BounceReader() as reader:
        for uid in box.client.search(list(box.marks.unread))[:ROUND_MAXIMUM]:
            raw = _fetch(box.client, uid)
            if raw is not None:  # another program may have taken it away
                at = f"{box.validity}/{uid}"
                mark, report = bounces.mark_of(raw), reader.read(raw)
                here = replace(returns, place=at)
                done = bounces.process_report(here, at, report, mark=mark, now=now)
                counts += bounces.counted([done])
                _put(box, uid, done)
            if time.monotonic() > until:
                break
    return counts


def _fetch(client: IMAPClient, uid: int) -> bytes | None:
    answer = client.fetch([uid], [f"BODY.PEEK[]<0.{MESSAGE_MAXIMUM}>"]).get(uid, {})
    found: object = next((one for name, one in answer.items() if name.startswith(b"BODY[]")), None)
    return found if isinstance(found, bytes) else None


def _put(box: _Box, uid: int, done: ProcessedBounce) -> None:
    """Mark a message as what it is. After a crash before this it is read again, and counts once."""
    flags = box.marks.waits if done.is_unknown else box.marks.read
    box.client.add_flags([uid], flags, silent=True)


def _settle(box: _Box, returns: Returns) -> None:
    """Tell the mailbox what people at the desk dealt with since."""
    with returns.db.read() as session:
        dealt = unknown_mail.unsettled(session)
    places = (place.partition("/") for place in dealt.values())
    uids = [int(uid) for validity, _, uid in places if validity == str(box.validity)]
    if uids:
        box.client.remove_flags(uids, box.marks.waits, silent=True)
        box.client.add_flags(uids, box.marks.read, silent=True)
    with returns.db.write() as session:
        unknown_mail.settle(session, list(dealt))


def _remove_old(box: _Box, *, before: date) -> None:
    old = box.client.search([*box.marks.kept, "BEFORE", before])
    if old:
        box.client.delete_messages(old, silent=True)
        if box.client.has_capability("UIDPLUS"):  # else what others deleted would go as well
            box.client.uid_expunge(old)
