"""The plain forms of a setting: its text in, its value out.

Each raises ValueError for a text that it cannot be, with a sentence that says what it should be.
"""

import re
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url


def read_label(text: str) -> str:
    """Return a name that stands on a button."""
    if not text.isprintable() or not 1 <= len(text.strip()) <= 40:
        raise ValueError("give a name of at most 40 characters, such as SURFconext")
    return text.strip()


def read_host_ports(text: str) -> frozenset[str]:
    """Return the parts of a comma list of host:port."""
    parts = frozenset(part.strip() for part in text.split(",") if part.strip())
    for part in parts:
        if not re.fullmatch(r"(\[[0-9a-fA-F:]+\]|[^:\s/]+):\d{1,5}", part):
            raise ValueError(f"{part!r} is not host:port")
        if int(part.rpartition(":")[2]) > 65535:
            raise ValueError(f"{part!r} has no port from 0 to 65535")
    return parts


def read_log_form(text: str) -> str:
    """Return the form of the log."""
    if text not in {"text", "json"}:
        raise ValueError('give "text" or "json"')
    return text


def read_token(text: str) -> str:
    """Return a token that stands in a header; "" for none."""
    if text and not re.fullmatch(r"[\x21-\x7e]{16,200}", text):
        raise ValueError("give 16 to 200 letters, figures or signs without spaces")
    return text


def read_moment(text: str) -> datetime | None:
    """Return an aware moment; None for none."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("give an ISO moment with offset, such as 2027-04-22T10:00+02:00") from None
    if moment.tzinfo is None:
        raise ValueError("the moment needs an offset, such as 2027-04-22T10:00+02:00")
    if not 1970 <= moment.year <= 9000:  # a clock near the calendar's ends cannot count from there
        raise ValueError("give a year from 1970 to 9000")
    return moment


def read_yes_no(text: str) -> bool:
    """Return whether it is yes."""
    words = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
    if text.lower() not in words:
        raise ValueError('give "yes" or "no"')
    return words[text.lower()]


def read_approvers(text: str) -> int:
    """Return how many people must approve."""
    if text not in {"1", "2", "3"}:
        raise ValueError("give 1, 2 or 3")
    return int(text)


def read_count(text: str) -> int:
    """Return a number from 1 to 50."""
    if not re.fullmatch(r"[0-9]{1,2}", text) or not 1 <= int(text) <= 50:
        raise ValueError("give a whole number from 1 to 50")
    return int(text)


def read_minutes(text: str) -> int:
    """Return a number of minutes from 0 to 60."""
    if not re.fullmatch(r"[0-9]{1,2}", text) or int(text) > 60:
        raise ValueError("give a whole number of minutes from 0 to 60")
    return int(text)


def read_hours(text: str) -> int:
    """Return a number of hours from 1 to 240."""
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= 240:
        raise ValueError("give a whole number of hours from 1 to 240")
    return int(text)


def read_base_url(text: str) -> str:
    """Return the public address as links begin with it."""
    url = urlsplit(text)
    is_web = url.scheme in {"http", "https"} and url.hostname and not url.username
    # It stands in mail headers as it is, and our pages link to each other from the root.
    is_bare = not (url.path.strip("/") or url.query or url.fragment)
    if not is_web or not is_bare or not re.fullmatch(r"[\x21-\x7e]+", text):
        raise ValueError(
            "give the public address and nothing else, in ASCII, "
            "such as https://nieuwsbrief.example.org"
        )
    url.port  # noqa: B018 - says so by itself when it is no port
    return f"{url.scheme}://{url.netloc.lower()}"


def read_database(text: str) -> str:
    """Return the address of a database that we can use."""
    if not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError("give sqlite:///FILE or postgresql+psycopg://HOST/NAME")
    if not make_url(text).database:
        raise ValueError("give the file or the name of the database too")
    return text


def read_log_file(text: str) -> Path | None:
    """Return the whole path of a file; None for none."""
    if not text:
        return None
    path = Path(text)
    if not path.is_absolute():
        raise ValueError("give the whole path of a file, such as /var/log/mail.log")
    return path
