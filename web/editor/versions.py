"""The history of an edition: undo, redo, its versions, what changed, and one brought back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.accounts.people import user_names
from newsletter.compose import history, restoring, snapshot
from newsletter.compose.differences import (
    About,
    Change,
    Difference,
    Piece,
    differences,
    in_words,
)
from newsletter.dutch import capital
from newsletter.model import Edition, Revision
from newsletter.store.editions import events_of, get_edition
from newsletter.store.revisions import get_revision, list_revisions
from newsletter.values import EditionStatus
from web.editor.desk import desk_page, edition_head, edition_path, way_back
from web.editor.revision_words import (
    DECISION_WORDS,
    block_word,
    field_word,
    revision_word,
    value_text,
)
from web.forms import Form
from web.pages import Call, read_number, see_other

AT_ONCE: Final = 50
WHOLE: Final[Mapping[Change, str]] = {
    Change.ADDED: "toegevoegd",
    Change.DROPPED: "weggehaald",
    Change.MOVED: "op een andere plaats",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One version in the list. decided: what was decided about exactly this content."""

    revision: Revision
    word: str
    who: str
    decided: tuple[str, ...]
    is_now: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What changed in one field, in pieces."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """What changed in one place. whole: what happened to the block itself, or ""."""

    word: str
    whole: str
    fields: tuple[Told, ...]


def undo(call: Call) -> Response:
    """Undo the last change, and open the block that it was about."""
    return _step(call, restoring.undo, "Ongedaan gemaakt", gone=Change.ADDED)


def redo(call: Call) -> Response:
    """Do again what was undone last."""
    return _step(call, restoring.redo, "Opnieuw gedaan", gone=Change.DROPPED)


def show_versions(call: Call) -> Response:
    """List the versions, newest first."""
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"))
        lines = _lines(session, edition)
        before = read_number(call.query.get("voor", ""))
        older = [one for one in lines if before is None or one.revision.version < before]
        return desk_page(
            call,
            session,
            "versions.html",
            **edition_head(edition),
            lines=older[:AT_ONCE],
            rest=older[AT_ONCE - 1].revision.version if len(older) > AT_ONCE else None,
        )


def show_version(call: Call) -> Response:
    """Show what changed in one version, or what is different now (`?met=nu`)."""
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        number = call.number("revision")
        content = get_revision(session, edition.id, number).content
        lines = _lines(session, edition)
        at = next(index for index, one in enumerate(lines) if one.revision.id == number)
        before = lines[at + 1].revision if at + 1 < len(lines) else None
        with_now = call.query.get("met") == "nu"
        if with_now:
            found = differences(snapshot.take(edition), content)
        elif before is not None:
            found = differences(get_revision(session, edition.id, before.id).content, content)
        else:
            found = ()
        return desk_page(
            call,
            session,
            "version.html",
            **edition_head(edition),
            line=lines[at],
            is_first=before is None,
            with_now=with_now,
            places=places_of(found),
            may_restore=_may_restore(edition),
        )


def restore(call: Call) -> Response:
    """Let the edition say again what it said in this version."""
    restoring.restore(
        call.services.db,
        call.number("id"),
        call.number("revision"),
        version=Form(call.form).number("version"),
        now=call.now,
        by=call.user_id,
    )
    undo = f"/ongedaan?versie={Form(call.form).number('version') + 1}"
    path = edition_path(call.number("id"))
    return see_other(path, message="De versie is teruggezet.", undo=path + undo)


@dataclass(frozen=True, slots=True)
class Steps:
    """What can be undone and done again now, in words; "" for nothing."""

    undo: str
    redo: str


def steps_of(session: Session, edition: Edition) -> Steps:
    """Return what the buttons on the edition's page would do."""
    told = list_revisions(session, edition.id)
    known, names = {one.id: one for one in told}, user_names(session)

    def word(one: Revision | None) -> str:
        if one is None:
            return ""
        who = names.get(one.user_id or 0, "")
        return revision_word(one, known) + (f", door {who}" if who else "")

    return Steps(word(history.next_undo(told)), word(history.next_redo(told)))


def _step(call: Call, step: Callable[..., Revision], message: str, *, gone: Change) -> Response:
    """Undo or redo. gone: the change whose block is not there afterwards."""
    done = step(
        call.services.db,
        call.number("id"),
        version=Form(call.query).number("versie"),
        now=call.now,
        by=call.user_id,
    )
    with call.services.db.read() as session:
        known = {one.id: one for one in list_revisions(session, call.number("id"))}
    block = None if done.what == gone else done.block_id
    sentence = f"{message}: {revision_word(done, known)}."
    return see_other(way_back(call, block=block), message=sentence)


def _lines(session: Session, edition: Edition) -> list[Line]:
    """Return the versions, newest first."""
    told = list_revisions(session, edition.id)
    known, names = {one.id: one for one in told}, user_names(session)
    marked = history.decisions(told, events_of(session, edition.id))
    return [
        Line(
            one,
            revision_word(one, known),
            names.get(one.user_id or 0, ""),
            tuple(
                word
                for what, word in DECISION_WORDS.items()
                if what in marked.get(one.id, frozenset())
            ),
            one is told[-1],
        )
        for one in reversed(told)
    ]


def places_of(found: Sequence[Difference]) -> list[Place]:
    """Return the differences by place, in words."""

    def place(one: Difference) -> tuple[About | None, bool]:
        return one.about, one.change is Change.ORDER

    return [_place(about, list(group)) for (about, _), group in groupby(found, place)]


def _place(about: About | None, found: Sequence[Difference]) -> Place:
    kind = about.kind if about else ""
    whole = [WHOLE[one.change] for one in found if one.change in WHOLE]
    above = "De volgorde" if found[0].change is Change.ORDER else "De kop"
    return Place(
        capital(block_word(about)) if about else above,
        ", ".join(whole),
        tuple(_told(one, kind) for one in found if one.change not in WHOLE),
    )


def _told(one: Difference, kind: str) -> Told:
    before, after = value_text(one.name, one.before), value_text(one.name, one.after)
    return Told(field_word(one.name, kind), in_words(before, after))


def _may_restore(edition: Edition) -> bool:
    return edition.state is EditionStatus.DRAFT
