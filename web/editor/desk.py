"""What every page of the desk has around it: the places to go, with what waits there."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.responses import HTMLResponse

from feeds.errors import SourceGone
from feeds.model import Source
from feeds.names import Named, list_names
from feeds.sent_in import count_by_state
from feeds.values import SubmissionStatus
from newsletter.dutch import plural
from newsletter.errors import MoveNotAllowed, MustWithdraw
from newsletter.model import Edition
from newsletter.store.editions import get_edition
from newsletter.store.inbox import Underway, count_waiting, find_underway
from newsletter.values import MOVES, EditionStatus
from web.access import Who, rank
from web.editor.words import edition_label, state_line
from web.pages import Call, page

EDITIONS: Final = "/redactie/edities"
CALENDAR: Final = "/redactie/kalender"
RESULTS: Final = "/redactie/resultaten"
PEOPLE: Final = "/redactie/mensen"
REMINDERS: Final = "/redactie/herinneringen"
NEWS: Final = "/redactie/berichten-over-edities"
SELECTING: Final = "/redactie/selecteren"
SUBMISSIONS: Final = "/redactie/inzendingen"
EXAMPLES: Final = "/redactie/voorbeelden"
PARTNERSHIPS: Final = "/redactie/opleidingsscholen"
MEMBERS: Final = "/redactie/organisaties"
SUBSCRIBERS: Final = "/redactie/abonnees"
CAME_BACK: Final = "/redactie/teruggekomen"
SEGMENTS: Final = "/redactie/doelgroepen"
EVENTS: Final = "/redactie/bijeenkomsten"
KEPT: Final = "/redactie/bewaren"
REGISTER: Final = "/redactie/verwerkingsregister"
SETTINGS: Final = "/redactie/instellingen"
ORGANISATION: Final = SETTINGS + "/organisatie"
RHYTHM: Final = SETTINGS + "/ritme"
REVIEW: Final = "/beoordelen"
VIEWED: Final = re.compile(r"[a-z0-9.-]+")
EDITORS_TURN: Final = (SubmissionStatus.WAITING, SubmissionStatus.AGREED)


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation. todo: how many things wait there."""

    path: str
    word: str
    is_here: bool
    todo: int = 0
    todo_word: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the navigation shows, and what pages may use of it.

    new:     how many items of each kind came in since the edition before this one was begun.
    sent_in: how many practice examples of readers there are in each state.
    """

    places: tuple[Place, ...]
    underway: Underway
    new: dict[str, int]
    sources: tuple[Named, ...]
    sent_in: Mapping[SubmissionStatus, int]

    @property
    def new_total(self) -> int:
        """How many items nobody judged yet."""
        return sum(self.new.values())

    @property
    def failing(self) -> tuple[Named, ...]:
        """The sources whose last look failed."""
        return tuple(source for source in self.sources if is_failing(source))


def desk_page(
    call: Call, session: Session, template: str, /, *, status: int = 200, **values: object
) -> HTMLResponse:
    """Return a page of the desk, with its navigation; values: `desk` too, once it was read."""
    around = {} if "desk" in values else {"desk": read_desk(call, session)}
    return page(call, f"editor/{template}", status=status, **around, **values)


def edition_path(edition_id: int, rest: str = "") -> str:
    """Return the address of an edition at the desk, or of what is below it."""
    return f"{EDITIONS}/{edition_id}{rest}"


def undo_address(call: Call, version: int | None = None) -> str:
    """Return the address that undoes what was just done to an edition.

    version: that of the edition since; None after a form that named the one before it.
    """
    since = version or int(str(call.form.get("version", "0"))) + 1
    query = urlencode({**_view(call), "versie": since})
    return edition_path(call.number("id"), f"/ongedaan?{query}")


def require_draft(call: Call) -> None:
    """Raise MustWithdraw once the edition was submitted, MoveNotAllowed once it goes out.

    A page that still stands open keeps words by itself: nobody meant to void an approval by that.
    """
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"))
    if edition.state is not EditionStatus.DRAFT:
        may_be_taken_back = EditionStatus.DRAFT in MOVES[edition.state]
        refusal = MustWithdraw if may_be_taken_back else MoveNotAllowed
        raise refusal(edition.id, edition.state, EditionStatus.DRAFT)


def way_back(call: Call, *, block: int | None = None) -> str:
    """Return the address of the edition of this page in the same view. block: the one to open."""
    query = urlencode({**_view(call), **({} if block is None else {"blok": block})})
    path = edition_path(call.number("id"))
    return f"{path}?{query}" if query else path


def _view(call: Call) -> dict[str, str]:
    view = {key: call.query.get(key, "") for key in ("kant", "scherm", "kleur")}
    return {key: value for key, value in view.items() if VIEWED.fullmatch(value)}


def edition_head(edition: Edition) -> dict[str, Any]:
    """Return what stands above every page about one edition."""
    return {
        "edition": edition,
        "label": edition_label(edition),
        "steps": state_line(edition.state, review=edition_path(edition.id, REVIEW)),
        "base": edition_path(edition.id),
    }


def read_desk(call: Call, session: Session) -> Desk:
    """Read what waits at each place."""
    underway = find_underway(session)
    new = count_waiting(session, since=underway.new_since, now=call.now)
    sources = tuple(list_names(session))
    sent_in = count_by_state(session)
    here, who = call.request.url.path, rank(call.user)
    places = _places(here, sum(new.values()), sources, sent_in)
    if who >= Who.EDITOR:
        places = (*places, Place(RESULTS, "Resultaten", here.startswith(RESULTS)))
    if who >= Who.ADMINISTRATOR:
        places = (
            *places,
            Place(PEOPLE, "Mensen", here.startswith(PEOPLE)),
            Place(ORGANISATION, "Instellingen", here.startswith(SETTINGS) and here != RHYTHM),
        )
    if who < Who.EDITOR:
        places = (places[0], Place(RESULTS, "Resultaten", here.startswith((RESULTS, EDITIONS))))
    return Desk(places, underway, new, sources, sent_in)


def is_failing(source: Source | Named) -> bool:
    """Say whether the last look at this source failed; one that is gone is off, and tells so."""
    is_gone = source.last_error == SourceGone.__name__
    return bool(source.last_error) and (source.active or is_gone)


def _places(
    here: str, new: int, sources: tuple[Named, ...], sent_in: Mapping[SubmissionStatus, int]
) -> tuple[Place, ...]:
    failing = sum(is_failing(source) for source in sources)
    to_do = sum(sent_in[state] for state in EDITORS_TURN)
    return (
        Place("/redactie", "Vandaag", here == "/redactie"),
        Place(
            SELECTING,
            "Selecteren",
            here.startswith(SELECTING),
            new,
            plural(new, "nieuw bericht", "nieuwe berichten"),
        ),
        Place(EDITIONS, "Edities", here.startswith(EDITIONS)),
        Place(CALENDAR, "Kalender", here.startswith((CALENDAR, RHYTHM, EVENTS))),
        Place(
            SUBMISSIONS,
            "Voorbeelden",
            here.startswith((SUBMISSIONS, EXAMPLES)),
            to_do,
            plural(to_do, "inzending wacht", "inzendingen wachten"),
        ),
        Place(
            SUBSCRIBERS,
            "Abonnees",
            here.startswith((SUBSCRIBERS, PARTNERSHIPS, MEMBERS, SEGMENTS, CAME_BACK)),
        ),
        Place(
            "/redactie/bronnen",
            "Bronnen",
            here.startswith("/redactie/bronnen"),
            failing,
            plural(failing, "bron vraagt aandacht", "bronnen vragen aandacht"),
        ),
    )
