"""What the name servers say of the domain that mail is sent from: SPF, DKIM and DMARC.

The only place that asks for records; judging them is `approve/checks/domain.py`. What a stranger's
name server answers is bounded: in time, in length, and in how often it leads us on.
"""

import time
from collections.abc import Sequence
from typing import Final

import dns.exception
import dns.resolver
from dns.rdtypes.ANY.TXT import TXT

from newsletter.records import SELECTORS, is_of, led_to, tags
from newsletter.values import DomainRecords

LONGEST: Final = 2000  # characters of one record that are kept
MOST_RECORDS: Final = 20  # at one name
MOST_INCLUDED: Final = 12  # SPF allows ten look-ups in all (RFC 7208 §4.6.4)
MOST_PARENTS: Final = 8  # of the walk up the tree (RFC 9989 §4.10)


class Unanswered(Exception):
    """No name server gave an answer in time."""


class DomainAsker:
    """Asks the system's name servers, or those that are given; safe to share between threads.

    selectors:       of the keys that we sign with ourselves.
    each_s, whole_s: how long one question, and all of one domain, may take.
    """

    def __init__(
        self,
        *,
        selectors: Sequence[str] = (),
        nameservers: Sequence[str] = (),
        port: int = 53,
        each_s: float = 2.0,
        whole_s: float = 10.0,
    ) -> None:
        self._selectors = tuple(selectors)
        self._nameservers, self._port = tuple(nameservers), port
        self._each_s, self._whole_s = each_s, whole_s

    def __call__(self, sender: str, bounces: str) -> DomainRecords | None:
        """Return the records of a sender's domain; None when no name server can be asked.

        bounces: the domain that mail comes back to, of which SPF is looked at.
        """
        try:
            asking = _Asking(self._resolver(), self._each_s, self._whole_s)
            return asking.all(sender, bounces, self._selectors)
        except (Unanswered, dns.resolver.NoResolverConfiguration):
            return None

    def _resolver(self) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self._nameservers)
        if self._nameservers:
            resolver.nameservers, resolver.port = list(self._nameservers), self._port
        return resolver


class _Asking:
    def __init__(self, resolver: dns.resolver.Resolver, each_s: float, whole_s: float) -> None:
        self._resolver, self._each_s = resolver, each_s
        self._until = time.monotonic() + whole_s

    def all(self, sender: str, bounces: str, selectors: Sequence[str]) -> DomainRecords:
        if not self._is_there(sender.rpartition(".")[2], "NS"):
            # Without a network some machines say of each name that it does not exist.
            raise Unanswered(f"nobody knows the top of {sender}")
        spf = self._of(bounces, "v=spf1")
        dmarc_at, dmarc = self._dmarc(sender)
        keys = tuple(one for one in SELECTORS if self._key(one, sender) is not None)
        return DomainRecords(
            sender=sender,
            bounces=bounces,
            spf=spf,
            included=self._included(spf),
            dmarc_at=dmarc_at,
            dmarc=dmarc,
            keys=keys,
            has_other_keys=not keys and self._is_there(f"_domainkey.{sender}", "TXT"),
            own={one: self._key(one, sender) or "" for one in selectors},
        )

    def _dmarc(self, domain: str) -> tuple[str, tuple[str, ...]]:
        """Return the first record on the way up from a domain, and where it stands."""
        labels = domain.split(".")
        for skipped in range(min(len(labels) - 1, MOST_PARENTS)):
            at = ".".join(labels[skipped:])
            if found := self._of(f"_dmarc.{at}", "v=dmarc1"):
                return at, found
        return domain, ()

    def _included(self, spf: Sequence[str]) -> dict[str, str]:
        """Return the records that a record of SPF leads to, and those that these lead to."""
        found: dict[str, str] = {}
        waiting = [name for record in spf for name in led_to(record)]
        while waiting and len(found) < MOST_INCLUDED:
            name = waiting.pop(0)
            if name not in found:
                found[name] = next(iter(self._of(name, "v=spf1")), "")
                waiting.extend(led_to(found[name]))
        return found

    def _key(self, selector: str, domain: str) -> str | None:
        """Return the tag p= of a key, "" for one that was taken back; None when there is none."""
        found = map(tags, self._texts(f"{selector}._domainkey.{domain}"))
        return next(("".join(one["p"].split()) for one in found if "p" in one), None)

    def _of(self, name: str, kind: str) -> tuple[str, ...]:
        texts = self._texts(name)
        return tuple(one for one in texts if is_of(one, kind))

    def _texts(self, name: str) -> list[str]:
        answer = self._ask(name, "TXT")
        if answer is None:
            return []
        rows = [one for one in answer if isinstance(one, TXT)][:MOST_RECORDS]
        return [b"".join(one.strings).decode("utf-8", "replace")[:LONGEST] for one in rows]

    def _is_there(self, name: str, kind: str) -> bool:
        """Say whether there is anything at a name or below it (RFC 8020)."""
        return self._ask(name, kind) is not None

    def _ask(self, name: str, kind: str) -> dns.resolver.Answer | None:
        """Return the answer, empty for a name without such records; None: there is no such name."""
        left_s = self._until - time.monotonic()
        if left_s <= 0:
            raise Unanswered(name)
        try:
            return self._resolver.resolve(
                f"{name}.",
                kind,
                lifetime=min(self._each_s, left_s),
                raise_on_no_answer=False,
                search=False,
            )
        except dns.resolver.NXDOMAIN:
            return None
        except (dns.name.LabelTooLong, dns.name.EmptyLabel, dns.name.NameTooLong):
            return None  # a record leads to what is no name
        except (dns.exception.DNSException, OSError) as failure:
            raise Unanswered(name) from failure
