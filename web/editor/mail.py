"""The mail itself, per cut: what each reader gets, and the frame in which the desk shows it."""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from newsletter.cut import SEPARATOR, Cut
from newsletter.model import Edition
from newsletter.ports import Render
from newsletter.preview import shown
from newsletter.store.approvals import variants_of
from newsletter.store.cuts import cuts_of
from newsletter.store.editions import content_of, get_edition
from newsletter.values import EditionContent, EditionKind, Rendered
from subscribers.values import Audience
from web.assets import asset_url
from web.headers import mail_policy
from web.pages import Call

Variants = Mapping[Cut, Rendered]

SIDES: Final[Mapping[Audience | None, str]] = {
    Audience.SCHOOL: "school",
    Audience.TEACHER_EDUCATION: "lerarenopleiding",
    None: "overig",
}
SCHEMES: Final = ("licht", "donker")
HEAD: Final = re.compile(r"<head\b[^>]*>")
ON_PAPER: Final = "<style>@media print{*{print-color-adjust:exact}}</style>"
DARK_SCHEME: Final = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")


def show_preview(call: Call) -> Response:
    """Give the mail itself, for the frame: without scripts; its links open beside the desk.

    `?blokken=ja`: with marks where each block of a draft begins and ends, to write in place.
    """
    is_marked = call.query.get("blokken") == "ja"
    render = call.services.render.marked if is_marked else call.services.render
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        rendered = _read_variant(session, edition, call.query.get("kant", ""), render)
        kind = EditionKind(edition.kind)
    html = shown(rendered, call.services, kind, as_html=True)
    return framed(call, html, call.query.get("kleur", ""))


def framed(call: Call, html: str, scheme: str) -> Response:
    """Return a mail for a frame of the desk, in the scheme that was asked for."""
    nonce = secrets.token_urlsafe(16)
    settings = call.services.settings
    script = asset_url("frame.js", settings.organisation)
    ours = f'<script nonce="{nonce}" src="{script}" defer></script>'
    added = f'<base target="_blank">{ours}{ON_PAPER}'
    page = HEAD.sub(rf"\g<0>{added}", _in_scheme(html, scheme), count=1)
    policy = mail_policy(settings.base_url, nonce=nonce)
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


def read_variants(call: Call, session: Session, edition: Edition) -> Variants:
    """Return what each cut gets: as it was approved, or as it would be made now."""
    stored = variants_of(session, edition.id)
    if stored:
        return stored
    content = content_of(edition)
    render = call.services.render
    return {one: render(content, one) for one in cuts_shown(session, content, edition.segments)}


def cuts_shown(session: Session, content: EditionContent, slugs: Sequence[str]) -> Sequence[Cut]:
    """Return the cuts of which the mail can be looked at.

    They are those that readers can have; where no reader can be in the segments, each side, so that
    who writes still sees what is written, beside the figure that says that nobody gets it.
    """
    return cuts_of(session, content, slugs) or [Cut(side) for side in SIDES]


def cut_asked(cuts: Iterable[Cut], asked: str) -> Cut:
    """Return the cut that an address asks for, else the first of that side, else the first."""
    known = list(cuts)
    same = [cut for cut in known if cut.key == asked]
    of_side = [cut for cut in known if SIDES[cut.audience] == asked.partition(SEPARATOR)[0]]
    return [*same, *of_side, *known][0]


def subjects_by_side(variants: Variants) -> dict[Audience | None, str]:
    """Return the subject that each side gets; whatever segments they are in, it is the same."""
    return {cut.audience: rendered.subject for cut, rendered in variants.items()}


def _read_variant(session: Session, edition: Edition, side: str, render: Render) -> Rendered:
    stored = variants_of(session, edition.id)
    if stored:
        return stored[cut_asked(stored, side)]
    content = content_of(edition)
    cuts = cuts_shown(session, content, edition.segments)
    return render(content, cut_asked(cuts, side))


def _in_scheme(html: str, scheme: str) -> str:
    """Let the mail take the asked scheme, whatever the editor's own machine prefers."""
    if scheme not in SCHEMES:
        return html
    condition = "all" if scheme == "donker" else "not all"
    return DARK_SCHEME.sub(f"@media {condition}", html)
