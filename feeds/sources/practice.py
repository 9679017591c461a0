"""A practice example: a Markdown file with a head of YAML fields, written by editors."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import PurePath
from typing import Final
from urllib.parse import unquote, urlsplit

import yaml

from feeds.clean import name_text, plain_text, safe_link, summary_text, title_text
from feeds.errors import MalformedSource
from feeds.sources.charsets import to_text
from feeds.values import AMSTERDAM, ItemKind, Parsed, ParsedItem
from feeds.words import audiences_in
from storage.text import INVISIBLE, shorten

FENCE: Final = "---"
TEXTS: Final = ("partnership", "question", "approach", "result", "contact")
ALT: Final = "image_alt"  # what is to be seen on the image
KNOWN: Final = frozenset({"title", "themes", "audiences", "published", "url", "image", ALT, *TEXTS})
TEXT_LENGTH: Final = 2000
SCALARS: Final = (str, int, float, date)  # lists in lists can be written small, and be enormous


def parse_practice(document: bytes, *, now: datetime, base_url: str) -> Parsed:
    """Return the one example in a file; fields that are not known are complained of.

    base_url: the path of the file; its name, without the suffix, is the example's guid.
    Raises:   MalformedSource, naming the line, for a head that is missing, no YAML, or untitled.
    """
    head, first_line, body = _split(to_text(document))
    fields = _fields(head, first_line)
    title = title_text(_text(fields, "title"))
    if not title:
        raise MalformedSource(f"line {first_line}: the head has no title")
    details = {name: shorten(_text(fields, name), TEXT_LENGTH) for name in TEXTS}
    if alt := shorten(_text(fields, ALT), TEXT_LENGTH):
        details[ALT] = alt
    item = ParsedItem(
        kind=ItemKind.PRACTICE,
        guid=name_text(PurePath(unquote(urlsplit(base_url).path)).stem),
        title=title,
        summary=summary_text(details["question"] or body),
        url=safe_link(_text(fields, "url")),
        image_url=safe_link(_text(fields, "image")),
        published_at=_published(fields.get("published"), first_line),
        themes=_words(fields.get("themes")),
        audiences=audiences_in(_words(fields.get("audiences"))),
        details={**details, "story": INVISIBLE.sub("", body)},
    )
    # A complaint is logged, and what somebody wrote in the wrong place may be an address.
    unknown = sorted({"(address)" if "@" in name else name for name in set(fields) - KNOWN})
    complaints = tuple(f"line {first_line}: the field {name!r} is not known" for name in unknown)
    return Parsed(items=(item,), complaints=complaints, title=title)


def _split(text: str) -> tuple[str, int, str]:
    """Return the head, the number of its first line, and the body."""
    lines = text.lstrip("\ufeff").splitlines()
    if not lines or lines[0].strip() != FENCE:
        raise MalformedSource(f"line 1: a head between two lines of {FENCE} is expected")
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == FENCE:
            return "\n".join(lines[1:number]), 2, "\n".join(lines[number + 1 :]).strip()
    raise MalformedSource(f"line {len(lines)}: the head has no closing {FENCE}")


def _fields(head: str, first_line: int) -> Mapping[str, object]:
    try:
        fields = yaml.safe_load(head)
    except yaml.YAMLError as failure:
        mark = getattr(failure, "problem_mark", None)
        line = first_line + (mark.line if mark else 0)
        problem = getattr(failure, "problem", None) or "no YAML"
        raise MalformedSource(f"line {line}: the head cannot be read: {problem}") from failure
    except (ValueError, RecursionError) as failure:  # a date such as 2026-02-31
        raise MalformedSource(f"line {first_line}: the head cannot be read: {failure}") from failure
    if not isinstance(fields, dict):
        raise MalformedSource(f"line {first_line}: the head is not a list of fields")
    return {str(name): value for name, value in fields.items()}


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return plain_text(str(value)) if isinstance(value, SCALARS) else ""


def _words(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.replace(";", ",").split(",")
    given = value if isinstance(value, list) else []
    words = (name_text(str(one)) for one in given if isinstance(one, SCALARS))
    return tuple(dict.fromkeys(word for word in words if word))


def _published(value: object, line: int) -> datetime | None:
    if value is None or value == "":
        return None
    if isinstance(value, date) and not 1 < value.year < 9999:  # no room for another zone
        raise MalformedSource(f"line {line}: published is not in our days")
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=AMSTERDAM)).astimezone(UTC)
    if isinstance(value, date):
        return datetime.combine(value, time(), AMSTERDAM).astimezone(UTC)
    raise MalformedSource(f"line {line}: published is not a date such as 2026-11-05")
