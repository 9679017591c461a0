"""Every mail that goes out, as raw bytes, against the rules that mail programs hold us to.

A rule returns what is wrong, one sentence each. S: bytes and MIME (RFC 2045-2047, 5322). H: headers
(RFC 2369, 2919, 3834, 8058). T: the text part. B: the HTML, its links and what people see of it.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import getaddresses, parsedate_to_datetime
from functools import cache, cached_property
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from tempfile import mkdtemp
from typing import Final
from urllib.parse import urlsplit

import pytest

from newsletter.compose.notices import NoticeRenderer
from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.send.message import encode, letterhead_of, message_id
from newsletter.send.notices import NOTICES, notice_message
from newsletter.settings import Settings, read_settings
from newsletter.values import EditionContent, Personal
from subscribers.links import Links
from subscribers.values import Audience
from tests.fakes import START
from tests.newsletter.compose.samples import BASE, announcement, newsletter

KEY: Final = b"k" * 32
READER: Final = "lezer@example.org"
NAME: Final = 'Zoë "de" Vries-Łukasz, schoolopleider aan de Ĳssel met een heel lange achternaam'
REASON: Final = (
    "Je krijgt deze mail omdat je je op 4 mei 2026 via de site aanmeldde als schoolopleider."
)
HOSTILE: Final = (
    'Een "titel" met \\u{ad} <b>é\u0301</b> & een\u00adafbreking \u201cok\u201d {{7*7}} 👩‍👩‍👧'
)
VOID: Final = frozenset({"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"})
AUDIENCES: Final = (*Audience, None)


@dataclass(frozen=True)
class Tag:
    """A start tag. inside: the names of the elements around it, outermost first."""

    name: str
    attributes: Mapping[str, str]
    inside: tuple[str, ...]
    words: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def style(self, name: str) -> str:
        found = re.search(rf"(?:^|;)\s*{name}\s*:\s*([^;]+)", self.attributes.get("style", ""))
        return found[1].strip() if found else ""


class Page(HTMLParser):
    """The tags of a page, its comments and the words that are seen."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[Tag] = []
        self.comments: list[str] = []
        self.words: list[str] = []
        self._open: list[Tag] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        one = Tag(tag, {k: v or "" for k, v in attrs}, tuple(one.name for one in self._open))
        self.tags.append(one)
        if tag not in VOID:
            self._open.append(one)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = tuple(one.name for one in self._open)
        self.tags.append(Tag(tag, {k: v or "" for k, v in attrs}, names))

    def handle_endtag(self, tag: str) -> None:
        if any(one.name == tag for one in self._open):
            while self._open.pop().name != tag:
                pass

    def handle_data(self, data: str) -> None:
        names = {one.name for one in self._open}
        is_hidden = any("display:none" in one.attributes.get("style", "") for one in self._open)
        if not names & {"style", "head"} and not is_hidden:
            self.words.append(data)
        for one in self._open:
            one.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def all(self, *names: str) -> list[Tag]:
        return [one for one in self.tags if one.name in names]


@dataclass(frozen=True)
class Mail:
    """A message as it goes over the wire, and what is read from it."""

    raw: bytes
    is_bulk: bool
    preheader: str = ""

    @cached_property
    def head(self) -> bytes:
        return self.raw.partition(b"\r\n\r\n")[0]

    @cached_property
    def lines(self) -> list[bytes]:
        return self.raw.split(b"\r\n")

    @cached_property
    def message(self) -> EmailMessage:
        message = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(message, EmailMessage)
        return message

    @cached_property
    def parts(self) -> list[EmailMessage]:
        return [one for one in self.message.iter_parts() if isinstance(one, EmailMessage)]

    @cached_property
    def text(self) -> str:
        return str(self.parts[0].get_content()).replace("\r\n", "\n")

    @cached_property
    def html(self) -> str:
        return str(self.parts[-1].get_content()).replace("\r\n", "\n")

    @cached_property
    def page(self) -> Page:
        return Page(self.html)

    def header(self, name: str) -> str:
        """Return the header on one line, as it stands: encoded words are not decoded."""
        found = message_from_bytes(self.raw, policy=policy.compat32)[name]
        return re.sub(r"\r?\n[ \t]", " ", str(found or ""))

    def decoded(self, name: str) -> str:
        return str(make_header(decode_header(self.header(name))))

    @property
    def hrefs(self) -> list[Tag]:
        return [one for one in self.page.all("a") if "href" in one.attributes]


