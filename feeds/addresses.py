"""Which addresses we connect to: global unicast, or exactly what the operator listed.

A name is resolved once, every address behind it is judged, and the connection goes to the address
that was judged: a second answer of the name server ("rebinding") has nothing left to change.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final

from feeds.errors import SourceRefused, SourceUnreachable

Resolve = Callable[[str, int], Sequence[str]]
"""From a host name and port to the textual addresses behind it."""

USUAL_PORTS: Final = frozenset({80, 443})
NAT64: Final = IPv6Network("64:ff9b::/96")
# All that IANA gave out as global unicast; Python holds fec0::/10, once site-local, for global too.
GLOBAL_IPV6: Final = IPv6Network("2000::/3")
DOCUMENTATION_IPV6: Final = IPv6Network("3fff::/20")  # RFC 9637, younger than our Python


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of a name. Raises SourceUnreachable when there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as failure:
        raise SourceUnreachable(f"the name {host} is not known: {failure}") from failure
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def addresses_to_visit(
    host: str, port: int, *, allow: frozenset[str], resolve: Resolve
) -> Sequence[str]:
    """Return the judged addresses behind a name. Raises SourceRefused, SourceUnreachable."""
    if host_port(host, port) in allow:
        return resolve(host, port)
    if port not in USUAL_PORTS:
        raise SourceRefused(f"port {port} of {host} is not 80 or 443 and not in the allowed list")
    found = resolve(host, port)
    for address in found:
        if not is_global_unicast(address):
            raise SourceRefused(f"{host} leads to {address}, which is not a public address")
    return found


def host_port(host: str, port: int) -> str:
    """Write a host and port as the allowed list does: `name:80`, `[::1]:80`."""
    return f"[{host}]:{port}" if ":" in host else f"{host.lower()}:{port}"


def is_global_unicast(address: str) -> bool:
    """Say whether an address is one of the public internet, looking through IPv4 inside IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    inner = _inner_ipv4(parsed) if isinstance(parsed, IPv6Address) else None
    judged = inner or parsed
    if isinstance(judged, IPv6Address) and (
        judged not in GLOBAL_IPV6 or judged in DOCUMENTATION_IPV6
    ):
        return False
    return judged.is_global and not judged.is_multicast and not judged.is_reserved


def _inner_ipv4(address: IPv6Address) -> IPv4Address | None:
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
