"""The desk's own sentences."""

from datetime import UTC, datetime

import pytest

from newsletter.pipeline import STAGES
from newsletter.store.runs import Trouble
from newsletter.values import EditionEvent, EditionStatus
from web.editor.words import (
    JOB_WORDS,
    event_note,
    first_words,
    job_trouble,
    state_line,
)

NOW = datetime(2027, 4, 20, 8, 0, tzinfo=UTC)


def test_every_job_has_its_words() -> None:
    assert set(JOB_WORDS) == set(STAGES)


@pytest.mark.parametrize(
    ("error", "mended_at", "words"),
    [
        (
            "",
            None,
            "Het ophalen uit de bronnen moest gisteren om 22.00 uur beginnen "
            "en begon vandaag om 9.00 uur.",
        ),
        (
            "OSError: disk full",
            None,
            "Het ophalen uit de bronnen lukte vandaag om 9.00 uur niet. "
            "We proberen het vanzelf opnieuw.",
        ),
        (
            "OSError: disk full",
            NOW,
            "Het ophalen uit de bronnen lukte vandaag om 9.00 uur niet, "
            "en vandaag om 10.00 uur wel.",
        ),
    ],
)
def test_what_went_wrong_with_a_job(error: str, mended_at: datetime | None, words: str) -> None:
    due_at = datetime(2027, 4, 19, 20, 0, tzinfo=UTC)
    began_at = datetime(2027, 4, 20, 7, 0, tzinfo=UTC)

    assert job_trouble(Trouble("gather", due_at, began_at, error, mended_at), NOW) == words


@pytest.mark.parametrize("status", list(EditionStatus))
def test_the_state_line_has_five_dots_and_is_at_one(status: EditionStatus) -> None:
    states = [step.state for step in state_line(status)]

    assert len(states) == 5
    assert sum(state in {"now", "void"} for state in states) == 1
    assert states == sorted(states, key=["done", "now", "void", "todo"].index)


def test_first_words_are_cut_at_a_word() -> None:
    assert first_words(["", "Een titel"]) == "Een titel"
    assert first_words(["Werkplekbegeleider, schoolopleider, instituutsopleider"], 30) == (
        "Werkplekbegeleider\N{NO-BREAK SPACE}…"
    )
    assert first_words([]) == ""


def test_a_plan_shows_its_moment_and_a_machine_keeps_its_notes() -> None:
    def note(what: str, text: str) -> str:
        return event_note(
            EditionEvent(id=1, edition_id=1, at=NOW, user_id=None, what=what, note=text)
        )

    assert note("scheduled", "2027-04-22T08:00:00+00:00") == "voor donderdag 22 april, 10.00 uur"
    assert note("scheduled", "ooit") == ""
    assert note("returned", "Te lang.") == "‘Te lang.’"
    assert note("sending", "5 readers") == ""
