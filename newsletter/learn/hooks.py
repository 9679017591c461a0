"""What providers tell us: who they are is proved first, and each event counts once.

An event is marked by the provider's own number of it. Mailgun signs a moment and a token but not
what it tells, so a token that was used before is refused with whatever it comes.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from newsletter.errors import HookRefused
from newsletter.learn import bounces, providers, sns
from newsletter.learn.bounces import ProcessedBounce, Returns
from newsletter.learn.providers import READ_FAULTS, ProviderEvent
from newsletter.store import returned as store

SES: Final = "ses"
POSTMARK: Final = "postmark"
MAILGUN: Final = "mailgun"
MAILGUN_WINDOW: Final = timedelta(hours=12)  # it tries for eight hours


def take_ses(
    returns: Returns,
    body: bytes,
    *,
    topics: frozenset[str],
    certificates: sns.Certificates,
    fetch: sns.FetchText,
    now: datetime,
) -> ProcessedBounce | None:
    """Process a notification of SES, or confirm the subscription to a topic of ours.

    fetch: visits an address of Amazon's. Returns None when nothing came back by it.
    Raises: HookRefused.
    """
    told = sns.check(_read(body), topics=topics, certificates=certificates, now=now)
    if told.kind == "SubscriptionConfirmation":
        sns.confirm(told, fetch=fetch)
    if told.kind != "Notification":
        return None
    try:
        event = providers.read_ses(told.text, number=told.number)
    except READ_FAULTS:
        return None  # such as the text that SES sends to try a topic out
    return _process(returns, SES, event, now)


def take_postmark(
    returns: Returns, body: bytes, *, authorization: str, expected: str, now: datetime
) -> ProcessedBounce | None:
    """Process what Postmark tells.

    authorization: the header of that name (RFC 7617); expected: "user:password".
    Raises: HookRefused.
    """
    scheme, _, given = authorization.partition(" ")
    try:
        said = base64.b64decode(given.strip(), validate=True)
    except ValueError:
        said = b""
    if scheme.lower() != "basic" or not hmac.compare_digest(said, expected.encode()):
        raise HookRefused("not the user and password of the setting")
    return _process(returns, POSTMARK, _understood(providers.read_postmark, _read(body)), now)


def take_mailgun(
    returns: Returns, body: bytes, *, key: str, now: datetime
) -> ProcessedBounce | None:
    """Process what Mailgun tells. Raises HookRefused."""
    told = _read(body)
    signature, event = told.get("signature"), told.get("event-data")
    if not isinstance(signature, dict) or not isinstance(event, dict):
        raise HookRefused("not a webhook of Mailgun")
    at, token = str(signature.get("timestamp", "")), str(signature.get("token", ""))
    made = hmac.new(key.encode(), f"{at}{token}".encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(made.encode(), str(signature.get("signature", "")).encode()):
        raise HookRefused("the signature is wrong")
    if (
        not at.isdigit()
        or len(at) > 12
        or abs(now.timestamp() - int(at)) > MAILGUN_WINDOW.total_seconds()
    ):
        raise HookRefused("too old, or not yet")
    understood = _understood(providers.read_mailgun, event)
    used, known = _mark(MAILGUN, f"token {token}"), _mark(MAILGUN, understood.number)
    with returns.db.read() as session:
        if store.was_seen(session, used) and not store.was_seen(session, known):
            raise HookRefused("the token was used before")
    done = _process(returns, MAILGUN, understood, now)
    with returns.db.write() as session:
        store.mark_seen(session, used, now=now)
    return done


def _process(
    returns: Returns, via: str, event: ProviderEvent, now: datetime
) -> ProcessedBounce | None:
    if event.report is None:
        return None
    theirs = replace(returns, via=via, by_provider=True)
    mark = _mark(via, event.number)
    return bounces.process_report(theirs, via, event.report, mark=mark, now=now)


def _understood(read: Any, told: Any) -> ProviderEvent:
    try:
        event: ProviderEvent = read(told)
    except READ_FAULTS:
        raise HookRefused("not an event as the provider documents them") from None
    return event


def _read(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
        json.dumps(told, ensure_ascii=False).encode()  # halves of letters are no text
    except READ_FAULTS:
        raise HookRefused("not JSON") from None
    if not isinstance(told, dict):
        raise HookRefused("not an object of JSON")
    return told


def _mark(provider: str, number: str) -> str:
    return hashlib.sha256(f"{provider} {number}".encode()).hexdigest()
