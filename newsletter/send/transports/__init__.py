"""TRANSPORTS: the ways out. Register a new one here; the shared test runs on every entry."""

from collections.abc import Callable, Mapping
from typing import Final

from newsletter.ports import Transport
from newsletter.send.transports.folder import FolderTransport
from newsletter.send.transports.mailgun import mailgun_transport
from newsletter.send.transports.offers import Offers
from newsletter.send.transports.postmark import postmark_transport
from newsletter.send.transports.ses import ses_transport
from newsletter.send.transports.smtp import SmtpTransport
from newsletter.settings import WayOut

TRANSPORTS: Final[Mapping[str, Callable[..., Transport]]] = {
    "smtp": lambda relay, offers: SmtpTransport(relay, offers=offers),
    "folder": lambda way, offers: FolderTransport(way.path, way.connections, offers),
    "ses": ses_transport,
    "postmark": postmark_transport,
    "mailgun": mailgun_transport,
}


def open_transport(way: WayOut, offers: Offers | None = None) -> Transport:
    """Return the way out that the settings name; nothing is opened yet.

    offers: where is noted what the other side can do, for who asks that.
    """
    return TRANSPORTS[way.kind](way, offers or Offers())
