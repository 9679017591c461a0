"""What the notices to colleagues about their accounts need, each with a sample."""

from datetime import UTC, datetime
from typing import Final

Values = dict[str, object]

SAMPLE_AT: Final = datetime(2027, 5, 20, 8, 0, tzinfo=UTC)
SAMPLE_TOKEN: Final = "Zk3vQ9pLr8WmXt2yB7nC4x"  # noqa: S105 - opens nothing


def invitation_values(*, name: str, role: str, by: str, accept_url: str, until: datetime) -> Values:
    """Return what "account_invitation" needs. role: in Dutch; by: who asks, or ""."""
    return {"name": name, "role": role, "by": by, "accept_url": accept_url, "until": until}


def link_values(*, name: str, url: str, until: datetime) -> Values:
    """Return what "account_reset" and "account_unlock" need."""
    return {"name": name, "url": url, "until": until}


def changed_values(*, name: str, what: str, at: datetime, desk_url: str) -> Values:
    """Return what "account_changed" needs. what: a Dutch sentence that says what changed."""
    return {"name": name, "what": what, "at": at, "desk_url": desk_url}


def sample_invitation() -> Values:
    """Return values for a preview."""
    return invitation_values(
        name="Noor van Dam",
        role="redacteur",
        by="Marit Zeeuw",
        accept_url=f"https://example.org/redactie/uitnodiging/{SAMPLE_TOKEN}",
        until=SAMPLE_AT,
    )


def sample_reset() -> Values:
    """Return values for a preview."""
    url = f"https://example.org/redactie/wachtwoord/{SAMPLE_TOKEN}"
    return link_values(name="Noor van Dam", url=url, until=SAMPLE_AT)


def sample_unlock() -> Values:
    """Return values for a preview."""
    url = f"https://example.org/redactie/binnen/{SAMPLE_TOKEN}"
    return link_values(name="Noor van Dam", url=url, until=SAMPLE_AT)


def sample_changed() -> Values:
    """Return values for a preview."""
    return changed_values(
        name="Noor van Dam",
        what="Je wachtwoord is gewijzigd.",
        at=SAMPLE_AT,
        desk_url="https://example.org/redactie/account",
    )
