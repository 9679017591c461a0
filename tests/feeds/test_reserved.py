"""Names that are for examples, or of one machine only."""

import pytest

from feeds.reserved import host_of, is_example, is_local


@pytest.mark.parametrize("host", ["example.org", "nieuws.example.org", "Example.COM.", "een.test"])
def test_a_name_for_examples_is_known(host: str) -> None:
    assert is_example(host)


@pytest.mark.parametrize("host", ["voorexample.org", "example.nl", "", "test.nl"])
def test_any_other_name_is_not(host: str) -> None:
    assert not is_example(host)


def test_a_name_of_this_machine_is_local() -> None:
    assert [is_local(one) for one in ("localhost", "mail.internal", "mail.nl")] == [
        True,
        True,
        False,
    ]


def test_the_host_of_an_address_is_read_and_nothing_is_made_of_nonsense() -> None:
    assert host_of("https://Een.NL:8443/a") == "een.nl"
    assert host_of("https://[half") == host_of("mailto:a@example.org") == ""
