"""The mail with the button that confirms a sign-up."""

from datetime import datetime

from newsletter.send.notices import confirm_values, send_notice
from newsletter.wiring import Services
from subscribers.store import get_by_id
from subscribers.values import Audience


def send_confirmation(services: Services, subscriber_id: int, *, now: datetime) -> None:
    """Send it, with no transaction open. Raises TransportError; nobody there: nothing is sent."""
    with services.db.read() as session:
        row = get_by_id(session, subscriber_id)
    if row is None:
        return
    values = confirm_values(
        confirm_url=services.links.confirm_url(row.id, now=now),
        audience=Audience(row.audience) if row.audience else None,
        newsletter=row.wants_newsletter,
        announcements=row.wants_announcements,
        asked_at=now,
    )
    send_notice(
        "confirm",
        to=row.email,
        values=values,
        settings=services.settings,
        transport=services.open_transport(),
        render=services.render_notice,
        now=now,
    )
