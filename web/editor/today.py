"""What waits for me, when the next edition goes, and how the last one did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds.values import SubmissionStatus
from newsletter.accounts.people import user_names
from newsletter.dutch import in_sentence, join, plural, relative
from newsletter.learn.report import edition_report
from newsletter.model import Edition
from newsletter.store.deliveries import figures, topic_of
from newsletter.store.editions import list_editions
from newsletter.store.runs import find_trouble, recent_runs
from newsletter.values import EditionKind, EditionStatus
from subscribers.store import counts_by_audience
from subscribers.values import Audience
from web.access import Who, rank
from web.editor.desk import (
    EDITIONS,
    REVIEW,
    SELECTING,
    SUBMISSIONS,
    Desk,
    desk_page,
    edition_path,
    read_desk,
)
from web.editor.words import edition_label, job_trouble, state_line
from web.pages import Call

S = EditionStatus
LOOKED_AT: Final = 30
TROUBLE_SHOWN: Final = timedelta(days=1)
MOST_URGENT: Final = (S.PAUSED, S.SENDING, S.IN_REVIEW, S.APPROVED, S.SCHEDULED, S.DRAFT)
OPEN: Final = frozenset(MOST_URGENT)
SENDING_WORDS: Final = {S.SENDING: "wordt nu verzonden", S.PAUSED: "staat op pauze"}
ITEM_WORDS: Final = {
    "news": ("nieuwsbericht", "nieuwsberichten"),
    "event": ("bijeenkomst", "bijeenkomsten"),
    "practice": ("praktijkvoorbeeld", "praktijkvoorbeelden"),
    "publication": ("publicatie", "publicaties"),
    "report": ("verslag", "verslagen"),
}


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits for this person, with the button that leads there."""

    title: str
    text: str
    path: str
    button: str


@dataclass(frozen=True, slots=True)
class Next:
    """The edition that goes next, with who gets it."""

    edition: Edition
    label: str
    at: datetime | None
    people: Mapping[Audience | None, int]
    made_by: str

    @property
    def total(self) -> int:
        """How many people get it."""
        return sum(self.people.values())

    @property
    def only(self) -> Audience | None:
        """The only side that gets it; None when others do as well."""
        sides = [side for side, number in self.people.items() if number]
        return sides[0] if len(sides) == 1 else None


def show_today(call: Call) -> Response:
    """Show the day."""
    with call.services.db.read() as session:
        editions = list_editions(session, limit=LOOKED_AT)
        unfinished = [one for one in editions if one.state in OPEN]
        desk = read_desk(call, session)
        coming = _next(session, unfinished)
        tasks = _tasks(call, desk, unfinished)
        last = _last(editions)
        troubles = find_trouble(recent_runs(session, since=call.now - TROUBLE_SHOWN))
        return desk_page(
            call,
            session,
            "today.html",
            headline=_headline(call, coming, tasks),
            coming=coming,
            steps=state_line(coming.edition.state, _smalls(call, coming)) if coming else (),
            tasks=tasks,
            troubles=[job_trouble(one, call.now) for one in troubles],
            going_out=[
                (one, edition_label(one), _moment_of(one)) for one in _by_moment(unfinished)
            ],
            last=last,
            last_label=edition_label(last) if last else "",
            last_figures=figures(session, last.id) if last else None,
            last_report=edition_report(session, last.id) if last else None,
        )


def _headline(call: Call, coming: Next | None, tasks: Sequence[Task]) -> str:
    if coming is None:
        return "Er is nu geen editie in de maak"
    if coming.edition.state in SENDING_WORDS:
        return f"{coming.label} {SENDING_WORDS[coming.edition.state]}"
    if coming.at and coming.at > call.now:
        return f"{coming.label} gaat {in_sentence(relative(coming.at, call.now))} de deur uit"
    if not tasks:
        return "Er wacht nu niets op jou"
    return f"Er {'wacht 1 ding' if len(tasks) == 1 else f'wachten {len(tasks)} dingen'} op jou"


def _next(session: Session, unfinished: Sequence[Edition]) -> Next | None:
    """Return the newsletter that is furthest on its way, or else the announcement that is."""
    if not unfinished:
        return None
    newsletters = [one for one in unfinished if one.kind == EditionKind.NEWSLETTER]
    edition = _by_moment(newsletters or unfinished)[0]
    names = user_names(session)
    return Next(
        edition,
        edition_label(edition),
        edition.due_at or edition.planned_at,
        counts_by_audience(session, edition.segments, topic_of(edition)),
        names.get(edition.author_id or 0, ""),
    )


