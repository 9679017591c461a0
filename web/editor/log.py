"""The log: who did what and when; looked through on a page, or taken along as a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Final
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.responses import Response, StreamingResponse

from feeds.store import known_slugs
from newsletter.accounts.people import user_names
from newsletter.dutch import capital, local, relative
from newsletter.log_doors import PROGRAM
from newsletter.log_files import csv_lines, json_lines
from newsletter.log_words import COMINGS, Group
from newsletter.store.editions import list_editions
from newsletter.store.log import (
    NOBODY,
    OPEN_TO_EDITORS,
    LogFilter,
    Told,
    edition_in_sentence,
    list_log,
    read_log,
)
from web.access import Who, rank
from web.editor.desk import EXAMPLES, SUBMISSIONS, desk_page, edition_path
from web.editor.log_changes import Changed, changes_told
from web.editor.log_places import known_places
from web.editor.look import Look
from web.editor.sources import SOURCES
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, read_number

LOG: Final = "/redactie/logboek"
PAGE: Final = 50
LONGEST_SEARCH: Final = 100
YEARS: Final = range(2000, 2201)
TURNED: Final = "Deze dag ligt vóór de eerste. Draai ze om."
PROGRAM_CHOICE: Final = "programma"


@dataclass(frozen=True, slots=True)
class Row:
    """An entry on the page. before, it, after: its sentence, with what leads to `path` apart.

    changed: what was changed in an edition, with its version.
    """

    told: Told
    before: str
    it: str
    after: str
    path: str
    changed: Changed | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. given: as the fields show it; problems: sentences by field."""

    given: Mapping[str, str]
    wanted: LogFilter
    problems: Mapping[str, str]

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out, but for who came in and out."""
        return any(text for name, text in self.given.items() if name != "inloggen")

    @property
    def with_comings(self) -> str:
        """The address of the same list, with who came in and out."""
        return self.address(inloggen="ja")

    def address(self, path: str = LOG, **more: object) -> str:
        """Return the address of a list that is narrowed in the same way."""
        asked = {name: text for name, text in self.given.items() if text} | more
        return f"{path}?{urlencode(asked)}" if asked else path


def show_log(call: Call) -> Response:
    """Show the log, newest first, narrowed as the address says."""
    asked, before = _asked(call), _before(call)
    with call.services.db.read() as session:
        found = (
            [] if asked.problems else list_log(session, asked.wanted, limit=PAGE + 1, before=before)
        )
        shown = found[:PAGE]
        return desk_page(
            call,
            session,
            "log.html",
            status=422 if asked.problems else 200,
            days=_days(call, session, shown),
            asked=asked,
            older=asked.address(voor=shown[-1].id) if len(found) > PAGE else "",
            is_newest=before is None,
            groups=_groups(call),
            people=_people(session),
            editions=_editions(session, asked.wanted.edition_id),
            sees_all=_groups(call) == list(Group),
            problems=asked.problems,
        )


def give_csv(call: Call) -> Response:
    """Give the same entries as a file for a spreadsheet."""
    entries = read_log(call.services.db, _required(call))
    return _file(csv_lines(entries), "logboek.csv", "text/csv; charset=utf-8")


def give_json(call: Call) -> Response:
    """Give the same entries as a file for programs."""
    entries = read_log(call.services.db, _required(call))
    return _file(json_lines(entries), "logboek.json", "application/json")


def _file(lines: Iterator[str], name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(lines, media_type=media_type, headers=headers)


def _required(call: Call) -> LogFilter:
    asked = _asked(call)
    if asked.problems:
        raise PageUnknown(min(asked.problems))
    return asked.wanted


def _asked(call: Call) -> Asked:
    form, allowed = Form(call.query), _groups(call)
    given = {name: form.line(name) for name in ("groep", "wie", "editie", "van", "tot")}
    given["inloggen"] = "ja" if form.line("inloggen") else ""
    given["q"] = form.line("q", longest=LONGEST_SEARCH)
    group = given["groep"]
    if group and group not in allowed:
        raise PageUnknown("groep")
    wanted = LogFilter(
        groups=frozenset([Group(group)] if group else allowed),
        user_id=NOBODY if given["wie"] == PROGRAM_CHOICE else _number("wie", given["wie"]),
        edition_id=_number("editie", given["editie"]),
        since=_day(form, "van"),
        until=_day(form, "tot"),
        words=given["q"],
        without=frozenset() if given["inloggen"] else COMINGS,
    )
    if wanted.since and wanted.until and wanted.until < wanted.since:
        form.problems["tot"] = TURNED
    return Asked(given, wanted, form.problems)


def _number(name: str, text: str) -> int | None:
    number = read_number(text) if text else None
    if text and not number:
        raise PageUnknown(name)
    return number


def _day(form: Form, name: str) -> date | None:
    if not form.line(name):
        return None
    day = form.date(name)
    if day is not None and day.year not in YEARS:
        form.problems[name] = "Vul een datum in, zoals 28-05-2027."
        return None
    return day


def _before(call: Call) -> int | None:
    return _number("voor", call.query.get("voor", ""))


def _groups(call: Call) -> list[Group]:
    """Return what this person may see: of readers and people only who answers for them."""
    sees_all = rank(call.user) >= Who.APPROVER
    return [group for group in Group if sees_all or group in OPEN_TO_EDITORS]


def _people(session: Session) -> list[tuple[str, str]]:
    names = sorted(user_names(session).items(), key=lambda one: one[1].casefold())
    return [*((str(number), name) for number, name in names), (PROGRAM_CHOICE, PROGRAM)]


def _editions(session: Session, chosen: int | None) -> list[tuple[str, str]]:
    """Return the latest editions to choose from; one that is chosen stands among them."""
    latest = [
        (str(one.id), capital(edition_in_sentence(one.kind, one.number, one.title)))
        for one in list_editions(session)
    ]
    if chosen is not None and str(chosen) not in dict(latest):
        latest.append((str(chosen), "Deze editie"))
    return latest


def _days(call: Call, session: Session, shown: Sequence[Told]) -> list[tuple[str, list[Row]]]:
    """Return the entries by day, each with where it leads."""
    places = _places(session, shown)
    changes = changes_told(session, shown)
    by_day = groupby(shown, key=lambda one: local(one.at).date())
    return [
        (_day_word(call, rows[0]), [_row(one, places, changes.get(one.id)) for one in rows])
        for rows in (list(group) for _, group in by_day)
    ]


def _day_word(call: Call, told: Told) -> str:
    """Return "Vandaag", "Gisteren", or the date."""
    word, clock_and_all = relative(told.at, call.now).rsplit(", ", 1)
    return capital(word) if clock_and_all else ""


def _row(told: Told, places: Mapping[int, str], changed: Changed | None) -> Row:
    """Return the entry with the thing that its sentence names set apart, to link it."""
    begins = told.sentence.startswith(capital(told.it))
    start = 0 if begins else max(0, told.sentence.find(told.it))
    end = start + len(told.it)
    text = told.sentence
    return Row(told, text[:start], text[start:end], text[end:], places[told.id], changed)


def _places(session: Session, shown: Sequence[Told]) -> dict[int, str]:
    """Return where each thing is at the desk, or "" when it is nowhere any more."""
    slugs = known_slugs(session, {slug for one in shown if (slug := _slug(one))})
    field = known_places(session, shown)
    return {one.id: field.get(one.id) or _path(one, slugs) for one in shown}


def _slug(told: Told) -> str:
    return str(told.detail.get("slug", ""))


def _path(told: Told, slugs: frozenset[str]) -> str:
    """Return where the thing is at the desk, or "" when it is nowhere any more."""
    if told.edition_id is not None:
        return edition_path(told.edition_id)
    if _slug(told) in slugs:
        return f"{SOURCES}/{_slug(told)}"
    noun, item = told.what.partition(".")[0], told.detail.get("item")
    if noun == "submission":
        return f"{SUBMISSIONS}/{told.detail['submission']}"
    if noun == "example" and item:
        return f"{EXAMPLES}/{item}"
    return Look(item_id=item, open_id=item).address() if noun == "item" and item else ""
