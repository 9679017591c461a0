"""What the notices to readers who sent in a practice example need, each with a sample.

The first of them goes to an address that nobody confirmed: it holds nothing that a form brought.
"""

from datetime import UTC, datetime
from typing import Final

from feeds.submissions import DECLINED_KEPT, UNCONFIRMED_KEPT

Values = dict[str, object]

SAMPLE_AT: Final = datetime(2027, 5, 20, 8, 0, tzinfo=UTC)
SAMPLE_TITLE: Final = "De beginner leert de begeleider iets"
SAMPLE_OWN: Final = "https://example.org/praktijkvoorbeelden/inzending/Zk3vQ9pLr8WmXt2yB7nC4x"


def confirm_submission_values(*, confirm_url: str, asked_at: datetime) -> Values:
    """Return what "submission_confirm" needs."""
    return {
        "confirm_url": confirm_url,
        "asked_at": asked_at,
        "kept_days": UNCONFIRMED_KEPT.days,
    }


def agree_values(*, title: str, own_url: str) -> Values:
    """Return what "submission_agree" needs. own_url: the reader's page about it."""
    return {"title": title, "own_url": own_url}


def declined_values(*, because: str, own_url: str) -> Values:
    """Return what "submission_declined" needs. because: the editors' words, in paragraphs."""
    parts = tuple(" ".join(part.split()) for part in because.split("\n") if part.strip())
    return {"because": parts, "own_url": own_url, "kept_days": DECLINED_KEPT.days}


def published_values(*, title: str, public_url: str, own_url: str) -> Values:
    """Return what "submission_published" needs."""
    return {"title": title, "public_url": public_url, "own_url": own_url}


def sample_confirm() -> Values:
    """Return values for a preview."""
    url = "https://example.org/praktijkvoorbeelden/bevestigen/Zk3vQ9pLr8WmXt2yB7nC4x"
    return confirm_submission_values(confirm_url=url, asked_at=SAMPLE_AT)


def sample_agree() -> Values:
    """Return values for a preview."""
    return agree_values(title=SAMPLE_TITLE, own_url=SAMPLE_OWN)


def sample_declined() -> Values:
    """Return values for a preview."""
    because = "Het gaat over het basisonderwijs.\nOnze lezers werken in het voortgezet onderwijs."
    return declined_values(because=because, own_url=SAMPLE_OWN)


def sample_published() -> Values:
    """Return values for a preview."""
    public_url = "https://example.org/praktijkvoorbeelden/41"
    return published_values(title=SAMPLE_TITLE, public_url=public_url, own_url=SAMPLE_OWN)
