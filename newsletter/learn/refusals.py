"""Readers whom a server refused as we handed their mail over: the same follows as of returned mail.

Only of editions that went out: until then a refusal may be given back, because it was about us.
Where more were refused than got it, the cause is not with the readers, and nothing follows.
"""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from newsletter.learn import bounces
from newsletter.learn.bounces import Returns
from newsletter.learn.opening import shown
from newsletter.learn.returned import BounceReport, ReturnedRecipient
from newsletter.learn.wording import classify, is_ours, read_status
from newsletter.store import returned as store
from newsletter.store.returned import Refused

RELAY: Final = "relay"  # as `Returns.via`
LOOKED_BACK: Final = timedelta(days=7)
ROUND: Final = 500  # readers; the others come with the next round


def learn_refusals(returns: Returns, *, now: datetime) -> dict[str, int]:
    """Do what follows for readers who were refused; return counts. Each is done once."""
    with returns.db.read() as session:
        refused = store.refused_of_late(session, since=now - LOOKED_BACK, limit=ROUND)
    here = replace(returns, via=RELAY)
    done = [
        bounces.process_report(here, "", _report(one, returns), mark=_mark(one), now=now)
        for one in refused
    ]
    return {"refused": len(done), "changed": sum(one.has_changed for one in done)}


def _report(one: Refused, returns: Returns) -> BounceReport:
    said = f"{one.code or ''} {one.reply}".strip()
    status = read_status("", said)
    kind = classify("failed", status, said)
    recipient = ReturnedRecipient(
        one.email, status, shown(said), kind, is_ours=is_ours(status, said)
    )
    token = returns.links.bounce_tokens([(one.subscriber_id, one.edition_id)])[0]
    return BounceReport(kind, (recipient,), tokens=(token,))


def _mark(one: Refused) -> str:
    return hashlib.sha256(f"{RELAY} {one.delivery_id}".encode()).hexdigest()
