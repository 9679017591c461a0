"""What `newsletter demo --once` found, and how it is printed."""

import sys
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from feeds.values import GatherReport, Outcome
from newsletter.demo.reading import LetterRead
from newsletter.values import EditionFigures
from subscribers.values import Audience

SHOWN: Final = 36  # characters of a subject: three lines of a table fit side by side
NAMES: Final = {
    Audience.SCHOOL: "school",
    Audience.TEACHER_EDUCATION: "lerarenopleiding",
    None: "neither",
}


@dataclass(frozen=True, slots=True)
class OnceReport:
    """What happened on the way.

    sent_before: whether this period's edition had been sent when we came.
    caught:      the mails of the edition in the mailbox; caught_now: those of this run.
    wrong:       what is not as it should be, in English; () is good.
    """

    gathered: GatherReport
    figures: EditionFigures
    sent_before: bool
    caught: int
    caught_now: int
    letters: tuple[LetterRead, ...]
    wrong: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Whether all of it is as it should be."""
        return not self.wrong and not any(letter.wrong for letter in self.letters)


def print_report(report: OnceReport, *, seconds: float) -> None:
    """Print what happened, in a few lines and one table."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    console.print(_gathered_line(report.gathered), markup=False, highlight=False)
    console.print(_sent_line(report), markup=False, highlight=False)
    console.print(_table(report.letters))
    for line in (*report.wrong, *(wrong for letter in report.letters for wrong in letter.wrong)):
        console.print(f"WRONG: {line}", markup=False)
    console.print(f"{'All is well' if report.passed else 'Not all is well'} ({seconds:.1f} s).")


def _gathered_line(gathered: GatherReport) -> str:
    unchanged = sum(one.outcome is Outcome.NOT_MODIFIED for one in gathered.sources)
    return (
        f"Gathered {len({one.slug for one in gathered.sources})} sources: {gathered.new} new, "
        f"{gathered.updated} updated; {unchanged} had not changed."
    )


def _sent_line(report: OnceReport) -> str:
    figures = report.figures
    what = f"{figures.title!r} (id {figures.id})"
    if report.sent_before:
        return (
            f"Edition {what} of this week had been sent already, to {figures.sent} readers; "
            f"{report.caught_now} mails went out now."
        )
    return f"Edition {what} was drafted, submitted, approved and sent to {figures.sent} readers."


def _table(letters: tuple[LetterRead, ...]) -> Table:
    table = Table("For", "Mail", "Verdict", "Subject", "Own words", box=None, pad_edge=False)
    for one in letters:
        table.add_row(
            NAMES[one.audience],
            one.number,
            "good" if not one.wrong else "wrong",
            _cut(one.subject),
            _cut(one.own_words[0] if one.own_words else "-"),
        )
    return table


def _cut(words: str) -> Text:
    return Text(words if len(words) <= SHOWN else f"{words[: SHOWN - 1]}…")
