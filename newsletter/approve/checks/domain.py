"""The domain that mail is sent from: SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 9989).

Nothing here stops an edition: who writes it cannot mend the domain, and a relay may do its part.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from feeds.reserved import is_example, is_local
from newsletter.cut import Cut
from newsletter.records import MOST_LOOKUPS, SELECTORS, ending, lookups, tags
from newsletter.values import (
    DomainRecords,
    EditionContent,
    Facts,
    Finding,
    House,
    Level,
    Rendered,
)

WHERE: Final = "settings sender"


def check_domain(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find what lacks in the domain's records, or that they are not known."""
    house = facts.house
    if not house.sender_domain:
        return
    if is_no_domain(house.sender_domain):
        yield _example(house)
    elif facts.domain is None:
        yield _unknown(house.sender_domain)
    else:
        yield from _spf(facts.domain, house)
        yield from _own_keys(facts.domain, house) if house.dkim else _dkim(facts.domain)
        yield from _dmarc(facts.domain)
        yield from _alignment(facts.domain)


def is_no_domain(domain: str) -> bool:
    """Say whether nobody can look anything up at a domain: an example, or of one machine only."""
    return is_example(domain) or is_local(domain) or "." not in domain


def _example(house: House) -> Finding:
    return Finding(
        "domain.example",
        Level.INFO if house.is_trial else Level.WARNING,
        f"De afzender heeft een adres bij {house.sender_domain}. Dat is een voorbeeld: buiten deze "
        "computer komt mail van daar niet aan.",
        WHERE,
        mend="Een beheerder kiest bij Instellingen het echte adres.",
        quote=house.sender_domain,
    )


def _unknown(domain: str) -> Finding:
    return Finding(
        "domain.unknown",
        Level.INFO,
        f"Of mailservers post van {domain} vertrouwen, is nog niet bekend: er is nog niet gekeken, "
        "of geen naamserver gaf antwoord.",
        WHERE,
        mend="Dat gebeurt vanzelf, en anders als je indient.",
        quote=domain,
    )


def _spf(records: DomainRecords, house: House) -> Iterable[Finding]:
    if told := _spf_fault(records):
        sender = f" a:{house.relay}" if house.relay else " mx"
        proposed = f"v=spf1{sender} ~all"
        yield Finding(
            "domain.spf",
            Level.WARNING,
            f"{told} Daardoor kan mail als spam aankomen.",
            WHERE,
            mend=f"Laat een beheerder van {records.bounces} daar één TXT-record zetten, zoals "
            f"“{proposed}”, aangevuld met wat de mailprovider opgeeft.",
            quote=records.spf[0] if records.spf else records.bounces,
        )


def _spf_fault(records: DomainRecords) -> str:
    domain = records.bounces
    if not records.spf:
        return f"Bij {domain} staat niet welke servers mail mogen sturen (SPF)."
    if len(records.spf) > 1:
        return f"Bij {domain} staat meer dan één SPF-record, en dan geldt er geen."
    record = records.spf[0]
    if lookups(record, records.included) > MOST_LOOKUPS:
        return f"Het SPF-record van {domain} verwijst meer dan tien keer door, en geldt dan niet."
    return _of_others(domain, ending(record))


def _of_others(domain: str, said: str | None) -> str:
    if said is None:
        return f"Het SPF-record van {domain} zegt niet wat er met andere servers moet (“~all”)."
    if said in {"+", "?"}:
        return f"Het SPF-record van {domain} laat elke server toe (“{said}all”)."
    return ""


