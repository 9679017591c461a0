"""One returned message, read: of which class it is, about whom, and what may prove that. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.message import Message
from typing import Final

from newsletter.learn import naming, opening, plain_reports, providers, replies, reports
from newsletter.learn.mailboxes import MESSAGE_MAXIMUM
from newsletter.learn.returned import BounceClass, BounceReport, Excerpt, ReturnedRecipient
from newsletter.learn.tokens import bounce_tokens_in, few, message_ids_in, tokens_in
from newsletter.learn.wording import NO_MAILBOX

EXCERPT: Final = 1_000  # characters that an editor gets to see
_SENT_TO: Final = ("To", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To")
# Our own headers wherever they stand: in a part of their own, or in the text of a plain report.
_OUR_HEADERS: Final = re.compile(
    rb"^[> \t]*(?:List-Unsubscribe|Message-ID|Return-Path|In-Reply-To|References):"
    rb"[^\n]{0,2000}(?:\n[ \t][^\n]{0,2000}){0,9}",
    re.IGNORECASE | re.MULTILINE,
)


def read_bounce(raw: bytes) -> BounceReport:
    """Read one raw message. Never raises; what cannot be read is of class none."""
    lines = raw[:MESSAGE_MAXIMUM].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    try:
        return _read(lines)
    except opening.PARSER_FAULTS:
        return BounceReport(BounceClass.NONE)


def _read(raw: bytes) -> BounceReport:
    message = opening.open_message(raw)
    said, returned = opening.report_text(message)
    told = providers.read_mailed(said) or BounceReport(*_judge(message, said, returned))
    headers = [found[0] for found in _OUR_HEADERS.finditer(raw)]
    ours = " ".join(one.decode("ascii", "replace") for one in headers)
    named = [one.address for one in told.recipients if one.address]
    return replace(
        told,
        tokens=few([*_tokens(message, ours), *told.tokens]),
        message_ids=few([*message_ids_in(ours), *told.message_ids]),
        addresses=few([*named, *naming.returned_to(returned)]),
        excerpt=_excerpt(message, said),
    )


def _judge(
    message: Message, said: str, returned: str
) -> tuple[BounceClass, tuple[ReturnedRecipient, ...]]:
    if complaint := reports.read_complaint(message):
        return BounceClass.COMPLAINT, complaint
    structured = reports.read_recipients(message)
    recipients = _with_words(structured, message, said, returned)
    if found := recipients or _told_in_words(message, said, returned):
        found = tuple(_not_for_a_sender(found, naming.senders(message, returned)))
        return _gravest(found), found
    if plain_reports.tells_of_delivery(message):  # of which nothing could be read
        return BounceClass.NONE, ()
    is_reply = replies.is_marked(message) or replies.has_subject(message)
    if is_reply or replies.has_words(said):
        return BounceClass.AUTO_REPLY, ()
    return BounceClass.NONE, ()


def _told_in_words(message: Message, said: str, returned: str) -> tuple[ReturnedRecipient, ...]:
    """Return what a report without structure says; () for what tells of no delivery.

    What a person seems to have written is a report only when it names somebody.
    """
    by_person = not plain_reports.is_from_daemon(message)
    is_about_mail = plain_reports.looks_returned(message, said)
    is_personal = replies.has_subject(message) or plain_reports.is_passed_on(message)
    if by_person and (is_personal or not is_about_mail):
        return ()
    loose = reports.read_loose_recipients(f"{said}\n{returned}")
    found = loose or plain_reports.read_plain_report(message, said, returned)
    return () if by_person and not any(one.address for one in found) else found


def _with_words(
    recipients: Sequence[ReturnedRecipient], message: Message, said: str, returned: str
) -> tuple[ReturnedRecipient, ...]:
    """Let the words of a report decide where its fields say no more than that it failed."""
    if not recipients or not any(_is_bare(one) for one in recipients):
        return tuple(recipients)
    told = plain_reports.read_plain_report(message, said, returned)
    by_address = {one.address.lower(): one for one in told}
    only = told[0] if len(told) == 1 and len(recipients) == 1 else None
    read = []
    for one in recipients:
        closer = by_address.get(one.address.lower(), only)
        if not _is_bare(one) or closer is None:
            read.append(one)
            continue
        read.append(
            ReturnedRecipient(
                one.address if "@" in one.address else closer.address or one.address,
                closer.status or one.status,
                closer.reason or one.reason,
                closer.kind if one.kind is BounceClass.TEMPORARY else one.kind,
                is_ours=closer.is_ours,
                is_late=one.is_late,
            )
        )
    return tuple(read)


def _not_for_a_sender(
    recipients: Sequence[ReturnedRecipient], senders: frozenset[str]
) -> Iterator[ReturnedRecipient]:
    """Yield the recipients; nobody is given up for an answer that names only who sent the mail."""
    for one in recipients:
        is_about_us = naming.names_only(one.reason, senders - {one.address.lower()})
        says_gone = one.kind is BounceClass.PERMANENT or one.status in NO_MAILBOX
        if says_gone and not one.is_late and is_about_us:
            yield replace(one, kind=BounceClass.TEMPORARY, is_ours=True)
        else:
            yield one


def _is_bare(one: ReturnedRecipient) -> bool:
    has_words = len(one.reason.split()) > 2
    is_open = one.status in {"", "5.0.0"} and not has_words
    return (
        one.kind is not BounceClass.NONE and not one.is_late and (is_open or "@" not in one.address)
    )


def _gravest(recipients: Sequence[ReturnedRecipient]) -> BounceClass:
    kinds = {one.kind for one in recipients}
    order = (BounceClass.PERMANENT, BounceClass.TEMPORARY)
    return next((kind for kind in order if kind in kinds), BounceClass.NONE)


def _tokens(message: Message, ours: str) -> Iterator[str]:
    for name in _SENT_TO:
        yield from bounce_tokens_in(opening.header(message, name))
    yield from tokens_in(ours)


def _excerpt(message: Message, said: str) -> Excerpt:
    text = "\n".join(opening.shown(line, 200) for line in said.splitlines() if line.strip())
    return Excerpt(
        opening.header_text(message, "From")[:254],
        opening.header_text(message, "Subject")[:200],
        opening.header(message, "Date")[:100],
        text[:EXCERPT],
    )
