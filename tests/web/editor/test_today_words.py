"""What Today says of deadlines: in words, near and far, kept and missed."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from newsletter.due import next_due, submit_due
from newsletter.model import Edition
from newsletter.rhythm import Rhythm, deadlines
from newsletter.values import EditionKind, EditionStatus
from web.editor.today_words import due_sentence, short, smalls, until

S = EditionStatus
AT = datetime(2027, 4, 22, 8, tzinfo=UTC)  # a Thursday, 10.00 in Amsterdam
BEFORE = deadlines(Rhythm(3, time(10), date(2027, 4, 22)), AT)


def amsterdam(text: str) -> datetime:
    return datetime.fromisoformat(f"2027-04-{text}+02:00")


def edition(state: EditionStatus, *, number: int | None = 12) -> Edition:
    kind = EditionKind.NEWSLETTER if number else EditionKind.ANNOUNCEMENT
    title = "Editie 12" if number else "Congres"
    return Edition(kind=kind, number=number, title=title, status=state, status_since=AT)


@pytest.mark.parametrize(
    ("state", "now", "sentence"),
    [
        (S.DRAFT, "14T09:00", "Maandag 19 april om 12.00 uur sluit de selectie voor editie 12"),
        (S.DRAFT, "18T09:00", "Morgen om 12.00 uur sluit de selectie voor editie 12"),
        (S.DRAFT, "19T09:00", "Vandaag om 12.00 uur sluit de selectie voor editie 12"),
        (S.DRAFT, "20T09:00", "Vandaag vóór 17.00 uur moet editie 12 zijn ingediend"),
        (
            S.DRAFT,
            "21T09:00",
            "Editie 12 is te laat: die had gisteren vóór 17.00 uur ingediend moeten zijn",
        ),
        (S.IN_REVIEW, "20T09:00", "Morgen vóór 17.00 uur moet editie 12 zijn goedgekeurd"),
        (
            S.IN_REVIEW,
            "21T17:00",
            "Editie 12 is te laat: die had vandaag vóór 17.00 uur goedgekeurd moeten zijn",
        ),
        (S.APPROVED, "21T18:00", "Plan editie 12 in: die gaat morgen om 10.00 uur uit"),
        (
            S.APPROVED,
            "22T11:00",
            "Editie 12 zou vandaag om 10.00 uur uitgaan, maar die is nog niet ingepland",
        ),
        (S.SCHEDULED, "22T09:00", "Vandaag om 10.00 uur gaat editie 12 de deur uit"),
        (
            S.SCHEDULED,
            "22T10:00",
            "Editie 12 zou vandaag om 10.00 uur uitgaan, maar het verzenden begint nog",
        ),
    ],
)
def test_the_sentence_about_the_next_step(state: EditionStatus, now: str, sentence: str) -> None:
    due = next_due(state, BEFORE, AT, amsterdam(now))

    assert due is not None
    assert due_sentence(edition(state), due, amsterdam(now)) == sentence


def test_an_announcement_that_missed_its_moment_is_called_by_its_title() -> None:
    now = amsterdam("22T11:00")
    due = next_due(S.IN_REVIEW, None, AT, now)

    assert due is not None
    assert due_sentence(edition(S.IN_REVIEW, number=None), due, now) == (
        "De aankondiging ‘Congres’ zou vandaag om 10.00 uur uitgaan, "
        "maar die is nog niet goedgekeurd"
    )


def test_a_task_says_until_when() -> None:
    early, late = amsterdam("16T09:00"), amsterdam("21T09:00")

    assert until(None, early) == ""
    assert until(submit_due(S.DRAFT, BEFORE, AT, early), early) == (
        "Vóór dinsdag 20 april om 17.00 uur."
    )
    assert until(submit_due(S.DRAFT, BEFORE, AT, late), late) == (
        "Dat had gisteren vóór 17.00 uur gemoeten."
    )
    assert submit_due(S.IN_REVIEW, BEFORE, AT, early) is None


def test_the_dots_tell_each_deadline() -> None:
    drafting = edition(S.DRAFT)
    reviewing = edition(S.IN_REVIEW)
    reviewing.status_since = amsterdam("20T16:00")

    assert smalls(drafting, BEFORE, AT, amsterdam("16T09:00")) == {
        S.DRAFT: "kiezen tot ma 19 apr, 12.00 uur",
        S.IN_REVIEW: "vóór di 20 apr, 17.00 uur",
        S.APPROVED: "vóór wo 21 apr, 17.00 uur",
        S.SCHEDULED: "na het akkoord",
        S.SENT: "do 22 apr, 10.00 uur",
    }
    assert smalls(reviewing, BEFORE, AT, amsterdam("21T18:00")) == {
        S.IN_REVIEW: "sinds gisteren, 16.00 uur",
        S.APPROVED: "vóór wo 21 apr, 17.00 uur, te laat",
        S.SCHEDULED: "na het akkoord",
        S.SENT: "do 22 apr, 10.00 uur",
    }


def test_a_short_moment_is_that_of_amsterdam() -> None:
    assert short(AT + timedelta(hours=14)) == "vr 23 apr, 0.00 uur"
