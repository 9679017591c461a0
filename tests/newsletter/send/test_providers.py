"""Providers that take mail by HTTP: what they get, and what each of their answers means."""

import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from newsletter.errors import (
    TransportDeferred,
    TransportError,
    TransportRefused,
    TransportUnavailable,
    TransportUncertain,
)
from newsletter.send.message import encode
from newsletter.send.transports import aws_signature, open_transport
from newsletter.send.transports.offers import Offers
from newsletter.send.transports.ses import Ses
from newsletter.send.transports.web import LARGEST_BYTES, Waits, WebTransport
from newsletter.values import Receipt, Slot
from newsletter.ways_out import PROVIDERS
from tests.newsletter.send import providers
from tests.newsletter.send.certificates import Authority
from tests.newsletter.send.test_message import LETTERHEAD, READER, rendered, slot
from tests.newsletter.send.test_transports import MESSAGE, SENDER, deliver
from tests.newsletter.send.web_server import Web, answer, web_serving

READER_AT = "lezer@example.org"
EDITION = encode(
    rendered(f"één .\n.\n{slot(Slot.UNSUBSCRIBE)}\n", f"<p>é</p>{slot(Slot.UNSUBSCRIBE)}"),
    letterhead=LETTERHEAD,
).fill(READER._replace(name='Boer, "Piet" de Łuk'))
Told = tuple[type[TransportError] | type[Receipt], int | None]


def opened(kind: str, port: int, **waits: float) -> WebTransport:
    transport = open_transport(providers.provider(kind, port))
    assert isinstance(transport, WebTransport)
    return replace(transport, waits=Waits(**waits)) if waits else transport


def told(kind: str, said: bytes | None, **waits: float) -> Receipt | TransportError:
    """Return what becomes of one message that is answered so."""
    with web_serving(Web(lambda _: said)) as port:
        return deliver(opened(kind, port, **waits), READER_AT)


def meant(found: Receipt | TransportError) -> Told:
    return type(found), found.code


@pytest.mark.parametrize("kind", ["ses", "mailgun"])
def test_every_byte_of_a_message_comes_over(kind: str) -> None:
    web = Web(lambda heard: providers.says(kind, heard))

    with web_serving(web) as port:
        connection = opened(kind, port).connect()
        for message in (MESSAGE, EDITION):
            connection.deliver(sender=SENDER, recipient=READER_AT, message=message)
        connection.close()

    assert [providers.raw(kind, one) for one in web.heard] == [MESSAGE, EDITION]
    assert [providers.recipient(kind, one) for one in web.heard] == [READER_AT] * 2
    assert web.connections == 1


def test_ses_gets_a_signed_request_and_where_mail_comes_back_to() -> None:
    web = Web(lambda heard: providers.says("ses", heard))

    with web_serving(web) as port:
        way = providers.provider("ses", port)
        api = Ses(way, clock=lambda: 1_440_938_160.0)
        transport = WebTransport(api, way.base_url, connections=1)
        connection = transport.connect()
        connection.deliver(sender="b+1@example.org", recipient=READER_AT, message=MESSAGE)
        connection.close()

    [heard] = web.heard
    signed = aws_signature.signed(
        {
            "content-type": "application/json",
            "host": f"127.0.0.1:{port}",
            "x-amz-date": "20150830T123600Z",
        },
        heard.body,
        path="/v2/email/outbound-emails",
        key_id="AKIDEXAMPLE",
        secret="so/secret",
        scope=aws_signature.Scope("eu-west-1", "ses"),
    )
    assert heard.line == "POST /v2/email/outbound-emails HTTP/1.1"
    assert heard.headers["host"] == f"127.0.0.1:{port}"
    assert heard.headers["authorization"] == signed["authorization"]
    assert json.loads(heard.body)["FeedbackForwardingEmailAddress"] == "b+1@example.org"


