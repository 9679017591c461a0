"""Notices: mails about one thing to one person, from `templates/notices/<notice>/`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from mjml import mjml2html

from newsletter import dutch
from newsletter.compose.escape import ascii_only, clean_line
from newsletter.compose.mend import mend
from newsletter.compose.templates import (
    TEMPLATES,
    mjml_templates,
    shared_values,
    text_templates,
)
from newsletter.identity import Organisation
from newsletter.values import NoticeText

FILTERS: Final = {
    "clock": dutch.clock,
    "count": dutch.count,
    "counted": dutch.counted,
    "local": dutch.local,
    "moment": dutch.moment,
    "number": dutch.number,
    "plural": dutch.plural,
}


class NoticeRenderer:
    """A `ports.RenderNotice` for one organisation and one public address."""

    def __init__(
        self, *, organisation: Organisation, base_url: str, templates: Path = TEMPLATES.parent
    ) -> None:
        values = shared_values(organisation, base_url)
        self._colours, self._font = values["c"], organisation.font_stack
        self._mjml = mjml_templates(templates, values)
        self._text = text_templates(templates, values)
        for environment in (self._mjml, self._text):
            environment.filters |= FILTERS

    def __call__(self, notice: str, values: Mapping[str, object]) -> NoticeText:
        """Return the mail. Raises jinja2.UndefinedError for a value that is missing."""
        folder = f"notices/{notice}"
        subject = clean_line(self._text.get_template(f"{folder}/subject.txt").render(values))
        context = {**values, "subject": subject}
        mjml = ascii_only(self._mjml.get_template(f"{folder}/body.mjml").render(context))
        text = self._text.get_template(f"{folder}/body.txt").render(context)
        return NoticeText(
            subject=subject,
            html=mend(
                mjml2html(mjml, disable_comments=True, fonts={}), self._colours, font=self._font
            ),
            text=text.strip() + "\n",
        )
