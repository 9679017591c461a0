"""The e-mail templates, compiled once: MJML, where every value is escaped, and plain text."""

import re
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from types import CodeType
from typing import Any, Final

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from newsletter import dutch
from newsletter.compose.colours import dark_colours, light_colours
from newsletter.compose.escape import clean, escape
from newsletter.identity import Organisation
from subscribers.values import Audience

TEMPLATES: Final = Path(__file__).parent.parent.parent / "templates" / "email"
LINE_WIDTH: Final = 72
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}"
)


class _Compiled(BytecodeCache):
    """What templates became: an organisation with other colours has no need of that work again."""

    def __init__(self) -> None:
        self._code: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._code.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._code[bucket.key, bucket.checksum] = bucket.code


_MJML: Final = _Compiled()
_TEXT: Final = _Compiled()


def shared_values(organisation: Organisation, base_url: str) -> dict[str, Any]:
    """Return what every template knows: the colours, the organisation and where things stand."""
    return {
        "c": light_colours(organisation.colours),
        "d": dark_colours(organisation.colours),
        "organisation": organisation,
        "base_url": base_url,
        "pictures": f"{base_url}/static/mail",
    }


def mjml_templates(folder: Path, values: Mapping[str, Any]) -> Environment:
    """Return the MJML templates; `values` are known in each, also in macros."""
    templates = _environment(folder, values, autoescape=True, finalize=escape, compiled=_MJML)
    templates.filters |= {"mail_links": mail_links, "longest_word": longest_word}
    return templates


def text_templates(folder: Path, values: Mapping[str, Any]) -> Environment:
    """Return the plain text templates; nothing is escaped there, and nothing is markup."""
    templates = _environment(folder, values, autoescape=False, finalize=_plain, compiled=_TEXT)
    templates.filters |= {"wrap": wrap, "for_audience": for_audience}
    templates.globals["heading"] = heading
    return templates


def mail_links(text: str) -> Markup:
    """Return escaped text in which each e-mail address is a link."""
    parts = Markup("")
    end = 0
    for found in _ADDRESS.finditer(text):
        parts += escape(text[end : found.start()])
        parts += Markup('<a href="mailto:{0}">{0}</a>').format(escape(found.group()))
        end = found.end()
    return parts + escape(text[end:])


def longest_word(text: str) -> int:
    """Return the number of characters that cannot be parted: a narrow screen must hold them."""
    return max((len(word) for word in re.split(r"[\s-]", text)), default=0)


def wrap(text: str, indent: int = 0, *, first: bool = False) -> str:
    """Return text in lines of at most LINE_WIDTH; first: the indent is for the first line too."""
    return textwrap.fill(
        text,
        LINE_WIDTH,
        initial_indent=" " * indent if first else "",
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def heading(title: str, note: str = "") -> str:
    """Return a section's name with a line below it."""
    words = wrap(f"{title}: {note}" if note else title)
    return f"{words}\n{'=' * max(map(len, words.splitlines()), default=0)}"


def for_audience(audience: Audience | None) -> str:
    """Return "Voor scholen"; both sides for None."""
    sides = tuple(Audience) if audience is None else (audience,)
    return f"Voor {dutch.join([dutch.audience_word(one) for one in sides])}"


def _environment(
    folder: Path,
    values: Mapping[str, Any],
    *,
    autoescape: bool,
    finalize: Callable[[object], str],
    compiled: BytecodeCache,
) -> Environment:
    templates = Environment(
        loader=FileSystemLoader(folder),
        autoescape=autoescape,  # noqa: S701 - plain text has nothing to escape
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=not autoescape,
        lstrip_blocks=not autoescape,
        keep_trailing_newline=True,
        auto_reload=False,
        bytecode_cache=compiled,
    )
    templates.globals |= values
    templates.filters |= {
        "audience_word": dutch.audience_word,
        "capital": dutch.capital,
        "long_date": dutch.long_date,
        "month": dutch.month,
        "month_short": dutch.month_short,
        "weekday": dutch.weekday,
        "weekday_date": dutch.weekday_date,
        "weekday_short": dutch.weekday_short,
    }
    return templates


def _plain(value: object) -> str:
    return clean(str(value))
