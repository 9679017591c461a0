"""What tests of returned mail share: a reader, editions that went to them, reports about those."""

from datetime import datetime

from newsletter.learn import bounces
from newsletter.learn.bounces import ProcessedBounce, Returns
from newsletter.learn.reading import read_bounce
from newsletter.model import Delivery
from newsletter.values import DeliveryState
from storage.session import Database
from subscribers.links import Links
from tests.factories import KEY, make_edition, make_subscriber
from tests.fakes import START

LINKS = Links(key=KEY, base_url="https://nieuwsbrief.example.org")


def add_reader(db: Database, email: str = "jan@example.org") -> int:
    """Store a reader; return who."""
    with db.write() as session:
        return make_subscriber(session, email).id


def send(
    db: Database,
    edition_id: int,
    who: int,
    at: datetime = START,
    *,
    state: DeliveryState = DeliveryState.SENT,
    resends: int = 0,
) -> None:
    """Store an edition that went to a reader."""
    with db.write() as session:
        make_edition(session, id=edition_id)
        session.add(
            Delivery(edition_id=edition_id, subscriber_id=who, state=state, at=at, resends=resends)
        )


def report(
    who: int,
    edition_id: int,
    *,
    address: str = "jan@example.org",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 No such user here",
    action: str = "failed",
    to: str = "",
    original: str = "",
    token: str = "",
) -> bytes:
    """Return a delivery report that came to our VERP address, or to another."""
    token = token or LINKS.bounce_tokens([(who, edition_id)])[0]
    return f"""\
From: MAILER-DAEMON@mx.example.net
To: {to or f"bounces+{token}@example.org"}
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: {said}

--b
Content-Type: text/rfc822-headers

{original}
--b--
""".encode()


def process(
    db: Database,
    raw: bytes,
    now: datetime = START,
    *,
    via: str = "command",
    by_provider: bool = False,
    key: bytes = KEY,
    links: Links = LINKS,
) -> ProcessedBounce:
    """Process one message, read in this process."""
    returns = Returns(db, links, key, via=via, by_provider=by_provider)
    mark = bounces.mark_of(raw)
    return bounces.process_report(returns, "1.eml", read_bounce(raw), mark=mark, now=now)
