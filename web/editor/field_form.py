"""What the pages of partnerships and of organisations have in common: a form, and a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.responses import Response, StreamingResponse

from storage.spreadsheet import spreadsheet_lines
from subscribers.field import REGIONS
from subscribers.model import Organisation, Partnership
from web.forms import Form
from web.pages import Call


@dataclass(frozen=True, slots=True)
class Given:
    """What the form shows.

    problems: sentences by field. of: the partnerships that are ticked, of an organisation.
    """

    values: Mapping[str, str]
    problems: Mapping[str, str] = field(default_factory=dict)
    of: frozenset[int] = frozenset()


def form_version(call: Call, given: Given, row: Partnership | Organisation | None) -> int:
    """Return the version for the form: who saves again after somebody else did, has seen theirs."""
    if row is None:
        return 1
    is_again = bool(given.problems) and "version" not in given.problems
    return Form(call.form).number("version") if is_again else row.version


def with_own(regions: Sequence[str], used: Sequence[str]) -> list[str]:
    """Return the regions, and after them those that rows hold and we do not know."""
    return [*regions, *(one for one in used if one and one not in regions)]


def region_choices(own: str) -> list[tuple[str, str]]:
    """Return the regions to choose from; the one that a row holds stays among them."""
    return [("", "nog niet bekend"), *((one, one) for one in with_own(REGIONS, [own]))]


def list_file(cells: Iterator[list[str]], name: str) -> Response:
    """Give a list as a file that an import reads."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    lines = spreadsheet_lines(cells)
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)
