"""Whom a returned message is about, and how we know: nothing that a stranger can write is enough.

In this order: a token of ours, in the address that the message was sent to (VERP) or in the headers
of our own mail inside it; our Message-ID there, which only fits the reader whose address is named;
and, of a provider who proved who they are, the address itself. Whoever it is must have got that
edition. docs/decisions/0028-whose-mail-came-back.md says why.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hmac import compare_digest

from sqlalchemy.orm import Session

from newsletter.keys import message_key, message_token
from newsletter.learn.returned import BounceReport, ReturnedRecipient
from newsletter.store import returned as store
from subscribers.addresses import normalise
from subscribers.errors import InvalidAddress, InvalidToken
from subscribers.links import BOUNCE_TOKEN_LENGTH, Links, LinkTarget


class Proof(StrEnum):
    """How we know whom a message is about."""

    TOKEN = "token"  # noqa: S105 - the name of a proof
    MESSAGE_ID = "message-id"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Whose:
    """The reader and the edition that a message is about."""

    subscriber_id: int
    edition_id: int
    proof: Proof


def read_target(report: BounceReport, links: Links) -> LinkTarget | None:
    """Return whom the tokens in a message name: the first that is ours. Asks no database."""
    for token in report.tokens:
        is_bounce = len(token) == BOUNCE_TOKEN_LENGTH
        read = links.read_bounce_token if is_bounce else links.read_unsubscribe
        try:
            return read(token)
        except InvalidToken:
            continue
    return None


def find_whose(
    session: Session,
    report: BounceReport,
    *,
    links: Links,
    key: bytes,
    by_provider: bool,
    now: datetime,
) -> Whose | None:
    """Return whom a message is about; None when nothing proves it, or they did not get that.

    key:         of the hashes that are kept.
    by_provider: it comes from one of ours, who was checked.
    """
    target = read_target(report, links)
    if target is not None and target.edition_id is not None:
        who, edition = target.subscriber_id, target.edition_id
        got = store.delivery_of(session, edition, who)
        return Whose(who, edition, Proof.TOKEN) if got else None
    keys = keys_of([*(one.address for one in report.recipients), *report.addresses])
    if not keys:
        return None
    if found := _by_message_id(session, report.message_ids, keys, message_key(key)):
        return found
    last = store.last_edition_of(session, keys, before=now) if by_provider else None
    return Whose(*last, Proof.PROVIDER) if last else None


def own_recipient(
    recipients: Sequence[ReturnedRecipient], email_key: str
) -> tuple[ReturnedRecipient | None, bool]:
    """Return what a report says of this reader, and whether it is about their own address.

    A report about another address is about where their mail was passed on to, or about a member of
    the list that they are. One that names nobody is about whom we wrote to.
    """
    named = [one for one in recipients if _key(one.address) == email_key]
    nameless = [one for one in recipients if "@" not in one.address]
    if found := named or nameless:
        return found[0], True
    return (recipients[0], False) if recipients else (None, False)


def keys_of(addresses: Collection[str]) -> frozenset[str]:
    """Return the keys by which readers' addresses are compared; what is no address is left out."""
    return frozenset(filter(None, map(_key, addresses)))


def _by_message_id(
    session: Session, message_ids: Sequence[str], keys: frozenset[str], key: bytes
) -> Whose | None:
    for edition_id, told in _read_ids(message_ids):
        for subscriber_id, _ in store.readers_of(session, edition_id, keys):
            if compare_digest(told, message_token(edition_id, subscriber_id, key=key)):
                return Whose(subscriber_id, edition_id, Proof.MESSAGE_ID)
    return None


def _read_ids(message_ids: Sequence[str]) -> Iterator[tuple[int, str]]:
    for one in message_ids[:10]:
        told = one.partition("@")[0].lower()
        number = told[1:].partition(".")[0]
        if number.isdigit() and int(number) < 2**31:
            yield int(number), told


def _key(address: str) -> str:
    try:
        return normalise(address).key
    except InvalidAddress:
        return ""
