"""What waits for somebody, by what they may do: the most urgent first. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from feeds.values import SubmissionStatus
from newsletter.due import Deadline, Due
from newsletter.dutch import capital, in_sentence, join, plural, relative
from newsletter.model import Edition
from newsletter.send.notices.ended import STOPPED
from newsletter.send.notices.telling import Ending
from newsletter.values import EditionKind, EditionStatus
from web.access import Who
from web.editor.desk import (
    CAME_BACK,
    EDITIONS,
    PEOPLE,
    REVIEW,
    SELECTING,
    SUBMISSIONS,
    Desk,
    edition_path,
)
from web.editor.recipients import UNCERTAIN
from web.editor.today_words import name_of, until

S = EditionStatus
MOST_URGENT: Final = (S.PAUSED, S.SENDING, S.IN_REVIEW, S.APPROVED, S.SCHEDULED, S.DRAFT)
OPEN: Final = frozenset(MOST_URGENT)
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
class Standing:
    """An edition on its way, and what it waits for.

    submit_by: until when a draft is written; before that its selection may close.
    may_judge: whether this person decides.
    remarks: how many comments of others ask this person for something.
    is_left: whether to write it costs this person the right to judge it, so it is left to others.
    returned: who gave it back and why, as a sentence; "" when nobody did.
    overslept: when it should have gone out, while the program did not run; None when it did.
    last_turn: what last made its sending go on or stand still, as in its history.
    """

    edition: Edition
    due: Due | None
    submit_by: Due | None
    may_judge: bool
    remarks: int = 0
    is_left: bool = False
    returned: str = ""
    overslept: datetime | None = None
    last_turn: str = ""

    @property
    def order(self) -> tuple[bool, int, str, int]:
        """What is late first, then by state, then by when it is due."""
        at = self.due.at.isoformat() if self.due else "9"
        is_late = self.due is not None and self.due.is_late
        return not is_late, MOST_URGENT.index(self.edition.state), at, self.edition.id


def find_tasks(
    standing: Sequence[Standing],
    desk: Desk,
    *,
    who: Who,
    has_plan: bool,
    invited: int,
    now: datetime,
) -> list[Task]:
    """Return what waits for somebody of that rank.

    has_plan: whether the next newsletter comes by itself, or is told of elsewhere.
    invited:  how many were asked in and did not come yet.
    """
    found = [task for one in sorted(standing, key=lambda one: one.order) for task in _of(one, now)]
    if desk.new_total:
        found.append(_choose(desk, standing, now))
    found += _of_readers(desk.sent_in)
    newsletters = [one for one in standing if one.edition.kind == EditionKind.NEWSLETTER]
    if not newsletters and not has_plan:
        found.append(
            Task(
                "Begin de volgende editie",
                "Het concept wordt gevuld met wat er binnenkwam.",
                EDITIONS,
                "Naar de edities",
            )
        )
    if invited and who >= Who.ADMINISTRATOR:
        found.append(_invitations(invited))
    return found


def find_returned(number: int) -> list[Task]:
    """Return what is to be done about so many returned mails that nobody understood."""
    if not number:
        return []
    told = plural(number, "teruggekomen mail", "teruggekomen mails")
    text = "Het programma begreep niet wat erin staat."
    return [Task(f"Bekijk {told}", text, CAME_BACK, "Bekijk")]


def doubt_task(edition: Edition, number: int) -> Task:
    """Return that so many mails of an edition may have arrived, and wait for a decision."""
    mails = plural(number, "onzekere mail", "onzekere mails")
    text = f"Van {name_of(edition)} weten we niet of die aankwam."
    if number > 1:
        text = f"Van {name_of(edition)} weten we niet of die aankwamen."
    return Task(f"Besluit over {mails}", text, f"{edition_path(edition.id)}{UNCERTAIN}", "Bekijk")


def _of(one: Standing, now: datetime) -> list[Task]:
    edition = one.edition
    name, path = name_of(edition), edition_path(edition.id)
    since, by = relative(edition.status_since, now), until(one.due, now)
    match edition.state:
        case S.DRAFT:
            return [] if one.is_left else _of_draft(one, now)
        case S.IN_REVIEW:
            text = f"Ingediend {since}. {by}".strip()
            judging = Task(f"Beoordeel {name}", text, f"{path}{REVIEW}", "Beoordeel")
            return [judging] if one.may_judge else _remarks(one)
        case S.APPROVED:
            text = _overslept(one.overslept, now) or f"Goedgekeurd {since}."
            return [Task(f"Verstuur {name}", text, f"{path}/verzenden", "Kijk en verstuur")]
        case S.PAUSED:
            return [_of_paused(one, f"{path}/verzenden", since)]
        case _:
            return []


def _of_paused(one: Standing, path: str, since: str) -> Task:
    """Return what to do about a sending that stands still: why first, where nobody stopped it."""
    name = name_of(one.edition)
    if one.last_turn in STOPPED:
        why = f"{capital(STOPPED[Ending(one.last_turn)][0])}. Sinds {in_sentence(since)}."
        return Task(f"Kijk wat er is met {name}", why, path, "Bekijk")
    return Task(f"Ga verder met {name}", f"Op pauze {since}.", path, "Bekijk")


def _overslept(due_at: datetime | None, now: datetime) -> str:
    """Return why an edition still waits although its moment passed; "" for another."""
    if due_at is None:
        return ""
    when = in_sentence(relative(due_at, now))
    return f"Zou {when} uitgaan, maar toen draaide het programma niet. Besluit of het nog uit moet."


def _of_draft(one: Standing, now: datetime) -> list[Task]:
    """Return what is to be done to a draft: why it came back first, else what colleagues said."""
    writing = _writing(one, now)
    return [writing, *_remarks(one)] if one.returned else [*_remarks(one), writing]


def _writing(one: Standing, now: datetime) -> Task:
    """Return what is to be written; of what was given back, why it was."""
    name, path = name_of(one.edition), edition_path(one.edition.id)
    written_by = until(one.submit_by, now)
    if one.returned:
        text = f"{one.returned} {written_by}".strip()
        return Task(f"Pas {name} aan", text, path, "Schrijf verder")
    text = written_by or f"Concept sinds {relative(one.edition.status_since, now)}."
    return Task(f"Schrijf {name} af", text, path, "Schrijf verder")


def _remarks(one: Standing) -> list[Task]:
    """Return what colleagues said of what this person wrote."""
    if not one.remarks:
        return []
    verb = "Verwerk" if one.edition.state is S.DRAFT else "Lees"
    title = f"{verb} {plural(one.remarks, 'opmerking', 'opmerkingen')}"
    where = f"{edition_path(one.edition.id)}#opmerkingen"
    return [Task(title, f"Bij {name_of(one.edition)}.", where, "Lees")]


def _choose(desk: Desk, standing: Sequence[Standing], now: datetime) -> Task:
    closing = [one.due for one in standing if one.due and one.due.what is Deadline.CLOSES]
    by = until(closing[0], now) if closing else ""
    counted = join(
        [plural(desk.new[kind], *words) for kind, words in ITEM_WORDS.items() if desk.new.get(kind)]
    )
    title = f"Kies uit {plural(desk.new_total, 'nieuw bericht', 'nieuwe berichten')}"
    return Task(title, f"{counted}. {by}".strip(), SELECTING, "Ga kiezen")


def _of_readers(sent_in: Mapping[SubmissionStatus, int]) -> list[Task]:
    """Return what readers wait for: their example to be read, or to be shown."""
    waiting, agreed = sent_in[SubmissionStatus.WAITING], sent_in[SubmissionStatus.AGREED]
    tasks = []
    if agreed:
        examples = plural(agreed, "praktijkvoorbeeld", "praktijkvoorbeelden")
        text = "De inzender is akkoord." if agreed == 1 else "De inzenders zijn akkoord."
        tasks.append(Task(f"Plaats {examples}", text, SUBMISSIONS, "Bekijk en plaats"))
    if waiting:
        examples = plural(waiting, "ingestuurd voorbeeld", "ingestuurde voorbeelden")
        text = "Bewerk de tekst en leg die voor aan de inzender."
        tasks.append(Task(f"Lees {examples}", text, SUBMISSIONS, "Ga lezen"))
    return tasks


def _invitations(invited: int) -> Task:
    told = plural(invited, "uitnodiging staat", "uitnodigingen staan")
    text = "Wie niet komt, kun je nog eens uitnodigen."
    return Task(f"{told} nog open", text, PEOPLE, "Bekijk")
