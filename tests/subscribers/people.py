"""Making subscribers for tests: plain rows, active unless said otherwise."""

from datetime import datetime

from sqlalchemy.orm import Session

from subscribers.model import Subscriber
from subscribers.values import Audience, ConsentKind, SubscriberStatus
from tests.fakes import START

KEY = b"a secret key of at least 32 bytes"


def make_subscriber(
    session: Session,
    email: str = "jan@example.org",
    *,
    audience: Audience | None = Audience.SCHOOL,
    status: SubscriberStatus = SubscriberStatus.ACTIVE,
    since: datetime = START,
    **fields: object,
) -> Subscriber:
    row = Subscriber(
        email=email,
        email_key=email.lower(),
        audience=audience,
        status=status,
        since=since,
        ground=ConsentKind.ASKED,
        changed_at=since,
        **fields,
    )
    session.add(row)
    session.flush()
    return row
