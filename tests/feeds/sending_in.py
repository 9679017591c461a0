"""What readers send in, for tests: one example, and the way that it goes."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from feeds import submissions
from feeds.examples import Example, mark_of
from feeds.images import make_picture
from feeds.sent_in import edited_in, get_submission
from feeds.submissions import Permission
from feeds.themes import add_default_themes
from feeds.values import Picture
from storage.session import Database
from tests.fakes import START
from tests.feeds.pictures import picture

SENDER = "inzender@example.org"
PERMISSION = Permission("proef-1", "Ja, jullie mogen dit plaatsen.")
TOLD = Example(
    title="De beginner leert de begeleider iets",
    question="Hoe leren ervaren docenten ook van studenten?",
    story="We keken bij elkaar in de les. Daarna spraken we een uur. Dat deden we elke zes weken.",
    result="Na een jaar wilden 14 van de 19 begeleiders ermee doorgaan.",
    contact="Noor Bakker, noor@example.org",
    partnership="Opleidingsschool De Tussendeur",
    themes=("begeleidingsmodellen",),
    audiences=("school",),
    links=("https://example.org/kaart.pdf",),
    image_alt="Twee docenten aan een tafel",
)


def a_picture(**options: Any) -> Picture:
    return make_picture(picture(**options))


def send_in(
    db: Database,
    told: Example = TOLD,
    *,
    email: str = SENDER,
    with_picture: bool = False,
    now: datetime = START,
) -> int:
    """Send it in, not confirmed yet; return its id."""
    add_default_themes(db)
    made = submissions.receive(
        db,
        name="Noor Bakker",
        email=email,
        told=told,
        picture=a_picture() if with_picture else None,
        permission=PERMISSION,
        now=now,
    )
    assert made is not None
    return made


def mark(db: Database, submission_id: int) -> str:
    """Return the mark of the editors' version, as their page would hold it."""
    with db.read() as session:
        return mark_of(edited_in(get_submission(session, submission_id)))


def bring_to_agreement(db: Database, submission_id: int, *, now: datetime = START) -> None:
    """Confirm it, edit it, and let the reader agree."""
    submissions.confirm(db, submission_id, now=now)
    with db.read() as session:
        edited = edited_in(get_submission(session, submission_id))
    submissions.edit(
        db,
        submission_id,
        replace(edited, title="De beginner leert de begeleider iets nieuws"),
        seen=mark(db, submission_id),
        now=now,
    )
    submissions.ask(db, submission_id, seen=mark(db, submission_id), now=now)
    submissions.agree(db, submission_id, mark=mark(db, submission_id), now=now)


def publish(db: Database, *, with_picture: bool = False, now: datetime = START) -> tuple[int, int]:
    """Bring one the whole way; return its id and its item's."""
    submission_id = send_in(db, with_picture=with_picture, now=now)
    bring_to_agreement(db, submission_id, now=now)
    return submission_id, submissions.publish(db, submission_id, now=now)