def test_mailgun_gets_its_key_and_no_tracking() -> None:
    web = Web(lambda heard: providers.says("mailgun", heard))

    with web_serving(web) as port:
        deliver(opened("mailgun", port), READER_AT)

    [heard] = web.heard
    assert heard.line == "POST /v3/mg.example.org/messages.mime HTTP/1.1"
    assert heard.headers["authorization"] == "Basic YXBpOmtleS0x"  # api:key-1
    fields = providers.form(heard)
    assert (fields["o:tracking"], fields["v:sender"]) == (b"no", b"post")


def test_postmark_gets_the_fields_of_an_edition() -> None:
    web = Web(lambda heard: providers.says("postmark", heard))

    with web_serving(web) as port:
        connection = opened("postmark", port).connect()
        connection.deliver(sender="b+token@example.org", recipient=READER_AT, message=EDITION)
        connection.close()

    [heard] = web.heard
    said = json.loads(heard.body)
    headers = {one["Name"]: one["Value"] for one in said.pop("Headers")}
    assert heard.line == "POST /email HTTP/1.1"
    assert heard.headers["x-postmark-server-token"] == "tok-en"
    assert said == {
        "From": '"Steunpunt Opleidingsscholen VO" <nieuwsbrief@example.org>',
        "To": '"Boer, \\"Piet\\" de Łuk" <lezer@example.org>',
        "ReplyTo": "redactie@example.org",
        "Subject": "Nieuwsbrief 14: één dag meelopen",
        "TextBody": f"één .\r\n.\r\n{READER.unsubscribe_url}\r\n",
        "HtmlBody": f"<p>é</p>{READER.unsubscribe_url}",
        "MessageStream": "broadcast",
        "Metadata": {"sender": "b+token", "message-id": READER.message_id},
        "TrackOpens": False,
        "TrackLinks": "None",
    }
    assert headers["Message-ID"] == READER.message_id
    assert headers["X-PM-KeepID"] == "true"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"] == (
        f"<{READER.one_click_url}>, <mailto:redactie@example.org?subject=afmelden>"
    )
    assert {"Date", "Content-Type", "DKIM-Signature"} & set(headers) == set()


def test_postmark_sends_what_is_no_edition_by_the_stream_that_all_have() -> None:
    web = Web(lambda heard: providers.says("postmark", heard))

    with web_serving(web) as port:
        deliver(opened("postmark", port), READER_AT)

    assert json.loads(web.heard[0].body)["MessageStream"] == "outbound"


LATER, NEVER, US, DOUBT = (
    TransportDeferred,
    TransportRefused,
    TransportUnavailable,
    TransportUncertain,
)
STATUSES: list[tuple[int, Told]] = [
    (301, (US, None)),
    (307, (US, None)),
    (400, (NEVER, 554)),
    (401, (US, None)),
    (402, (US, None)),
    (403, (US, None)),
    (404, (US, None)),
    (408, (LATER, 451)),
    (413, (NEVER, 554)),
    (429, (LATER, 451)),
    (500, (DOUBT, None)),
    (502, (DOUBT, None)),
    (503, (LATER, 451)),
    (504, (DOUBT, None)),
]


@pytest.mark.parametrize("kind", PROVIDERS)
@pytest.mark.parametrize(("status", "expected"), STATUSES)
def test_a_status_without_words_has_its_meaning(kind: str, status: int, expected: Told) -> None:
    said = answer(status, b"<html>no object</html>", Location="http://127.0.0.1:1/elsewhere")

    assert meant(told(kind, said)) == expected


