"""Contents: what is in an edition, one row a section. Fixed, before the first section.

rows:    {"short", "text", "anchor"} of each; the anchor is that of the section in the web edition,
         for jumps inside a mail fail in several programs
web_url: the edition's page on the website
"""

from typing import Any, Final

from newsletter.compose.blocks.kind import BlockKind, Fields, Frame, View, Whole
from newsletter.values import EditionKind


def view(fields: Fields, frame: Frame) -> View:
    """Return the rows, each with its address."""
    return {
        "rows": [
            {**row, "url": f"{fields['web_url']}#{row['anchor']}"} for row in fields["rows"] or ()
        ]
    }


def from_whole(whole: Whole) -> dict[str, Any] | None:
    """Return the fields, None where a reader sees at a glance what there is."""
    if not whole.contents or whole.content.kind is EditionKind.ANNOUNCEMENT:
        return None
    return {"rows": [dict(row) for row in whole.contents], "web_url": whole.web_url}


KIND: Final = BlockKind(
    name="contents",
    label="Inhoud",
    purpose="Zegt per rubriek wat erin staat. Komt vanzelf bij vier rubrieken of meer.",
    section="",
    blank={"rows": (), "web_url": ""},
    editable=(),
    view=view,
    sample={
        "web_url": "https://nieuwsbrief.example.org/archief/14",
        "rows": (
            {
                "short": "Verslag",
                "text": "Twee onder één kap, of samen in één huis?",
                "anchor": "uitgelicht",
            },
            {
                "short": "Nieuws",
                "text": "Wat moet een werkplekbegeleider kunnen? (en nog één bericht)",
                "anchor": "nieuws",
            },
            {
                "short": "Agenda",
                "text": "Vier bijeenkomsten in mei en juni",
                "anchor": "agenda",
            },
            {
                "short": "Praktijk",
                "text": "Student en leraar ontwerpen samen een les",
                "anchor": "praktijk",
            },
        ),
    },
    from_whole=from_whole,
    optional=True,
)
