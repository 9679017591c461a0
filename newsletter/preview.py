"""What a reader would get, without sending it: for the desk's frame and `edition render`."""

from enum import StrEnum

from newsletter.compose.render import fill
from newsletter.cut import Cut
from newsletter.send.mail.sample import sample_message, sample_personal
from newsletter.send.message import slot_values
from newsletter.store import editions as store
from newsletter.values import EditionContent, EditionKind, Rendered
from newsletter.wiring import Services
from subscribers import segments


class Format(StrEnum):
    """The forms of a preview."""

    HTML = "html"
    TEXT = "text"
    MJML = "mjml"
    EML = "eml"


def preview(
    services: Services,
    edition_id: int,
    *,
    segment: str,
    cut: Cut | None = None,
    format: Format,  # noqa: A002 - the contract's word
) -> bytes:
    """Return the mail for a reader of that segment (without one: of the edition's first).

    cut: exactly which reader, whatever the segment.
    Raises UnknownEdition, UnknownSegment.
    """
    content, of_segment = _read(services, edition_id, segment)
    cut = cut or of_segment
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
    return shown(rendered, services, content.kind, as_html=format is Format.HTML).encode()


def shown(rendered: Rendered, services: Services, kind: EditionKind, *, as_html: bool) -> str:
    """Return the mail with a made-up reader's values in its slots."""
    personal = sample_personal(
        services.settings,
        edition_id=0,
        kind=kind,
        audience=rendered.cut.audience,
        now=services.clock(),
    )
    part = rendered.html if as_html else rendered.text
    return fill(part, rendered, slot_values(personal, in_html=as_html))


def _read(services: Services, edition_id: int, segment: str) -> tuple[EditionContent, Cut]:
    with services.db.read() as session:
        edition = store.get_edition(session, edition_id, with_blocks=True)
        slug = segment or edition.segments[0]
        content = store.content_of(edition)
        used = frozenset({slug}) & frozenset(content.segments)
        return content, Cut(segments.audience_of(session, slug), used)
