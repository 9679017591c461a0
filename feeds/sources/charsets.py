"""From bytes to text, whatever the document says about itself (S-30).

UTF-8 wins when the bytes are UTF-8; one bad byte does not turn the whole document into another
character set.
"""

import codecs
import re
from typing import Final

DECLARED: Final = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']"""
)
IN_HEADER: Final = re.compile(r"""charset\s*=\s*["']?([A-Za-z0-9._:-]{1,40})""", re.I)
PROLOG: Final = re.compile(r"^\s*<\?xml\b[^>]{0,300}\?>", re.S)
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WIDE: Final = (  # how "<?" or "<r" looks in them without a byte order mark
    (b"<\0\0\0", "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
    (b"\x4c\x6f\xa7\x94", "cp037"),  # "<?xm" in EBCDIC
    (b"B\0E\0", "utf-16-le"),  # "BEGIN:VCALENDAR"
    (b"\0B\0E", "utf-16-be"),
)
FOLD: Final = re.compile(rb"\r?\n[ \t]")  # in a calendar, also in the middle of a letter
SHIFTING: Final = ("iso-2022", "iso2022", "hz", "utf-7", "csiso2022")  # letters written as ASCII
MULTIBYTE: Final = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)


def to_text(document: bytes, *, content_type: str = "") -> str:
    """Decode a document. Never fails: what cannot be decoded becomes U+FFFD."""
    for mark, name in BOMS:
        if document.startswith(mark):
            return document[len(mark) :].decode(name, "replace")
    for start, name in WIDE:
        if document.startswith(start):
            return document.decode(name, "replace")
    declared = [name for name in (_from_header(content_type), _from_prolog(document)) if name]
    for name in declared:
        if name.lower().startswith(SHIFTING) and (text := _try(document, name)) is not None:
            return text
    return _decode_ascii_based(document, declared)


def without_prolog(text: str) -> str:
    """Take off the XML declaration: what it says about characters is true no longer."""
    return PROLOG.sub("", text.lstrip("\ufeff"), count=1)


def _decode_ascii_based(document: bytes, declared: list[str]) -> str:
    for name in ("utf-8", *declared):
        if (text := _try(document, name)) is not None:
            return text
    if (text := _unfolded(document)) is not None:
        return text
    if _is_mostly_utf8(document):
        return document.decode("utf-8", "replace")
    return _decode_as_declared(document, declared)


def _unfolded(document: bytes) -> str | None:
    """Return the text of a calendar in UTF-8 whose lines were folded inside letters."""
    if b"BEGIN:VCALENDAR" not in document[:1000]:
        return None
    return _try(FOLD.sub(b"", document), "utf-8")


def _decode_as_declared(document: bytes, declared: list[str]) -> str:
    for name in declared:
        if name.lower().replace("_", "-") in {"utf-8", "utf8"}:
            continue  # a server's default, and not true
        if (text := _try(document, name, errors="replace")) is not None:
            return text
    return document.decode("cp1252", "replace")


def _is_mostly_utf8(document: bytes) -> bool:
    good = len(MULTIBYTE.findall(document))
    bad = document.decode("utf-8", "replace").count("\ufffd")
    return good > bad


def _try(document: bytes, name: str, *, errors: str = "strict") -> str | None:
    if name.lower() in {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"}:
        name = (
            "cp1252"  # as every browser does: the bytes 80-9F are quotes and dashes, not controls
        )
    try:
        return document.decode(name, errors)
    except (LookupError, ValueError):
        return None


def _from_header(content_type: str) -> str:
    found = IN_HEADER.search(content_type)
    return found.group(1) if found else ""


def _from_prolog(document: bytes) -> str:
    found = DECLARED.search(document[:1000])
    return found.group(1).decode("ascii") if found else ""
