"""Whom a report in words names: where addresses stand in it, and what is said around them.

flufl.bounce knows the formats of servers by name; what it does not know is read by the looks of it.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from email.message import Message
from email.utils import getaddresses
from typing import Final

from flufl.bounce import all_failures

from newsletter.learn import wording
from newsletter.learn.opening import PARSER_FAULTS, header, header_text, shown
from newsletter.learn.returned import RECIPIENTS_MAXIMUM

AROUND: Final = 9  # lines after an address in which its reason stands
BEFORE: Final = 3
LINE_MAXIMUM: Final = 2_000
SCANNED_LINES: Final = 5_000
FAILED: Final = ("X-Failed-Recipients", "X-Failed-Recipient", "X-Failed-To")
_ADDRESS: Final = re.compile(
    r"""(?<![\w.+=/-])(?:"[^"\s@]{1,64}"|[^\s<>()\[\]{}@,;:"'“”‘’«»]{1,64})"""
    r"""@[^\W_](?:[\w-]{0,62}\.)+[^\W\d_][\w-]{1,62}""",
)
# A server's answer about one address, as old servers write down what they were told.
_ANSWERED: Final = re.compile(
    r"\s{0,8}[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3} )?<?([^<>\s]{1,64}@[^<>\s]{1,255}?)>?\.\.\. "
)
# An address at the start of a line, perhaps behind a mark or a word that names what it is.
_LISTED: Final = re.compile(
    r"^[\s>*#|.•–—-]{0,40}(?:\d{1,3}[.)]\s*)?"
    r"(?:(?:final |original |failed |intended |e-?mail |the )?(?:recipients?|address(?:ee)?|to|user"
    r"|rcpt(?: to)?|mailbox|destination|e-?mail|aan|ontvanger|geadresseerde|an|empf\w+nger"
    r"|destinataire|(?:failed|could not)[\w ]{0,30})\s*(?:\(s\))?\s*[:=]\s*)?"
    r"[<\[(\"'«“ ]{0,3}(?:(?:mailto|smtp|rfc822|to)[:;]\s*)?$",
    re.IGNORECASE,
)
# What stands before an address that is somebody else's: who sent it, whom to ask.
_ELSEWHERE: Final = re.compile(
    r"(?:contact|mail to|e-?mail:?|write to|help|support|questions?|assistance"
    r"|report(?:ed)? (?:this )?to|forward(?:ed)? (?:this|it)? ?to|complain\w*|postmaster"
    r"|administrator|from|sender|sent by|reply[- ]to|afzender|van|von|absender|expéditeur"
    r"|de la part de|message-id|references|in-reply-to|generated from|on behalf of|visit"
    r"|neem contact op(?: met)?|mailto)\W{0,6}$",
    re.IGNORECASE,
)
_SENT_TO: Final = re.compile(r"(?:sent|deliver\w*)\b.{0,20}\bmail to\W{0,6}$", re.IGNORECASE)
# Nobody's: of programs and keepers, or with its letters hidden.
_NEVER: Final = re.compile(
    r"^(?:mailer-daemon|postmaster|abuse|no-?reply|hostmaster|[*]{3,})@", re.IGNORECASE
)
_RETURNED_TO: Final = re.compile(
    r"^[ \t>]*To:([^\n]{0,2000}(?:\n[ \t]+[^\n]{0,2000}){0,5})", re.I | re.M
)
_RETURNED_FROM: Final = re.compile(
    r"^[ \t>]*(?:From|Sender|Return-Path|Reply-To|Message-ID|List-\S+):([^\n]{0,2000})",
    re.IGNORECASE | re.MULTILINE,
)


def named_in(message: Message, said: str, returned: str) -> list[str]:
    """Return whom a report is about, each once, by the surest way that gives anybody.

    said, returned: see `opening.report_text`.
    """
    lines = said.splitlines()
    not_them = senders(message, returned)
    return (
        _in_headers(message)
        or _with_answered(
            _known_formats(message, said, not_them) or _listed(lines, not_them), lines, not_them
        )
        or _told_of(lines, not_them)
        or _addressed(returned, not_them)
        or _in_subject(message, not_them)
        or _known_formats(message, said, frozenset())  # who wrote it may be whom it is about
        or _addressed(returned, frozenset())
    )


def words_about(address: str, said: str) -> str:
    """Return what stands behind an address, and else before it, up to where another is told of."""
    lines, sought = said.splitlines(), address.lower()
    for number, line in enumerate(lines):
        if not sought or sought not in line.lower():
            continue
        if (answered := _ANSWERED.match(line)) and answered[1].lower() == sought:
            return shown(line, LINE_MAXIMUM)
        after = [line, *_after(lines[number + 1 : number + 1 + AROUND], sought)]
        if wording.says_failure(" ".join(after)):
            return shown(" ".join(after), LINE_MAXIMUM)
        before = lines[max(0, number - BEFORE) : number]
        if wording.says_failure(" ".join(before)):
            return shown(" ".join([*before, *after]), LINE_MAXIMUM)
    return ""


def senders(message: Message, returned: str) -> frozenset[str]:
    """Return whom a report cannot be about: who wrote it, and who sent what it returns."""
    names = ("From", "Reply-To", "Sender", "Return-Path", "To", "Delivered-To", "X-Original-To")
    texts = [header(message, name) for name in names] + _RETURNED_FROM.findall(returned)
    return frozenset(found[0].lower() for text in texts for found in _ADDRESS.finditer(text))


