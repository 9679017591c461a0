"""How much of a form is taken in an hour: one that mails strangers must not become a weapon.

Counted in the database, for all processes together and across restarts. An address gets one mail a
day about signing up (`subscribers.consent.ASK_EVERY`), and three about what it sends in
(`feeds.submissions.MOST_A_DAY`); this bounds how many addresses do.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from types import MappingProxyType
from typing import Final

from storage.hourly import take
from web.pages import Call

MOST: Final = 200  # in all; a round of invitations to a congress brings some tens an hour
MOST_OF_A_NETWORK: Final = 50  # a whole school shares one address, and may sign up at one meeting
PREFIXES: Final[Mapping[int, int]] = MappingProxyType({4: 24, 6: 56})  # what one party easily has
MOST_OF_A_DOMAIN: Final = 60  # of addresses to mail: no form of ours fills one school's mailboxes
EVERYBODY: Final = ""


@dataclass(frozen=True, slots=True)
class HourlyLimit:
    """How many forms of one kind an hour takes. of_a_domain: of addresses to mail; 0 for any."""

    form: str
    in_all: int
    of_a_network: int
    of_a_domain: int = 0

    def take(self, call: Call, *, domain: str = "") -> bool:
        """Count a form and return True; False when the hour is full, and nothing is counted.

        domain: of the address that would be mailed, if that is for the form to say. Who asks from
        this machine is a proxy that does not say for whom.
        """
        limits = {EVERYBODY: self.in_all}
        client = call.request.client
        if network := network_of(client.host if client else ""):
            limits[network] = self.of_a_network
        if domain and self.of_a_domain:
            limits[f"@{domain.lower()}"] = self.of_a_domain
        services = call.services
        return take(services.db, self.form, limits, key=services.settings.hash_key, now=call.now)


SIGN_UP: Final = HourlyLimit("sign_up", MOST, MOST_OF_A_NETWORK, MOST_OF_A_DOMAIN)
ALARM: Final = HourlyLimit("alarm", 1, 1)  # one line in the log an hour, however many come
MOST_SENT_IN_OF_A_NETWORK: Final = 10
# A call in a newsletter brings some examples in an hour.
SEND_IN: Final = HourlyLimit("send_in", 40, MOST_SENT_IN_OF_A_NETWORK)
ASK_RESET: Final = HourlyLimit("reset", 5_000, 20)  # nobody may use them up for others


def network_of(host: str) -> str:
    """Return the network that an address belongs to; "" for our own machine or no address."""
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback:
        return ""
    return str(ip_network((address, PREFIXES[address.version]), strict=False))
