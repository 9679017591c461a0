"""Rows for the tests of approving and sending: plain functions, no surprises."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.orm import Session

from newsletter.model import Block, Edition, User
from newsletter.ports import Clock, Render, Transport
from newsletter.send.transports import open_transport
from newsletter.settings import Settings
from newsletter.store.approvals import audiences_of, save_variants, seal_of
from newsletter.store.editions import content_of, get_edition
from newsletter.values import (
    EditionContent,
    EditionKind,
    EditionStatus,
    InDoubtPolicy,
    Rendered,
    Role,
)
from storage.session import Database
from subscribers.links import Links
from subscribers.model import Segment, Subscriber
from subscribers.segments import DEFAULT_SEGMENTS
from subscribers.values import Audience, ConsentKind, SubscriberStatus

SENDER = "Steunpunt Opleidingsscholen VO <nieuwsbrief@example.org>"
ALL_SEGMENTS = ("school", "lerarenopleiding", "overig")


@dataclass(frozen=True)
class WorkerServices:
    """What a worker needs, with the plain renderer."""

    settings: Settings
    db: Database
    clock: Clock
    links: Links
    open_transport: Callable[[], Transport]
    render: Render


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
        render=plain_render,
    )


def plain_render(content: EditionContent, audience: Audience | None) -> Rendered:
    """A renderer that needs no templates: pure, as a `ports.Render` is."""
    words = f"{content.title} voor {audience or 'iedereen'}: één editie"
    marker = f"slot{hashlib.sha256(repr(content).encode()).hexdigest()[:12]}"
    slots = f"{marker}reasonx {marker}unsubscribex {marker}preferencesx"
    return Rendered(
        audience=audience,
        subject=content.subject,
        preheader=content.preheader,
        html=f"<p>{words}</p><p>{slots}</p>",
        text=f"{words}\n\n{slots}\n",
        marker=marker,
    )


def make_segments(session: Session) -> None:
    for slug, name, conditions in DEFAULT_SEGMENTS:
        session.add(Segment(slug=slug, name=name, conditions=dict(conditions)))
    session.flush()


def make_user(session: Session, email: str, role: Role, *, now: datetime) -> int:
    user = User(email=email, email_key=email, role=role, created_at=now)
    session.add(user)
    session.flush()
    return user.id


def make_readers(session: Session, number: int, *, now: datetime, first: int = 1) -> None:
    """Add readers r1@, r2@ ...: schools, institutes and neither in turn."""
    audiences = (Audience.SCHOOL, Audience.TEACHER_EDUCATION, None)
    session.execute(
        insert(Subscriber),
        [
            {
                "email": f"r{one}@example.org",
                "email_key": f"r{one}@example.org",
                "name": f"Zoë {one}",
                "audience": audiences[one % 3],
                "status": SubscriberStatus.ACTIVE,
                "since": now,
                "ground": ConsentKind.CONFIRMED,
                "changed_at": now,
            }
            for one in range(first, first + number)
        ],
    )


def make_draft(
    session: Session,
    *,
    now: datetime,
    author_id: int | None = None,
    segments: tuple[str, ...] = ALL_SEGMENTS,
    kind: EditionKind = EditionKind.NEWSLETTER,
) -> int:
    is_newsletter = kind is EditionKind.NEWSLETTER
    edition = Edition(
        kind=kind,
        number=14 if is_newsletter else None,
        title="Nieuwsbrief 14",
        subject="Nieuwsbrief 14: één dag meelopen",
        preheader="Wat er speelt",
        dated_on=now.date(),
        segments=list(segments),
        status_since=now,
        created_at=now,
        author_id=author_id,
    )
    session.add(edition)
    session.flush()
    article = {"title": "Een dag meelopen", "text": "Dat mag.", "url": "https://example.org/nieuws"}
    session.add(Block(edition_id=edition.id, position=1, kind="article", fields=article))
    session.flush()
    return edition.id


def make_scheduled(
    session: Session,
    *,
    now: datetime,
    sender: str = SENDER,
    policy: InDoubtPolicy = InDoubtPolicy.RESEND,
    segments: tuple[str, ...] = ALL_SEGMENTS,
    kind: EditionKind = EditionKind.NEWSLETTER,
) -> int:
    """Add an edition that was approved, and is due now."""
    edition_id = make_draft(session, now=now, segments=segments, kind=kind)
    edition = get_edition(session, edition_id, with_blocks=True)
    content = content_of(edition)
    variants = {one: plain_render(content, one) for one in audiences_of(session, segments)}
    edition.content_hash = seal_of(edition, variants, sender=sender)
    edition.in_doubt_policy = policy
    edition.status, edition.due_at = EditionStatus.SCHEDULED, now
    save_variants(session, edition_id, variants)
    session.flush()
    return edition_id
