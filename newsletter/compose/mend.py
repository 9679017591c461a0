"""What MRML leaves undone, mended in its HTML: start tags only, outside conditional comments.

img:   a whole-number width for Outlook; an alt in every case; a font and a colour, so that the alt
       text reads well when images are off
a:     colour and underline inline, because a client's own blue is unreadable on dark
all:   `target` goes, it surprises readers; `vertical-align` goes, it is no attribute of HTML
</tr>: a line break after it, because MRML writes the body as one line
div:   the hidden preheader is not white: spam filters count white text on a white page as deceit
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from newsletter.compose.escape import readable

_APART: Final = re.compile(r"(<!--.*?-->|<style.*?</style>)", re.DOTALL)
_TAG: Final = re.compile(r"<(img|a|td|tr|table)\b([^>]*?)(\s*/?)>", re.DOTALL)
_STYLE: Final = re.compile(r'style="([^"]*)"')
_FRACTION: Final = re.compile(r'width="(\d+)\.\d+"')
_SURPLUS: Final = re.compile(r'\s(?:target|vertical-align)="[^"]*"')
_TYPE: Final = re.compile(r"(?:font-size|line-height):[^;]*;?")
_PREHEADER: Final = re.compile(r'(<div style="display:none;[^"]*?)color:#ffffff')
_ALT: Final = "font-size:16px;line-height:24px;"


def mend(html: str, colours: Mapping[str, str], *, font: str) -> str:
    """Return MRML's HTML as it should be sent; comments and style blocks stay byte for byte."""
    tag = _mender(colours, font)
    parts = _APART.split(html)
    parts[0::2] = [_TAG.sub(tag, part).replace("</tr>", "</tr>\n") for part in parts[0::2]]
    parts[0::2] = [_PREHEADER.sub(rf"\g<1>color:{colours['ink']}", one) for one in parts[0::2]]
    parts[0::2] = [readable(part) for part in parts[0::2]]
    return "".join(parts)


def _mender(colours: Mapping[str, str], font: str) -> Callable[[re.Match[str]], str]:
    def mend_tag(found: re.Match[str]) -> str:
        name, attributes, end = found.groups()
        attributes = _SURPLUS.sub("", attributes)
        if name == "img":
            attributes = _mend_image(attributes, colours["ink"], font)
        elif name == "a" and "href=" in attributes:
            attributes = _mend_link(attributes, colours["school"])
        return f"<{name}{attributes}{end}>"

    return mend_tag


def _mend_image(attributes: str, ink: str, font: str) -> str:
    attributes = _FRACTION.sub(r'width="\1"', attributes).replace(' height="auto"', "")
    if " alt=" not in attributes:
        attributes += ' alt=""'

    def with_type(css: str) -> str:
        kept = _TYPE.sub("", css).rstrip(";")
        return f"{kept};font-family:{font};{_ALT}color:{ink};".lstrip(";")

    return _with_style(attributes, with_type)


def _mend_link(attributes: str, colour: str) -> str:
    def coloured(css: str) -> str:
        if "background:" in css or "color:" in css:
            return css
        return f"color:{colour};text-decoration:underline;{css}"

    return _with_style(attributes, coloured)


def _with_style(attributes: str, change: Callable[[str], str]) -> str:
    found = _STYLE.search(attributes)
    if not found:
        return f'{attributes} style="{change("")}"'
    before, after = attributes[: found.start()], attributes[found.end() :]
    return f'{before}style="{change(found.group(1))}"{after}'
