"""Stand-ins for providers: each takes a message as theirs does, and answers in their words."""

import base64
import json
from collections.abc import Mapping
from email import message_from_bytes, policy
from typing import Any

from newsletter.ways_out import Provider, read_way_out
from tests.newsletter.send.web_server import Heard, answer

URLS = {
    "ses": "ses://AKIDEXAMPLE:so%2Fsecret@127.0.0.1:{port}/eu-west-1?connections=2",
    "postmark": "postmark://tok-en@127.0.0.1:{port}?connections=2",
    "mailgun": "mailgun://key-1@127.0.0.1:{port}/mg.example.org?connections=2",
}
ACCEPTED = {
    "ses": {"MessageId": "0102-a"},
    "postmark": {"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc-1"},
    "mailgun": {"id": "<1@mg.example.org>", "message": "Queued. Thank you."},
}
REFUSED: Mapping[str, tuple[int, dict[str, Any], dict[str, str]]] = {
    "ses": (400, {"message": "Illegal address"}, {"x_amzn_ErrorType": "BadRequestException:x"}),
    "postmark": (422, {"ErrorCode": 406, "Message": "Inactive recipient"}, {}),
    "mailgun": (400, {"message": "'to' parameter is not a valid address"}, {}),
}


def provider(kind: str, port: int) -> Provider:
    """Return the way out to a stand-in on this port."""
    way = read_way_out(URLS[kind].format(port=port))
    assert isinstance(way, Provider)
    return way


def says(kind: str, heard: Heard) -> bytes | None:
    """Answer by what the recipient's local part begins with, as the stand-in for SMTP does."""
    who = recipient(kind, heard)
    if who.startswith("silent"):
        return None
    if who.startswith("rcpt.550"):
        status, said, headers = REFUSED[kind]
        return answer(status, said, **headers)
    if who.startswith("rcpt.451"):
        return answer(429, {"message": "too fast"}, Retry_After="7")
    return answer(200, ACCEPTED[kind])


def recipient(kind: str, heard: Heard) -> str:
    """Return whom a request is for."""
    if kind == "ses":
        return str(json.loads(heard.body)["Destination"]["ToAddresses"][0])
    if kind == "postmark":
        return str(json.loads(heard.body)["To"])
    return form(heard)["to"].decode()


def raw(kind: str, heard: Heard) -> bytes:
    """Return the bytes of the message in a request, where it has them."""
    if kind == "ses":
        return base64.b64decode(json.loads(heard.body)["Content"]["Raw"]["Data"])
    return form(heard)["message"]


def form(heard: Heard) -> dict[str, bytes]:
    """Return the fields of a form of parts (RFC 7578), each byte for byte."""
    head = f"Content-Type: {heard.headers['content-type']}\r\n\r\n".encode()
    boundary = message_from_bytes(head, policy=policy.default).get_boundary()
    assert boundary is not None
    fields = {}
    for part in heard.body.split(f"--{boundary}".encode())[1:-1]:
        named, _, value = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        name = named.partition(b'name="')[2].partition(b'"')[0].decode()
        fields[name] = value.removesuffix(b"\r\n")
    return fields