@pytest.mark.parametrize(
    ("kind", "status", "said", "expected"),
    [
        ("postmark", 422, {"ErrorCode": 10}, (US, None)),
        ("postmark", 422, {"ErrorCode": 300, "Message": "Invalid 'To' address"}, (NEVER, 550)),
        ("postmark", 422, {"ErrorCode": 400}, (US, None)),
        ("postmark", 422, {"ErrorCode": 405}, (US, None)),
        ("postmark", 422, {"ErrorCode": 406}, (NEVER, 550)),
        ("postmark", 422, {"ErrorCode": 412}, (US, None)),
        ("postmark", 422, {"ErrorCode": 413}, (US, None)),
        ("postmark", 422, {"ErrorCode": 999}, (NEVER, 554)),
        ("postmark", 200, {"ErrorCode": 406}, (NEVER, 550)),
        ("postmark", 503, {"ErrorCode": 100}, (LATER, 451)),
        ("ses", 400, {"__type": "a.b#MessageRejected", "message": "bad"}, (NEVER, 554)),
        (
            "ses",
            400,
            {"__type": "MessageRejected", "message": "Email address is not verified."},
            (US, None),
        ),
        ("ses", 400, {"__type": "AccountSuspendedException"}, (US, None)),
        ("ses", 400, {"__type": "SendingPausedException"}, (US, None)),
        ("ses", 400, {"__type": "MailFromDomainNotVerifiedException"}, (US, None)),
        ("ses", 429, {"__type": "TooManyRequestsException"}, (LATER, 451)),
        ("ses", 400, {"__type": "ThrottlingException", "message": "Rate"}, (LATER, 451)),
        ("ses", 429, {"message": "Daily message quota exceeded."}, (US, None)),
        ("ses", 403, {"message": "The security token is invalid"}, (US, None)),
        ("mailgun", 400, {"message": "'to' parameter is not a valid address"}, (NEVER, 550)),
        ("mailgun", 400, {"message": "from parameter is missing"}, (NEVER, 554)),
        ("mailgun", 403, {"message": "Domain is not allowed to send"}, (US, None)),
    ],
)
def test_what_a_provider_says_comes_before_its_status(
    kind: str, status: int, said: dict[str, Any], expected: Told
) -> None:
    assert meant(told(kind, answer(status, said))) == expected


@pytest.mark.parametrize("kind", PROVIDERS)
@pytest.mark.parametrize(
    "said",
    [
        None,
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"garbage\r\n\r\n",
        answer(200, b"{not json"),
        answer(200, b"[" * 50_000),
        answer(200, ["id", "MessageId"]),
        answer(200, {"id": 1, "MessageId": None, "MessageID": [], "ErrorCode": 0}),
        answer(200, b"\xff\xfe"),
        answer(200, b'{"id": "a", "MessageId": "a"' + b" " * LARGEST_BYTES + b"}"),
        answer(204, b""),
    ],
    ids=[
        *("hangs up", "is silent", "cut off", "cut off in the head", "no HTTP"),
        *("no JSON", "deep JSON", "a list", "no identity", "no text", "huge", "empty"),
    ],
)
def test_without_a_whole_answer_it_may_have_been_accepted(kind: str, said: bytes | None) -> None:
    assert meant(told(kind, said, answer=0.3)) == (DOUBT, None)


def test_of_a_request_that_does_not_go_out_whole_nothing_was_accepted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:  # it reads nothing
        transport = opened("ses", deaf.getsockname()[1], write=0.2)
        connection = transport.connect()
        with pytest.raises(TransportDeferred):
            connection.deliver(sender=SENDER, recipient=READER_AT, message=b"x" * 12_000_000)
        connection.close()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Retry_After": "90"}, 90),
        ({"Retry_After": "99999999999999"}, 86_400),
        ({"Retry_After": "-5"}, 0),
        ({"Retry_After": "soon"}, 0),
        ({"Retry_After": "²"}, 0),
        ({"Retry_After": "Fri, 01 Jan 2027 12:02:00 GMT"}, 0),
        (
            {
                "Retry_After": "Fri, 01 Jan 2027 12:02:00 GMT",
                "Date": "Fri, 01 Jan 2027 12:00:00 GMT",
            },
            120,
        ),
        ({}, 0),
    ],
)
def test_the_pause_that_is_asked_for_is_told(headers: dict[str, str], expected: float) -> None:
    found = told("mailgun", answer(503, {}, **headers))

    assert isinstance(found, TransportDeferred)
    assert found.pause_s == expected


