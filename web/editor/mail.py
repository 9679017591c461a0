"""The mail itself, per side: what each gets, and the frame in which the desk shows it."""

import re
from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse, Response

from newsletter.model import Edition
from newsletter.preview import shown
from newsletter.store.approvals import audiences_of, variants_of
from newsletter.store.editions import content_of, get_edition
from newsletter.values import Rendered
from subscribers.values import Audience
from web.errors import PageUnknown
from web.headers import mail_policy
from web.pages import Call

Variants = Mapping[Audience | None, Rendered]

SIDES: Final[Mapping[Audience | None, str]] = {
    Audience.SCHOOL: "school",
    Audience.TEACHER_EDUCATION: "lerarenopleiding",
    None: "overig",
}
SCHEMES: Final = ("licht", "donker")
HEAD: Final = re.compile(r"<head\b[^>]*>")
DARK_SCHEME: Final = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")


def show_preview(call: Call) -> Response:
    """Give the mail itself, for the frame: without scripts; its links open beside the desk."""
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        rendered = _read_variant(call, session, edition, call.query.get("kant", ""))
    html = shown(rendered, call.services, as_html=True)
    base_url = call.services.settings.base_url
    return framed(html, call.query.get("kleur", ""), base_url=base_url)


def framed(html: str, scheme: str, *, base_url: str) -> Response:
    """Return a mail for a frame of the desk, in the scheme that was asked for."""
    page = HEAD.sub(r'\g<0><base target="_blank">', _in_scheme(html, scheme), count=1)
    return HTMLResponse(page, headers={"Content-Security-Policy": mail_policy(base_url)})


def read_variants(call: Call, session: Session, edition: Edition) -> Variants:
    """Return what each audience gets: as it was approved, or as it would be made now."""
    stored = variants_of(session, edition.id)
    if stored:
        return stored
    content = content_of(edition)
    render = call.services.render
    return {one: render(content, one) for one in audiences_of(session, edition.segments)}


def of_side(variants: Variants, side: str) -> Rendered:
    """Return the mail of this side, else of the first. Raises PageUnknown without any."""
    if not variants:
        raise PageUnknown("an edition without a segment has no mail")
    by_side = {SIDES[audience]: rendered for audience, rendered in variants.items()}
    return by_side.get(side, next(iter(by_side.values())))


def _read_variant(call: Call, session: Session, edition: Edition, side: str) -> Rendered:
    stored = variants_of(session, edition.id)
    if stored:
        return of_side(stored, side)
    audiences = audiences_of(session, edition.segments)
    chosen = next((one for one in audiences if SIDES[one] == side), audiences[0])
    return call.services.render(content_of(edition), chosen)


def _in_scheme(html: str, scheme: str) -> str:
    """Let the mail take the asked scheme, whatever the editor's own machine prefers."""
    if scheme not in SCHEMES:
        return html
    condition = "all" if scheme == "donker" else "not all"
    return DARK_SCHEME.sub(f"@media {condition}", html)