def names_only(words: str, whom: frozenset[str]) -> bool:
    """Say whether words name somebody, and nobody but these."""
    named = {found[0].lower() for found in _ADDRESS.finditer(words)}
    return bool(named) and named <= whom


def returned_to(returned: str) -> tuple[str, ...]:
    """Return to whom the mail was addressed that came back."""
    lines = _RETURNED_TO.findall(returned[:32_768])
    return tuple(one for _, one in getaddresses(lines[:5]) if "@" in one)[:RECIPIENTS_MAXIMUM]


def _in_headers(message: Message) -> list[str]:
    said = ",".join(header(message, name) for name in FAILED)
    return _once(found[0] for found in _ADDRESS.finditer(said))


def _known_formats(message: Message, said: str, not_them: frozenset[str]) -> list[str]:
    """Return the addresses that flufl.bounce finds in the words of a report, or else in all of it.

    In all of it there may be the addresses in the headers of the mail that came back.
    """
    plain, whole = _scan(_plainly(message, said)), _scan(message)
    in_words = said.lower()
    told = _once([*plain, *(one for one in whole if one.lower() in in_words)])
    for found in (told, whole):
        if theirs := [one for one in found if not _is_other(one.lower(), not_them)]:
            return theirs
    return []


def _with_answered(
    named: Sequence[str], lines: Sequence[str], not_them: frozenset[str]
) -> list[str]:
    """Return who is named and whom an answer of a server names; nobody when nobody is named."""
    answered = (one[1] for line in lines if (one := _ANSWERED.match(line[:LINE_MAXIMUM])))
    theirs = [one for one in answered if not _is_other(one.lower(), not_them)]
    return _once([*named, *theirs]) if named else []


def _scan(message: Message) -> list[str]:
    """Return what flufl.bounce finds, which tries a hundred patterns on each line."""
    if _lines(message) > SCANNED_LINES:
        return []
    logging.disable(logging.ERROR)  # it tells its log of every message that it stumbles over
    try:
        late, failed = all_failures(message)
    except PARSER_FAULTS:
        return []
    finally:
        logging.disable(logging.NOTSET)
    return _once(one.decode("ascii", "replace").strip("<>") for one in sorted({*late, *failed}))


def _lines(message: Message) -> int:
    texts = (part.get_payload() for part in message.walk())
    return sum(text.count("\n") for text in texts if isinstance(text, str))


def _plainly(message: Message, said: str) -> Message:
    plain = Message()
    for name in ("From", "To", "Subject", "X-Mailer"):
        if value := header(message, name):
            plain[name] = value
    plain["Content-Type"] = "text/plain"
    lines = said.splitlines()[:SCANNED_LINES]
    plain.set_payload("\n".join(lines).encode("ascii", "replace").decode("ascii"))
    return plain


def _listed(lines: Sequence[str], not_them: frozenset[str]) -> list[str]:
    """Return the addresses that begin a line, as servers list those whom they could not reach."""
    return _once(
        found[0]
        for line in lines
        for found in _found(line, not_them)
        if _LISTED.match(line[: found.start()])
    )


def _told_of(lines: Sequence[str], not_them: frozenset[str]) -> list[str]:
    """Return the addresses in sentences, beside words of failure."""
    return _once(
        found[0]
        for number, line in enumerate(lines)
        for found in _found(line, not_them)
        if wording.says_failure(" ".join(lines[max(0, number - 1) : number + 3]))
    )


def _addressed(returned: str, not_them: frozenset[str]) -> list[str]:
    """Return the one to whom the returned mail was addressed; of several it could be any."""
    found = _once(one for one in returned_to(returned) if one.lower() not in not_them)
    return found if len(found) == 1 else []


def _in_subject(message: Message, not_them: frozenset[str]) -> list[str]:
    return _once(found[0] for found in _found(header_text(message, "Subject"), not_them))


def _found(line: str, not_them: frozenset[str]) -> Iterator[re.Match[str]]:
    for found in _ADDRESS.finditer(line[:LINE_MAXIMUM]):
        one = found[0].lower()
        before = line[max(0, found.start() - 60) : found.start()].rstrip(" <\"'(")
        is_elsewhere = _ELSEWHERE.search(before) and not _SENT_TO.search(before)
        if not _is_other(one, not_them) and not is_elsewhere:
            yield found


def _is_other(address: str, not_them: frozenset[str]) -> bool:
    return address in not_them or bool(_NEVER.match(address))


def _after(lines: Sequence[str], sought: str) -> Iterator[str]:
    """Yield the lines that still tell of one address: not after a gap, or where another begins."""
    is_gap = False
    for line in lines:
        others = list(_ADDRESS.finditer(line[:LINE_MAXIMUM]))
        is_next = bool(others) and bool(_LISTED.match(line[: others[0].start()]))
        if (is_gap and not line.strip()) or (
            is_next and all(one[0].lower() != sought for one in others)
        ):
            return
        is_gap = not line.strip()
        yield line


def _once(found: Iterable[str]) -> list[str]:
    """Return addresses once each, whatever their case, in their order."""
    once: dict[str, str] = {}
    for one in found:
        once.setdefault(one.lower(), one)
    return list(filter(None, once.values()))[:RECIPIENTS_MAXIMUM]
