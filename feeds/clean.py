"""Foreign text made safe: plain text and links, and never any HTML. Pure; the last step."""

import html
import re
from typing import Final
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import idna
import nh3

from storage.text import INVISIBLE, one_line, shorten

TITLE_LENGTH: Final = 300
SUMMARY_LENGTH: Final = 400
ENOUGH: Final = 20_000  # of a whole article's HTML, for its first two sentences
ENOUGH_PLAIN: Final = 2_000  # of its words; looking for boilerplate takes the square of them
LINK_LENGTH: Final = 2000
# A link that stays as it is, whatever it is joined to: most are, and this sees it in a tenth of the
# time. Not in it: what could be an entity or a port, and what an address does not need (";", "?#").
PLAIN_LINK: Final = re.compile(
    r"https?://[\w.-]+(?:/[\w./~%+,=:@!*-]*)?(?:\?[\w./~%+,=:@!*-]+)?(?:#[\w./~%+,=:@!*-]+)?", re.A
)
PRINTABLE: Final = "".join(map(chr, range(33, 127)))  # nothing in it is encoded a second time

WITHOUT_TAGS: Final = nh3.Cleaner(tags=set())
# Elements between which a reader sees white space; without it "einde</p><p>begin" becomes one word.
BREAKS: Final = re.compile(
    r"<(?=/?(?:p|br|div|li|ul|ol|h[1-6]|tr|td|th|blockquote|section)\b)", re.I
)
# Where a browser would begin a tag, also when somebody takes the white space out.
MARKUP: Final = re.compile(
    r"<(?=[A-Za-z/!?]|\s*/?\s*(?:script|style|iframe|img|svg|object|embed|form|input|link|meta)\b)",
    re.I,
)
AMPERSANDS: Final = re.compile(r"&(?:(?:amp|#38|#x26);)+", re.I)
MOST_DISGUISES: Final = 4  # entities in entities; nobody but an attacker has two
BOILERPLATE: Final = re.compile(
    r"(?:\s*(?:Het bericht|The post)\s.{1,300}?\s(?:verscheen eerst op|appeared first on)\s"
    r".{1,200}$"
    r"|\s*\[?(?:…|\.\.\.)\]?\s*(?=(?:Lees|Continue|Read|Meer|Verder)\b)"
    r"|\s*\b(?:Lees (?:verder|meer|het (?:hele|volledige) (?:bericht|artikel))|Verder lezen"
    r"|Meer lezen"
    r"|Continue reading|Read more)\b[^.!?]{0,120}$"
    r"|\s*\[(?:…|\.\.\.)\]\s*$)",
    re.I,
)
BOILERPLATE_HINTS: Final = (
    "erscheen eerst", "ppeared first", "…", "...", "ees ", "ezen", "ead more", "ontinue read",
)  # fmt: skip
SENTENCE_END: Final = re.compile(r"[.!?…][\"'”’)\]]*(?=\s+[\"'“‘(]?[A-ZÀ-Þ0-9])")
ABBREVIATIONS: Final = frozenset(
    (
        "art", "bijv", "bv", "ca", "dhr", "dr", "drs", "enz", "etc", "evt", "excl", "fig", "incl",
        "ing", "ir", "jl", "max", "mevr", "min", "mr", "mw", "nl", "nr", "pag", "prof", "red",
        "resp", "st", "tel", "vgl", "zgn", "a.u.b", "d.m.v", "d.w.z", "e.d", "i.c.m", "i.h.k.v",
        "i.p.v", "i.s.m", "i.v.m", "m.b.t", "m.i.v", "m.u.v", "n.a.v", "o.a", "o.b.v", "o.l.v",
        "p.p", "s.v.p", "t.a.v", "t.b.v", "t.o.v", "t/m", "z.o.z",
    )
)  # fmt: skip


def plain_text(markup: str) -> str:
    """Return what a reader would see of HTML, on one line: tags gone, entities decoded once.

    What would be markup when decoded again is gone as well: nothing that comes out is ever a tag.
    """
    if "<" not in markup and "&" not in markup:
        return one_line(markup)
    spaced = BREAKS.sub(" <", INVISIBLE.sub("", markup))
    text = one_line(_without_tags(spaced))
    return _harmless(text) if "<" in text or "&" in text else text


