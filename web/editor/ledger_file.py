"""The ledger of an edition as CSV: who got it, who did not, and what the server said.

It holds addresses, so it is for administrators only.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from newsletter.dutch import local
from newsletter.send.named import Named
from newsletter.values import DeliveryState
from storage.spreadsheet import BOM, spreadsheet_line
from storage.text import harmless_cell
from web.editor.failure_words import why_words

COLUMNS: Final = (
    *("e-mail", "naam", "kant", "uitgave", "stand", "waarom", "code", "antwoord"),
    *("pogingen", "opnieuw verstuurd", "kenmerk van de mail", "moment", "opnieuw op"),
)
ERASED: Final = "(gewist)"
D = DeliveryState
STATES: Final[Mapping[DeliveryState, str]] = {
    D.PENDING: "wacht",
    D.ATTEMPTING: "onderweg",
    D.DEFERRED: "uitgesteld",
    D.SENT: "verzonden",
    D.FAILED: "mislukt",
    D.SKIPPED: "overgeslagen",
    D.IN_DOUBT: "onzeker",
}


def ledger_lines(pages: Iterable[Sequence[Named]]) -> Iterator[str]:
    """Yield a head, then the lines of each page of people; no cell is a formula."""
    yield BOM + spreadsheet_line(COLUMNS)
    for page in pages:
        yield "".join(spreadsheet_line(_cells(one)) for one in page)


def _cells(one: Named) -> Sequence[str]:
    return (
        harmless_cell(one.email or ERASED),
        harmless_cell(one.name),
        one.audience or "",
        harmless_cell(one.cut),
        STATES[one.state],
        why_words(one.state, one.why)[0],
        str(one.code or ""),
        harmless_cell(one.reply),
        str(one.attempts),
        str(one.resends),
        one.message_id,
        _moment(one.at),
        _moment(one.next_at),
    )


def _moment(at: datetime | None) -> str:
    return local(at).isoformat(sep=" ", timespec="seconds") if at else ""
