"""Links lead to the web, say where they go, and do not share their words (WCAG 2.4.4)."""

import re
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import urlsplit

from feeds.values import Sight
from newsletter.approve.checks.looks import find_seen, without_tracking
from newsletter.approve.checks.reading import Link, name_of, read_mail, where
from newsletter.cut import Cut
from newsletter.values import BlockContent, EditionContent, Facts, Finding, Level, Rendered, Slot

_WEB: Final = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
_OURS: Final = re.compile(r"/[^/]\S*")  # a picture on our own site needs no host
_URL_FIELDS: Final = ("url", "register_url", "image")
_SAYS_NOTHING: Final = frozenset(
    {
        "lees meer",
        "lees verder",
        "klik hier",
        "hier",
        "meer",
        "meer info",
        "meer informatie",
        "link",
    }
)


def check_links(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find addresses that are none, and links that hide where they go or follow who clicks."""
    for block in content.blocks:
        yield from _addresses(block)
    own_host = urlsplit(facts.house.base_url).hostname
    for variant in rendered.values():
        links = _links(variant)
        for link in links:
            yield from _one(link)
            if _host(link.url) != own_host:
                yield from _address(link, (facts.links or {}).get(link.url))
        yield from _same_words(links)
    urls = [
        url for variant in rendered.values() for url in web_links(variant, facts.house.base_url)
    ]
    yield from find_seen(urls, facts.links)


def web_links(variant: Rendered, base_url: str) -> list[str]:
    """Return the web addresses in a mail that are not of our own site, in reading order."""
    own = f"{base_url}/"
    urls = dict.fromkeys(link.url for link in _links(variant))
    return [url for url in urls if _WEB.fullmatch(url) and not f"{url}/".startswith(own)]


def _links(variant: Rendered) -> list[Link]:
    return [link for link in read_mail(variant.html).links if not _is_slot(link, variant)]


def _addresses(block: BlockContent) -> Iterable[Finding]:
    for name in _URL_FIELDS:
        url = str(block.fields.get(name) or "").strip()
        is_ours = name == "image" and _OURS.fullmatch(url)
        if url and not is_ours and not _WEB.fullmatch(url):
            yield Finding(
                "links.address",
                Level.ERROR,
                f"Bij {name_of(block)} staat een adres dat geen webadres is: {url}",
                where=where(block),
                mend="Laat het beginnen met https://.",
                field=name,
                quote=url,
            )


def _one(link: Link) -> Iterable[Finding]:
    if not _WEB.fullmatch(link.url) and not link.url.startswith("mailto:"):
        yield Finding(
            "links.scheme",
            Level.ERROR,
            f"Deze link gaat niet naar het web: {link.url}",
            link.url,
            mend="Geef een adres dat begint met https://.",
            quote=link.url,
        )
    if not link.words:
        yield Finding(
            "links.empty",
            Level.ERROR,
            f"Deze link heeft geen tekst: {link.url}",
            link.url,
            mend="Noem wat de lezer daar vindt.",
        )
    elif link.words.strip(" .…:>»").lower() in _SAYS_NOTHING:
        yield Finding(
            "links.words",
            Level.ERROR,
            f"“{link.words}” zegt niet waar de link heen gaat.",
            link.url,
            mend="Noem wat de lezer daar vindt.",
            field="link_text",
            quote=link.words,
        )


def _address(link: Link, seen: Sight | None) -> Iterable[Finding]:
    """Find an address that is not secret on its way, or that follows readers.

    One that was seen to have moved to a secret address is told of as that.
    """
    if not _WEB.fullmatch(link.url):
        return
    is_moving = seen is not None and seen.leads_to.startswith("https:")
    if link.url.lower().startswith("http:") and not is_moving:
        secure = f"https:{link.url[5:]}"
        yield Finding(
            "links.http",
            Level.WARNING,
            f"Deze link is niet beveiligd: {link.url}",
            link.url,
            mend=f"Kijk of {secure} ook werkt, en neem dat adres.",
            quote=link.url,
        )
    if (shorter := without_tracking(link.url)) != link.url:
        yield Finding(
            "links.tracking",
            Level.WARNING,
            f"In deze link staan codes die lezers volgen: {link.url}",
            link.url,
            mend=f"Neem dit adres: {shorter}",
            quote=link.url,
            instead=shorter,
        )


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _same_words(links: Iterable[Link]) -> Iterable[Finding]:
    first: dict[str, str] = {}
    for link in links:
        known = first.setdefault(link.words.lower(), link.url)
        if link.words and known != link.url:
            yield Finding(
                "links.same-words",
                Level.WARNING,
                f"Twee links heten “{link.words}”, maar gaan naar een andere pagina.",
                link.url,
                mend="Geef elk eigen woorden, die zeggen wat de lezer daar vindt.",
                field="link_text",
                quote=link.words,
            )


def _is_slot(link: Link, variant: Rendered) -> bool:
    # Behind the place may stand a page below it, or what a reader answers.
    place = link.url.partition("?")[0].partition("/")[0]
    return place in {f"{variant.marker}{slot}x" for slot in Slot}
