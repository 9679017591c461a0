"""Addresses: one that can be delivered to, or a fault that says what to change."""

import unicodedata

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from subscribers.addresses import Address, address_hash, is_shared, mask, normalise, shown
from subscribers.errors import AddressFault, InvalidAddress

F = AddressFault
LONG_DOMAIN = ".".join(["a" * 63] * 4) + ".nl"


@pytest.mark.parametrize(
    ("text", "email", "key"),
    [
        ("jan@example.org", "jan@example.org", "jan@example.org"),
        (" Jan.de-Vries@Example.ORG\r\n", "Jan.de-Vries@example.org", "jan.de-vries@example.org"),
        ("a+b_c!#$%&'*/=?^`{|}~@example.org",) + ("a+b_c!#$%&'*/=?^`{|}~@example.org",) * 2,
        ("Jan@Bücher.example", "Jan@xn--bcher-kva.example", "jan@xn--bcher-kva.example"),
        ("jan@xn--bcher-kva.example",) + ("jan@xn--bcher-kva.example",) * 2,
        ("x@sub.a-b.example.nl",) * 3,
        ("x@例え.テスト", "x@xn--r8jz45g.xn--zckzah", "x@xn--r8jz45g.xn--zckzah"),
        (f"{'a' * 64}@example.org",) * 3,
        ("José@example.org", "José@example.org", "josé@example.org"),
        ("jose\u0301@example.org",) + ("josé@example.org",) * 2,
        ("用户@例え.テスト",) + ("用户@xn--r8jz45g.xn--zckzah",) * 2,
        (f"{'é' * 32}@example.org",) * 3,
        ("jan@probeer.test",) * 3,
    ],
)
def test_an_address_is_kept_as_given_with_its_domain_in_a_labels(
    text: str, email: str, key: str
) -> None:
    assert normalise(text) == Address(email, key)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", F.EMPTY),
        ("   ", F.EMPTY),
        ("jan", F.NO_AT),
        ("@example.org", F.NO_AT),
        ("jan@", F.NO_AT),
        ("jan@example.org, piet@example.org", F.SEVERAL),
        ("jan@example.org;piet@example.org", F.SEVERAL),
        ("jan@piet@example.org", F.SEVERAL),
        ("a@b,c@d", F.SEVERAL),
        ("Jan <jan@example.org>", F.DISPLAY_NAME),
        ("<jan@example.org>", F.DISPLAY_NAME),
        ("<>", F.DISPLAY_NAME),
        ("jan@example.org\r\nBcc: x@example.org", F.CONTROL),
        ("jan\x00@example.org", F.CONTROL),
        ('"jan de vries"@example.org', F.QUOTED),
        ("jan de@example.org", F.SPACE),
        ("jan@exam ple.org", F.SPACE),
        ("jan@exam\u2009ple.org", F.SPACE),
        ("\u0301jose@example.org", F.LOCAL),
        ("jan\u202egro@example.org", F.LOCAL),
        ("jan\u200b@example.org", F.LOCAL),
        ("jan@school.local", F.DOMAIN),
        ("jan@test", F.DOMAIN),
        ("jan@xn--zzzzzzzzz.example.org", F.DOMAIN),
        (f"{'é' * 33}@example.org", F.LONG),
        (".jan@example.org", F.LOCAL),
        ("jan..p@example.org", F.LOCAL),
        ("mailto:jan@example.org", F.LOCAL),
        ("jan(prive)@example.org", F.LOCAL),
        ("jan@localhost", F.DOMAIN),
        ("jan@example.org.", F.DOMAIN),
        ("jan@[127.0.0.1]", F.DOMAIN),
        ("jan@127.0.0.1", F.DOMAIN),
        ("jan@-a.nl", F.DOMAIN),
        ("jan@a_b.nl", F.DOMAIN),
        ("jan@example..org", F.DOMAIN),
        ("jan@😀.example", F.DOMAIN),
        (f"{'a' * 65}@example.org", F.LONG),
        (f"jan@{LONG_DOMAIN}", F.LONG),
        ("a" * 2_000, F.LONG),
    ],
)
def test_anything_else_is_refused_with_its_fault(text: str, fault: AddressFault) -> None:
    with pytest.raises(InvalidAddress) as refused:
        normalise(text)

    assert refused.value.fault == fault
    assert "example" not in str(refused.value)


ATOM = st.text("abzAZ09_+-.!#$%&'*/=?^`{|}~éß", max_size=66)
LABEL = st.text("abzAZ019-é_", max_size=64)
NEARLY = st.builds(
    lambda local, labels, last: f"{local}@{'.'.join([*labels, last])}",
    *(ATOM, st.lists(LABEL, min_size=1, max_size=4)),
    st.sampled_from(["nl", "org", "NL", "n", "n1", "1", "test", "local", "invalid", "x--y", ""]),
)


@given(text=st.text(alphabet=st.characters(), max_size=40) | st.emails())
def test_any_text_is_one_address_or_a_fault(text: str) -> None:
    try:
        address = normalise(text)
    except InvalidAddress:
        return

    assert address.email.isprintable()
    assert address.email.count("@") == 1
    assert address.email.partition("@")[2].isascii()
    assert address.key == unicodedata.normalize("NFC", address.email.lower())
    assert normalise(address.email) == address


@given(text=st.emails() | NEARLY)
def test_what_is_taken_at_a_glance_is_what_email_validator_takes(text: str) -> None:
    try:
        ours = normalise(text).key
    except InvalidAddress:
        ours = ""
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
        theirs = f"{found.local_part}@{found.ascii_domain}".lower()
    except EmailNotValidError:
        theirs = ""

    assert ours == unicodedata.normalize("NFC", theirs)


def test_the_hash_needs_the_key() -> None:
    first = address_hash(b"a" * 32, "jan@example.org")

    assert len(first) == 64
    assert first == address_hash(b"a" * 32, "jan@example.org")
    assert first != address_hash(b"b" * 32, "jan@example.org")


def test_a_masked_address_shows_whose_it_is_and_no_more() -> None:
    assert mask("jan.devries@example.org") == "j***@example.org"


def test_a_domain_is_shown_as_people_write_it() -> None:
    address = normalise("Jan@Scholenböter.example.org").email

    assert address.isascii()
    assert shown(address) == "Jan@scholenböter.example.org"
    assert mask(address) == "J***@scholenböter.example.org"
    assert shown("jan@xn--zzzzzzzzz.example.org") == "jan@xn--zzzzzzzzz.example.org"


@pytest.mark.parametrize(
    ("email", "is_role"),
    [
        ("info@example.org", True),
        ("Info@example.org", True),
        ("info+nieuws@example.org", True),
        ("secretariaat@example.org", True),
        ("informatie.jansen@example.org", False),
        ("jan@info.example.org", False),
    ],
)
def test_an_address_of_a_role_is_flagged(email: str, is_role: bool) -> None:  # noqa: FBT001
    assert is_shared(email) is is_role
