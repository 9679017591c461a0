"""Mail that came back: who it is about, what it says, and what follows from it.

Whom it concerns is said by a token of ours and by nothing else: the envelope sender that it was
sent to (VERP), or the headers of our own mail inside it. An address in a report is shown and never
acted on, or anybody could write a report that stops somebody's newsletter.

permanent: the address is suppressed. complaint: they leave, and the address is suppressed.
temporary: counted. Refusals for our sake (spam, policy, a broken message) suppress nobody.
"""

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from newsletter.learn import mailboxes, returned
from newsletter.learn.returned import BounceClass, ReturnedRecipient
from storage.session import Database
from subscribers import consent
from subscribers.errors import InvalidToken
from subscribers.links import Links, LinkTarget
from subscribers.model import Subscriber
from subscribers.values import SuppressionReason

RAW_KEPT: Final = timedelta(days=90)  # returned mail holds addresses: no longer than it is evidence
READ_FOLDER: Final = "read"
TOKENS_MAXIMUM: Final = 50  # that are tried

_SENT_TO: Final = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
_BOUNCE_TOKEN: Final = re.compile(r"(?<![A-Za-z0-9])[A-Za-z2-7]{26}(?![A-Za-z0-9])")
_LINK_TOKEN: Final = re.compile(r"/afmelden/([\w-]{22})(?![\w-])", re.ASCII)
# Our own headers wherever they stand: in a part of their own, or in the text of a plain report.
_OUR_HEADERS: Final = re.compile(
    rb"^[> \t]*(?:List-Unsubscribe|Message-ID|Return-Path):"
    rb"[^\n]{0,2000}(?:\n[ \t][^\n]{0,2000}){0,9}",
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class BounceReport:
    """What one message says. tokens: what may say whom it is about, the surest first."""

    kind: BounceClass
    recipients: tuple[ReturnedRecipient, ...] = ()
    tokens: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProcessedBounce:
    """One message and what followed. target: None when no token of ours is in it."""

    file: str
    report: BounceReport
    target: LinkTarget | None = None
    has_changed: bool = False


def read_bounce(raw: bytes) -> BounceReport:
    """Read one raw message. Never raises; what cannot be read is of class none."""
    try:
        return _read(raw)
    except returned.PARSER_FAULTS:
        return BounceReport(BounceClass.NONE)


def process_paths(
    db: Database, paths: Iterable[Path], *, links: Links, key: bytes, now: datetime
) -> list[ProcessedBounce]:
    """Read messages and do what follows; the same message again changes nothing.

    paths:  files, folders of files, Maildirs or mboxes.
    Raises: OSError when a path cannot be read.
    """
    return [
        process_message(db, name, raw, links=links, key=key, now=now)
        for path in paths
        for file in mailboxes.find_files(path)
        for name, raw in mailboxes.read_messages(file)
    ]


def process_folder(
    db: Database, folder: Path, *, links: Links, key: bytes, now: datetime
) -> dict[str, int]:
    """Process what lies in a folder, put it away as read, and return counts by class.

    What was put away longer than RAW_KEPT ago is removed. What is about somebody who is gone is
    not kept at all: it may name them.
    """
    counts: Counter[str] = Counter()
    if folder.is_dir():
        read = folder / READ_FOLDER
        read.mkdir(exist_ok=True)
        for file in mailboxes.find_files(folder):
            done = process_paths(db, [file], links=links, key=key, now=now)
            counts.update(_counted(done))
            if _is_about_somebody_gone(db, done):
                file.unlink(missing_ok=True)
            else:
                _put_away(file, read, now=now)
        _remove_old(read, before=now - RAW_KEPT)
    return dict(counts)


def forget_address(folder: Path, email: str) -> int:
    """Remove the messages that name this address, read or not; return how many files.

    What they said was recorded when they were read. A file of many messages goes as a whole.
    """
    read, named = folder / READ_FOLDER, email.lower().encode()
    files = mailboxes.find_files(folder) if folder.is_dir() else []
    files += list(read.iterdir()) if read.is_dir() else []
    naming = [one for one in files if _names(one, named)]
    for file in naming:
        file.unlink(missing_ok=True)
    return len(naming)


def _names(file: Path, address: bytes) -> bool:
    try:
        return address in file.read_bytes().lower()
    except (FileNotFoundError, IsADirectoryError):  # it was just put away, or is none
        return False


def process_message(
    db: Database, name: str, raw: bytes, *, links: Links, key: bytes, now: datetime
) -> ProcessedBounce:
    """Read one message and do what follows from it."""
    report = read_bounce(raw)
    target = _find_target(report.tokens, links)
    if target is None:
        return ProcessedBounce(name, report)
    who, changed = target.subscriber_id, False
    if report.kind is BounceClass.PERMANENT:
        changed = consent.suppress(db, who, reason=SuppressionReason.BOUNCE, key=key, now=now)
    elif report.kind is BounceClass.COMPLAINT:
        consent.leave(db, who, source="complaint", edition_id=target.edition_id, now=now)
        changed = consent.suppress(db, who, reason=SuppressionReason.COMPLAINT, key=key, now=now)
    return ProcessedBounce(name, report, target, changed)


def as_json(one: ProcessedBounce) -> dict[str, Any]:
    """Return a processed message in the contract's words."""
    return {
        "file": one.file,
        "class": one.report.kind.value,
        "recipients": [
            {"address": each.address, "status": each.status, "reason": each.reason}
            for each in one.report.recipients
        ],
        "known": one.target is not None,
        "changed": one.has_changed,
    }


def _read(raw: bytes) -> BounceReport:
    message = returned.open_message(raw)
    tokens = tuple(dict.fromkeys(_tokens(message, raw)))[:TOKENS_MAXIMUM]
    if complaint := returned.read_complaint(message):
        return BounceReport(BounceClass.COMPLAINT, complaint, tokens)
    recipients = returned.read_recipients(message) or returned.read_plain_report(message)
    if recipients:
        return BounceReport(_gravest(recipients), recipients, tokens)
    if returned.is_auto_reply(message):
        return BounceReport(BounceClass.AUTO_REPLY, (), tokens)
    return BounceReport(BounceClass.NONE, (), tokens)


def _tokens(message: Message, raw: bytes) -> Iterator[str]:
    for name in _SENT_TO:
        yield from _BOUNCE_TOKEN.findall(returned.header(message, name)[:2_000])
    for found in _OUR_HEADERS.finditer(raw[: mailboxes.MESSAGE_MAXIMUM]):
        text = found[0].decode("ascii", "replace")
        yield from _LINK_TOKEN.findall(text)
        yield from _BOUNCE_TOKEN.findall(text)


def _find_target(tokens: Sequence[str], links: Links) -> LinkTarget | None:
    for token in tokens:
        read = links.read_bounce_token if len(token) == 26 else links.read_unsubscribe
        try:
            return read(token)
        except InvalidToken:
            continue
    return None


def _gravest(recipients: Sequence[ReturnedRecipient]) -> BounceClass:
    kinds = {one.kind for one in recipients}
    order = (BounceClass.PERMANENT, BounceClass.TEMPORARY)
    return next((kind for kind in order if kind in kinds), BounceClass.NONE)


def _counted(done: Sequence[ProcessedBounce]) -> Counter[str]:
    counts = Counter(one.report.kind.value for one in done)
    counts["changed"] += sum(one.has_changed for one in done)
    counts["about_us"] += sum(any(each.is_ours for each in one.report.recipients) for one in done)
    return counts


def _is_about_somebody_gone(db: Database, done: Sequence[ProcessedBounce]) -> bool:
    about = {one.target.subscriber_id for one in done if one.target}
    there = select(Subscriber.id).where(Subscriber.id.in_(about))
    with db.read() as session:
        return not about <= set(session.scalars(there))


def _put_away(file: Path, folder: Path, *, now: datetime) -> None:
    put = file.rename(folder / file.name)
    os.utime(put, (now.timestamp(), now.timestamp()))  # its age counts from when we read it


def _remove_old(folder: Path, *, before: datetime) -> None:
    for file in folder.iterdir():
        if file.stat().st_mtime < before.timestamp():
            file.unlink()
