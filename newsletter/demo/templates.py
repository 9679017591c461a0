"""The demo's own few pages: templates that escape every word."""

from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader

from newsletter.dutch import moment

PAGES: Final = Path(__file__).parent / "pages"
TEMPLATES: Final = Environment(
    loader=FileSystemLoader(PAGES), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


def shown_moment(header: str) -> str:
    """Return a mail's Date header in Dutch; as it is when it is no date."""
    try:
        found = parsedate_to_datetime(header)
    except ValueError:
        return header
    return moment(found) if found.tzinfo else header


TEMPLATES.filters["moment"] = shown_moment
