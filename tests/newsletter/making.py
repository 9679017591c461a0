"""What the tests of approving and sending need: a renderer, services, editions on their way."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from newsletter.cut import Cut
from newsletter.identity import read_organisation
from newsletter.model import Block
from newsletter.ports import Clock, Preflight, Terms, Transport
from newsletter.review_rows import Approval
from newsletter.send.transports import open_transport
from newsletter.settings import Settings
from newsletter.store.approvals import set_plan, set_seal
from newsletter.store.cuts import cuts_of
from newsletter.store.editions import content_of, get_edition
from newsletter.values import (
    EditionContent,
    EditionKind,
    EditionStatus,
    Finding,
    House,
    InDoubtPolicy,
    Rendered,
    Role,
)
from storage.session import Database
from subscribers.links import Links
from tests.factories import make_edition, make_user

SENDER = "Steunpunt Opleidingsscholen VO <nieuwsbrief@example.org>"
HOUSE = House(base_url="https://nieuwsbrief.example.org")
ALL_SEGMENTS = ("school", "lerarenopleiding", "overig")
ORGANISATION = read_organisation({}, where="tests")


@dataclass(frozen=True)
class WorkerServices:
    """What a worker needs, with the plain renderer."""

    settings: Settings
    db: Database
    clock: Clock
    links: Links
    open_transport: Callable[[], Transport]
    terms: Terms
    preflight: Preflight

    def current(self) -> "WorkerServices":
        return self


def worker_services(
    settings: Settings,
    db: Database,
    clock: Clock,
    *,
    transport: Transport | None = None,
) -> WorkerServices:
    """Return services for `run_worker`; without a transport, the settings' relay."""
    return WorkerServices(
        settings=settings,
        db=db,
        clock=clock,
        links=Links(key=settings.secret_key, base_url=settings.base_url),
        open_transport=lambda: transport or open_transport(settings.smtp),
        terms=TERMS,
        preflight=sound,
    )


def sound(edition_id: int, *, now: datetime) -> tuple[Finding, ...]:
    """A preflight that notices nothing."""
    return ()


def plain_render(content: EditionContent, cut: Cut) -> Rendered:
    """A renderer that needs no templates: pure, as a `ports.Render` is."""
    words = f"{content.title} voor {cut.audience or 'iedereen'}: één editie"
    marker = f"slot{hashlib.sha256(repr(content).encode()).hexdigest()[:12]}"
    slots = f"{marker}reasonx {marker}unsubscribex {marker}preferencesx"
    return Rendered(
        cut=cut,
        subject=content.subject,
        preheader=content.preheader,
        html=f"<h1>{words}</h1><p>{slots}</p>",
        text=f"{words}\n\n{slots}\n",
        marker=marker,
    )


def terms_of(sender: str = SENDER, *, approvers: int = 1) -> Terms:
    """Return what an approval holds under, of an organisation of which nothing was chosen."""
    return Terms(plain_render, (sender, ORGANISATION.contact, ORGANISATION.name), approvers)


TERMS = terms_of()


def make_draft(
    session: Session,
    *,
    now: datetime,
    author_id: int | None = None,
    segments: tuple[str, ...] = ALL_SEGMENTS,
    kind: EditionKind = EditionKind.NEWSLETTER,
) -> int:
    article = {"title": "Een dag meelopen", "text": "Dat mag.", "url": "https://example.org/nieuws"}
    return make_edition(
        session,
        now=now,
        kind=kind,
        number=14 if kind is EditionKind.NEWSLETTER else None,
        title="Nieuwsbrief 14",
        subject="Nieuwsbrief 14: één dag meelopen",
        preheader="Wat er speelt",
        segments=list(segments),
        author_id=author_id,
        blocks=[Block(position=1, kind="article", fields=article)],
    ).id


def make_scheduled(
    session: Session,
    *,
    now: datetime,
    sender: str = SENDER,
    policy: InDoubtPolicy = InDoubtPolicy.RESEND,
    segments: tuple[str, ...] = ALL_SEGMENTS,
    kind: EditionKind = EditionKind.NEWSLETTER,
    status: EditionStatus = EditionStatus.SCHEDULED,
    **fields: Any,
) -> int:
    """Add an edition that was approved, and is due now unless its status says otherwise.

    fields: of the edition, as they were approved.
    """
    edition_id = make_draft(session, now=now, segments=segments, kind=kind)
    edition = get_edition(session, edition_id, with_blocks=True)
    for name, value in fields.items():
        setattr(edition, name, value)
    content = content_of(edition)
    variants = {one: plain_render(content, one) for one in cuts_of(session, content, segments)}
    edition.in_doubt_policy, edition.status = policy, status
    set_seal(session, edition, variants, letterhead=terms_of(sender).letterhead)
    set_plan(edition, None if status is EditionStatus.APPROVED else now)
    approver = make_user(session, f"akkoord{edition_id}@example.org", Role.APPROVER, now=now)
    session.add(
        Approval(edition_id=edition_id, user_id=approver, at=now, hash=edition.content_hash)
    )
    session.flush()
    return edition_id
