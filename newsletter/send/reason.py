"""The sentence in the footer that says why this reader gets this mail."""

from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from newsletter import dutch
from newsletter.values import EditionKind
from subscribers.values import Audience, ConsentKind, Reader

TEMPLATES: Final = Path(__file__).parent.parent.parent / "templates" / "email"


def reason_for(reader: Reader, kind: EditionKind) -> str:
    """Return why this reader gets an edition of this kind: since when, and what they said."""
    imported = reader.ground is ConsentKind.IMPORTED
    role = " ".join(reader.role.split())
    return _sentence(kind, dutch.local(reader.since).date(), reader.audience, role, imported)


# A list of thousands has few different days and roles; the sentence is written once for each.
@lru_cache(maxsize=2000)
def _sentence(
    kind: EditionKind,
    since: date,
    audience: Audience | None,
    role: str,
    imported: bool,  # noqa: FBT001 - a fact about the reader
) -> str:
    return _template().render(
        kind=kind.value,
        since=f"{dutch.day_month(since)} {since.year}",
        audience=dutch.audience_word(audience) if audience else "",
        role=role,
        imported=imported,
    )


@lru_cache(maxsize=1)
def _template() -> Template:
    # Plain text: whoever puts it into HTML escapes it there.
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701
    )
    return templates.get_template("reason.txt")
