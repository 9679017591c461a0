"""Which addresses are public."""

import pytest

from feeds.addresses import host_port, is_global_unicast


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "0.1.2.3", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1",
        "224.0.0.1", "239.255.255.255", "255.255.255.255", "192.0.2.1", "198.18.0.1", "240.0.0.1",
        "::", "::1", "fe80::1", "fc00::1", "ff02::1", "2001:db8::1", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "2002:c0a8:1::", "fe80::1%eth0",
        "not an address", "169.254.1.1", "fec0::1", "3fff::1", "5f00::1", "64:ff9b:1::7f00:1",
        "192.88.99.1", "2002:c058:6301::1",
    ],
)  # fmt: skip
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_global_unicast(address)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_an_address_outside_is_public(address: str) -> None:
    assert is_global_unicast(address)


def test_host_and_port_are_written_as_in_the_allowed_list() -> None:
    assert host_port("LocalHost", 80) == "localhost:80"
    assert host_port("::1", 8080) == "[::1]:8080"
