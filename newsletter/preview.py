"""What a reader would get, without sending it: for the desk's frame and `edition render`."""

import html
from enum import StrEnum

from newsletter.compose.render import fill
from newsletter.cut import Cut
from newsletter.send.message import sample_message
from newsletter.store import editions as store
from newsletter.values import EditionContent, Rendered, Slot
from newsletter.wiring import Services
from subscribers import segments


class Format(StrEnum):
    """The forms of a preview."""

    HTML = "html"
    TEXT = "text"
    MJML = "mjml"
    EML = "eml"


def preview(services: Services, edition_id: int, *, segment: str, format: Format) -> bytes:  # noqa: A002 - the contract's word
    """Return the mail for a reader of that segment (without one: of the edition's first).

    Raises UnknownEdition, UnknownSegment.
    """
    content, cut = _read(services, edition_id, segment)
    if format is Format.MJML:
        return services.render.mjml(content, cut).encode()
    rendered = services.render(content, cut)
    if format is Format.EML:
        return sample_message(
            rendered,
            services.settings,
            edition_id=edition_id,
            kind=content.kind,
            now=services.clock(),
        )
    return shown(rendered, services, as_html=format is Format.HTML).encode()


def shown(rendered: Rendered, services: Services, *, as_html: bool) -> str:
    """Return the mail with an example person's values in its slots."""
    base = services.settings.base_url
    values = {
        Slot.UNSUBSCRIBE: f"{base}/afmelden/voorbeeld",
        Slot.PREFERENCES: f"{base}/voorkeuren/voorbeeld",
        Slot.POLL: f"{base}/peiling/voorbeeld",
        Slot.REASON: "Hier staat voor elke lezer waarom die deze mail krijgt.",
    }
    if as_html:
        return fill(rendered.html, rendered, {k: html.escape(v) for k, v in values.items()})
    return fill(rendered.text, rendered, values)


def _read(services: Services, edition_id: int, segment: str) -> tuple[EditionContent, Cut]:
    with services.db.read() as session:
        edition = store.get_edition(session, edition_id, with_blocks=True)
        slug = segment or edition.segments[0]
        content = store.content_of(edition)
        used = frozenset({slug}) & frozenset(content.segments)
        return content, Cut(segments.audience_of(session, slug), used)
