"""Fields of a form become typed values, or Dutch sentences by field."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, time
from typing import Final

from starlette.datastructures import FormData

from feeds.clean import safe_link
from feeds.values import AMSTERDAM
from newsletter.dutch import clock, day_month, number
from newsletter.moments import Missing, Twice, read_local
from subscribers.values import Audience
from web.errors import PageUnknown
from web.pages import read_number

LINE_BREAKS: Final = frozenset("\n\t")


class Form:
    """Reads the fields of one form; what is wrong gathers in `problems`, by field.

    Every value comes back even when something is wrong, so that the page can be shown again.
    """

    def __init__(self, fields: Mapping[str, object]) -> None:
        self._fields = fields
        self.problems: dict[str, str] = {}

    def line(self, name: str, *, longest: int = 200, missing: str = "") -> str:
        """Return one line without control characters. missing: the sentence when it is empty."""
        return self._checked(name, " ".join(self._text(name).split()), longest, missing)

    def text(self, name: str, *, longest: int = 5000, missing: str = "") -> str:
        """Return text of several lines."""
        lines = self._text(name).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return self._checked(name, "\n".join(map(str.rstrip, lines)).strip(), longest, missing)

    def number(self, name: str) -> int:
        """Return the key or version that our own page put in a hidden field. Raises PageUnknown."""
        found = read_number(self._text(name))
        if found is None:
            raise PageUnknown(name)
        return found

    def audience(self, name: str) -> Audience | None:
        """Return a side, or None for everybody. Raises PageUnknown for anything else."""
        text = self._text(name)
        if text not in {"", *Audience}:
            raise PageUnknown(name)
        return Audience(text) if text else None

    def picked(self, name: str, known: Collection[str]) -> list[str]:
        """Return the boxes of that name that are ticked. Raises PageUnknown for none of ours."""
        given = self._fields.getlist(name) if isinstance(self._fields, FormData) else []
        if not set(given) <= set(known):
            raise PageUnknown(name)
        return [one for one in known if one in given]

    def date(self, name: str) -> date | None:
        """Return a date; None, with a problem, when it is not one."""
        try:
            return date.fromisoformat(self._text(name))
        except ValueError:
            self.problems[name] = "Vul een datum in, zoals 28-05-2027."
            return None

    def time(self, name: str) -> time | None:
        """Return a time of the day; None when it is empty, or, with a problem, when it is none."""
        text = self._text(name)
        try:
            return time.fromisoformat(text) if text else None
        except ValueError:
            self.problems[name] = "Vul een tijd in, zoals 13.30."
            return None

    def link(self, name: str) -> str:
        """Return an http(s) address or ""; "", with a problem, for anything else."""
        text = self._text(name).strip()
        link = safe_link(text)
        if text and not link:
            self.problems[name] = "Dit is geen webadres. Begin met https://."
        return link

    def moment(self, name: str, *, after: datetime | None = None) -> datetime | None:
        """Return a moment in UTC, read as the clock in Amsterdam shows it; None: empty or wrong.

        One with an offset is that of a button of ours. Of a time that comes twice the first counts.
        """
        text = self._text(name)
        if not text:
            return None
        try:
            shown = datetime.fromisoformat(text)
            at = shown.astimezone(UTC) if shown.tzinfo else read_local(shown.date(), shown.time())
        except (ValueError, OverflowError):
            self.problems[name] = "Vul een dag en een tijd in, zoals 28-05-2027 10.00."
            return None
        if isinstance(at, Missing):
            self.problems[name] = no_such_time(shown.date(), shown.time(), at)
            return None
        at = at.first if isinstance(at, Twice) else at
        if after is not None and at <= after:
            self.problems[name] = "Dit moment is al geweest. Kies een later moment."
        return at

    def _text(self, name: str) -> str:
        value = self._fields.get(name, "")
        text = value if isinstance(value, str) else ""
        return "".join(c for c in text if c.isprintable() or c in LINE_BREAKS or c == "\r")

    def _checked(self, name: str, text: str, longest: int, missing: str) -> str:
        if not text and missing:
            self.problems[name] = missing
        elif len(text) > longest:
            told, most = number(len(text)), number(longest)
            self.problems[name] = f"Dit is te lang: {told} tekens. Maak er hoogstens {most} van."
        return text


def moment_value(at: datetime | None) -> str:
    """Return a moment as `<input type="datetime-local">` wants it, by the clock in Amsterdam."""
    return at.astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M") if at else ""


def no_such_time(day: date, at: time, missing: Missing) -> str:
    """Return the sentence for a time that the clock jumps over, with the first one after it."""
    return (
        f"Op {day_month(day)} gaat de klok vooruit: {at.hour}.{at.minute:02} uur bestaat dan "
        f"niet. Het eerstvolgende moment is {clock(missing.following)} uur."
    )
