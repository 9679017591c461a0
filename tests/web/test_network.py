"""Whose wrong passwords are counted together: one address, or the /64 of a household or school."""

import pytest
from starlette.requests import Request

from web.network import network_of


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("127.0.0.1", ""),
        ("::1", ""),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_the_network_of_an_address(host: str, network: str) -> None:
    assert network_of(Request({"type": "http", "client": (host, 1234)})) == network


def test_without_an_address_there_is_no_network() -> None:
    assert network_of(Request({"type": "http", "client": None})) == ""
