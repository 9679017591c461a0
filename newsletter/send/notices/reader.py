"""What the notices to readers about another address need, each with a sample."""

from datetime import UTC, datetime
from typing import Final

Values = dict[str, object]

SAMPLE_AT: Final = datetime(2027, 5, 20, 8, 0, tzinfo=UTC)


def move_values(*, move_url: str, asked_at: datetime) -> Values:
    """Return what "move" needs: it goes to an address that nobody confirmed yet."""
    return {"move_url": move_url, "asked_at": asked_at}


def moved_values(*, masked: str, at: datetime) -> Values:
    """Return what "moved" needs. masked: the new address, as its owner knows it again."""
    return {"masked": masked, "at": at}


def sample_move() -> Values:
    """Return values for a preview."""
    url = "https://example.org/adres-bevestigen/Zk3vQ9pLr8WmXt2yB7nC4x"
    return move_values(move_url=url, asked_at=SAMPLE_AT)


def sample_moved() -> Values:
    """Return values for a preview."""
    return moved_values(masked="n***@example.org", at=SAMPLE_AT)
