"""Text from outside becomes text in a mail: cleaned once, escaped once, the same way everywhere.

MRML writes every attribute in Rust's debug form, in which `"`, `\\` and most characters beyond
ASCII come out changed or even close the attribute. Numeric references pass through it untouched,
so all of those become references, also in the text of our own templates.
"""

import re
from typing import Final

from markupsafe import Markup

from storage.text import NO_TEXT

_NO_TEXT: Final = re.compile(f"[{NO_TEXT}]")
_LINE_BREAKS: Final = re.compile("\r\n?|[\u2028\u2029]")
_SPECIAL: Final = re.compile("[&<>\"'\\\\]|[^\x00-\x7f]")
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]")
_REFERENCE: Final = re.compile("&#(\\d{3,7});")


def clean(text: str) -> str:
    """Return the text without characters that are no text; line breaks become newlines."""
    return _NO_TEXT.sub("", _LINE_BREAKS.sub("\n", text))


def clean_line(text: str) -> str:
    """Return the cleaned text with every run of white space as one space: safe in a header."""
    return " ".join(clean(text).split())


def escape(value: object) -> Markup:
    """Return a value as MJML text, also for an attribute or the title; Markup stays as it is."""
    if isinstance(value, Markup):
        return value
    return Markup(_SPECIAL.sub(_reference, clean(str(value))))  # noqa: S704 - this is the escaping


def ascii_only(mjml: str) -> str:
    """Return a whole document with references for what is beyond ASCII, in our own words too."""
    return _BEYOND_ASCII.sub(_reference, mjml)


def readable(html: str) -> str:
    """Turn references back into the visible characters they stand for."""
    return _REFERENCE.sub(_character, html)


def _reference(found: re.Match[str]) -> str:
    return f"&#{ord(found.group())};"


def _character(found: re.Match[str]) -> str:
    code = int(found.group(1))
    visible = 0xA0 < code < 0x110000 and chr(code).isprintable()
    return chr(code) if visible else found.group()
