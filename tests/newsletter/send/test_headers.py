"""Header values: refused when unsafe, folded and encoded as the standards allow."""

from collections.abc import Callable
from email import message_from_string, policy
from email.header import decode_header, make_header

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import UnsafeHeader
from newsletter.send.mail.headers import (
    UNSAFE,
    ascii_address,
    header,
    list_header,
    mailbox_header,
    text_header,
    to_header,
)

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=220).filter(
    lambda text: not UNSAFE.search(text)
)


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@example.org", "a\nb", "a\x00b", "a\x85b", "a\u2028b"])
def test_control_characters_are_refused_in_every_kind_of_header(bad: str) -> None:
    attempts: list[Callable[[], str]] = [
        lambda: header("X", bad),
        lambda: text_header("Subject", bad),
        lambda: mailbox_header("To", bad, "a@example.org"),
        lambda: mailbox_header("To", "", f"{bad}@example.org"),
        lambda: to_header("", f"zoë{bad}@example.org"),
        lambda: list_header("List-Unsubscribe", f"https://example.org/{bad}"),
    ]
    for attempt in attempts:
        with pytest.raises(UnsafeHeader):
            attempt()


@pytest.mark.parametrize(
    "address", ["a@b@example.org", "a b@example.org", "a,b@example.org", "@example.org", "a", ""]
)
def test_what_is_no_single_address_is_refused(address: str) -> None:
    for judge in (ascii_address, lambda one: to_header("Zoë", one)):
        with pytest.raises(UnsafeHeader):
            judge(address)


def test_letters_before_the_at_stand_in_the_to_header_only() -> None:
    assert to_header("Zoë", "zoë@café.nl") == "To: =?utf-8?q?Zo=C3=AB?= <zoë@xn--caf-dma.nl>\r\n"
    with pytest.raises(UnsafeHeader):
        mailbox_header("From", "", "zoë@example.org")


def test_domain_beyond_ascii_becomes_its_a_label() -> None:
    assert ascii_address("redactie@café.nl") == "redactie@xn--caf-dma.nl"


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Jan de Vries", "To: Jan de Vries <a@example.org>"),
        ("Vries, Jan de", 'To: "Vries, Jan de" <a@example.org>'),
        ('Jan "J" \\ Vries', 'To: "Jan \\"J\\" \\\\ Vries" <a@example.org>'),
        ("", "To: <a@example.org>"),
    ],
)
def test_plain_names_stay_readable(name: str, line: str) -> None:
    assert mailbox_header("To", name, "a@example.org") == f"{line}\r\n"


@given(WORDS)
def test_any_subject_comes_back_as_it_went_in(text: str) -> None:
    made = text_header("Subject", text)

    decoded = make_header(
        decode_header(message_from_string(made, policy=policy.compat32)["subject"])
    )
    assert str(decoded) == " ".join(text.split())
    assert max(map(len, made.split("\r\n"))) <= 76


@given(WORDS)
def test_any_name_is_one_mailbox_in_short_lines(name: str) -> None:
    made = mailbox_header("To", name, "a@example.org")

    parsed = message_from_string(made, policy=policy.default)["to"]
    assert [one.addr_spec for one in parsed.addresses] == ["a@example.org"]
    assert made.isascii()
    assert max(map(len, made.split("\r\n"))) <= 76


def test_long_url_stays_whole_and_unencoded() -> None:
    url = f"https://nieuwsbrief.steunpunt.example.org/afmelden/{'a' * 60}"

    made = list_header("List-Unsubscribe", url, "mailto:a@example.org?subject=afmelden")

    assert made == (f"List-Unsubscribe: <{url}>,\r\n <mailto:a@example.org?subject=afmelden>\r\n")
