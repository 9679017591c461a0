"""What was seen where the links lead: dead ones, ones that moved, ones that could not be looked at.

The look itself is `approve/look_up.py`; a check only reads what it found.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from feeds.reserved import host_of, is_example
from feeds.values import LinkOutcome, Sight
from newsletter.dutch import counted
from newsletter.values import Finding, Level

_FOLLOWS: Final = re.compile(
    r"(utm_\w+|fbclid|gclid|gbraid|wbraid|msclkid|mc_[ce]id|_hs(?:enc|mi)|igshid|twclid|li_fat_id)="
)
_O = LinkOutcome
_NO_ENTRY: Final[Mapping[LinkOutcome, str]] = {
    _O.REFUSED: "de site liet ons niet toe",
    _O.BROKEN: "de site heeft een storing",
    _O.SILENT: "er gaf niemand antwoord",
    _O.SLOW: "de site antwoordde niet binnen vijf seconden",
    _O.PRIVATE: "het adres is niet openbaar, of leidt naar een adres dat dat niet is",
    _O.LOOP: "de site stuurt steeds weer door",
}


def find_seen(urls: Iterable[str], sights: Mapping[str, Sight] | None) -> Iterable[Finding]:
    """Find what is wrong with these addresses of web pages, as far as it was seen."""
    if sights is None:
        return
    asked = [url for url in dict.fromkeys(urls) if not is_example(host_of(url))]
    for url in asked:
        if url in sights:
            yield from _of(url, sights[url])
    if unseen := [url for url in asked if url not in sights]:
        links = counted(len(unseen), "link", "links")
        yield Finding(
            "links.not-looked",
            Level.INFO,
            f"Van {links} is nog niet bekeken of ze werken."
            if len(unseen) > 1
            else "Van één link is nog niet bekeken of hij werkt.",
            mend="Dat gebeurt vanzelf, en anders als je indient.",
        )


def without_tracking(url: str) -> str:
    """Return the address without the parameters that only follow who clicks."""
    head, mark, rest = url.partition("?")
    query, hash_mark, fragment = rest.partition("#")
    kept = [one for one in query.split("&") if not _FOLLOWS.match(one)]
    if not mark or len(kept) == len(query.split("&")):
        return url
    return f"{head}{'?' if kept else ''}{'&'.join(kept)}{hash_mark}{fragment}"


def _of(url: str, sight: Sight) -> Iterable[Finding]:
    if sight.outcome is _O.MOVED:
        leads_to = without_tracking(sight.leads_to)
        yield Finding(
            "links.moved",
            Level.WARNING,
            f"Deze link leidt door naar een nieuw adres: {url}",
            url,
            mend=f"Neem het nieuwe adres over: {leads_to}",
            quote=url,
            instead=leads_to,
        )
    elif sight.outcome in {_O.DEAD, _O.NO_NAME}:
        yield Finding(
            "links.dead",
            Level.ERROR,
            _dead(url, sight),
            url,
            mend="Zoek het goede adres, of haal de link weg.",
            quote=url,
        )
    elif sight.outcome is not _O.FINE:
        code = f" (antwoord {sight.code})" if sight.code else ""
        yield Finding(
            "links.unseen",
            Level.WARNING,
            f"Deze link kon niet worden bekeken, want {_NO_ENTRY[sight.outcome]}{code}: {url}",
            url,
            mend="Kijk zelf of hij werkt.",
            quote=url,
        )


def _dead(url: str, sight: Sight) -> str:
    if sight.outcome is _O.NO_NAME:
        return f"Deze link leidt nergens heen, want er is geen site {host_of(url)}: {url}"
    return f"Deze link leidt naar een pagina die er niet is (antwoord {sight.code}): {url}"
