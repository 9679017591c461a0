"""What is kept how long, with what the last night erased; and the register of processing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import Response

from newsletter import dutch
from newsletter.model import Run
from newsletter.register import make_register
from newsletter.retention import NIGHTLY, TABLE, Kept, Whose
from newsletter.store.runs import last_runs
from web.editor.desk import desk_page
from web.pages import Call

NIGHTS: Final = 30
GROUPS: Final[Mapping[Whose, str]] = {
    Whose.READERS: "Van lezers",
    Whose.VOTERS: "Van wie een vraag beantwoordt",
    Whose.SENDERS: "Van wie een praktijkvoorbeeld instuurt",
    Whose.COLLEAGUES: "Van de redactie",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the table.

    last, lately: how much the last night erased, and all of those looked at; None where no night
    erases it.
    """

    kept: Kept
    last: int | None
    lately: int | None


def show_kept(call: Call) -> Response:
    """Show the table, with the last night and the last thirty."""
    with call.services.db.read() as session:
        runs = last_runs(session, NIGHTLY, number=NIGHTS)
        rows = [_row(one, runs) for one in TABLE]
        return desk_page(
            call,
            session,
            "kept.html",
            groups=[
                (word, [row for row in rows if row.kept.whose is of]) for of, word in GROUPS.items()
            ],
            last=runs[0] if runs else None,
            nights=len(runs),
            when=dutch.in_sentence(dutch.relative(runs[0].started_at, call.now)) if runs else "",
        )


def _groups(rows: list[Row]) -> list[tuple[str, list[Row]]]:
    return [(word, [row for row in rows if row.kept.whose is of]) for of, word in GROUPS.items()]


def show_register(call: Call) -> Response:
    """Show the register, as the settings are now."""
    today = dutch.local(call.now).date()
    register = make_register(call.services.settings, today=today)
    with call.services.db.read() as session:
        return desk_page(call, session, "register.html", register=register)


def _row(kept: Kept, runs: list[Run]) -> Row:
    if not kept.counts or not runs:
        return Row(kept, None, None)
    counts = [sum(_count(run.report, name) for name in kept.counts) for run in runs]
    return Row(kept, counts[0], sum(counts))


def _count(report: Mapping[str, Any], name: str) -> int:
    """Return a count of a night's report; 0 where an older version did not count it, or failed."""
    count = report.get(name, 0)
    return count if isinstance(count, int) else 0