def _dkim(records: DomainRecords) -> Iterable[Finding]:
    if records.keys:
        return
    names = ", ".join(SELECTORS)
    if records.has_other_keys:
        yield Finding(
            "domain.dkim-unknown",
            Level.INFO,
            f"Onder _domainkey.{records.sender} staat iets, maar niet onder een naam die wij "
            f"kennen: {names}.",
            WHERE,
            mend="Vraag je mailprovider of hij de mail ondertekent (DKIM).",
            quote=records.sender,
        )
        return
    yield Finding(
        "domain.dkim",
        Level.WARNING,
        f"Bij {records.sender} vonden we geen sleutel om mail te ondertekenen (DKIM). We zochten "
        f"naar {names}.",
        WHERE,
        mend="Zet ondertekenen aan bij de mailprovider, en laat een beheerder het TXT-record "
        f"plaatsen dat die opgeeft, zoals “default._domainkey.{records.sender}”.",
        quote=records.sender,
    )


def _own_keys(records: DomainRecords, house: House) -> Iterable[Finding]:
    """Find the keys that we sign with and that others cannot check us by."""
    for selector, public in house.dkim.items():
        published = records.own.get(selector)  # None: chosen since the last look
        name = f"{selector}._domainkey.{records.sender}"
        if published in {None, public}:
            continue
        told = f"Bij {name} staat een andere sleutel dan waarmee wij mail ondertekenen (DKIM)."
        if not published:
            told = f"Bij {name} staat geen sleutel, maar wij ondertekenen er wel mail mee (DKIM)."
        yield Finding(
            "domain.dkim-own",
            Level.WARNING,
            f"{told} Daardoor kan mail als spam aankomen.",
            WHERE,
            mend="Laat een beheerder het TXT-record plaatsen dat “newsletter key show” toont.",
            quote=name,
        )


def _dmarc(records: DomainRecords) -> Iterable[Finding]:
    domain = records.sender
    proposed = f"v=DMARC1; p=none; rua=mailto:dmarc@{domain}"
    policy = tags(records.dmarc[0]).get("p", "").lower() if len(records.dmarc) == 1 else ""
    if policy in {"quarantine", "reject"}:
        return
    if policy == "none":
        yield Finding(
            "domain.dmarc-none",
            Level.INFO,
            f"Bij {records.dmarc_at} staat DMARC op alleen meten (p=none): wie zich voor ons "
            "uitgeeft, wordt nergens tegengehouden.",
            WHERE,
            mend="Komt alle mail goed aan, laat dan een beheerder er “p=quarantine” van maken.",
            quote=records.dmarc[0],
        )
        return
    told = "staat niet wat er moet met mail die niet van ons is (DMARC)"
    if records.dmarc:
        told = "staat een DMARC-record dat mailservers niet kunnen lezen"
    yield Finding(
        "domain.dmarc",
        Level.WARNING,
        f"Bij {domain} {told}. Grote mailbedrijven weigeren dan onze mail.",
        WHERE,
        mend=f"Laat een beheerder bij _dmarc.{domain} één TXT-record zetten: “{proposed}”.",
        quote=records.dmarc[0] if records.dmarc else domain,
    )


def _alignment(records: DomainRecords) -> Iterable[Finding]:
    if not is_aligned(records):
        yield Finding(
            "domain.alignment",
            Level.WARNING,
            f"Mail die terugkomt, gaat naar {records.bounces}, en dat hoort niet bij "
            f"{records.sender}. SPF telt dan niet mee voor DMARC.",
            WHERE,
            mend=f"Laat een beheerder een bounce-adres bij {records.sender} instellen, of "
            f"ondertekenen met {records.sender} (DKIM).",
            quote=records.bounces,
        )


def is_aligned(records: DomainRecords) -> bool:
    """Say whether SPF counts for the sender (RFC 9989 §4.4): strictly, or within one domain."""
    if records.sender == records.bounces:
        return True
    policy = tags(records.dmarc[0]) if records.dmarc else {}
    if policy.get("aspf", "r").lower() == "s":
        return False
    top = records.dmarc_at if records.dmarc else records.sender
    return any(
        _is_within(records.bounces, one) and _is_within(records.sender, one)
        for one in (top, records.sender, records.bounces)
    )


def _is_within(domain: str, top: str) -> bool:
    return domain == top or domain.endswith(f".{top}")
