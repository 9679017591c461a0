"""TRANSPORTS: the ways out. Register a new one here; the shared test runs on every entry."""

from collections.abc import Callable, Mapping
from typing import Final

from newsletter.ports import Transport
from newsletter.send.transports.folder import FolderTransport
from newsletter.send.transports.offers import Offers
from newsletter.send.transports.smtp import SmtpTransport
from newsletter.settings import SmtpRelay

TRANSPORTS: Final[Mapping[str, Callable[..., Transport]]] = {
    "smtp": SmtpTransport,
    "folder": FolderTransport,
}


def open_transport(smtp: SmtpRelay, offers: Offers | None = None) -> Transport:
    """Return the way out that the settings name; nothing is opened yet.

    offers: where is noted what the relay can do, for who asks that.
    """
    return TRANSPORTS["smtp"](smtp, offers=offers or Offers())
