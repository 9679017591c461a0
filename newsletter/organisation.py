"""The organisation as administrators choose it, over what `newsletter.toml` says: read and saved.

One row holds what was chosen; what is not in it is as the settings say. A change reaches what was
approved: `save` takes back every approved or planned edition that would no longer be the same, and
it stands in the history of what is before an approver. Who saved it approves none of these.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from feeds.model import Image
from feeds.pictures import find_image
from newsletter.breach import SEALED, Breach, broken_of
from newsletter.errors import OrganisationChanged, SenderInUse
from newsletter.identity import Logo, Organisation
from newsletter.model import ChosenOrganisation, Edition
from newsletter.ports import Render, Terms
from newsletter.settings import Settings
from newsletter.store.approvals import void_approval
from newsletter.store.editions import lock_edition, log_event, with_items
from newsletter.values import EditionKind, EditionStatus
from storage.dialect import insert_new
from storage.log import record
from storage.session import Database

log = structlog.get_logger(__name__)

ROW: Final = 1
UNDER_WAY: Final = (EditionStatus.SENDING, EditionStatus.PAUSED)
FIELDS: Final = frozenset(one.name for one in fields(Organisation)) - {"logo"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen. values: see `model.ChosenOrganisation`; version: 0 before the first save."""

    values: Mapping[str, Any]
    logo: Logo | None
    logo_digest: str
    version: int


@dataclass(frozen=True, slots=True)
class Sealed:
    """An edition that was approved, and is not sent yet."""

    id: int
    kind: EditionKind
    number: int | None
    title: str


NOTHING: Final = Chosen({}, None, "", 0)


def read_version(session: Session) -> int:
    """Return the version of what was chosen; 0 while nothing is. One small query."""
    query = select(ChosenOrganisation.version).where(ChosenOrganisation.id == ROW)
    return session.scalar(query) or 0


def read_chosen(session: Session) -> Chosen:
    """Return what was chosen, and its logo."""
    query = select(ChosenOrganisation).where(ChosenOrganisation.id == ROW)
    row = session.scalar(query.options(selectinload(ChosenOrganisation.logo)))
    if row is None:
        return NOTHING
    logo = logo_of(row.logo) if row.logo else None
    return Chosen(row.values, logo, row.logo.digest if row.logo else "", row.version)


def logo_of(image: Image) -> Logo:
    """Return a picture of ours as a logo."""
    return Logo(image.path, image.width, image.height)


def with_chosen(settings: Settings, chosen: Chosen) -> Settings:
    """Return the settings with what was chosen over them. Pure."""
    given = settings.organisation
    values = {name: value for name, value in chosen.values.items() if name in FIELDS}
    if "name_lines" in values:
        values["name_lines"] = tuple(values["name_lines"])
    if "colours" in values:
        values["colours"] = {**given.colours, **values["colours"]}
    sender = settings.sender if settings.sender_is_fixed else chosen.values.get("sender")
    return replace(
        settings,
        organisation=replace(given, **values, logo=chosen.logo),
        sender=sender or settings.sender,
    )


