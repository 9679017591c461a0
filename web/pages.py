"""A request as our handlers get it, and a page as the browser gets it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from newsletter import dutch
from newsletter.accounts.sessions import SignedIn
from newsletter.wiring import Services
from subscribers.partnerships import any_shown
from web.access import Who, masked, message_cookie, rank, set_cookie, unsign
from web.assets import asset_url
from web.errors import PageUnknown

TEMPLATES: Final = Path(__file__).parent.parent / "templates" / "web"
LARGEST_ID: Final = 2**31 - 1  # what a key's column holds in PostgreSQL


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read: what a handler needs and no more.

    path:  the parts of the address that the route names.
    query: what stands behind the question mark.
    form:  the fields of a POST; empty otherwise.
    body:  what a program sent, where its route is for that.
    """

    services: Services
    request: Request
    user: SignedIn | None
    path: Mapping[str, str]
    query: Mapping[str, str]
    form: FormData
    body: bytes = b""

    @property
    def now(self) -> datetime:
        """The program's clock."""
        return self.services.clock()

    @property
    def user_id(self) -> int:
        """Who does this, on a page of the desk."""
        if self.user is None:
            raise LookupError("this page is not of the desk")
        return self.user.user_id

    def number(self, name: str) -> int:
        """Return a part of the address as the key of a row. Raises PageUnknown."""
        number = read_number(self.path[name])
        if number is None:
            raise PageUnknown(name)
        return number


@dataclass(frozen=True, slots=True)
class Message:
    """One sentence for the next page, with the address that undoes what was done, or ""."""

    text: str
    undo: str = ""


class SeeOther(RedirectResponse):
    """Go and GET another page of ours; the message is shown there once."""

    def __init__(self, path: str, message: Message) -> None:
        super().__init__(path, status_code=303)
        self.message = message


def page(call: Call, template: str, /, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return a whole page made from a template in templates/web."""
    message = _read_message(call)
    shared = _shared(call, message)
    body = environment().get_template(template).render(shared | values)
    response = HTMLResponse(body, status_code=status)
    if message.text:
        set_cookie(
            response, call.services.settings, message_cookie(call.services.settings), "", age_s=0
        )
    return response


def see_other(path: str, *, message: str = "", undo: str = "") -> RedirectResponse:
    """Send the browser on to another page of ours after something was done.

    undo: an address; the message then has a button that posts to it.
    """
    clean = "".join(letter for letter in message if letter.isprintable())[:300]
    return SeeOther(path, Message(clean, undo))


@cache
def environment() -> Environment:
    """Return the templates of the web: escaping on, and a missing value is an error."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "long_date": dutch.long_date,
        "weekday_date": dutch.weekday_date,
        "day_month": dutch.day_month,
        "moment": dutch.moment,
        "in_sentence": dutch.in_sentence,
        "clock": dutch.clock,
        "number": dutch.number,
        "count_word": dutch.count,
        "capital": dutch.capital,
        "join_words": dutch.join,
        "status_word": dutch.status_word,
        "kind_word": dutch.kind_word,
        "audience_word": dutch.audience_word,
        "weekday_short": dutch.weekday_short,
        "month_short": dutch.month_short,
        "month_word": dutch.month,
        "as_date": _as_date,
    }
    made.globals |= {
        "plural": dutch.plural,
        "counted": dutch.counted,
        "relative": dutch.relative,
        "time_range": dutch.time_range,
        "role_word": dutch.role_word,
    }
    return made


def read_number(text: str) -> int | None:
    """Return the key, version or page number that a text holds; None for anything else."""
    # By length first: Python refuses to read thousands of digits, with an error of its own.
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID))
    return int(text) if is_number and int(text) <= LARGEST_ID else None


def _as_date(on: date) -> date:
    """Return the day in Amsterdam of a date or a moment."""
    return dutch.local(on).date() if isinstance(on, datetime) else on


def _shared(call: Call, message: Message) -> dict[str, object]:
    organisation = call.services.settings.organisation
    paths: frozenset[str] = call.request.app.state.paths
    return {
        "organisation": organisation,
        "static": lambda name: asset_url(name, organisation),
        "exists": lambda path: path in paths,
        "has_field": lambda: _has_field(call),
        "user": call.user,
        "work_label": call.services.settings.oidc_label if call.services.openid else "",
        "is_editor": rank(call.user) >= Who.EDITOR,
        "is_administrator": rank(call.user) >= Who.ADMINISTRATOR,
        "is_approver": rank(call.user) >= Who.APPROVER,
        "csrf": masked(call.user.csrf) if call.user else "",
        "path": call.request.url.path,
        "now": call.now,
        "message": message,
    }


def _has_field(call: Call) -> bool:
    """Say whether any partnership is on the site; only pages with the site's navigation ask."""
    with call.services.db.read() as session:
        return any_shown(session)


def _read_message(call: Call) -> Message:
    settings = call.services.settings
    value = call.request.cookies.get(message_cookie(settings), "")
    text = unsign(value, settings.secret_key) if value else ""
    return Message(**json.loads(text)) if text else Message("")
