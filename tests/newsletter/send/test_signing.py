"""Signatures on mail, read by dkimpy as a mail server reads them."""

import re
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from newsletter.compose.notices import NoticeRenderer
from newsletter.dkim_keys import DkimKey, KeyKind, make_dkim_key
from newsletter.send.mail.signing import Signer, canonical_lines, signer_of
from newsletter.send.message import encode, letterhead_of
from newsletter.send.notices import NOTICES, send_notice
from newsletter.send.transports import open_transport
from newsletter.settings import Settings, SmtpRelay, read_settings
from newsletter.values import EditionKind, Slot
from tests.chaos.postfix import postfix, why_not
from tests.fakes import START, FakeTransport
from tests.newsletter.send.dkim_reader import records_of, tags, verdicts
from tests.newsletter.send.smtp_server import Relay, serving
from tests.newsletter.send.test_message import LETTERHEAD, READER, TEXTS, rendered, slot

FOLDER = pytest.TempPathFactory
BOTH = "from:from:reply-to:to:subject:date:message-id:mime-version:content-type"
EDITION = f"{BOTH}:list-id:list-unsubscribe:list-unsubscribe-post:feedback-id:precedence"


@pytest.fixture(scope="module")
def keys(tmp_path_factory: FOLDER) -> tuple[DkimKey, ...]:
    folder = tmp_path_factory.mktemp("keys")
    return tuple(make_dkim_key(folder, selector=f"s-{kind}", kind=kind) for kind in KeyKind)


@pytest.fixture(scope="module")
def records(keys: tuple[DkimKey, ...]) -> dict[str, str]:
    return records_of(keys)


def edition(keys: tuple[DkimKey, ...], text: str = "", page: str = "", **personal: str) -> bytes:
    letterhead = replace(LETTERHEAD, signer=Signer("example.org", keys))
    envelope = encode(rendered(text, page), letterhead=letterhead)
    return envelope.fill(READER._replace(**personal))


def test_both_keys_sign_an_edition_with_all_that_must_not_change(
    keys: tuple[DkimKey, ...], records: dict[str, str]
) -> None:
    message = edition(keys, f"tekst\n{slot(Slot.UNSUBSCRIBE)}\n", "<p>pagina</p>")

    found = tags(message)

    assert verdicts(message, records) == [True, True]
    assert [(one["a"], one["s"]) for one in found] == [
        ("rsa-sha256", "s-rsa"),
        ("ed25519-sha256", "s-ed25519"),
    ]
    for one in found:
        assert set(one) == {"v", "a", "c", "d", "s", "h", "bh", "b"}  # no l=, no x=
        assert (one["c"], one["d"], one["h"]) == ("relaxed/relaxed", "example.org", EDITION)
    assert max(map(len, message.split(b"\r\n"))) <= 78


@examples(max_examples=60, deadline=None)
@given(text=TEXTS, page=TEXTS, reason=TEXTS, where=st.sampled_from(Slot))
def test_any_words_around_and_in_a_personal_place_are_signed_as_they_go_out(
    keys: tuple[DkimKey, ...],
    records: dict[str, str],
    text: str,
    page: str,
    reason: str,
    where: Slot,
) -> None:
    words = f"{text}{slot(where)}{page}  \t \n\n{slot(Slot.REASON)}"

    message = edition(keys[1:], words, f"{page}{slot(where)}\t{text}", reason=reason)

    assert verdicts(message, records) == [True]


@pytest.mark.parametrize("name", ["Zoë  de\tVries".replace("\t", " "), "A" * 200, "", "B.  C."])
def test_any_name_is_signed(keys: tuple[DkimKey, ...], records: dict[str, str], name: str) -> None:
    message = edition(keys, "tekst", "<p>", name=name, email="zoë@example.org")

    assert verdicts(message, records) == [True, True]


def test_the_same_message_always_has_the_same_signatures(keys: tuple[DkimKey, ...]) -> None:
    assert edition(keys, "tekst") == edition(keys, "tekst")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"tekst", b"text"),
        (b"From: ", b"From: <boef@example.net>\r\nFrom: "),
        (b"/afmelden/ooo", b"/elders/ooo"),
        (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Other"),
        (b"To: Jan", b"To: Piet"),
    ],
)
def test_what_is_changed_underway_breaks_both(
    keys: tuple[DkimKey, ...], records: dict[str, str], old: bytes, new: bytes
) -> None:
    message = edition(keys, "tekst")
    assert old in message

    assert verdicts(message.replace(old, new, 1), records) == [False, False]


def test_what_a_relay_may_change_breaks_neither(
    keys: tuple[DkimKey, ...], records: dict[str, str]
) -> None:
    message = edition(keys, "tekst")

    relayed = b"Return-Path: <b+1@example.org>\r\nReceived: from a by b\r\n" + message + b"\r\n\r\n"

    assert verdicts(relayed, records) == [True, True]


def test_signatures_hold_in_what_a_server_received(
    keys: tuple[DkimKey, ...], records: dict[str, str]
) -> None:
    relay = Relay()
    message = edition(keys, "\n.\n..\n.b\n", "<p>\n.\n</p>")

    with serving(relay) as port:
        connection = open_transport(SmtpRelay("127.0.0.1", port, "none")).connect()
        connection.deliver(sender="b@example.org", recipient="a@example.org", message=message)
        connection.close()

    received = relay.accepted[0].original_content
    assert received == message
    assert verdicts(received, records) == [True, True]


