"""Some two hundred texts that try to become more than text, made by a few rules.

For mails, their text part, the desk and the public pages alike.
"""

from itertools import product
from typing import Final

_ELEMENTS: Final = (
    "script", "img src=x", "svg", "iframe src=about:blank", "body", "video src=x", "details open",
    "math", "object data=x", "input autofocus", "marquee", "style", "link rel=stylesheet href=x",
    "base href=//x", "meta http-equiv=refresh content=0", "form action=x", "button formaction=x",
)  # fmt: skip
_HANDLERS: Final = (
    "onerror=alert(1)", "onload='alert(1)'", 'onfocus="alert(1)"', "ontoggle=alert`1`",
)  # fmt: skip
_SCHEMES: Final = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", "java\nscript:alert(1)",
    "\x01javascript:alert(1)", "javascript&colon;alert(1)", "&#106;avascript:alert(1)",
    "javascript://%0aalert(1)", "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml;base64,PHN2Zy8+", "vbscript:msgbox(1)", "view-source:x", "file:///etc/x",
    "//example.org\\@x", "https:javascript:alert(1)", "blob:https://example.org/x",
)  # fmt: skip
_BREAKOUTS: Final = (
    '"', "'", "`", '">', "'>", "-->", "]]>", "</title>", "</style>", "</textarea>", "</td></tr>",
    "</mj-text>", "</mj-raw>", "</mjml>", "\\", '\\"', "&quot;>", "&#34;>", "%22%3E",
    "<![endif]-->",
)  # fmt: skip
_TEMPLATES: Final = (
    "{{7*7}}", "{{ self.__init__.__globals__ }}", "{% raw %}", "{% for x in (1).__class__ %}",
    "{# weg #}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{{{{", "}}", "%s %(x)s %n", "{0.__class__}",
    "<mj-raw><b>", "<mj-include path='/etc/passwd'/>", "<!ENTITY x SYSTEM 'file:///etc/x'>&x;",
    "[[x]] *|UNSUB|* %recipient%", "slot0123456789abcdefunsubscribex",
)  # fmt: skip
_HEADERS: Final = (
    "x\r\nBcc: lezer@example.org", "x\nBcc: lezer@example.org", "x\rBcc: lezer@example.org",
    "x\u2028Bcc: lezer@example.org", "x\x85Bcc: lezer@example.org", "x\r\n\r\n<b>tekst</b>",
    "=?utf-8?q?=0d=0aBcc:_x?=", "=?utf-8?b?DQpCY2M6IHg=?=", "x\x00y", "x\x0bBcc: y", "x\x0cBcc: y",
)  # fmt: skip
_LETTERS: Final = (
    "om\u202egekeerd\u2066 \u200f", "\u200b\u200c\u200d\u2060\ufeff", "e\u0301\u0308" * 40,
    "\ufffe en \uffff", "\ud800los", "👩‍👩‍👧‍👦🏳️‍🌈", "\u00ad\u00a0\u3000", "﷽" * 30,
    "\\u{ad} \\u{202e}",
    "ﬁ ŉ Ǆ ẞ İ ı", "＜script＞alert(1)＜/script＞", "‹script›", "%3Cscript%3E", "\\x3cscript\\x3e",
    "&lt;script&gt;", "&amp;lt;", "&#x3C;script&#x3E;", "&#0;&#1114112;", "I <3 school & a < b > c",
)  # fmt: skip
_MARKUP: Final = (
    "[x]({})", "[x](<{}>)", "**[x]({})**", "[x][1]\n\n[1]: {}", "<{}>", "![x]({})",
)  # fmt: skip

VECTORS: Final = (
    *(f"<{element} {handler}>" for element, handler in product(_ELEMENTS, _HANDLERS)),
    *(f"{breakout} onmouseover=alert(1) x={breakout}" for breakout in _BREAKOUTS),
    *(f"{breakout}<script>alert(1)</script>" for breakout in _BREAKOUTS),
    *_SCHEMES,
    *(form.format(scheme) for form, scheme in product(_MARKUP, _SCHEMES[:9])),
    *_TEMPLATES,
    *_HEADERS,
    *_LETTERS,
)
