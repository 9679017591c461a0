"""A returned message opened within bounds: its headers, the words of its report, what it returns.

Whoever writes to the bounce address decides what we read here. Input may raise PARSER_FAULTS, and
no more; size, parts and depth are bounded here, time and memory by the child that reads
(`reading_children`).
"""

import html
import re
from collections.abc import Iterator
from email import policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from itertools import islice
from typing import Final

from newsletter.learn.mailboxes import MESSAGE_MAXIMUM

PARTS_MAXIMUM: Final = 100
DEPTH_MAXIMUM: Final = 20  # nested parts; the library's parser goes one call deeper for each
TEXT_MAXIMUM: Final = 64 * 1024  # characters of report that are looked through
HEADER_MAXIMUM: Final = 2_000

# The library's parser is written for honest mail: these are what broken mail has made it raise.
PARSER_FAULTS: Final = (
    *(MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError),
    RecursionError,
)
RETURNED_TYPES: Final = (
    *("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers"),
    *("message/rfc822-headers", "message/partial"),
)
# A parameter on a line of its own, which its program forgot to indent (RFC 5322 §2.2.3).
_UNFOLDED: Final = re.compile(rb"\n(?=(?:boundary|charset|report-type)=)", re.IGNORECASE)
_TAG: Final = re.compile(r"<[^<>]{0,2000}>")
_BREAKING: Final = re.compile(r"<\s*/?\s*(?:br|p|div|tr|li|h\d|table|title)\b[^<>]{0,500}>", re.I)
_UNSEEN: Final = re.compile(r"<(style|script)\b.{0,2000}?</\1 *>", re.I | re.S)
# Where the text of a report ends and the message that it returns begins.
_RETURNED_BEGINS: Final = re.compile(
    r"^[ \t>*#=|_-]*(?:"
    r"below this line is (?:a|the) copy of (?:the|your) message"
    r"|(?:this is|here is|the following is|below is|enclosed is|attached is|follows)\b"
    r"[^\n]{0,30}\b(?:copy|text|headers?|returned mail)\b[^\n]{0,40}"
    r"|here is your returned mail"
    r"|(?:begin(?:ning)?(?: of)?|start of|the)?[ \t]*(?:original|unsent|returned"
    r"|undelivered|rejected|old|failed)\s+(?:mail|e-?mail|message)s?(?: \w+)?"
    r"(?: (?:follows|below|text|headers?|starts?|begins?|data))?"
    r"|(?:original )?(?:message|mail) (?:headers?|text|contents?|body)(?: follows?)?"
    r"|your (?:original )?(?:message|mail) (?:reads|was|begins|follows|starts)\b[^\n]{0,40}"
    r"|(?:first|top) \d+ (?:lines|bytes)[^\n]{0,40}"
    r"|oorspronkelijk(?:e)? (?:bericht|e-?mail)(?:koppen)?"
    r"|urspr(?:ü|ue)ngliche (?:nachricht|e-?mail|mail)"
    r"|message d'origine|message original|mensaje original|messaggio originale"
    r")[ \t.:*#=|_-]*$"
    r"|^(?:>\s?)?(?:received:\s*(?:from|by|\()|return-path:\s*<)",
    re.IGNORECASE | re.MULTILINE,
)


def open_message(raw: bytes) -> Message:
    """Return the message, without its parts where those are too deep. Raises PARSER_FAULTS.

    raw: its lines end in "\\n"; empty ones may stand before its headers.
    """
    head, gap, body = raw[:MESSAGE_MAXIMUM].lstrip(b" \t\n").partition(b"\n\n")
    start = _UNFOLDED.sub(b"\n ", head) + gap + body
    lower = start.lower()
    deep = lower.count(b"multipart/") + lower.count(b"message/rfc822") > DEPTH_MAXIMUM
    parser = BytesHeaderParser if deep else BytesParser
    return parser(policy=policy.compat32).parsebytes(start)


def header(message: Message, name: str) -> str:
    """Return a header on one line, "" when it is missing."""
    return next(headers(message, name), "")


