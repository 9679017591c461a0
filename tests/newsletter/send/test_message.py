"""The bytes for one person: decoded, they are what was rendered, with that person's values."""

import html
import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from newsletter.cut import Cut
from newsletter.errors import UnsafeHeader
from newsletter.send.mail.sample import sample_message
from newsletter.send.message import Letterhead, encode, message_id
from newsletter.settings import Settings
from newsletter.values import EditionKind, Personal, Rendered, Slot
from subscribers.values import Audience
from tests.fakes import START

MARKER = "slot4f1d2c3b"
LETTERHEAD = Letterhead(
    edition_id=14,
    kind=EditionKind.NEWSLETTER,
    sender="Steunpunt Opleidingsscholen VO <nieuwsbrief@example.org>",
    contact="redactie@example.org",
    list_name="Steunpunt Opleidingsscholen VO",
    archive_url="https://example.org/archief",
    date=START,
)
READER = Personal(
    email="lezer@example.org",
    name="Jan",
    reason="Je krijgt dit <omdat> je je hebt aangemeld & bevestigd.",
    unsubscribe_url=f"https://example.org/afmelden/{'u' * 22}",
    one_click_url=f"https://example.org/afmelden/{'o' * 22}",
    preferences_url=f"https://example.org/voorkeuren/{'v' * 22}",
    poll_url=f"https://example.org/peiling/{'p' * 22}",
    message_id="<e14.abc@example.org>",
)
NAMES = ["Zoë de Vries-Łukasz", "A" * 200, "é" * 200, "👩‍👩‍👧 Fien 😀", 'Boer, "Piet" de', ""]
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


def rendered(text: str = "", page: str = "") -> Rendered:
    return Rendered(
        cut=Cut(Audience.SCHOOL),
        subject="Nieuwsbrief 14: één dag meelopen",
        preheader="",
        html=page,
        text=text,
        marker=MARKER,
    )


def slot(which: Slot) -> str:
    return f"{MARKER}{which}x"


def parse(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def parts(raw: bytes) -> list[str]:
    return [str(one.get_content()).replace("\r\n", "\n") for one in parse(raw).iter_parts()]


def test_a_contact_with_odd_signs_is_one_address_in_the_way_out() -> None:
    odd = replace(LETTERHEAD, contact="co?x&y@example.org")

    ways = parse(encode(rendered(), letterhead=odd).fill(READER))["List-Unsubscribe"]

    assert ways.endswith("<mailto:co%3Fx%26y@example.org?subject=afmelden>")


def test_headers_are_exactly_these() -> None:
    message = parse(encode(rendered(), letterhead=LETTERHEAD).fill(READER))

    boundary = message.get_boundary()
    assert [(name, str(value)) for name, value in message.items()] == [
        ("To", "Jan <lezer@example.org>"),
        ("Message-ID", "<e14.abc@example.org>"),
        (
            "List-Unsubscribe",
            f"<https://example.org/afmelden/{'o' * 22}>,"
            " <mailto:redactie@example.org?subject=afmelden>",
        ),
        ("From", "Steunpunt Opleidingsscholen VO <nieuwsbrief@example.org>"),
        ("Reply-To", "redactie@example.org"),
        ("Subject", "Nieuwsbrief 14: één dag meelopen"),
        ("Date", "Tue, 20 Apr 2027 08:00:00 +0000"),
        ("List-Id", "Steunpunt Opleidingsscholen VO <nieuwsbrief.example.org>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Archive", "<https://example.org/archief>"),
        ("Precedence", "bulk"),
        ("X-Auto-Response-Suppress", "OOF, AutoReply"),
        ("Feedback-ID", "e14:school:newsletter:exampleorg"),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/alternative; boundary="{boundary}"'),
    ]


def test_letters_before_the_at_stand_in_the_to_header_as_they_are() -> None:
    reader = READER._replace(email="zoë@example.org", name="Zoë")

    raw = encode(rendered(), letterhead=LETTERHEAD).fill(reader)

    head, _, body = raw.partition(b"\r\n\r\n")
    assert "<zoë@example.org>\r\n".encode() in head
    assert head.replace("zoë".encode(), b"").isascii()
    assert body.isascii()


def test_text_comes_first_and_both_parts_are_quoted_printable_utf_8() -> None:
    message = parse(encode(rendered("tekst", "<p>tekst</p>"), letterhead=LETTERHEAD).fill(READER))

    assert [
        (one.get_content_type(), one.get_content_charset(), one["Content-Transfer-Encoding"])
        for one in message.iter_parts()
    ] == [
        ("text/plain", "utf-8", "quoted-printable"),
        ("text/html", "utf-8", "quoted-printable"),
    ]


@given(words=st.text("a.é \n=", max_size=400), reason=st.text("a.é ", max_size=90))
def test_no_line_begins_with_a_dot(words: str, reason: str) -> None:
    reader = READER._replace(reason=reason)
    text = f"{words}{slot(Slot.REASON)}{words}"

    raw = encode(rendered(text, text), letterhead=LETTERHEAD).fill(reader)

    assert b"\n." not in raw
    assert all(len(line) <= 76 for line in raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))
    assert parts(raw)[1] == f"{words}{html.escape(reason)}{words}"


def test_values_are_escaped_in_the_html_part_only() -> None:
    words = f"waarom: {slot(Slot.REASON)}"

    text, page = parts(encode(rendered(words, words), letterhead=LETTERHEAD).fill(READER))

    assert text == f"waarom: {READER.reason}"
    assert page == f"waarom: {html.escape(READER.reason)}"


