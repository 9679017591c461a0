"""Letting a warning pass with a reason that is kept, and taking that back. Errors never pass.

A waiver is bound to the rule, the place and the quoted words: a sentence that changes asks anew.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from newsletter.approve import review
from newsletter.errors import FindingGone
from newsletter.model import Waiver
from newsletter.ports import Render
from newsletter.store.editions import lock_edition, log_event
from newsletter.store.waivers import find_waiver
from newsletter.values import Finding, House, Level
from storage.session import Database


@dataclass(frozen=True, slots=True)
class Waived:
    """A warning that somebody let pass."""

    finding: Finding
    because: str
    at: datetime
    by_id: int | None


@dataclass(frozen=True, slots=True)
class Sorted:
    """Findings that still ask for something, and those that were waved through."""

    left: tuple[Finding, ...]
    waived: tuple[Waived, ...]


def finding_mark(finding: Finding) -> str:
    """Return what tells a finding from others of its edition, as long as its words stay."""
    whole = "\0".join((finding.rule, finding.where, finding.field, finding.quote))
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def sort_findings(findings: Iterable[Finding], waivers: Mapping[str, Waiver]) -> Sorted:
    """Return the findings apart: only a warning passes, also when a waiver is of the same words."""
    left: list[Finding] = []
    waived: list[Waived] = []
    for finding in findings:
        waiver = waivers.get(finding_mark(finding)) if finding.level is Level.WARNING else None
        if waiver is None:
            left.append(finding)
        else:
            waived.append(Waived(finding, waiver.because, waiver.at, waiver.user_id))
    return Sorted(tuple(left), tuple(waived))


def waive(  # noqa: PLR0913 - a waiver has this many facts
    db: Database,
    edition_id: int,
    mark: str,
    *,
    because: str,
    by: int,
    render: Render,
    house: House,
    now: datetime,
) -> None:
    """Let one warning of the edition pass; a second time changes nothing.

    Raises FindingGone when the edition, as it is now, has no warning of that mark.
    """
    findings = review.check_edition(db, edition_id, render=render, house=house, now=now)
    known = {finding_mark(one): one for one in findings if one.level is Level.WARNING}
    if mark not in known:
        raise FindingGone(f"edition {edition_id} has no such warning any more")
    with db.write() as session:
        lock_edition(session, edition_id)
        if find_waiver(session, edition_id, mark) is not None:
            return
        session.add(
            Waiver(
                edition_id=edition_id,
                mark=mark,
                rule=known[mark].rule,
                because=because,
                at=now,
                user_id=by,
            )
        )
        log_event(session, edition_id, what="waived", now=now, user_id=by, note=because)


def ask_again(db: Database, edition_id: int, mark: str, *, by: int, now: datetime) -> None:
    """Show a warning again that was let pass; a second time changes nothing."""
    with db.write() as session:
        lock_edition(session, edition_id)
        waiver = find_waiver(session, edition_id, mark)
        if waiver is None:
            return
        session.delete(waiver)
        log_event(session, edition_id, what="asked_again", now=now, user_id=by)