def headers(message: Message, name: str) -> Iterator[str]:
    """Yield every header of this name, each on one line."""
    sought = name.lower()
    for each, raw in message.raw_items():
        if each.lower() != sought:
            continue
        text = str(raw)
        # Bytes that no header may have, kept as surrogates by the parser; or ISO-2022, as it is.
        if not text.isascii() or "\x1b$" in text:
            text = _as_unicode(text.encode("utf-8", "surrogateescape"), "")
        yield " ".join(text.split())[:HEADER_MAXIMUM]


def header_text(message: Message, name: str) -> str:
    """Return a header with its encoded words read (RFC 2047)."""
    raw = header(message, name)
    try:
        return shown(str(make_header(decode_header(raw))), HEADER_MAXIMUM)
    except PARSER_FAULTS:
        return shown(raw, HEADER_MAXIMUM)


def shown(text: str, longest: int = 500) -> str:
    """Return text without what cannot be printed, on one line and cut."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:longest]


def parts(message: Message, *types: str) -> Iterator[Message]:
    """Yield the parts of these types, of the first PARTS_MAXIMUM; inside a returned mail none."""
    for part in islice(_walk(message), PARTS_MAXIMUM):
        if _type(part) in types:
            yield part


def report_text(message: Message) -> tuple[str, str]:
    """Return what a report says in words, and what follows in it of the message that it returns."""
    said: list[str] = []
    returned: list[str] = [_as_text(part) for part in parts(message, *RETURNED_TYPES)]
    for text in _texts(message):
        found = _RETURNED_BEGINS.search(text)
        said.append(text[: found.start()] if found else text)
        if found:
            returned.append(text[found.start() :])
    return "\n".join(said)[:TEXT_MAXIMUM], "\n".join(returned)[:TEXT_MAXIMUM]


def _walk(message: Message) -> Iterator[Message]:
    yield message
    if _type(message) in RETURNED_TYPES:
        return
    payload = message.get_payload()
    if isinstance(payload, list):
        for part in payload:
            if isinstance(part, Message):
                yield from _walk(part)


def _type(part: Message) -> str:
    """Return the type of a part, also where no semicolon parts it from what follows it."""
    return part.get_content_type().partition(" ")[0].strip()


def _texts(message: Message) -> Iterator[str]:
    plain = list(islice(parts(message, "text/plain"), PARTS_MAXIMUM))
    if any(_decoded(one).strip() for one in plain):
        yield from map(_decoded, plain)
        return
    pages = list(parts(message, "text/html"))
    yield from (_without_tags(_decoded(one)) for one in pages)
    if not plain and not pages:
        yield from _unparted(message)


def _unparted(message: Message) -> Iterator[str]:
    """Yield the text of parts that should have been cut into parts, and could not be."""
    for part in islice(_walk(message), PARTS_MAXIMUM):
        payload = part.get_payload()
        if _type(part).startswith("multipart/") and isinstance(payload, str):
            yield _decoded(part)


def _decoded(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    return _as_unicode(payload[: TEXT_MAXIMUM * 2], _charset(part)).replace("\r\n", "\n")


def _charset(part: Message) -> str:
    found = part.get_content_charset()
    return found if isinstance(found, str) else ""


def _as_unicode(raw: bytes, charset: str) -> str:
    # ISO-2022 is ASCII until it shifts, so a report that does not say so is read by its shifts.
    guesses = ("iso-2022-jp",) if b"\x1b$" in raw else ()
    for one in (charset, *guesses, "utf-8"):
        try:
            return raw.decode(one)
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def _as_text(part: Message) -> str:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        inner = payload[0]
        lines = [f"{name}: {value}" for name, value in inner.items()]
        return "\n".join(lines)[:TEXT_MAXIMUM]
    return _decoded(part)[:TEXT_MAXIMUM]


def _without_tags(page: str) -> str:
    page = _UNSEEN.sub(" ", page)
    # An address between angle brackets looks like a tag.
    page = re.sub(r"<([^<>@\s]{1,64}@[^<>@\s]{1,255})>", r"&lt;\1&gt;", page)
    return html.unescape(_TAG.sub("", _BREAKING.sub("\n", page)))