Rule = Callable[[Mail], Iterable[str]]
RULES: dict[str, Rule] = {}


def s_line_ends(mail: Mail) -> Iterable[str]:
    yield from re.findall(r"(?<!\r)\n|\r(?!\n)", mail.raw.decode("latin-1"))


def s_only_ascii_without_controls(mail: Mail) -> Iterable[str]:
    yield from re.findall(r"[^\x20-\x7e\r\n]", mail.raw.decode("latin-1"))


def s_line_length(mail: Mail) -> Iterable[str]:
    head = mail.head.split(b"\r\n")
    # Not folded before its address: programs are known that look at the first line only.
    folded = (line for line in head if not line.startswith(b"List-Unsubscribe: <"))
    yield from (f"header of {len(line)}: {line!r}" for line in folded if len(line) > 78)
    body = mail.lines[len(head) :]
    yield from (f"line of {len(line)}" for line in body if len(line) > 76)


def s_encoded_words(mail: Mail) -> Iterable[str]:
    for line in mail.head.decode("ascii").split("\r\n"):
        words = re.findall(r"=\?[^?]+\?[bqBQ]\?[^?]*\?=", line)
        yield from (f"{len(word)} long" for word in words if len(word) > 75)
        if words and len(line) > 76:
            yield f"a line of {len(line)} with encoded words"
        if re.search(r'"[^"]*=\?[^"]*"|<[^>]*=\?|@=\?', line):
            yield f"in a quoted string or an address: {line}"
    for word in re.findall(r"=\?[^?]+\?[bqBQ]\?[^?]*\?=", mail.head.decode("ascii")):
        try:
            make_header(decode_header(word))
        except UnicodeDecodeError:
            yield f"cuts a character: {word}"


def s_singletons(mail: Mail) -> Iterable[str]:
    names = Counter(name.lower() for name in mail.message)
    yield from (name for name, count in names.items() if count > 1)
    wanted = {"from", "to", "date", "subject", "message-id", "mime-version", "content-type"}
    yield from (f"no {name}" for name in wanted - set(names))


def s_no_header_that_tells(mail: Mail) -> Iterable[str]:
    banned = {
        *("bcc", "cc", "sender", "disposition-notification-to", "return-receipt-to", "errors-to"),
        *("x-priority", "importance", "priority", "received", "x-mailer", "return-path"),
    }
    yield from (name for name in mail.message if name.lower() in banned)


def s_multipart(mail: Mail) -> Iterable[str]:
    if mail.message.get_content_type() != "multipart/alternative" or mail.message.defects:
        yield "not a sound multipart/alternative"
    if mail.message.get("Content-Transfer-Encoding", "7bit") != "7bit":
        yield "a multipart is 7bit"
    kinds = [one.get_content_type() for one in mail.parts]
    if kinds != ["text/plain", "text/html"]:
        yield f"parts {kinds}"
    for one in mail.parts:
        if one["Content-Transfer-Encoding"] != "quoted-printable":
            yield f"{one.get_content_type()} is {one['Content-Transfer-Encoding']}"
        if one.get_content_charset() != "utf-8" or one.get_filename() or one.defects:
            yield f"{one.get_content_type()} is not plain UTF-8"
    if mail.message["MIME-Version"] != "1.0":
        yield "no MIME-Version"


def s_size(mail: Mail) -> Iterable[str]:
    if len(mail.raw) >= 500_000:
        yield f"{len(mail.raw)} bytes"


def h_from(mail: Mail) -> Iterable[str]:
    found = getaddresses([mail.header("From")])
    if len(found) != 1 or not found[0][0] or found[0][1] != "nieuwsbrief@example.org":
        yield f"{found}"


def h_to_one(mail: Mail) -> Iterable[str]:
    found = getaddresses([mail.header("To")])
    if [address for _, address in found] != [READER]:
        yield f"{found}"


