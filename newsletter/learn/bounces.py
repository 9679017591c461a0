"""Mail that came back, processed: whom it is about, what follows, and what a person must look at.

Each message counts once, however often and by whatever way it comes. What nobody can be shown to be
about changes nothing; when it is not understood, or names a reader, it is put on a list for people.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.learn import mailboxes, whose
from newsletter.learn.consequences import DID_NOT_ARRIVE, Outcome, decide, is_given_up
from newsletter.learn.reading_children import BounceReader, ReadBounce
from newsletter.learn.returned import BounceClass, BounceReport, ReturnedRecipient
from newsletter.learn.whose import Whose
from newsletter.returned_rows import ReturnedMail, UnknownMail
from newsletter.store import returned as store
from newsletter.store import unknown_mail
from newsletter.store.editions import log_event
from storage.session import Database
from subscribers import consent
from subscribers.links import Links
from subscribers.model import Subscriber
from subscribers.values import SuppressionReason

RAW_KEPT: Final = store.KEPT
READ_FOLDER: Final = "read"
ASIDE_FOLDER: Final = "unknown"
COMMAND: Final = "command"
FOLDER: Final = "folder"


@dataclass(frozen=True, slots=True)
class Returns:
    """What processing needs beside the messages. key: of the hashes that are kept.

    via: where they come from; by_provider: it was proved who sent them.
    place: where a message stays in the mailbox, for who has to look at it.
    """

    db: Database
    links: Links
    key: bytes
    via: str = COMMAND
    by_provider: bool = False
    place: str = ""


@dataclass(frozen=True, slots=True)
class ProcessedBounce:
    """One message and what followed.

    about:      None when nothing proves whom it is about. email: of that reader.
    outcome:    None when nothing followed, or when it was processed before.
    is_unknown: a person has to look at it. is_new: it was not processed before.
    """

    file: str
    report: BounceReport
    mark: str
    about: Whose | None = None
    email: str = ""
    outcome: Outcome | None = None
    has_changed: bool = False
    is_unknown: bool = False
    is_new: bool = True


def mark_of(raw: bytes) -> str:
    """Return the mark of a message: the same for the same bytes, wherever they come from."""
    return hashlib.sha256(raw.replace(b"\r\n", b"\n")).hexdigest()


def process_paths(
    returns: Returns, paths: Iterable[Path], *, read: ReadBounce | None = None, now: datetime
) -> list[ProcessedBounce]:
    """Read messages and do what follows; the same message again changes nothing.

    paths:  files, folders of files, Maildirs or mboxes. read: a child of our own when not given.
    Raises: OSError when a path cannot be read, BounceReaderBroken.
    """
    if read is None:
        with BounceReader() as reader:
            return process_paths(returns, paths, read=reader.read, now=now)
    return [
        process_report(returns, name, read(raw), mark=mark_of(raw), now=now)
        for path in paths
        for file in mailboxes.find_files(path)
        for name, raw in mailboxes.read_messages(file)
    ]


def process_folder(returns: Returns, folder: Path, *, now: datetime) -> dict[str, int]:
    """Process what lies in a folder, put it away, and return counts by class.

    What a person must look at is put aside; the rest is put away as read. What was put away longer
    than RAW_KEPT ago is removed. What is about somebody who is gone is not kept at all: it may name
    them.
    """
    counts: Counter[str] = Counter()
    if folder.is_dir():
        read, aside = folder / READ_FOLDER, folder / ASIDE_FOLDER
        with BounceReader() as reader:
            for file in mailboxes.find_files(folder):
                done = process_paths(returns, [file], read=reader.read, now=now)
                counts.update(counted(done))
                if _is_about_somebody_gone(returns, done):
                    file.unlink(missing_ok=True)
                else:
                    _put_away(file, aside if any(map(_waits, done)) else read, now=now)
        for put_away in (read, aside):
            _remove_old(put_away, before=now - RAW_KEPT)
    return dict(counts)


def forget_address(folder: Path, email: str) -> int:
    """Remove the messages that name this address, read or not; return how many files.

    What they said was recorded when they were read. A file of many messages goes as a whole.
    """
    named = email.lower().encode()
    files = mailboxes.find_files(folder) if folder.is_dir() else []
    for name in (READ_FOLDER, ASIDE_FOLDER):
        files += list((folder / name).iterdir()) if (folder / name).is_dir() else []
    naming = [one for one in files if _names(one, named)]
    for file in naming:
        file.unlink(missing_ok=True)
    return len(naming)


def process_report(
    returns: Returns, name: str, report: BounceReport, *, mark: str, now: datetime
) -> ProcessedBounce:
    """Do what follows from one message, in one transaction.

    mark: `mark_of` the message, or that of an event at a provider.
    """
    with returns.db.write() as session:
        about = whose.find_whose(
            session,
            report,
            links=returns.links,
            key=returns.key,
            by_provider=returns.by_provider,
            now=now,
        )
        done = ProcessedBounce(name, report, mark, about)
        row = session.get(Subscriber, about.subscriber_id) if about else None
        done = replace(done, email=row.email if row else "")
        if not store.mark_seen(session, mark, now=now):
            waits = unknown_mail.is_waiting(session, mark)
            return replace(done, is_new=False, is_unknown=waits)
        if about is None or row is None:
            return _without_reader(session, done, returns, now)
        return _with_reader(session, replace(done, about=about), row, returns, now)


def counted(done: Sequence[ProcessedBounce]) -> Counter[str]:
    """Return how many messages there are of each class, and what followed."""
    counts = Counter(one.report.kind.value for one in done)
    counts["changed"] += sum(one.has_changed for one in done)
    counts["unknown"] += sum(one.is_unknown and one.is_new for one in done)
    counts["about_us"] += sum(one.outcome is Outcome.OURS for one in done)
    return counts


def as_json(one: ProcessedBounce) -> dict[str, Any]:
    """Return a processed message in the contract's words.

    A report that names nobody is about the reader whom it was shown to be about, if there is one.
    """
    return {
        "file": one.file,
        "class": one.report.kind.value,
        "recipients": [
            {"address": address, "status": each.status, "reason": each.reason}
            for each in one.report.recipients
            if (address := each.address or one.email)
        ],
        "known": one.about is not None,
        "changed": one.has_changed,
    }


def _with_reader(
    session: Session, done: ProcessedBounce, row: Subscriber, returns: Returns, now: datetime
) -> ProcessedBounce:
    about, report = done.about, done.report
    if about is None:
        return done
    store.prove_arrival(session, about.edition_id, row.id)
    if report.kind is BounceClass.NONE and not report.recipients:
        return _for_a_person(session, done, returns, now)
    said, is_own = whose.own_recipient(report.recipients, row.email_key)
    delivery = store.delivery_of(session, about.edition_id, row.id)
    moved = store.has_moved_since(session, row.id, delivery.at if delivery else None)
    outcome = decide(report.kind, said, is_own=is_own, has_moved=moved)
    if outcome is None:
        return done
    if outcome is Outcome.OURS:
        _tell_people(session, about, now)
    evidence = _evidence(done, about, said, outcome, returns, now)
    session.add(evidence)
    session.flush()
    changed = _follow(session, about, evidence, returns, now)
    return replace(done, outcome=Outcome(evidence.outcome), has_changed=changed)


def _follow(
    session: Session, about: Whose, evidence: ReturnedMail, returns: Returns, now: datetime
) -> bool:
    """Do to the reader what follows; return whether anything became different."""
    who = about.subscriber_id
    if evidence.outcome == Outcome.COMPLAINED:
        consent.leave_in(session, who, source="complaint", edition_id=about.edition_id, now=now)
        reason = SuppressionReason.COMPLAINT
        return consent.suppress_in(session, who, reason=reason, key=returns.key, now=now)
    if evidence.outcome == Outcome.COUNTED:
        went = store.went_to(
            session, who, until=about.edition_id, counted=[one.value for one in DID_NOT_ARRIVE]
        )
        if not is_given_up(went):
            return False
        evidence.outcome = Outcome.SUPPRESSED
    if evidence.outcome != Outcome.SUPPRESSED:
        return False
    reason = SuppressionReason.BOUNCE
    return consent.suppress_in(session, who, reason=reason, key=returns.key, now=now)


def _evidence(
    done: ProcessedBounce,
    about: Whose,
    said: ReturnedRecipient | None,
    outcome: Outcome,
    returns: Returns,
    now: datetime,
) -> ReturnedMail:
    return ReturnedMail(
        mark=done.mark,
        at=now,
        subscriber_id=about.subscriber_id,
        edition_id=about.edition_id,
        kind=(said.kind if said else done.report.kind).value,
        status=said.status[:20] if said else "",
        reason=said.reason if said else "",
        via=returns.via,
        proof=about.proof,
        outcome=outcome,
    )


def _tell_people(session: Session, about: Whose, now: datetime) -> None:
    """Put on record, once for each edition, that a server refuses us and not the reader."""
    if not store.has_outcome(session, about.edition_id, Outcome.OURS):
        log_event(session, about.edition_id, what="refused_later", now=now)


def _without_reader(
    session: Session, done: ProcessedBounce, returns: Returns, now: datetime
) -> ProcessedBounce:
    """Show a person what was not understood, and what names a reader without proof."""
    report = done.report
    if report.kind is BounceClass.AUTO_REPLY:
        return done
    keys = whose.keys_of([one.address for one in report.recipients])
    if report.kind is BounceClass.NONE or store.is_reader(session, keys):
        return _for_a_person(session, done, returns, now)
    return done


def _for_a_person(
    session: Session, done: ProcessedBounce, returns: Returns, now: datetime
) -> ProcessedBounce:
    excerpt = done.report.excerpt
    unknown_mail.add_unknown(
        session,
        UnknownMail(
            mark=done.mark,
            at=now,
            via=returns.via,
            place=returns.place,
            kind=done.report.kind.value,
            sender=excerpt.sender,
            subject=excerpt.subject,
            sent_on=excerpt.sent_on,
            excerpt=excerpt.text,
        ),
    )
    return replace(done, is_unknown=True)


def _waits(one: ProcessedBounce) -> bool:
    return one.is_unknown


def _is_about_somebody_gone(returns: Returns, done: Sequence[ProcessedBounce]) -> bool:
    about = set(_said_to_be_about(returns, done))
    there = select(Subscriber.id).where(Subscriber.id.in_(about))
    with returns.db.read() as session:
        return not about <= set(session.scalars(there))


def _said_to_be_about(returns: Returns, done: Sequence[ProcessedBounce]) -> Iterator[int]:
    for one in done:
        target = whose.read_target(one.report, returns.links)
        if target is not None:
            yield target.subscriber_id


def _names(file: Path, address: bytes) -> bool:
    try:
        return address in file.read_bytes().lower()
    except (FileNotFoundError, IsADirectoryError):  # it was just put away, or is none
        return False


def _put_away(file: Path, folder: Path, *, now: datetime) -> None:
    folder.mkdir(exist_ok=True)
    put = file.rename(folder / file.name)
    os.utime(put, (now.timestamp(), now.timestamp()))  # its age counts from when we read it


def _remove_old(folder: Path, *, before: datetime) -> None:
    for file in folder.iterdir() if folder.is_dir() else ():
        if file.stat().st_mtime < before.timestamp():
            file.unlink()
