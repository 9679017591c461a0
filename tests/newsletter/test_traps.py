"""What our own tools do wrong without an error, and that the bytes we send do not have it.

Of MRML, of Python's email, idna and smtplib, of icalendar. Each was seen to break real mail.
"""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest

from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.identity import Organisation
from newsletter.learn.reading import read_bounce
from newsletter.send.message import Letterhead, encode
from newsletter.send.transports import open_transport
from newsletter.settings import SmtpRelay
from newsletter.values import EditionKind, Personal, Rendered
from subscribers.values import Audience
from tests.fakes import START
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE, block
from tests.newsletter.send.smtp_server import Relay, serving
from web.public.calendar import write_calendar

RENDER = Renderer(organisation=Organisation(), base_url=BASE)
LONG = f"https://nieuwsbrief.opleidingsscholen.example.org/afmelden/{'t' * 64}"
ODD = 'Zei zij: "doe\\mee" 👩‍🏫 caf\u00e9 e\u0301 a\u00adb <3'


def rendered(**changes: Any) -> Rendered:
    return RENDER(samples.newsletter(**changes), Cut(Audience.SCHOOL))


def raw(*, subject: str = "Vier data", contact: str = "redactie@example.org") -> bytes:
    letterhead = Letterhead(
        edition_id=14,
        kind=EditionKind.NEWSLETTER,
        sender="Steunpunt Opleidingsscholen VO <nieuwsbrief@example.org>",
        contact=contact,
        list_name="Steunpunt Opleidingsscholen VO",
        archive_url=f"{BASE}/archief",
        date=START,
    )
    reader = Personal(
        email="lezer@example.org",
        name="Zoë",
        reason="Je hebt je aangemeld.",
        unsubscribe_url=LONG,
        one_click_url=LONG,
        preferences_url=LONG,
        poll_url=LONG,
        message_id="<e14.abc@example.org>",
    )
    return encode(rendered(subject=subject), letterhead=letterhead).fill(reader)


def parsed(message: bytes) -> EmailMessage:
    found = message_from_bytes(message, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


def test_mrml_writes_attributes_in_debug_form_and_a_quote_closes_them() -> None:
    image = f"{BASE}/static/mail/twee-huizen.png"
    shown = block(1, "article", title="x", lead=True, image=image, image_alt=ODD)

    html = rendered(blocks=(shown,), subject=ODD).html

    alts = [alt for name, alt in attributes(html, "img") if name == "alt"]
    assert ODD.replace("\u00ad", "") in [alt.replace("\u00ad", "") for alt in alts]
    assert "\\u{" not in html
    assert '\\"' not in html


def test_python_folds_a_long_address_into_encoded_words() -> None:
    field = re.search(rb"^List-Unsubscribe: (.*?)\r\n(?! )", raw(), re.MULTILINE | re.DOTALL)

    assert field
    assert f"<{LONG}>".encode() in field[1]
    assert b"=?" not in field[1]


def test_python_makes_lines_of_seventy_eight() -> None:
    message = raw(subject="Één idee voor de één of de ander, en één voor iedereen " * 2)
    head, _, body = message.partition(b"\r\n\r\n")

    assert max(len(line) for line in head.split(b"\r\n") if b"=?" in line) <= 76
    assert max(len(line) for line in body.split(b"\r\n")) <= 76


def test_python_sends_accents_as_8bit() -> None:
    message = raw()

    assert message.isascii()
    assert [part["Content-Transfer-Encoding"] for part in parsed(message).iter_parts()] == [
        "quoted-printable", "quoted-printable"
    ]  # fmt: skip


def test_python_encodes_the_domain_of_an_address_as_if_it_were_a_name() -> None:
    message = parsed(raw(contact="redactie@café.example.org"))

    assert message["Reply-To"] == "redactie@xn--caf-dma.example.org"
    assert "<mailto:redactie@xn--caf-dma.example.org?" in message["List-Unsubscribe"]


def test_python_knows_the_domain_names_of_2003_only() -> None:
    message = parsed(raw(contact="redactie@straße.example.org"))

    assert message["Reply-To"] == "redactie@xn--strae-oqa.example.org"


def test_smtplib_takes_the_envelope_from_the_message_and_writes_it_anew() -> None:
    message = raw().replace(b"To: ", b"Bcc: ander@example.org\r\nTo: ", 1)
    relay = Relay()

    with serving(relay) as port:
        connection = open_transport(SmtpRelay("127.0.0.1", port, "none")).connect()
        connection.deliver(
            sender="retour@example.org", recipient="lezer@example.org", message=message
        )
        connection.close()

    assert [(one.mail_from, one.rcpt_tos) for one in relay.accepted] == [
        ("retour@example.org", ["lezer@example.org"])
    ]
    assert relay.accepted[0].content == message


@pytest.mark.parametrize("wrong", ["<", "I <3 school", "<li>open", "<![CDATA[", "nul\x00"])
def test_mrml_refuses_what_people_write(wrong: str) -> None:
    page = rendered(blocks=(block(1, "article", title=f"Titel {wrong}", teaser=wrong),))

    assert page.problems == ()
    assert "Titel" in page.html


def test_mrml_has_defaults_that_no_mail_should_have() -> None:
    html = rendered().html

    assert dict(attributes(html, "html"))["lang"] == "nl"
    assert dict(attributes(html, "html"))["dir"] == "ltr"
    assert re.search(r"<title>[^<]+</title>", html)
    assert not re.search(r"@import|fonts\.googleapis|Ubuntu|<link", html)
    assert not re.search(r'width="\d+\.\d', html)
    assert not re.search(r"font-size:1[0-3]px[^\"]*\">[^<\s]", html)


def test_mrml_writes_the_body_as_one_line() -> None:
    assert max(len(line) for line in raw().split(b"\r\n")) <= 998


def test_icalendar_counts_the_clock_changes_out_and_gets_them_wrong() -> None:
    written = write_calendar([], name="Agenda", base_url=BASE).decode()

    for part, onset in (("DAYLIGHT", "T020000"), ("STANDARD", "T030000")):
        lines = written.split(f"BEGIN:{part}\r\n")[1].split(f"END:{part}")[0].split("\r\n")
        assert next(line for line in lines if line.startswith("DTSTART:")).endswith(onset)
        assert "RRULE:FREQ=YEARLY" in "".join(lines)
        assert "RDATE" not in "".join(lines)


def test_a_bounce_that_is_no_bounce_names_nobody() -> None:
    answer = b'From: x@example.org\r\nSubject: Re\r\n\r\n{"recipient": "lezer@example.org"}\r\n'

    assert read_bounce(answer).recipients == ()


def attributes(html: str, tag: str) -> list[tuple[str, str]]:
    reader = _Attributes(tag)
    reader.feed(html)
    return reader.found


class _Attributes(HTMLParser):
    def __init__(self, tag: str) -> None:
        super().__init__()
        self._tag = tag
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == self._tag:
            self.found += [(name, value or "") for name, value in attrs]
