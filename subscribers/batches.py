"""One batch of an import: decided with a few queries, saved with a few statements."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from storage.bulk import add_rows, is_one_of, take_ids
from subscribers.addresses import address_hasher
from subscribers.conditions import NEITHER
from subscribers.model import Consent, Subscriber, Suppression
from subscribers.sides import Sides, is_otherwise, settle, sides_of
from subscribers.themes import give_bits, number_of, read_bits, themes_in
from subscribers.values import ON_LIST, Audience, ConsentKind, SubscriberStatus, Topic
from subscribers.verdicts import REFUSED, TEXTS, Candidate, RowError

SUBSCRIBERS: Final = Subscriber.metadata.tables["subscriber"]
_CONSENTS: Final = Consent.metadata.tables["consent"]
_FIELDS: Final = ("audience", "audience_said", *TEXTS)
_EMPTY: Final = ("",) * len(TEXTS)
_REVIVABLE: Final = {*ON_LIST, SubscriberStatus.PENDING}


@dataclass(frozen=True, slots=True)
class Difference:
    """What an import does to one person: added, or changed from the first to the second value.

    changes:   by field, with "" for what was not filled in; the address itself is not among them.
    activated: they had not confirmed, and get mail now.
    """

    line: int
    email: str
    added: bool
    activated: bool = False
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A known subscriber who becomes different. values: every column that an import may set."""

    id: int
    one: Candidate
    before: Mapping[str, Any]
    values: Mapping[str, Any]
    themes_before: frozenset[str]
    themes: frozenset[str]
    activated: bool

    @property
    def difference(self) -> Difference:
        """The same for people."""
        changes = {
            name: (self.before[name] or "", self.values[name] or "")
            for name in ("audience", *TEXTS)
            if self.values[name] != self.before[name]
        }
        if self.themes:
            changes["themes"] = (_listed(self.themes_before), _listed(self.themes))
        return Difference(self.one.line, self.one.email, False, self.activated, changes)  # noqa: FBT003 - a field


@dataclass(slots=True)
class Plan:
    """What a batch will do. sides: of the organisations in it."""

    sides: Sides
    added: list[Candidate] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0
    refused: list[RowError] = field(default_factory=list)


def addition(one: Candidate) -> Difference:
    """Return what somebody new comes in with."""
    filled = {name: ("", text) for name, text in one.fields.items()}
    if one.themes:
        filled["themes"] = ("", _listed(one.themes))
    return Difference(one.line, one.email, added=True, changes=filled)


def decide(session: Session, candidates: Sequence[Candidate], *, key: bytes) -> Plan:
    """Say what becomes of each candidate; their addresses are all different. Changes nothing."""
    known = _known(session, [one.key for one in candidates])
    suppressed = _suppressed(session, [one.key for one in candidates if one.key not in known], key)
    bits = read_bits(session) if any(one.themes for one in candidates) else {}
    plan = Plan(sides=_sides(session, candidates, known))
    for one in candidates:
        row = known.get(one.key)
        if row is not None:
            _decide_known(plan, one, row, frozenset(themes_in(row.themes, bits)))
        elif one.key in suppressed:
            plan.refused.append(RowError(one.line, one.email, REFUSED[suppressed[one.key]]))
        else:
            plan.added.append(one)
    return plan


def _sides(session: Session, candidates: Sequence[Candidate], known: Mapping[str, Any]) -> Sides:
    """Return the sides of the organisations that these people have, or had."""
    named = {one.fields.get("organisation", "") for one in candidates}
    return sides_of(session, named | {row.organisation for row in known.values()})


def save(session: Session, plan: Plan, *, ground: str, source: str, now: datetime) -> None:
    """Write what was decided, in the transaction in which it was, which holds the table.

    Everybody who became active gets their evidence.
    """
    bits = give_bits(session, _themes(plan))
    ids = take_ids(session, SUBSCRIBERS, len(plan.added)) if plan.added else ()
    new = list(zip(ids, plan.added, strict=True))
    if new:
        state = {
            "status": SubscriberStatus.ACTIVE,
            "since": now,
            "ground": ConsentKind.IMPORTED,
            "changed_at": now,
        }
        columns = ("id", "email", "email_key", "themes", *_FIELDS)
        add_rows(session, SUBSCRIBERS, columns, _rows(new, plan.sides, bits), same=state)
    if plan.changed:
        _update(session, plan.changed, bits, now)
    activated = [*ids, *(change.id for change in plan.changed if change.activated)]
    if activated:
        _add_evidence(session, activated, ground=ground, source=source, now=now)


