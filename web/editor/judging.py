"""Judging an edition: who offers it, what changed since I looked, each mail, and the decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from newsletter.accounts.people import user_names
from newsletter.compose import snapshot
from newsletter.compose.differences import differences
from newsletter.compose.snapshot import Snapshot
from newsletter.cut import Cut
from newsletter.dutch import join
from newsletter.model import Edition
from newsletter.store.approvals import seal_of
from newsletter.store.cuts import names_of
from newsletter.store.editions import content_of, events_of, get_edition
from newsletter.store.revisions import list_revisions
from newsletter.store.seen import Before, before_of, look_of, note_look
from newsletter.store.writers import changed_for_all
from newsletter.values import EditionEvent
from web.editor.approval import Given, approval_shown, given_by, may_decide
from web.editor.checked import checked
from web.editor.desk import REVIEW, desk_page, edition_head, edition_path
from web.editor.mail import SCHEMES, SIDES, Variants, read_variants
from web.editor.returned import given_back
from web.editor.threads import threads_shown
from web.editor.versions import Place, places_of
from web.headers import MAIL_SANDBOX
from web.pages import Call

SCREENS: Final = ("computer", "telefoon")


@dataclass(frozen=True, slots=True)
class Look:
    """How the mails are looked at; it stands in the address, so that it can be shared."""

    screen: str
    scheme: str

    def address(self, path: str, **changed: str) -> str:
        """Return the address of the same look with something changed."""
        return f"{path}?{urlencode({'scherm': self.screen, 'kleur': self.scheme, **changed})}"


@dataclass(frozen=True, slots=True)
class Mail:
    """One of the mails.

    segments: those that its readers are in, by name; blocks: those that stand in it.
    """

    key: str
    side: str
    segments: str
    people: int
    kilobytes: int
    blocks: frozenset[int]
    subject: str
    preheader: str


@dataclass(frozen=True, slots=True)
class Offered:
    """Who offered it for review, when, and with which words."""

    who: str
    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since this person looked: at None they never did. by: who changed it.

    for_all: who changed what the organisation puts into each mail; "" when nobody did.
    """

    at: datetime | None
    places: Sequence[Place] = ()
    by: str = ""
    for_all: str = ""


def show_review(call: Call) -> Response:
    """Show what is to be judged, and remember that this person saw it."""
    answer = judging_page(call)
    if call.request.method == "GET":
        _remember(call)
    return answer


def judging_page(
    call: Call,
    *,
    status: int = 200,
    problems: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Return the page. problems, given: a decision or a comment that was not taken, with why."""
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        variants = read_variants(call, session, edition)
        content = snapshot.take(edition)
        found = checked(call, session, edition, variants, partial(_to_edition, edition.id))
        return desk_page(
            call,
            session,
            "judging.html",
            status=status,
            **{**edition_head(edition), **approval_shown(call, session, edition)},
            **_approvals(call, session, edition, variants),
            **found,
            may=may_decide(call, session, edition),
            offered=_offered(session, edition),
            given_back=given_back(session, edition.id),
            since=_since(call, session, edition, content),
            look=_look(call),
            mails=_mails(session, edition, variants, found["people"]),
            sandbox=MAIL_SANDBOX,
            problems=problems or {},
            given={"comment_at": call.query.get("bij", ""), **(given or {})},
            **threads_shown(session, edition),
        )


def _remember(call: Call) -> None:
    """Remember what this person saw; a page that is opened again costs no write."""
    edition_id, now = call.number("id"), call.now
    with call.services.db.read() as session:
        content = snapshot.take(get_edition(session, edition_id, with_blocks=True))
        look = look_of(session, edition_id, call.user_id)
        if look is not None and look.content == content:
            return
    with call.services.db.write() as session:
        note_look(session, edition_id, call.user_id, content=content, now=now)


def _approvals(
    call: Call, session: Session, edition: Edition, variants: Variants
) -> dict[str, Any]:
    """Return the seal of what is shown, who approved exactly that, and how many still must."""
    terms = call.services.terms
    seal = edition.content_hash or seal_of(session, edition, variants, letterhead=terms.letterhead)
    given: list[Given] = given_by(session, edition, seal=seal)
    return {
        "seal": seal,
        "given_by": given,
        "has_given": any(one.user_id == call.user_id for one in given),
        "still_needed": max(terms.approvers - len(given), 0),
        "approvers": terms.approvers,
    }


def _offered(session: Session, edition: Edition) -> Offered | None:
    """Return who offered it last; None while nobody did."""
    found: EditionEvent | None = None
    for event in events_of(session, edition.id):
        found = event if event.what == "submitted" else found
    if found is None:
        return None
    return Offered(user_names(session).get(found.user_id or 0, ""), found.at, found.note)


def _since(call: Call, session: Session, edition: Edition, content: Snapshot) -> Since:
    seen = before_of(look_of(session, edition.id, call.user_id), content, now=call.now)
    if seen is None:
        return Since(None)
    found = differences(dict(seen.content), content)
    names = user_names(session)
    by = _changed_by(call, session, edition, seen)
    others = changed_for_all(session, since=seen.at)
    for_all = join([names.get(one, "") or "een collega" for one in others])
    return Since(seen.at, places_of(found), by, for_all)


def _changed_by(call: Call, session: Session, edition: Edition, seen: Before) -> str:
    """Return who changed something since then, but this person, in words."""
    names = user_names(session)
    told = [one.user_id for one in list_revisions(session, edition.id) if one.at > seen.at]
    others = dict.fromkeys(one for one in told if one and one != call.user_id)
    return join([names.get(one, "") for one in others if names.get(one)])


def _mails(
    session: Session, edition: Edition, variants: Variants, people: Mapping[Cut, int]
) -> list[Mail]:
    """Return the mails that somebody gets, the most read first; all of them while nobody does."""
    content = content_of(edition)
    names = names_of(session, sorted({slug for cut in variants for slug in cut.segments}))
    read = [cut for cut in variants if people.get(cut)] or list(variants)

    def mail(cut: Cut) -> Mail:
        rendered = variants[cut]
        return Mail(
            key=cut.key,
            side=SIDES[cut.audience],
            segments=join([names.get(slug, slug) for slug in sorted(cut.segments)]),
            people=people.get(cut, 0),
            kilobytes=round(len(rendered.html.encode()) / 1024),
            blocks=frozenset(one.id for one in content.seen_by(cut).blocks),
            subject=rendered.subject,
            preheader=rendered.preheader,
        )

    return [mail(cut) for cut in sorted(read, key=lambda one: -people.get(one, 0))]


def _look(call: Call) -> Look:
    return Look(
        _one_of(SCREENS, call.query.get("scherm", "")),
        _one_of(SCHEMES, call.query.get("kleur", "")),
    )


def _one_of(known: Sequence[str], asked: str) -> str:
    return asked if asked in known else known[0]


def _to_edition(edition_id: int, *, blok: int | None) -> str:
    path = edition_path(edition_id)
    return path if blok is None else f"{path}?blok={blok}"


def review_path(edition_id: int) -> str:
    """Return the address of the page on which an edition is judged."""
    return edition_path(edition_id, REVIEW)
