"""Dutch sentences about editions and what happened to them, for the desk."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from newsletter.dutch import in_sentence, moment, relative, status_word
from newsletter.model import Edition
from newsletter.store.runs import Trouble
from newsletter.values import GONE, EditionEvent, EditionKind, EditionStatus
from storage.text import shorten

S = EditionStatus

# By the stage's name; a test holds this to newsletter/pipeline.py.
JOB_WORDS: Final[Mapping[str, str]] = {
    "gather": "Het ophalen uit de bronnen",
    "draft": "Het vullen van het concept",
    "rhythm": "Het klaarzetten van de volgende editie",
    "look_up": "Het nakijken van links en afzender",
    "remind": "Het sturen van herinneringen",
    "tell": "Het mailen van nieuws over edities",
    "send": "Het begin van het verzenden",
    "verify": "Het natellen van de verzending",
    "bounces": "Het lezen van teruggekomen mail",
    "sign_ups": "Het verwerken van aanmeldingen",
    "lists": "Het inlezen van een lijst",
    "clean_up": "Het opruimen van oude gegevens",
}

MARKS: Final = re.compile(r"[*#>`]+|\]\([^)]*\)|\[")  # of the small markup in texts
VOID: Final = "akkoord vervallen"
STEPS: Final = (S.DRAFT, S.IN_REVIEW, S.APPROVED, S.SCHEDULED, S.SENT)
STEP_OF: Final[Mapping[EditionStatus, int]] = {
    S.DRAFT: 0,
    S.IN_REVIEW: 1,
    S.APPROVED: 2,
    S.SCHEDULED: 3,
    S.SENDING: 4,
    S.PAUSED: 4,
    S.SENT: 4,
    S.CANCELLED: 4,
    S.DISCARDED: 0,
}


@dataclass(frozen=True, slots=True)
class Step:
    """One dot of the state line. state: "done", "now", "todo" or "void"; path: where it leads."""

    word: str
    state: str
    small: str = ""
    path: str = ""


def job_trouble(trouble: Trouble, now: datetime) -> str:
    """Return which job was late or failed, when, and how it stands now."""
    job = JOB_WORDS.get(trouble.stage, trouble.stage)
    began = in_sentence(relative(trouble.started_at, now))
    if not trouble.error:
        due = in_sentence(relative(trouble.due_at, now))
        return f"{job} moest {due} beginnen en begon {began}."
    if trouble.mended_at is None:
        return f"{job} lukte {began} niet. We proberen het vanzelf opnieuw."
    mended = in_sentence(relative(trouble.mended_at, now))
    return f"{job} lukte {began} niet, en {mended} wel."


def edition_label(edition: Edition) -> str:
    """Return "Editie 12" or "Aankondiging"."""
    if edition.kind == EditionKind.ANNOUNCEMENT:
        return "Aankondiging"
    return f"Editie {edition.number}" if edition.number else "Nieuwsbrief"


def state_line(
    status: EditionStatus,
    smalls: Mapping[EditionStatus, str] | None = None,
    *,
    is_void: bool = False,
    review: str = "",
) -> tuple[Step, ...]:
    """Return the five dots: what is done, where the edition is, what is to come.

    is_void: that its approval does not hold any more; review: the page on which it is judged.
    """
    now = STEP_OF[status]
    smalls = smalls or {}
    steps = [
        Step(_word(one, status, index == now), _state(status, index, now), smalls.get(one, ""))
        for index, one in enumerate(STEPS)
    ]
    if is_void:
        steps[now] = Step(VOID, "void")
    judged = STEP_OF[S.IN_REVIEW]
    steps[judged] = replace(steps[judged], path=review)
    return tuple(steps)


def _word(step: EditionStatus, status: EditionStatus, is_now: bool) -> str:  # noqa: FBT001
    return status_word(status if is_now else step)


def _state(status: EditionStatus, index: int, now: int) -> str:
    if index < now:
        return "done"
    if index > now:
        return "todo"
    return "void" if status in GONE else "now"


def event_note(event: EditionEvent) -> str:
    """Return what somebody wrote with it, or a plan's moment; machines keep their notes."""
    if event.what == "checks_failed":
        return event.note
    if event.what in {"submitted", "returned", "withdrawn", "waived"}:
        return f"‘{event.note}’" if event.note else ""
    if event.what != "scheduled":
        return ""
    try:
        return f"voor {moment(datetime.fromisoformat(event.note))}"
    except ValueError:
        return ""


def first_words(texts: Sequence[str], longest: int = 40) -> str:
    """Return the beginning of the first text that is not empty, cut at a word."""
    text = next((" ".join(MARKS.sub("", one).split()) for one in texts if one.strip()), "")
    return shorten(text, longest, mark="\N{NO-BREAK SPACE}…")
