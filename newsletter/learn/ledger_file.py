"""The ledger of an edition as CSV: who got it, who did not, and what the server said.

It holds addresses, so it is for administrators only. Page by page: however long the list is, memory
holds one page, and no transaction is open between two.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from newsletter.dutch import local
from newsletter.model import Delivery
from newsletter.values import DeliveryState
from storage.session import Database
from storage.spreadsheet import BOM, spreadsheet_line
from storage.text import harmless_cell
from subscribers.model import Subscriber

COLUMNS: Final = (
    *("e-mail", "kant", "uitgave", "stand", "code", "antwoord"),
    *("pogingen", "opnieuw verstuurd", "moment"),
)
PAGE: Final = 1_000
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


def ledger_lines(db: Database, edition_id: int, *, page: int = PAGE) -> Iterator[str]:
    """Yield a head and a line for each person, as they were frozen; no cell is a formula."""
    yield BOM + spreadsheet_line(COLUMNS)
    after = 0
    while True:
        with db.read() as session:
            rows = _page(session, edition_id, after=after, size=page)
        yield from (spreadsheet_line(_cells(row)) for row in rows)
        if len(rows) < page:
            return
        after = rows[-1].id


def _page(session: Session, edition_id: int, *, after: int, size: int) -> list[Row[Any]]:
    query = (
        select(
            Delivery.id,
            Subscriber.email,
            Delivery.audience,
            Delivery.cut,
            Delivery.state,
            Delivery.code,
            Delivery.reply,
            Delivery.attempts,
            Delivery.resends,
            Delivery.at,
        )
        .outerjoin(Subscriber, Subscriber.id == Delivery.subscriber_id)
        .where(Delivery.edition_id == edition_id, Delivery.id > after)
        .order_by(Delivery.id)
        .limit(size)
    )
    return list(session.execute(query))


def _cells(row: Row[Any]) -> Sequence[str]:
    return (
        harmless_cell(row.email or ERASED),
        row.audience or "",
        harmless_cell(row.cut or ""),
        STATES[D(row.state)],
        str(row.code or ""),
        harmless_cell(row.reply),
        str(row.attempts),
        str(row.resends),
        local(row.at).isoformat(sep=" ", timespec="seconds") if row.at else "",
    )
