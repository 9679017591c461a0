"""Masthead: on the band, whose mail this is, which edition, of when and for whom. Fixed, first.

edition_kind: a key of EDITION_KINDS; number: None for none; dated_on: ISO date
title:        what an announcement is called when its event does not say
sentence:     an edition's own title below that of the newsletter, or ""
event:        {"type", "title", "summary"} of the event that an announcement is about, or None
web_url:      the edition's page on the website
"""

from typing import Any, Final

from newsletter.compose.blocks import kind
from newsletter.compose.blocks.kind import BlockKind, Fields, Frame, View, Whole
from newsletter.compose.escape import clean_line
from newsletter.values import EditionKind


def view(fields: Fields, frame: Frame) -> View:
    """Return what the templates need. Raises ValueError for an edition without a date."""
    event = fields["event"]
    return {
        "is_announcement": fields["edition_kind"] == EditionKind.ANNOUNCEMENT,
        "number": fields["number"],
        "day": kind.day(fields, "dated_on"),
        "title": kind.text(event or fields, "title"),
        "sentence": kind.text(fields, "sentence"),
        "type": kind.text(event or {}, "type"),
        "summary": kind.text(event or {}, "summary"),
        "web_url": fields["web_url"],
    }


def from_whole(whole: Whole) -> dict[str, Any]:
    """Return the fields for an edition."""
    return {
        "edition_kind": whole.content.kind.value,
        "number": whole.content.number,
        "dated_on": whole.content.dated_on.isoformat(),
        "title": clean_line(whole.content.title),
        "sentence": clean_line(whole.sentence),
        "event": whole.event,
        "web_url": whole.web_url,
    }


KIND: Final = BlockKind(
    name="masthead",
    label="Kop van de mail",
    purpose="Zegt van wie de mail is, welke editie het is en voor wie. Staat altijd bovenaan.",
    section="",
    blank={
        "edition_kind": EditionKind.NEWSLETTER.value,
        "number": None,
        "dated_on": "",
        "title": "",
        "sentence": "",
        "event": None,
        "web_url": "",
    },
    editable=(),
    view=view,
    sample={
        "number": 14,
        "dated_on": "2027-04-22",
        "title": "Editie 14",
        "web_url": "https://nieuwsbrief.example.org/archief/14",
    },
    from_whole=from_whole,
)