@pytest.mark.parametrize("kind", PROVIDERS)
def test_the_providers_name_for_a_message_is_kept(kind: str) -> None:
    found = told(kind, answer(200, providers.ACCEPTED[kind]))

    identity = {"ses": "0102-a", "postmark": "b7bc-1", "mailgun": "<1@mg.example.org>"}[kind]
    assert found == Receipt(250, f"HTTP 200 accepted as {identity}")


@pytest.mark.parametrize("kind", PROVIDERS)
def test_the_next_reader_is_served_after_every_kind_of_failure(kind: str) -> None:
    web = Web(lambda heard: providers.says(kind, heard))

    with web_serving(web) as port:
        connection = opened(kind, port).connect()
        for who in ("rcpt.550", "rcpt.451", "silent"):
            with pytest.raises(TransportError):
                connection.deliver(sender=SENDER, recipient=f"{who}@example.org", message=MESSAGE)
            connection.deliver(sender=SENDER, recipient=READER_AT, message=MESSAGE)
        connection.close()

    assert len(web.heard) == 6
    assert web.connections == 2  # it was opened again where the server had hung up


@pytest.mark.parametrize("kind", PROVIDERS)
def test_letters_beyond_ascii_are_refused_for_good_before_anything_is_asked(kind: str) -> None:
    web, offers = Web(lambda _: None), Offers()

    with web_serving(web) as port:
        transport = open_transport(providers.provider(kind, port), offers)
        found = deliver(transport, "zoë@example.org")

    assert meant(found) == (NEVER, 553)
    assert (web.heard, offers.letters) == ([], False)


def test_no_redirect_is_followed() -> None:
    """Else the key and the mail would go where any answer points."""
    elsewhere = Web(lambda _: answer(200, {"MessageId": "x"}))

    with web_serving(elsewhere) as other:
        found = told("ses", answer(307, {}, Location=f"http://127.0.0.1:{other}/"))

    assert (type(found), elsewhere.heard) == (US, [])


def test_a_certificate_of_a_stranger_is_refused(tmp_path: Path) -> None:
    web = Web(lambda _: answer(200, {"MessageId": "x"}))

    with web_serving(web, Authority(tmp_path).server()) as port:
        way = providers.provider("ses", port)
        found = deliver(
            open_transport(replace(way, base_url=f"https://localhost:{port}")), "a@b.nl"
        )

    assert (type(found), web.heard) == (US, [])
    assert "certificate" in str(found).lower()


def test_nobody_listening_is_unavailable() -> None:
    with web_serving(Web(lambda _: None)) as port:
        pass

    assert meant(deliver(opened("postmark", port), READER_AT)) == (US, None)


def test_no_error_tells_a_key_or_an_address() -> None:
    words = {"message": "no so/secret for lezer@example.org", "Message": "lezer@example.org"}

    for kind in PROVIDERS:
        found = told(kind, answer(400, words))
        assert "lezer@" not in str(found)
    shown = repr([providers.provider(kind, 1) for kind in PROVIDERS])
    assert not {"so/secret", "AKIDEXAMPLE", "tok-en", "key-1"} & set(shown.split("'"))


def test_a_signature_is_as_amazon_makes_it() -> None:
    """The request "post-vanilla" of their test suite for Signature Version 4."""
    headers = {"host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"}

    signed = aws_signature.signed(
        headers,
        b"",
        path="/",
        key_id="AKIDEXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        scope=aws_signature.Scope("us-east-1", "service"),
    )

    assert signed["authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
        "SignedHeaders=host;x-amz-date, "
        "Signature=5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"
    )
