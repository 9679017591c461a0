"""One key per item within its source, and what it has in common with the same story elsewhere.

The fingerprint says whether a reader would see a change. Pure.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from feeds.values import Marks, ParsedItem

KEY_LENGTH: Final = 200
SEEN: Final = json.JSONEncoder(sort_keys=True, default=str)
# A link of which only the scheme, one "www." and slashes at the end can differ from its canonical
# form: most are, and this sees it in a fifth of the time.
PLAIN_LINK: Final = re.compile(
    r"https?://(?:www\.)?(?!www\.)([a-z0-9_.-]+(?:/[\w./~%+,=:@!*-]*)?)", re.A
)
WORD: Final = re.compile(r"\w+")
ENOUGH_WORDS: Final = 16
TRACKING_PREFIXES: Final = ("utm_", "mc_", "pk_", "mtm_", "wt_", "_hs", "at_")
TRACKING: Final = frozenset(
    {"fbclid", "gclid", "dclid", "msclkid", "igshid", "yclid", "ref", "xtor"}
)


def canonical_link(link: str) -> str:
    """Return the form in which two links to one page are equal.

    https, no "www.", no default port, no tracking parameters, no fragment, no slash at the end.
    A text that is no http(s) link comes back as it was. Applying it twice changes nothing.
    """
    if plain := PLAIN_LINK.fullmatch(link):
        return "https://" + plain[1].rstrip("/")
    return _made_canonical(link)


def _made_canonical(link: str) -> str:
    try:
        parts = urlsplit(link.strip())
        host, port = (parts.hostname or ""), parts.port
    except ValueError:
        return link
    if parts.scheme not in {"http", "https"} or not host:
        return link
    while host.startswith("www."):
        host = host.removeprefix("www.")
    if ":" in host:
        host = f"[{host}]"
    netloc = host if port in {None, 80, 443} else f"{host}:{port}"
    return urlunsplit(("https", netloc, parts.path.rstrip("/"), _wanted_query(parts.query), ""))


def item_keys(items: Sequence[ParsedItem]) -> list[str]:
    """Return the key of each item, in order; equal keys only for what is the same item twice.

    Where a source gives one guid to several items, their links tell them apart, else their titles.
    """
    keys = [_first_key(item) for item in items]
    for tell_apart in (lambda item: item.url, lambda item: _digest(item.title)):
        counts = Counter(keys)
        keys = [
            f"{key}|{tell_apart(item)}" if counts[key] > 1 else key
            for key, item in zip(keys, items, strict=True)
        ]
    return [_short(key) for key in keys]


def marked(item: ParsedItem) -> ParsedItem:
    """Return an item with what there is to work out of it, for who asks for that several times."""
    return replace(item, marks=Marks(fingerprint(item), link_key(item), text_key(item)))


def fingerprint(item: ParsedItem) -> str:
    """Return 64 hexadecimal digits that change when a reader would see a change.

    Not when only a date of publishing or a tracking parameter changed (S-38, S-66).
    """
    if item.marks:
        return item.marks.fingerprint
    times = item.times
    seen = (
        item.title,
        item.summary,
        canonical_link(item.url),
        canonical_link(item.image_url),
        [times.starts_at.isoformat(), str(times.ends_at), times.all_day] if times else None,
        item.location,
        item.cancelled,
        dict(item.details),
    )
    return _digest(SEEN.encode(seen))


def link_key(item: ParsedItem) -> str:
    """Return what items about one page share, in every source; "" when the link says too little.

    The front page of a site is the link of many items. An event's page serves all its occurrences,
    so its start counts too.
    """
    if item.marks:
        return item.marks.link_key
    link = canonical_link(item.url)
    return "" if _names_no_page(link) else _digest(f"{_family(item)}|{link}")


def names_no_page(link: str) -> bool:
    """Say whether a link is none, or a site's front page."""
    return _names_no_page(canonical_link(link))


def _names_no_page(canonical: str) -> bool:
    parts = urlsplit(canonical)
    return not parts.netloc or (parts.path in {"", "/"} and not parts.query)


def text_key(item: ParsedItem) -> str:
    """Return what items with the same words share, in every source; "" for too few words.

    A headline alone is no proof: there are many called "Nieuwsbrief".
    """
    if item.marks:
        return item.marks.text_key
    words = WORD.findall(f"{item.title} {item.summary}".casefold())
    if len(words) < ENOUGH_WORDS or len(WORD.findall(item.summary)) < ENOUGH_WORDS // 2:
        return ""
    return _digest(f"{_family(item)}|{' '.join(words)}")


def _family(item: ParsedItem) -> str:
    """Return what two items must share to be one: an event is none but at its own time."""
    return item.times.starts_at.isoformat() if item.times else "text"


def _first_key(item: ParsedItem) -> str:
    if item.guid:
        # A site that moves from http to https often moves its guids along.
        return re.sub(r"^http:", "https:", item.guid)
    return canonical_link(item.url) or "text:" + _digest(item.title + "\n" + item.summary)


def _short(key: str) -> str:
    return key if len(key) <= KEY_LENGTH else "sha256:" + _digest(key)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _wanted_query(query: str) -> str:
    if not query:
        return ""
    pairs = parse_qsl(query, keep_blank_values=True)
    return urlencode([(name, value) for name, value in pairs if not _is_tracking(name)])


def _is_tracking(name: str) -> bool:
    return name.lower() in TRACKING or name.lower().startswith(TRACKING_PREFIXES)
