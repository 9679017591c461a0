"""The gallery of blocks: what each is for, how it looks in the mail, and what can be filled in."""

from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from newsletter.compose.blocks import KINDS
from newsletter.compose.blocks.kind import BlockKind
from newsletter.compose.gallery import show_sample
from newsletter.compose.sections import SECTIONS
from web.editor.desk import desk_page
from web.editor.mail import SCHEMES, framed
from web.errors import PageUnknown
from web.headers import MAIL_SANDBOX
from web.pages import Call

GALLERY: Final = "/redactie/blokken"
SCREENS: Final = ("computer", "telefoon")


@dataclass(frozen=True, slots=True)
class View:
    """How a sample is looked at; all of it stands in the address."""

    screen: str
    scheme: str

    def address(self, path: str, *, screen: str = "", scheme: str = "") -> str:
        """Return the address of the same view with something changed."""
        return f"{path}?scherm={screen or self.screen}&kleur={scheme or self.scheme}"


def show_gallery(call: Call) -> Response:
    """Show every kind of block, each with its sample."""
    with call.services.db.read() as session:
        return desk_page(
            call,
            session,
            "gallery.html",
            kinds=list(KINDS.values()),
            path=GALLERY,
            view=_view(call),
            sandbox=MAIL_SANDBOX,
        )


def show_block(call: Call) -> Response:
    """Show one kind: the sample as mail and as text, its fields, and what it is for."""
    kind = _kind(call)
    section = SECTIONS.get(kind.section)
    with call.services.db.read() as session:
        return desk_page(
            call,
            session,
            "gallery_block.html",
            kind=kind,
            kinds=list(KINDS.values()),
            path=GALLERY,
            view=_view(call),
            section=section.title if section else "",
            text=show_sample(call.services.render, kind).text.strip("\n"),
            sandbox=MAIL_SANDBOX,
        )


def show_sample_mail(call: Call) -> Response:
    """Give the sample itself, for the frame."""
    html = show_sample(call.services.render, _kind(call)).html
    return framed(call, html, call.query.get("kleur", ""))


def _kind(call: Call) -> BlockKind:
    name = call.path["kind"]
    if name not in KINDS:
        raise PageUnknown(name)
    return KINDS[name]


def _view(call: Call) -> View:
    screen, scheme = call.query.get("scherm", ""), call.query.get("kleur", "")
    return View(
        screen=screen if screen in SCREENS else SCREENS[0],
        scheme=scheme if scheme in SCHEMES else SCHEMES[0],
    )
