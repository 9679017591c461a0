"""Which network a request comes from, as far as one party has it to itself."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

from starlette.requests import Request

OWN_V6: Final = 64  # the least that a household or a school gets


def network_of(request: Request) -> str:
    """Return the address, or its /64 for IPv6; "" for our own machine, as behind a silent proxy."""
    try:
        address = ip_address(request.client.host if request.client else "")
    except ValueError:
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_loopback:
        return ""
    prefix = OWN_V6 if address.version == 6 else address.max_prefixlen
    return str(ip_network((address, prefix), strict=False))