@pytest.mark.long
@pytest.mark.skipif(why_not() != "", reason=why_not())
def test_signatures_hold_after_a_real_postfix(
    keys: tuple[DkimKey, ...], records: dict[str, str]
) -> None:
    relay = Relay()
    mails = [
        edition(keys, f"één  .\n.\n..\n{slot(Slot.REASON)}\n \n", "<p>\t\n.\n</p>", name=name)
        for name in ("Zoë de Vries", "A" * 200, "")
    ]

    with serving(relay) as port, postfix(next_port=port) as on_this_machine:
        connection = open_transport(SmtpRelay("127.0.0.1", on_this_machine.port, "none")).connect()
        for mail in mails:
            connection.deliver(sender="b@example.org", recipient="a@example.org", message=mail)
        connection.close()
        until_s = time.monotonic() + 60
        while len(relay.accepted) < len(mails) and time.monotonic() < until_s:
            time.sleep(0.05)

    received = [one.original_content or b"" for one in relay.accepted]
    assert [one.startswith(b"Received: ") for one in received] == [True] * 3
    assert [verdicts(one, records) for one in received] == [[True, True]] * 3


def test_every_notice_is_signed(settings: Settings, keys: tuple[DkimKey, ...]) -> None:
    signing, transport = replace(settings, dkim=keys), FakeTransport()
    render = NoticeRenderer(organisation=settings.organisation, base_url=settings.base_url)

    for notice, one in NOTICES.items():
        send_notice(
            notice,
            to="lezer@example.org",
            values=one.sample(),
            settings=signing,
            transport=transport,
            render=render,
            now=START,
        )

    mails = [message for _, _, message in transport.accepted]
    assert len(mails) == len(NOTICES)
    for mail in mails:
        assert verdicts(mail, records_of(keys)) == [True, True]
        assert tags(mail)[0]["h"] == f"{BOTH}:auto-submitted"


def test_the_domain_is_that_of_the_sender(settings: Settings, keys: tuple[DkimKey, ...]) -> None:
    own = replace(settings, dkim=keys, sender="Post <post@Nieuws.Example.ORG>")
    letterhead = letterhead_of(own, edition_id=1, kind=EditionKind.NEWSLETTER, date=START)

    message = encode(rendered("tekst"), letterhead=letterhead).fill(READER)

    assert [one["d"] for one in tags(message)] == ["nieuws.example.org"] * 2
    assert verdicts(message, records_of(keys, "nieuws.example.org")) == [True, True]


@pytest.mark.parametrize(
    "url",
    [
        {"TRANSPORT_URL": "ses://A:b@eu-west-1"},
        {"SMTP_URL": "smtps://a:b@email-smtp.eu-west-1.amazonaws.com"},
    ],
)
def test_what_ses_puts_in_the_place_of_ours_is_not_signed(
    tmp_path: Path, keys: tuple[DkimKey, ...], records: dict[str, str], url: dict[str, str]
) -> None:
    given = {f"NEWSLETTER_{name}": value for name, value in url.items()}
    settings = replace(read_settings({**home(tmp_path), **given}), dkim=keys)
    letterhead = letterhead_of(settings, edition_id=1, kind=EditionKind.NEWSLETTER, date=START)

    message = encode(rendered("tekst"), letterhead=letterhead).fill(READER)

    handed_on = re.sub(rb"Message-ID: [^\r]+", b"Message-ID: <0102@amazonses.com>", message)
    handed_on = re.sub(rb"Date: [^\r]+", b"Date: Fri, 01 Jan 2027 12:00:00 +0000", handed_on)
    assert handed_on != message
    assert verdicts(handed_on, records) == [True, True]


def test_where_a_provider_makes_the_mail_anew_nothing_is_signed(
    tmp_path: Path, keys: tuple[DkimKey, ...]
) -> None:
    way = {"NEWSLETTER_TRANSPORT_URL": "postmark://t@api.postmarkapp.com"}
    settings = replace(read_settings({**home(tmp_path), **way}), dkim=keys)

    assert signer_of(settings) is None


def test_without_a_chosen_key_nothing_is_signed(settings: Settings) -> None:
    letterhead = letterhead_of(settings, edition_id=1, kind=EditionKind.NEWSLETTER, date=START)

    assert signer_of(settings) is None
    assert tags(encode(rendered("tekst"), letterhead=letterhead).fill(READER)) == []


def test_a_second_selector_takes_over_and_mail_underway_still_holds(tmp_path: Path) -> None:
    old = make_dkim_key(tmp_path, selector="oud", kind=KeyKind.RSA)
    new = make_dkim_key(tmp_path, selector="nieuw", kind=KeyKind.RSA)
    both = records_of([old, new])
    mails = [
        edition(read_settings({**home(tmp_path), "NEWSLETTER_DKIM_SELECTOR": one}).dkim, "tekst")
        for one in ("oud", "nieuw")
    ]

    assert [tags(one)[0]["s"] for one in mails] == ["oud", "nieuw"]
    assert [verdicts(one, both) for one in mails] == [[True], [True]]


@pytest.mark.parametrize(
    ("lines", "canonical"),
    [
        (b"a  b \r\n", b"a b\r\n"),
        (b"a\tb\r\n \t\r\n\r\n", b"a b\r\n\r\n\r\n"),
        (b"\r\n\r\n", b"\r\n\r\n"),
        (b"a b\r\n", b"a b\r\n"),
        (b" \r\n", b"\r\n"),
        (b"", b""),
    ],
)
def test_lines_in_the_midst_of_a_body_have_their_form(lines: bytes, canonical: bytes) -> None:
    assert canonical_lines(lines) == canonical


def home(folder: Path) -> dict[str, str]:
    return {"NEWSLETTER_DATA_DIR": str(folder)}
