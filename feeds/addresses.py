"""Which addresses we connect to: global unicast, or exactly what the operator listed.

A name is resolved once, every address behind it is judged, and the connection goes to the address
that was judged: a second answer of the name server ("rebinding") has nothing left to change.
"""

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from feeds.errors import NameFault, SourceRefused, SourceUnreachable

Resolve = Callable[[str, int], Sequence[str]]
"""From a host name and port to the textual addresses behind it."""

USUAL_PORTS: Final = frozenset({80, 443})
NAT64: Final = IPv6Network("64:ff9b::/96")
# All that IANA gave out as global unicast; Python holds fec0::/10, once site-local, for global too.
GLOBAL_IPV6: Final = IPv6Network("2000::/3")
RELAYS_IPV4: Final = IPv4Network("192.88.99.0/24")  # given up (RFC 7526); Python holds it global
DOCUMENTATION_IPV6: Final = IPv6Network("3fff::/20")  # RFC 9637, younger than our Python


def resolve(host: str, port: int) -> Sequence[str]:
    """Ask the system for the addresses of a name. Raises SourceUnreachable when there are none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except socket.gaierror as failure:
        if failure.errno == socket.EAI_AGAIN:
            told = f"no name server could be asked for {host}"
            raise SourceUnreachable(told, name=NameFault.UNASKED) from failure
        told = f"the name {host} is not known"
        raise SourceUnreachable(told, name=NameFault.UNKNOWN) from failure
    except (OSError, UnicodeError) as failure:
        raise SourceUnreachable(f"the name {host[:100]} cannot be looked up") from failure
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def addresses_to_visit(
    host: str, port: int, *, allow: frozenset[str], resolve: Resolve
) -> Sequence[str]:
    """Return the judged addresses behind a name. Raises SourceRefused, SourceUnreachable."""
    if host_port(host, port) in allow:
        return resolve(host, port)
    if port not in USUAL_PORTS:
        raise SourceRefused(f"port {port} is not 80 or 443 and not in the allowed list")
    found = resolve(host, port)
    if not all(map(is_global_unicast, found)):
        # Which address it is would tell a stranger, or an editor, about the network within.
        what = "this" if _is_number(host) else host
        raise SourceRefused(f"{what} leads to an address that is not public")
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
    if judged in RELAYS_IPV4:
        return False
    return judged.is_global and not judged.is_multicast and not judged.is_reserved


def _is_number(host: str) -> bool:
    """Say whether a host is an address, in any of the ways that the system reads: 127.1, 0x7f.1."""
    try:
        socket.inet_aton(host)
    except OSError:
        return ":" in host
    return True


def _inner_ipv4(address: IPv6Address) -> IPv4Address | None:
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour
