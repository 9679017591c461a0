"""Links lead to the web, say where they go, and do not share their words (WCAG 2.4.4)."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from newsletter.approve.checks.reading import Link, name_of, read_mail, where
from newsletter.values import BlockContent, EditionContent, Finding, Level, Rendered, Slot
from subscribers.values import Audience

_WEB: Final = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
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
    content: EditionContent, rendered: Mapping[Audience | None, Rendered]
) -> Iterable[Finding]:
    """Find addresses that are no web address, and links whose words do not say where they go."""
    for block in content.blocks:
        yield from _addresses(block)
    for variant in rendered.values():
        links = [link for link in read_mail(variant.html).links if not _is_slot(link, variant)]
        for link in links:
            yield from _one(link)
        yield from _same_words(links)


def _addresses(block: BlockContent) -> Iterable[Finding]:
    for name in _URL_FIELDS:
        url = str(block.fields.get(name) or "").strip()
        if url and not _WEB.fullmatch(url):
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
    return link.url in {f"{variant.marker}{slot}x" for slot in Slot}
