"""The programme of a congress: the sessions that say RELATED-TO it (RFC 5545 §3.8.4.5)."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from feeds.values import AMSTERDAM, ParsedItem


def with_programmes(items: Sequence[ParsedItem]) -> Iterator[ParsedItem]:
    """Yield the items in their order; one that others are part of carries them in its details.

    Sessions that are called off are not in it.
    """
    sessions: dict[object, list[ParsedItem]] = defaultdict(list)
    for item in items:
        if "part_of" in item.details and not item.cancelled:
            sessions[item.details["part_of"]].append(item)
    for item in items:
        parts = sessions.get(item.series, [])
        yield replace(item, details={**item.details, "programme": _rows(parts)}) if parts else item


def _rows(sessions: list[ParsedItem]) -> list[dict[str, str]]:
    return [_row(session) for session in sorted(sessions, key=lambda one: (_clock(one), one.title))]


def _row(session: ParsedItem) -> dict[str, str]:
    return {
        "time": _clock(session),
        "title": session.title,
        "summary": session.summary,
        "leader": str(session.details.get("leader", "")),
        "audience": session.audiences[0] if len(session.audiences) == 1 else "",
        "url": session.url,
    }


def _clock(session: ParsedItem) -> str:
    if session.times is None or session.times.all_day:
        return ""
    return f"{session.times.starts_at.astimezone(AMSTERDAM):%H:%M}"