def chosen_only(settings: Settings, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values without those that the settings have too, so that these go on to lead."""
    given = settings.organisation
    colours = {
        name: colour
        for name, colour in values.get("colours", {}).items()
        if given.colours.get(name) != colour
    }
    chosen = {
        name: value
        for name, value in values.items()
        if name in FIELDS and name != "colours" and getattr(given, name) != value
    }
    if "name_lines" in chosen:
        chosen["name_lines"] = list(chosen["name_lines"])
    if colours:
        chosen["colours"] = colours
    if not settings.sender_is_fixed and values.get("sender", settings.sender) != settings.sender:
        chosen["sender"] = values["sender"]
    return chosen


def list_sealed(session: Session) -> list[Sealed]:
    """Return the editions that are approved or planned, oldest first."""
    query = select(Edition).where(Edition.status.in_(SEALED)).order_by(Edition.id)
    return [_sealed(one) for one in session.scalars(query)]


def find_broken(db: Database, settings: Settings, render: Render) -> list[Sealed]:
    """Return the approved or planned editions that these settings would make different."""
    return [edition for edition, _ in _broken(db, settings, render)]


def save(
    db: Database,
    chosen: Chosen,
    *,
    given: Settings,
    render: Render,
    by: int,
    now: datetime,
) -> list[Sealed]:
    """Keep what was chosen, and return the editions that went back to draft because of it.

    chosen: its version is the one that its form showed.
    given:  the settings without any choice.
    render: as it is with what was chosen.
    Raises: OrganisationChanged when somebody else saved first, SenderInUse for another sender while
            an edition is on its way; then nothing changed.
    """
    settings = with_chosen(given, chosen)
    broken = _broken(db, settings, render)
    with db.write() as session:
        before = with_chosen(given, read_chosen(session))
        row = _locked(session, seen=chosen.version, now=now)
        if before.letterhead != settings.letterhead and _is_sending(session):
            raise SenderInUse("an edition is on its way with the present sender")
        image = find_image(session, chosen.logo_digest) if chosen.logo_digest else None
        if image is not None:
            image.lasting = True
        row.values, row.logo_id = dict(chosen.values), image.id if image else None
        row.version, row.changed_at, row.user_id = row.version + 1, now, by
        fields = {"fields": sorted(chosen.values)}
        record(session, "organisation.changed", now=now, by=by, detail=fields)
        taken = [one for one, how in broken if _take_back(session, one.id, how, by=by, now=now)]
        _tell_in_review(session, by=by, now=now)
    log.info(
        "organisation changed",
        user=by,
        fields=sorted(chosen.values),
        taken_back=[one.id for one in taken],
    )
    return taken


def _locked(session: Session, *, seen: int, now: datetime) -> ChosenOrganisation:
    first = {"id": ROW, "values": {}, "version": 0, "changed_at": now}
    insert_new(session, ChosenOrganisation.metadata.tables["chosen_organisation"], [first])
    row = session.get_one(ChosenOrganisation, ROW, with_for_update=True, populate_existing=True)
    if row.version != seen:
        raise OrganisationChanged("somebody else saved the organisation first; look again")
    return row


def _broken(db: Database, settings: Settings, render: Render) -> list[tuple[Sealed, Breach]]:
    """Return what these settings would make different of what was approved, and how."""
    terms = Terms(render, settings.letterhead, settings.approvers)
    with db.read() as session:
        query = select(Edition).where(Edition.status.in_(SEALED)).order_by(Edition.id)
        editions = session.scalars(query.options(with_items())).all()
        found = [(one, broken_of(session, one, terms=terms)) for one in editions]
        return [(_sealed(one), how) for one, how in found if how is not None]


def _take_back(session: Session, edition_id: int, how: Breach, *, by: int, now: datetime) -> bool:
    edition = lock_edition(session, edition_id)
    if edition.state not in SEALED:
        return False  # somebody took it back, or it began to be sent: as it was approved
    void_approval(session, edition, now=now)
    detail = how.detail
    log_event(session, edition_id, what="organisation_changed", now=now, user_id=by, detail=detail)
    return True


def _tell_in_review(session: Session, *, by: int, now: datetime) -> None:
    """Write it in the history of each edition that an approver has before them."""
    query = select(Edition.id).where(Edition.status == EditionStatus.IN_REVIEW)
    for edition_id in session.scalars(query.order_by(Edition.id)).all():
        log_event(session, edition_id, what="organisation_followed", now=now, user_id=by)


def _is_sending(session: Session) -> bool:
    query = select(Edition.id).where(Edition.status.in_(UNDER_WAY)).limit(1)
    return session.scalar(query) is not None


def _sealed(edition: Edition) -> Sealed:
    return Sealed(edition.id, EditionKind(edition.kind), edition.number, edition.title)
