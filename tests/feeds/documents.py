"""Feeds and calendars of our own making."""

from collections.abc import Iterable


def rss(*entries: str, title: str = "Partner") -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>'
        f"<title>{title}</title>{''.join(entries)}</channel></rss>"
    )


def entry(name: str, title: str = "Bericht", **elements: str) -> str:
    fields = {
        "title": title,
        "link": f"https://partner.example.org/{name}",
        "guid": f"urn:{name}",
        **elements,
    }
    return "<item>" + "".join(f"<{tag}>{text}</{tag}>" for tag, text in fields.items()) + "</item>"


def calendar(*events: str, head: Iterable[str] = (), end: str = "END:VCALENDAR\r\n") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//example.org//NL", *head]
    return ("\r\n".join(lines) + "\r\n" + "".join(events) + end).encode()


def vevent(uid: str, *lines: str, summary: str = "Bijeenkomst") -> str:
    whole = ["BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20270101T080000Z", f"SUMMARY:{summary}"]
    return "\r\n".join([*whole, *lines, "END:VEVENT", ""])


def burning(lines: int = 60_000) -> bytes:
    """Return a feed that feedparser reads in time that grows with the square of its empty lines.

    15,000 take it a second, 60,000 a quarter of a minute.
    """
    return b"<!DOCTYPE rss>" + b"\n" * lines + rss(entry("late")).encode()