def h_reply_to(mail: Mail) -> Iterable[str]:
    found = [address for _, address in getaddresses([mail.header("Reply-To")])]
    if found != ["redactie@example.org"]:
        yield f"{found}"


def h_date(mail: Mail) -> Iterable[str]:
    date = mail.header("Date")
    if not re.search(r" [+-]\d{4}$", date):
        yield f"no numeric zone: {date}"
    if abs(parsedate_to_datetime(date) - START) > timedelta(days=1):
        yield f"not now: {date}"


def h_message_id(mail: Mail) -> Iterable[str]:
    found = mail.header("Message-ID")
    if not re.fullmatch(r"<[\w.]{16,}@example\.org>", found) or "lezer" in found:
        yield found


def h_subject(mail: Mail) -> Iterable[str]:
    subject = mail.decoded("Subject")
    if not 0 < len(subject) <= 150 or subject.isupper() or "!!" in subject:
        yield subject
    if re.match(r"(re|fw|fwd|antw)\s*:", subject, re.IGNORECASE):
        yield f"a fake answer: {subject}"


def h_list(mail: Mail) -> Iterable[str]:
    names = ("List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Archive", "Feedback-ID")
    if not mail.is_bulk:
        yield from (f"{name} on a notice" for name in names if name in mail.message)
        return
    if not re.search(r"<(nieuwsbrief|aankondigingen)\.example\.org>$", mail.header("List-Id")):
        yield mail.header("List-Id")
    if mail.header("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click":
        yield mail.header("List-Unsubscribe-Post")
    leave = re.fullmatch(
        rf"<{BASE}/afmelden/([\w-]{{22}})>, <mailto:redactie@example\.org\?subject=afmelden>",
        mail.header("List-Unsubscribe"),
    )
    if not leave or leave[1] in mail.text + mail.html:
        yield f"no one-click of its own: {mail.header('List-Unsubscribe')}"
    if mail.header("List-Archive") != f"<{BASE}/archief>":
        yield mail.header("List-Archive")
    if not re.fullmatch(r"e\d+:[a-z]+:[a-z]+:[a-z0-9]{5,15}", mail.header("Feedback-ID")):
        yield mail.header("Feedback-ID")


def h_automatic(mail: Mail) -> Iterable[str]:
    wanted = {"Precedence": "bulk"} if mail.is_bulk else {"Auto-Submitted": "auto-generated"}
    unwanted = {"Precedence", "Auto-Submitted"} - set(wanted)
    found = {name: mail.header(name) for name in wanted}
    if found != wanted or any(name in mail.message for name in unwanted):
        yield f"{found}"
    if mail.header("X-Auto-Response-Suppress") != "OOF, AutoReply":
        yield mail.header("X-Auto-Response-Suppress")


def t_coverage(mail: Mail) -> Iterable[str]:
    seen, told = _words(" ".join(mail.page.words)), _words(mail.text)
    missing = seen - told
    share = 1 - sum(missing.values()) / sum(seen.values())
    if share < 0.8:
        yield f"{share:.0%} of the words; missing {missing.most_common(20)}"


def t_links(mail: Mail) -> Iterable[str]:
    links = {one.attributes["href"] for one in mail.hrefs}
    # A part of a page is a link of its own only where there is something to scroll to.
    in_html = {unescape(link).partition("#")[0] for link in links if link.startswith("http")}
    in_text = {one.rstrip(".,)") for one in re.findall(r"https?://[^\s<>]+", mail.text)}
    yield from (f"not in the text: {link}" for link in in_html - in_text)
    yield from (f"not in the HTML: {link}" for link in in_text - in_html)


def t_no_markup(mail: Mail) -> Iterable[str]:
    yield from re.findall(
        r"</?(?:p|a|br|td|div|span|strong)\b[^>]*>|&(?:amp|nbsp|#\d+);", mail.text
    )
    yield from re.findall(r"slot[0-9a-f]{8,}|\bNone\b|\bundefined\b", mail.text)


def t_who_and_how_to_stop(mail: Mail) -> Iterable[str]:
    for text in (mail.text, " ".join(" ".join(mail.page.words).split())):
        if "Voorbeeldstraat 1, 1234 AB Voorbeeldstad" not in " ".join(text.split()):
            yield "no postal address"
    if mail.is_bulk and not (f"{BASE}/afmelden/" in mail.text and f"{BASE}/afmelden/" in mail.html):
        yield "no link to unsubscribe"


def b_language_and_title(mail: Mail) -> Iterable[str]:
    (page,), (title,) = mail.page.all("html"), mail.page.all("title")
    if (page.attributes.get("lang"), page.attributes.get("dir")) != ("nl", "ltr"):
        yield f"{page.attributes}"
    if title.text != mail.decoded("Subject"):
        yield f"{title.text!r} is not {mail.decoded('Subject')!r}"
    if "charset=utf-8" not in mail.html[:2000].lower():
        yield "no charset"


def b_preheader(mail: Mail) -> Iterable[str]:
    first = next(one for one in mail.page.tags if "display:none" in one.attributes.get("style", ""))
    if not 40 <= len(first.text) <= 110:
        yield f"{len(first.text)} characters: {first.text}"


def b_size(mail: Mail) -> Iterable[str]:
    size, styles = len(mail.html.encode()), sum(len(one.text) for one in mail.page.all("style"))
    if size >= 102_400:
        yield f"{size} bytes"
    if styles >= 16_000:
        yield f"{styles} bytes of style"


def b_pictures(mail: Mail) -> Iterable[str]:
    for one in mail.page.all("img"):
        source, alt = one.attributes.get("src", ""), one.attributes.get("alt")
        if alt is None or (not alt and "a" in one.inside):
            yield f"no alt: {source}"
        if not source.startswith(f"{BASE}/static/mail/") or not source.endswith((".png", ".jpg")):
            yield f"not our own: {source}"
        if not re.fullmatch(r"\d+", one.attributes.get("width", "")):
            yield f"no whole width: {one.attributes}"
        if int(one.attributes.get("width", "0") or 0) < 8:
            yield f"a pixel: {source}"
        if not one.style("font-size") or not one.style("color"):
            yield f"alt text has no looks: {source}"


def b_nothing_from_elsewhere(mail: Mail) -> Iterable[str]:
    yield from re.findall(r"@import[^;]*|url\([^)]*\)", mail.html)
    for one in mail.page.tags:
        loads = (one.attributes.get(name, "") for name in ("src", "background", "srcset", "poster"))
        yield from (link for link in loads if link and not link.startswith(f"{BASE}/static/mail/"))
    yield from (one.attributes.get("href", "link") for one in mail.page.all("link"))


def b_nothing_that_runs(mail: Mail) -> Iterable[str]:
    banned = ("script", "form", "input", "button", "iframe", "object", "embed", "svg", "video")
    yield from (one.name for one in mail.page.all(*banned, "base", "audio", "link", "math"))
    for one in mail.page.tags:
        yield from (f"{one.name} {name}" for name in one.attributes if name.startswith("on"))


def b_links(mail: Mail) -> Iterable[str]:
    targets: dict[str, set[str]] = {}
    ids = {one.attributes["id"] for one in mail.page.tags if "id" in one.attributes}
    for one in mail.hrefs:
        href = one.attributes["href"]
        words = one.text.lower() or "picture"
        targets.setdefault(words, set()).add(href)
        if href.startswith("#"):
            yield from [] if href[1:] in ids else [f"leads nowhere: {href}"]
        elif urlsplit(href).scheme not in {"https", "mailto"}:
            yield f"not https: {href}"
        if "@" in href and not href.startswith("mailto:"):
            yield f"an address in {href}"
        if words in {"klik hier", "lees meer", "lees verder", "hier", "link"}:
            yield f"says nothing: {words}"
        if not (one.style("color") and one.style("text-decoration")):
            yield f"no colour of its own: {href}"
    yield from (f"{words}: {links}" for words, links in targets.items() if len(links) > 1)


def b_headings(mail: Mail) -> Iterable[str]:
    levels = [int(one.name[1]) for one in mail.page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    if levels.count(1) != 1 or levels[:1] != [1]:
        yield f"{levels}"
    steps = pairwise(levels)
    yield from (f"h{before} then h{after}" for before, after in steps if after > before + 1)
    yield from ("an empty heading" for one in mail.page.all("h1", "h2", "h3") if not one.text)


def b_tables(mail: Mail) -> Iterable[str]:
    for one in mail.page.all("table"):
        if one.attributes.get("role") != "presentation":
            yield f"{one.attributes}"
    gone = ("target", "vertical-align")
    yield from (one.name for one in mail.page.tags if any(name in one.attributes for name in gone))


def b_type(mail: Mail) -> Iterable[str]:
    for one in mail.page.tags:
        size = one.style("font-size")
        if size and size not in {"0px", "1px", "0"} and float(size.removesuffix("px")) < 14:
            yield f"{one.name} of {size}"
    yield from re.findall(r"text-transform:\s*uppercase|text-align:\s*justify", mail.html)
    yield from re.findall(r"display:\s*(?:flex|grid)|position:\s*\w+", mail.html)


def b_comments(mail: Mail) -> Iterable[str]:
    yield from (one for one in mail.page.comments if not one.startswith(("[if", "<![endif", "<!")))


def b_escapes(mail: Mail) -> Iterable[str]:
    """MRML writes attributes in Rust's debug form; what it changed must not reach anybody."""
    given = mail.html.replace("\\u{ad} ", "")  # a hostile title has it as its own text
    yield from re.findall(r"\\u\{\w+\}|\\[\"nt]", given)
    yield from re.findall(r"slot[0-9a-f]{8,}|\{\{(?!7\*7)|\{%", mail.html)
    yield from re.findall(r"&amp;(?:amp|lt|gt|quot|#\d+);", mail.html)


for _name, _rule in list(globals().items()):
    if re.match(r"[shtb]_", _name):
        RULES[_name] = _rule


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W\d_]{2,}", re.sub(r"https?://\S+", " ", text).lower()))


@cache
def mails() -> Mapping[str, Mail]:
    """Every kind of mail that we send, for each audience."""
    settings = read_settings({"NEWSLETTER_DATA_DIR": mkdtemp(), "NEWSLETTER_BASE_URL": BASE})
    hostile = newsletter(subject=HOSTILE, preheader=f"{HOSTILE} " + "en nog wat woorden erbij")
    made = {
        f"{name} {audience or 'overig'}": _edition(content, audience, settings)
        for name, content in (
            ("newsletter", newsletter()),
            ("announcement", announcement()),
            ("hostile", hostile),
        )
        for audience in AUDIENCES
    }
    Path(settings.data_dir / "secret.key").unlink(missing_ok=True)
    settings.data_dir.rmdir()
    return made | {f"notice {name}": _notice(name, settings) for name in sorted(NOTICES)}


def _edition(content: EditionContent, audience: Audience | None, settings: Settings) -> Mail:
    rendered = Renderer(organisation=settings.organisation, base_url=BASE)(content, Cut(audience))
    assert rendered.problems == ()
    letterhead = letterhead_of(settings, edition_id=content.id, kind=content.kind, date=START)
    links = Links(KEY, BASE)
    personal = Personal(
        email=READER,
        name=NAME,
        reason=REASON,
        unsubscribe_url=links.unsubscribe_url(7, content.id),
        one_click_url=links.one_click_url(7, content.id),
        preferences_url=links.preferences_url(7, content.id),
        poll_url=links.poll_url(7, content.id),
        message_id=message_id(content.id, 7, key=KEY, domain=letterhead.domain),
    )
    return Mail(encode(rendered, letterhead=letterhead).fill(personal), is_bulk=True)


def _notice(name: str, settings: Settings) -> Mail:
    render = NoticeRenderer(organisation=settings.organisation, base_url=BASE)
    text = render(name, NOTICES[name].sample())
    return Mail(notice_message(text, to=READER, settings=settings, now=START), is_bulk=False)


@pytest.mark.parametrize("rule", sorted(RULES))
def test_every_mail_keeps_the_rule(rule: str) -> None:
    wrong = {name: list(RULES[rule](mail)) for name, mail in mails().items()}

    assert {name: faults for name, faults in wrong.items() if faults} == {}
