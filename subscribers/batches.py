"""One batch of an import: decided with a few queries, saved with a few statements."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, insert, literal, select, update
from sqlalchemy.orm import Session

from storage.dialect import insert_new
from subscribers.addresses import address_hash
from subscribers.conditions import NEITHER
from subscribers.evidence import BLANK
from subscribers.model import Consent, Subscriber, SubscriberTheme, Suppression
from subscribers.sides import Sides, is_otherwise, settle, sides_of
from subscribers.store import themes_of
from subscribers.values import ON_LIST, Audience, ConsentKind, SubscriberStatus, Topic
from subscribers.verdicts import REFUSED, TEXTS, Candidate, RowError

_FIELDS: Final = ("audience", "audience_said", *TEXTS)
_REVIVABLE: Final = {*ON_LIST, SubscriberStatus.PENDING}


@dataclass(frozen=True, slots=True)
class Change:
    """A known subscriber who becomes different. values: every column that an import may set."""

    id: int
    key: str
    values: Mapping[str, Any]
    themes: frozenset[str]
    activated: bool


@dataclass(slots=True)
class Plan:
    """What a batch will do. sides: of the organisations in it."""

    sides: Sides
    added: list[Candidate] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    refused: list[RowError] = field(default_factory=list)


def decide(session: Session, candidates: Sequence[Candidate], *, key: bytes) -> Plan:
    """Say what becomes of each candidate; their addresses are all different. Changes nothing."""
    known = _known(session, [one.key for one in candidates])
    new = [one for one in candidates if one.key not in known]
    suppressed = _suppressed(session, [one.key for one in new], key)
    chosen = [known[one.key].id for one in candidates if one.themes and one.key in known]
    themes = themes_of(session, chosen) if chosen else {}
    plan = Plan(sides=_sides(session, candidates, known))
    for one in candidates:
        if one.key in suppressed:
            plan.refused.append(RowError(one.line, one.email, REFUSED[suppressed[one.key]]))
        elif one.key not in known:
            plan.added.append(one)
        else:
            row = known[one.key]
            _decide_known(plan, one, row, frozenset(themes.get(row.id, ())))
    return plan


def _sides(session: Session, candidates: Sequence[Candidate], known: Mapping[str, Any]) -> Sides:
    """Return the sides of the organisations that these people have, or had."""
    named = {one.fields.get("organisation", "") for one in candidates}
    return sides_of(session, named | {row.organisation for row in known.values()})


def save(session: Session, plan: Plan, *, ground: str, source: str, now: datetime) -> None:
    """Write what was decided; everybody who became active gets their evidence."""
    if plan.added:
        rows = [_row(one, plan.sides, now) for one in plan.added]
        insert_new(session, Subscriber.metadata.tables["subscriber"], rows)
    if plan.changed:
        _update(session, plan.changed, now)
    activated = [one.key for one in plan.added] + [c.key for c in plan.changed if c.activated]
    if activated:
        _add_evidence(session, activated, ground=ground, source=source, now=now)
    _save_themes(session, plan)


def _known(session: Session, keys: Collection[str]) -> dict[str, Any]:
    columns = [getattr(Subscriber, name) for name in ("id", "email_key", "status", *_FIELDS)]
    rows = session.execute(select(*columns).where(Subscriber.email_key.in_(keys)))
    return {row.email_key: row for row in rows}


def _suppressed(session: Session, keys: Iterable[str], key: bytes) -> dict[str, str]:
    """Return the addresses that are on the suppression list, with the reason."""
    hashes = {address_hash(key, one): one for one in keys}
    rows = session.execute(
        select(Suppression.address_hash, Suppression.reason).where(
            Suppression.address_hash.in_(hashes)
        )
    )
    return {hashes[row.address_hash]: row.reason for row in rows}


def _decide_known(plan: Plan, one: Candidate, row: Any, themes: frozenset[str]) -> None:
    if row.status not in _REVIVABLE:
        plan.refused.append(RowError(one.line, one.email, REFUSED[row.status]))
        return
    before = {name: getattr(row, name) for name in _FIELDS}
    values = _with_side(before | _values(one), one, before, plan.sides)
    activated = row.status == SubscriberStatus.PENDING  # the stated ground is one
    new_themes = one.themes if one.themes != themes else frozenset()
    if values == before and not new_themes and not activated:
        plan.unchanged += 1
    else:
        plan.changed.append(Change(row.id, one.key, values, new_themes, activated))


def _with_side(
    values: dict[str, Any], one: Candidate, before: Mapping[str, Any], sides: Sides
) -> dict[str, Any]:
    """Return the values with the side that somebody is on, and whether that was said."""
    given, organisation = values["audience"], values["organisation"]
    if "audience" in one.fields:
        repeats = given == before["audience"] and (given is not None or before["audience_said"])
        said = before["audience_said"] if repeats else _is_said(given, organisation, sides)
        return {**values, "audience_said": said}
    side = settle(given, said=before["audience_said"], organisation=organisation, sides=sides)
    return {**values, "audience": side}


def _is_said(given: str | None, organisation: str, sides: Sides) -> bool:
    return is_otherwise(_audience(given), organisation=organisation, sides=sides)


def _audience(given: str | None) -> Audience | None:
    return Audience(given) if given else None


def _values(one: Candidate) -> dict[str, Any]:
    values: dict[str, Any] = dict(one.fields)
    if values.get("audience") == NEITHER:
        values["audience"] = None
    return values


def _row(one: Candidate, sides: Sides, now: datetime) -> dict[str, Any]:
    return {
        **_with_side({**BLANK, **_values(one)}, one, BLANK, sides),
        "email": one.email,
        "email_key": one.key,
        "status": SubscriberStatus.ACTIVE,
        "since": now,
        "ground": ConsentKind.IMPORTED,
        "changed_at": now,
    }


def _update(session: Session, changes: Sequence[Change], now: datetime) -> None:
    table = Subscriber.metadata.tables["subscriber"]
    fields: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _FIELDS}
    change = update(table).where(table.c.id == bindparam("row")).values(**fields, changed_at=now)
    rows = [{"row": c.id} | {f"new_{name}": c.values[name] for name in _FIELDS} for c in changes]
    session.execute(change, rows)
    activated = [c.id for c in changes if c.activated]
    session.execute(
        update(table)
        .where(table.c.id.in_(activated))
        .values(status=SubscriberStatus.ACTIVE, ground=ConsentKind.IMPORTED, since=now)
    )


def _add_evidence(
    session: Session, keys: Sequence[str], *, ground: str, source: str, now: datetime
) -> None:
    """Add a fact for each of these; one statement, because the new ids are not known here."""
    fact = {
        "kind": literal(ConsentKind.IMPORTED.value),
        "at": literal(now, Consent.at.type),
        "topics": literal(sorted(Topic), Consent.topics.type),
        "ground": literal(ground),
        "text_shown": literal(""),
        "source": literal(source),
    }
    # Not only the address: on PostgreSQL a form may have added the same one a moment ago.
    ours = (Subscriber.ground == ConsentKind.IMPORTED) & (Subscriber.since == now)
    people = select(Subscriber.id, *fact.values()).where(Subscriber.email_key.in_(keys), ours)
    session.execute(insert(Consent).from_select(["subscriber_id", *fact], people))


def _save_themes(session: Session, plan: Plan) -> None:
    table = SubscriberTheme.metadata.tables["subscriber_theme"]
    replaced = [change.id for change in plan.changed if change.themes]
    if replaced:
        session.execute(delete(table).where(table.c.subscriber_id.in_(replaced)))
    chosen = {one.key: one.themes for one in plan.added if one.themes}
    ids = select(Subscriber.email_key, Subscriber.id).where(Subscriber.email_key.in_(chosen))
    themed = [(c.id, c.themes) for c in plan.changed]
    if chosen:
        themed += [(row.id, chosen[row.email_key]) for row in session.execute(ids)]
    rows = [{"subscriber_id": who, "theme": theme} for who, themes in themed for theme in themes]
    insert_new(session, table, rows)