def _by_moment(editions: Sequence[Edition]) -> list[Edition]:
    """Return the editions by when they go: those with a moment first, then by their date."""

    def when(edition: Edition) -> tuple[bool, str, int]:
        at = edition.due_at or edition.planned_at
        return at is None, (at.isoformat() if at else edition.dated_on.isoformat()), edition.id

    return sorted(editions, key=when)


def _moment_of(edition: Edition) -> datetime | None:
    return edition.due_at or edition.planned_at


def _smalls(call: Call, coming: Next) -> dict[EditionStatus, str]:
    """Return the small notes below the dots: since when, and when it goes."""
    edition = coming.edition
    smalls = {edition.state: f"sinds {relative(edition.status_since, call.now)}"}
    if edition.approved_at and edition.state is not S.APPROVED:
        smalls[S.APPROVED] = relative(edition.approved_at, call.now)
    if coming.at and edition.state not in {S.SENDING, S.PAUSED}:
        smalls[S.SENT] = relative(coming.at, call.now)
    return smalls


def _tasks(call: Call, desk: Desk, unfinished: Sequence[Edition]) -> list[Task]:
    in_order = sorted(_by_moment(unfinished), key=lambda one: MOST_URGENT.index(one.state))
    found = [task for one in in_order for task in _task_of(call, one)]
    if desk.new_total:
        found.append(
            Task(
                f"Kies uit {plural(desk.new_total, 'nieuw bericht', 'nieuwe berichten')}",
                f"{_counted(desk.new)}.",
                SELECTING,
                "Ga kiezen",
            )
        )
    found += _of_readers(desk.sent_in)
    if not any(one.kind == EditionKind.NEWSLETTER for one in unfinished):
        found.append(
            Task(
                "Begin de volgende editie",
                "Het concept wordt gevuld met wat er binnenkwam.",
                EDITIONS,
                "Naar de edities",
            )
        )
    return found


def _of_readers(sent_in: Mapping[SubmissionStatus, int]) -> list[Task]:
    """Return what readers wait for: their example to be read, or to be shown."""
    waiting, agreed = sent_in[SubmissionStatus.WAITING], sent_in[SubmissionStatus.AGREED]
    tasks = []
    if agreed:
        examples = plural(agreed, "praktijkvoorbeeld", "praktijkvoorbeelden")
        tasks.append(
            Task(
                f"Plaats {examples}",
                "De inzender is akkoord." if agreed == 1 else "De inzenders zijn akkoord.",
                SUBMISSIONS,
                "Bekijk en plaats",
            )
        )
    if waiting:
        examples = plural(waiting, "ingestuurd voorbeeld", "ingestuurde voorbeelden")
        tasks.append(
            Task(
                f"Lees {examples}",
                "Bewerk de tekst en leg die voor aan de inzender.",
                SUBMISSIONS,
                "Ga lezen",
            )
        )
    return tasks


def _task_of(call: Call, edition: Edition) -> list[Task]:
    name = _name(edition)
    path = edition_path(edition.id)
    since = relative(edition.status_since, call.now)
    match edition.state:
        case S.DRAFT:
            return [Task(f"Schrijf {name} af", f"Concept sinds {since}.", path, "Schrijf verder")]
        case S.IN_REVIEW if _may_judge(call, edition):
            where = f"{path}{REVIEW}"
            return [Task(f"Beoordeel {name}", f"Ingediend {since}.", where, "Beoordeel")]
        case S.APPROVED:
            return [
                Task(
                    f"Verstuur {name}",
                    f"Goedgekeurd {since}.",
                    f"{path}/verzenden",
                    "Kijk en verstuur",
                )
            ]
        case S.PAUSED:
            return [
                Task(f"Ga verder met {name}", f"Op pauze {since}.", f"{path}/verzenden", "Bekijk")
            ]
        case _:
            return []


def _name(edition: Edition) -> str:
    """Return "editie 12 ‘Naast elkaar’", or "de aankondiging ‘Congres’", for within a sentence."""
    label = edition_label(edition)
    article = "" if edition.number else "de "
    title = f" ‘{edition.title}’" if edition.title not in {"", label} else ""
    return f"{article}{label.lower()}{title}"


def _may_judge(call: Call, edition: Edition) -> bool:
    is_own = call.user_id in {edition.author_id, edition.submitted_by_id}
    return rank(call.user) >= Who.APPROVER and not (call.services.settings.four_eyes and is_own)


def _counted(new: Mapping[str, int]) -> str:
    return join([plural(new[kind], *words) for kind, words in ITEM_WORDS.items() if new.get(kind)])


def _last(editions: Sequence[Edition]) -> Edition | None:
    sent = [one for one in editions if one.state is S.SENT]
    newsletters = [one for one in sent if one.kind == EditionKind.NEWSLETTER]
    return next(iter(newsletters or sent), None)