def test_one_click_url_is_in_the_header_and_the_page_in_the_body() -> None:
    words = f"{slot(Slot.UNSUBSCRIBE)} {slot(Slot.PREFERENCES)}"

    raw = encode(rendered(words, words), letterhead=LETTERHEAD).fill(READER)

    assert parts(raw) == [f"{READER.unsubscribe_url} {READER.preferences_url}"] * 2
    assert READER.one_click_url in parse(raw)["List-Unsubscribe"]


def test_words_may_follow_a_personal_address() -> None:
    words = "\n".join(f"- Antwoord:\n  {slot(Slot.POLL)}?antwoord={n}" for n in range(1, 6))

    raw = encode(rendered(words, words), letterhead=LETTERHEAD).fill(READER)

    wanted = words.replace(slot(Slot.POLL), READER.poll_url)
    assert parts(raw) == [wanted] * 2
    assert max(len(line) for line in raw.split(b"\r\n")) <= 76


@pytest.mark.parametrize("name", NAMES)
def test_any_name_stands_in_to_and_changes_nothing_else(name: str) -> None:
    envelope = encode(rendered("tekst"), letterhead=LETTERHEAD)

    raw = envelope.fill(READER._replace(name=name))

    found = message_from_bytes(raw, policy=policy.compat32)["To"]
    words = str(make_header(decode_header(found))).replace("\r\n", "").replace("\\", "")
    assert words.replace('"Boer, "Piet" de"', 'Boer, "Piet" de') == (
        f"{name} <lezer@example.org>" if name else "<lezer@example.org>"
    )
    assert parts(raw) == ["tekst", ""]


@examples(max_examples=200, deadline=None)
@given(st.lists(TEXTS, min_size=4, max_size=4), TEXTS)
def test_parts_decode_to_what_was_rendered_in_short_lines(pieces: list[str], reason: str) -> None:
    one, two, three, four = ("\n".join(piece.splitlines()) for piece in pieces)
    reason = " ".join(reason.split())[:72].strip()  # a longer one is wrapped
    words = f"{one}{slot(Slot.REASON)}{two}{slot(Slot.UNSUBSCRIBE)}{three}{slot(Slot.REASON)}{four}"

    raw = encode(rendered(words, words), letterhead=LETTERHEAD).fill(READER._replace(reason=reason))

    url, escaped = READER.unsubscribe_url, html.escape(reason)
    assert parts(raw) == [
        f"{one}{reason}{two}{url}{three}{reason}{four}",
        f"{one}{escaped}{two}{url}{three}{escaped}{four}",
    ]
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|[^\x00-\x7f]", raw)


@pytest.mark.parametrize("width", range(70, 80))
def test_value_after_a_line_of_any_width_leaves_no_line_over_76(width: int) -> None:
    words = f"{'x' * width}{slot(Slot.REASON)}{'é' * width}{slot(Slot.REASON)}"

    raw = encode(rendered(words), letterhead=LETTERHEAD).fill(READER)

    assert parts(raw)[0] == f"{'x' * width}{READER.reason}{'é' * width}{READER.reason}"
    assert max(map(len, raw.partition(b"\r\n\r\n")[2].split(b"\r\n"))) <= 76


def test_same_reader_gets_the_same_bytes_twice() -> None:
    words = f"hallo {slot(Slot.REASON)}"
    first = encode(rendered(words, words), letterhead=LETTERHEAD).fill(READER)

    second = encode(rendered(words, words), letterhead=LETTERHEAD).fill(READER)

    assert first == second


def test_message_ids_differ_by_reader_edition_and_key_and_hide_the_reader() -> None:
    made = {
        message_id(edition, reader, key=key, domain="example.org")
        for edition in (1, 2)
        for reader in (7, 8)
        for key in (b"a", b"b")
    }

    assert len(made) == 8
    assert all(re.fullmatch(r"<e[12]\.[a-z2-7]{24}@example\.org>", one) for one in made)


def test_subject_with_a_line_break_is_refused() -> None:
    forged = replace(rendered(), subject="Nieuws\r\nBcc: x@example.org")

    with pytest.raises(UnsafeHeader):
        encode(forged, letterhead=LETTERHEAD)


def test_sample_message_is_that_of_a_reader_who_signed_up_today(settings: Settings) -> None:
    raw = sample_message(
        rendered(slot(Slot.REASON), "<p>tekst</p>"),
        settings,
        edition_id=3,
        kind=EditionKind.ANNOUNCEMENT,
        now=START,
    )

    text, page = parts(raw)
    assert " ".join(text.split()) == (
        "Je krijgt deze aankondiging omdat je je op 20 april 2027 via de site aanmeldde "
        "en koos voor berichten over bijeenkomsten."
    )
    assert page == "<p>tekst</p>"
    assert parse(raw)["List-Id"] == "Steunpunt Opleidingsscholen VO <aankondigingen.example.org>"


def test_reason_is_wrapped_in_the_text_part_only() -> None:
    reason = "Je krijgt deze nieuwsbrief omdat je je hebt aangemeld. " * 4
    reader = READER._replace(reason=reason.strip())
    words = f"boven\n\n{slot(Slot.REASON)}\n"

    text, page = parts(encode(rendered(words, words), letterhead=LETTERHEAD).fill(reader))

    assert max(len(line) for line in text.splitlines()) <= 72
    assert text.split() == ["boven", *reason.split()]
    assert reader.reason in page


@pytest.mark.parametrize("length", range(70, 80))
def test_a_full_stop_at_the_end_of_a_full_line_begins_no_line(length: int) -> None:
    """A server takes the first of two dots away, and nothing doubles this one."""
    reason = "x" * (length - 1) + "."
    words = f"{reason}{slot(Slot.REASON)}"

    raw = encode(rendered(words, words), letterhead=LETTERHEAD).fill(READER._replace(reason=reason))

    assert b"\n." not in raw
    assert [part.count(".") for part in parts(raw)] == [2, 2]
