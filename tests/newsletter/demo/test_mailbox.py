"""The mailbox keeps what was caught, in order, and shows it without trusting a word of it."""

import smtplib
from email.message import EmailMessage
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.demo.catcher import Catcher
from newsletter.demo.mailbox import Mailbox, part_text
from newsletter.demo.mailbox_page import SHOWN, MailboxSite
from newsletter.send.transports import open_transport
from newsletter.settings import SmtpRelay

HTML = "<html><head><title>x</title></head><body><script>alert(1)</script><p>Lees</p></body></html>"


def mail(recipient: str = "lezer@example.org", subject: str = "Editie 1") -> bytes:
    message = EmailMessage()
    message["From"] = "Nieuwsbrief <nieuwsbrief@example.org>"
    message["To"] = recipient
    message["Subject"] = subject
    message["Date"] = "Tue, 24 Nov 2026 09:00:00 +0000"
    message["List-Unsubscribe"] = "<http://127.0.0.1:1/afmelden/abc>, <mailto:redactie@example.org>"
    message.set_content("Tekst met <b>haken</b>\n")
    message.add_alternative(HTML, subtype="html")
    return bytes(message).replace(b"\n", b"\r\n")


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "caught")


@pytest.fixture
def client(mailbox: Mailbox) -> TestClient:
    return TestClient(MailboxSite(mailbox).app)


def test_letters_are_listed_newest_first_and_found_by_address(mailbox: Mailbox) -> None:
    numbers = [
        mailbox.keep(mail(), recipient=f"{name}@example.org") for name in ("an", "bo", "anna")
    ]

    assert [one.number for one in mailbox.newest(10)] == numbers[::-1]
    assert [one.recipient for one in mailbox.newest(1, address="AN")] == ["anna@example.org"]
    assert len(mailbox) == 3


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    first = Mailbox(tmp_path).keep(mail(), recipient="a@example.org")

    second = Mailbox(tmp_path).keep(mail(), recipient="b@example.org")

    assert (first, second) == ("00000001", "00000002")


def test_file_names_hold_nothing_about_a_person(mailbox: Mailbox, tmp_path: Path) -> None:
    mailbox.keep(mail("zoë@example.org"), recipient="zoe@example.org")

    assert [path.name for path in (tmp_path / "caught").iterdir()] == ["00000001.eml"]


@pytest.mark.parametrize("number", ["1", "../secret", "00000009", "0000000x"])
def test_what_is_no_number_of_a_letter_opens_nothing(mailbox: Mailbox, number: str) -> None:
    mailbox.keep(mail(), recipient="a@example.org")

    assert mailbox.raw(number) is None


def test_catcher_takes_mail_over_smtp(mailbox: Mailbox) -> None:
    message = mail()
    with Catcher(mailbox) as catcher, smtplib.SMTP(catcher.host, catcher.port) as smtp:
        refused = smtp.sendmail("bounces@example.org", ["a@example.org", "b@example.org"], message)

    assert refused == {}
    assert {one.recipient for one in mailbox.newest(9)} == {"a@example.org", "b@example.org"}
    raw = mailbox.raw("00000001")
    assert raw is not None
    assert raw.endswith(message)
    letter = mailbox.message("00000001")
    assert letter is not None
    assert part_text(letter, "html").strip() == HTML
    assert letter["Return-Path"] == "<bounces@example.org>"


def test_catcher_takes_letters_outside_ascii_and_shows_them(
    mailbox: Mailbox, client: TestClient
) -> None:
    to = "zoë@example.org"
    message = f"To: <{to}>\r\nSubject: x\r\n\r\nTekst\r\n".encode()
    with Catcher(mailbox) as catcher:
        connection = open_transport(SmtpRelay(catcher.host, catcher.port, "none")).connect()
        connection.deliver(sender="b@example.org", recipient=to, message=message)
        connection.close()

    assert [one.recipient for one in mailbox.newest(9, address="ZOË")] == [to]
    assert to in client.get("/").text
    assert to in client.get("/bericht/00000001").text


def test_list_escapes_what_a_mail_says(mailbox: Mailbox, client: TestClient) -> None:
    mailbox.keep(mail(subject="<script>alert(1)</script>"), recipient='"<i>"@example.org')

    page = client.get("/")

    assert "&lt;script&gt;" in page.text
    assert "<script" not in page.text
    assert "<i>" not in page.text
    assert "dinsdag 24 november" in page.text


def test_empty_list_says_what_to_do_and_a_search_without_result_leads_back(
    client: TestClient,
) -> None:
    assert "Verstuur een editie" in client.get("/").text
    assert "Bekijk alle post" in client.get("/?adres=<niemand>").text


def test_list_stops_at_the_newest(mailbox: Mailbox, client: TestClient) -> None:
    for number in range(SHOWN + 1):
        mailbox.keep(mail(), recipient=f"lezer{number}@example.org")

    page = client.get("/").text

    assert page.count("/bericht/") == SHOWN
    assert "lezer0@example.org" not in page


def test_letter_shows_both_parts_headers_and_a_way_to_unsubscribe(
    mailbox: Mailbox, client: TestClient
) -> None:
    number = mailbox.keep(mail(), recipient="lezer@example.org")

    page = client.get(f"/bericht/{number}")

    assert '<a href="http://127.0.0.1:1/afmelden/abc"' in page.text
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert "Tekst met &lt;b&gt;haken&lt;/b&gt;" in page.text
    assert "Delivered-To: lezer@example.org" in page.text
    assert "script" not in page.headers["Content-Security-Policy"]


def test_html_part_is_served_without_any_rights(mailbox: Mailbox, client: TestClient) -> None:
    number = mailbox.keep(mail(), recipient="lezer@example.org")

    page = client.get(f"/bericht/{number}/html")

    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "allow-scripts" not in policy
    assert '<head><base target="_blank">' in page.text


def test_unknown_letter_is_not_there(client: TestClient) -> None:
    assert client.get("/bericht/00000007").status_code == 404
    assert client.get("/bericht/00000007/html").status_code == 404
