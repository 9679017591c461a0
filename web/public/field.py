"""Opleidingsscholen on the site: a map, the list by region, and a page of each that agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from starlette.responses import Response

from feeds import shown
from subscribers import partnerships
from subscribers.field import REGIONS
from subscribers.model import Partnership
from subscribers.partnerships import Listed
from web import field_words
from web.errors import PageUnknown
from web.pages import Call, page
from web.public import province_map
from web.public.examples import read_example
from web.public.province_map import Tile, draw_map, region_anchor

FIELD: Final = "/opleidingsscholen"
EXAMPLES: Final = 3
NO_REGION: Final = "Regio nog niet bekend"


@dataclass(frozen=True, slots=True)
class Region:
    """The partnerships of one region."""

    name: str
    anchor: str
    rows: Sequence[Listed]


def show_field(call: Call) -> Response:
    """Show the partnerships that agreed, on the map and by region."""
    with call.services.db.read() as session:
        rows = partnerships.list_shown(session)
    regions = by_region(rows)
    return page(
        call,
        "public/field.html",
        count=len(rows),
        regions=regions,
        tiles=_tiles(regions),
        map=province_map,
        words=field_words,
    )


def show_partnership(call: Call) -> Response:
    """Show one partnership. Raises PageUnknown for one that did not agree, as for none."""
    with call.services.db.read() as session:
        found = partnerships.find_by_slug(session, call.path["partnership"])
        if found is None or not found.is_shown:
            raise PageUnknown("partnership")
        row = partnerships.read_partnership(session, Partnership.id == found.id)
        examples = shown.examples_of(session, row.name, limit=EXAMPLES)
    return page(
        call,
        "public/partnership.html",
        row=row,
        members=partnerships.members_by_side(row),
        host=(urlsplit(row.website).hostname or "").removeprefix("www."),
        examples=[read_example(item) for item in examples],
        anchor=region_anchor(row.region),
        words=field_words,
    )


def by_region(rows: Sequence[Listed]) -> list[Region]:
    """Return the rows by region: the provinces from the north, then what else people wrote."""
    others = sorted({one.row.region for one in rows} - {*REGIONS, ""})
    found = []
    for name in (*REGIONS, *others, ""):
        mine = [one for one in rows if one.row.region == name]
        if mine:
            found.append(Region(name or NO_REGION, region_anchor(name), mine))
    return found


def _tiles(regions: Sequence[Region]) -> tuple[Tile, ...]:
    return draw_map({one.name: len(one.rows) for one in regions})