def _known(session: Session, keys: Collection[str]) -> dict[str, Any]:
    columns = [
        getattr(Subscriber, name) for name in ("id", "email_key", "status", "themes", *_FIELDS)
    ]
    rows = session.execute(select(*columns).where(is_one_of(session, Subscriber.email_key, keys)))
    return {row.email_key: row for row in rows}


def _suppressed(session: Session, keys: Collection[str], key: bytes) -> dict[str, str]:
    """Return the addresses that are on the suppression list, with the reason."""
    hashed = address_hasher(key)
    hashes = {hashed(one): one for one in keys}
    if not hashes:
        return {}
    rows = session.execute(
        select(Suppression.address_hash, Suppression.reason).where(
            is_one_of(session, Suppression.address_hash, hashes)
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
        plan.changed.append(Change(row.id, one, before, values, themes, new_themes, activated))


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


def _themes(plan: Plan) -> set[str]:
    """Return the themes that this batch gives to anybody."""
    new = [one.themes for one in plan.added] + [change.themes for change in plan.changed]
    return {theme for themes in new if themes for theme in themes}


def _rows(
    new: Sequence[tuple[int, Candidate]], sides: Sides, bits: Mapping[str, int]
) -> Iterator[tuple[Any, ...]]:
    """Yield the new rows: id, address, key, themes, side, whether it was said, TEXTS in order."""
    settled: dict[tuple[str | None, str], tuple[str | None, bool]] = {}
    for id_, one in new:
        get = one.fields.get
        told = get("audience"), get("organisation", "")
        side = settled.get(told)
        if side is None:
            side = settled[told] = _new_side(*told, sides)
        themes = number_of(one.themes, bits) if one.themes else 0
        yield (id_, one.email, one.key, themes, *side, *map(get, TEXTS, _EMPTY))


def _new_side(told: str | None, organisation: str, sides: Sides) -> tuple[str | None, bool]:
    """Return the side of somebody new, and whether their line says so."""
    if told is None:
        side = settle(None, said=False, organisation=organisation, sides=sides)
        return (side.value if side else None), False
    given = None if told == NEITHER else told
    return given, _is_said(given, organisation, sides)


def _update(
    session: Session, changes: Sequence[Change], bits: Mapping[str, int], now: datetime
) -> None:
    fields: dict[str, Any] = {name: bindparam(f"new_{name}") for name in _FIELDS}
    table = SUBSCRIBERS
    change = update(table).where(table.c.id == bindparam("row")).values(**fields, changed_at=now)
    rows = [{"row": c.id} | {f"new_{name}": c.values[name] for name in _FIELDS} for c in changes]
    session.execute(change, rows)
    replaced = [{"row": c.id, "new_themes": number_of(c.themes, bits)} for c in changes if c.themes]
    if replaced:
        chosen = update(table).where(table.c.id == bindparam("row"))
        session.execute(chosen.values(themes=bindparam("new_themes")), replaced)
    activated = [c.id for c in changes if c.activated]
    if activated:
        state = {"status": SubscriberStatus.ACTIVE, "ground": ConsentKind.IMPORTED, "since": now}
        session.execute(update(table).where(table.c.id.in_(activated)).values(**state))


def _add_evidence(
    session: Session, ids: Sequence[int], *, ground: str, source: str, now: datetime
) -> None:
    fact = {
        "kind": ConsentKind.IMPORTED,
        "at": now,
        "topics": sorted(Topic),
        "ground": ground,
        "text_shown": "",
        "source": source,
    }
    add_rows(session, _CONSENTS, ("subscriber_id",), ((one,) for one in ids), same=fact)


def _listed(themes: frozenset[str]) -> str:
    return "; ".join(sorted(themes))