def _without_tags(markup: str) -> str:
    return html.unescape(WITHOUT_TAGS.clean(markup))


def _harmless(text: str) -> str:
    for _ in range(MOST_DISGUISES):
        decoded = _decoded(text)
        if not MARKUP.search(decoded):
            return text
        text = one_line(MARKUP.sub("", _without_tags(decoded)))
    return one_line(text.replace("<", "").replace("&", ""))


def _decoded(text: str) -> str:
    """Return what is left when all entities, and the entities that they make, are decoded."""
    text = AMPERSANDS.sub("&", text)
    for _ in range(MOST_DISGUISES):
        text, before = INVISIBLE.sub("", html.unescape(text)), text
        if text == before:
            break
    return text


def title_text(markup: str) -> str:
    """Return a title as plain text of at most 300 characters."""
    return shorten(plain_text(markup[:ENOUGH]), TITLE_LENGTH)


def name_text(name: str) -> str:
    """Return what a source calls something (guid, UID) as it is written, on one line.

    Its entities stay, since an address holds "&copy="; only one that hides markup is made plain.
    """
    text = one_line(name, maximum=LINK_LENGTH)
    is_suspect = "<" in text or "&" in text
    return plain_text(text) if is_suspect and MARKUP.search(_decoded(text)) else text


def summary_text(markup: str) -> str:
    """Return the first two sentences, without "Lees verder" and its kin; at most 400 characters."""
    text = without_boilerplate(plain_text(markup[:ENOUGH])[:ENOUGH_PLAIN])
    return shorten(first_sentences(text, 2), SUMMARY_LENGTH)


def without_boilerplate(text: str) -> str:
    """Take off what web sites put after an excerpt."""
    if not any(hint in text for hint in BOILERPLATE_HINTS):
        return text  # the expression looks at every position; most texts have nothing of the kind
    before = ""
    while text != before:
        before, text = text, BOILERPLATE.sub("", text).strip()
    return text


def first_sentences(text: str, count: int) -> str:
    """Return the first sentences of a text; an abbreviation does not end one."""
    for end in SENTENCE_END.finditer(text):
        if _is_abbreviation(text[: end.start()]):
            continue
        count -= 1
        if count == 0:
            return text[: end.end()]
    return text


def safe_link(link: str, *, base: str = "") -> str:
    """Return an absolute http(s) link with its host in ASCII, or "" for anything else (S-41)."""
    link = link.strip()
    if PLAIN_LINK.fullmatch(link):
        return link if len(link) <= LINK_LENGTH else ""
    return _made_safe(link, base)


def _made_safe(link: str, base: str) -> str:
    if not link or _is_suspect(link):
        return ""
    try:
        parts = urlsplit(urljoin(base, link))
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not host or "@" in parts.netloc:
        return ""
    ascii_host = _ascii_host(host)
    if not ascii_host:
        return ""
    netloc = ascii_host if port is None else f"{ascii_host}:{port}"
    if host != ascii_host or " " in parts.netloc:
        parts = parts._replace(netloc=netloc)
    made = quote(urlunsplit(parts), safe=PRINTABLE)
    return made if len(made) <= LINK_LENGTH else ""


def _is_suspect(link: str) -> bool:
    """Say whether a link holds what no link holds, openly or as entities."""
    if INVISIBLE.search(link) or any(sign in link for sign in '\r\n\t"<>\\'):
        return True
    return "&" in link and MARKUP.search(_decoded(link)) is not None


def _ascii_host(host: str) -> str:
    if host.isascii():
        return host if re.fullmatch(r"[A-Za-z0-9._:-]+", host) else ""
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return ""


def _is_abbreviation(before: str) -> bool:
    word = before.rsplit(None, 1)[-1].lstrip("(\"'“‘") if before.strip() else ""
    # "J." in a name and "o.a." end no sentence.
    return word.lower() in ABBREVIATIONS or (len(word) == 1 and word.isupper())
