"""What MRML leaves undone, mended on the parsed HTML: start tags only.

img:   a whole-number width for Outlook; an alt in every case; a font and a colour, so that the alt
       text reads well when images are off
a:     colour and underline inline, because a client's own blue is unreadable on dark
all:   `target` goes, it surprises readers; `vertical-align` goes, it is no attribute of HTML
</tr>: a line break after it, because MRML writes the body as one line
div:   the hidden preheader is not white: spam filters count white text on a white page as deceit

Every other byte stays as it was; so do comments, of which Outlook reads some (`[if mso]`).
"""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Final

from newsletter.compose.escape import escape, readable

Attributes = dict[str, str | None]

_WHOLE: Final = re.compile(r"\d+")
_TYPE: Final = re.compile(r"(?:font-size|line-height):[^;]*;?")
_SURPLUS: Final = ("target", "vertical-align")
_WHITE: Final = "color:#ffffff"
_ALT: Final = "font-size:16px;line-height:24px;"


def mend(html: str, colours: Mapping[str, str], *, font: str) -> str:
    """Return MRML's HTML as it should be sent; comments and style blocks stay byte for byte."""
    mender = _Mender(colours, font)
    mender.feed(html)
    mender.close()
    return mender.done()


class _Mender(HTMLParser):
    """Writes what it reads, with start tags mended from their parsed attributes."""

    def __init__(self, colours: Mapping[str, str], font: str) -> None:
        super().__init__(convert_charrefs=False)
        self._ink, self._link, self._font = colours["ink"], colours["school"], font
        self._finished: list[str] = []
        self._run: list[str] = []  # since the last comment: references in it may become readable

    def done(self) -> str:
        """Return all that was written."""
        self._keep("")
        return "".join(self._finished)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        raw = self.get_starttag_text() or ""
        before = dict(attrs)
        after = self._mended(tag, {k: v for k, v in before.items() if k not in _SURPLUS})
        end = "/>" if raw.endswith("/>") else ">"
        self._run.append(raw if after == before else f"<{tag}{_written(after)}{end}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self._run.append("</tr>\n" if tag == "tr" else f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem:
            self._keep(data)
        else:
            self._run.append(data)

    def handle_charref(self, name: str) -> None:
        self._run.append(f"&#{name};")

    def handle_entityref(self, name: str) -> None:
        self._run.append(f"&{name};")

    def handle_comment(self, data: str) -> None:
        self._keep(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self._keep(f"<!{decl}>")

    def _keep(self, raw: str) -> None:
        self._finished += (readable("".join(self._run)), raw)
        self._run.clear()

    def _mended(self, tag: str, attributes: Attributes) -> Attributes:
        style = attributes.get("style") or ""
        if tag == "img":
            return _mend_image(attributes, style, self._ink, self._font)
        if tag == "a" and "href" in attributes and not _is_coloured(style):
            coloured = f"color:{self._link};text-decoration:underline;{style}"
            return {**attributes, "style": coloured}
        if tag == "div" and style.startswith("display:none;"):
            return {**attributes, "style": style.replace(_WHITE, f"color:{self._ink}", 1)}
        return attributes


def _mend_image(attributes: Attributes, style: str, ink: str, font: str) -> Attributes:
    kept = _TYPE.sub("", style).rstrip(";")
    alt_type = f"{kept};font-family:{font};{_ALT}color:{ink};".lstrip(";")
    mended = {**attributes, "style": alt_type}
    mended.setdefault("alt", "")
    if whole := _WHOLE.match(attributes.get("width") or ""):
        mended["width"] = whole[0]
    if attributes.get("height") == "auto":
        del mended["height"]
    return mended


def _is_coloured(style: str) -> bool:
    return "background:" in style or "color:" in style


def _written(attributes: Attributes) -> str:
    return "".join(
        f" {name}" if value is None else f' {name}="{escape(value)}"'
        for name, value in attributes.items()
    )
