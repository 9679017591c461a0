"""How much of a form is taken in an hour: one that mails strangers must not become a weapon.

Kept in memory, so it begins anew with the process: one process serves the site. An address gets one
mail a day about signing up (`subscribers.consent.ASK_EVERY`), and three about what it sends in
(`feeds.submissions.MOST_A_DAY`); this bounds how many addresses do.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock
from types import MappingProxyType
from typing import Final

WINDOW: Final = timedelta(hours=1)
MOST: Final = 200  # in all; a round of invitations to a congress brings some tens an hour
MOST_OF_A_NETWORK: Final = 50  # a whole school shares one address, and may sign up at one meeting
PREFIXES: Final[Mapping[int, int]] = MappingProxyType({4: 24, 6: 56})  # what one party easily has
MOST_OF_A_DOMAIN: Final = 60  # of addresses to mail: no form of ours fills one school's mailboxes
EVERYBODY: Final = ""
MOST_SENT_IN: Final = 40  # practice examples: a call in a newsletter brings some in an hour
MOST_SENT_IN_OF_A_NETWORK: Final = 10
MOST_RESETS: Final = 5_000  # questions for a new password: nobody may use them up for others
MOST_RESETS_OF_A_NETWORK: Final = 20


@dataclass(slots=True)
class HourlyLimits:
    """Counts forms of the last hour, in all, by network, and by the domain that is to be mailed.

    Safe to share between threads.

    The defaults are for signing up.
    """

    most: int = MOST
    most_of_a_network: int = MOST_OF_A_NETWORK
    most_of_a_domain: int = MOST_OF_A_DOMAIN
    _taken: dict[str, deque[datetime]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def take(self, host: str, *, domain: str = "", now: datetime) -> bool:
        """Count one form and return True; False when the hour is full, and nothing is counted.

        host:   the address that asks. One on this machine is a proxy that does not say for whom.
        domain: of the address that would be mailed, if that is for the form to say.
        """
        limits = {EVERYBODY: self.most}
        if network := network_of(host):
            limits[network] = self.most_of_a_network
        if domain:
            limits[f"@{domain.lower()}"] = self.most_of_a_domain
        with self._lock:
            self._forget(now - WINDOW)
            if any(len(self._taken.get(who, ())) >= most for who, most in limits.items()):
                return False
            for who in limits:
                self._taken.setdefault(who, deque()).append(now)
        return True

    def _forget(self, before: datetime) -> None:
        for who, moments in list(self._taken.items()):
            while moments and moments[0] <= before:
                moments.popleft()
            if not moments:
                del self._taken[who]


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
