"""What readers sent in: read, edit, lay before them, and make public what they agreed to."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds import submissions as moves
from feeds.errors import SubmissionChanged
from feeds.examples import Example, mark_of
from feeds.model import Submission
from feeds.sent_in import (
    count_by_state,
    edited_in,
    get_submission,
    list_done,
    list_waiting,
    told_in,
)
from feeds.submissions import OPEN
from feeds.themes import list_themes
from feeds.values import SubmissionStatus
from newsletter import dutch, submissions
from newsletter.mailed import Mailed
from web.editor.desk import EDITORS_TURN, SUBMISSIONS, desk_page
from web.editor.example_form import (
    CHANGED,
    SOMEBODY_ELSE,
    Written,
    differences,
    labels_for,
    read_written,
    with_problem,
    written,
)
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, see_other
from web.public import examples as public
from web.public.events import theme_labels
from web.public.paging import read_pages

S = SubmissionStatus

STANDS: Final[Mapping[str, tuple[SubmissionStatus, ...]]] = {
    "te-doen": EDITORS_TURN,
    "bij-de-inzender": (S.ASKED,),
    "geplaatst": (S.PUBLISHED,),
    "voorbij": (S.DECLINED, S.WITHDRAWN),
}
STATE_WORDS: Final[Mapping[SubmissionStatus, str]] = {
    S.UNCONFIRMED: "nog niet bevestigd",
    S.WAITING: "te beoordelen",
    S.ASKED: "bij de inzender",
    S.AGREED: "akkoord",
    S.PUBLISHED: "geplaatst",
    S.DECLINED: "afgewezen",
    S.WITHDRAWN: "teruggetrokken",
}
PAGE: Final = 20
REASON_LONGEST: Final = 1000
NO_REASON: Final = "Schrijf erbij waarom. De inzender leest dit."
NOT_SENT: Final = (
    "De mail ging niet weg. Er is niets veranderd. Probeer het straks opnieuw, "
    "of kijk of het adres klopt."
)


def show_submissions(call: Call) -> Response:
    """Show those that somebody has to do something with, or `?stand=geplaatst`."""
    stand = call.query.get("stand", "te-doen")
    if stand not in STANDS:
        raise PageUnknown(stand)
    with call.services.db.read() as session:
        counts = count_by_state(session)
        path = f"{SUBMISSIONS}?stand={stand}"
        count = sum(counts[state] for state in STANDS[stand])
        pages = read_pages(call.query, path=path, count=count, size=PAGE)
        rows = (
            list_waiting(session, STANDS[stand])
            if stand in {"te-doen", "bij-de-inzender"}
            else list_done(session, STANDS[stand], limit=PAGE, offset=pages.offset)
        )
        return desk_page(
            call,
            session,
            "submissions.html",
            rows=[(row, edited_in_words(row)) for row in rows],
            stand=stand,
            stands={one: sum(counts[state] for state in states) for one, states in STANDS.items()},
            words=STATE_WORDS,
            pages=pages,
            has_pages=stand in {"geplaatst", "voorbij"},
        )


def edited_in_words(row: Submission) -> str:
    """Return what a list calls it; nothing is left of what was withdrawn."""
    title = str(row.edited.get("title") or row.told.get("title") or "")
    return title or f"Inzending {row.id}"


def show_submission(call: Call) -> Response:
    """Show one: what the reader wrote beside what we make of it."""
    return _page(call)


def save(call: Call) -> Response:
    """Keep our version of the text; an agreement to another text is void."""
    kept = _save(call)
    return _back(call, "Bewaard.") if isinstance(kept, str) else kept


def ask(call: Call) -> Response:
    """Lay the text before the reader, by mail; what the form says is saved before that.

    The button pressed twice sends one mail; `again` sends another.
    """
    form, submission_id = Form(call.form), _known(call)
    mark = _save(call) if "title" in call.form else form.line("mark")
    if not isinstance(mark, str):
        return mark
    if _state(call) is S.ASKED and form.line("again") != "yes":
        return _back(call, "De tekst ligt bij de inzender om na te lezen.")
    mailed = submissions.ask_agreement(call.services, submission_id, seen=mark, now=call.now)
    if mailed in {Mailed.FAILED, Mailed.REFUSED}:
        return _page(call, problems={"ask": NOT_SENT}, status=503)
    return _back(call, "De inzender heeft een mail met de tekst om na te lezen." + _doubt(mailed))


def _save(call: Call) -> str | Response:
    """Keep what the form says and return its mark; or the page that says why it is not kept."""
    form = Form(call.form)
    with call.services.db.read() as session:
        row = _get(session, call)
        image = row.image.digest if row.image and form.line("with_image") == "yes" else ""
        given = read_written(form, list_themes(session), image=image)
    if given.problems:
        return _page(call, given=given, status=422)
    seen = form.line("mark")
    try:
        return moves.edit(call.services.db, row.id, given.example, seen=seen, now=call.now)
    except SubmissionChanged:
        return _page(call, given=with_problem(given, CHANGED, SOMEBODY_ELSE), status=409)


def decline(call: Call) -> Response:
    """Do not take it, with a reason for the reader."""
    form = Form(call.form)
    because = form.text("because", longest=REASON_LONGEST, missing=NO_REASON)
    if form.problems:
        return _page(call, problems=form.problems, status=422)
    mailed = submissions.decline(call.services, _known(call), because=because, now=call.now)
    told = {Mailed.FAILED, Mailed.REFUSED}
    message = "Afgewezen. De inzender heeft een mail met je uitleg."
    if mailed in told:
        message = "Afgewezen. De mail aan de inzender ging niet weg; die ziet je uitleg wel online."
    return see_other(SUBMISSIONS, message=message + _doubt(mailed))


def publish(call: Call) -> Response:
    """Make public exactly what the reader agreed to."""
    done = submissions.publish(call.services, _known(call), now=call.now)
    is_told = done.mailed not in {Mailed.FAILED, Mailed.REFUSED}
    told = " De inzender heeft een mail." if is_told else " De mail aan de inzender ging niet weg."
    return _back(call, f"Het voorbeeld staat op de site.{told}{_doubt(done.mailed)}")


def _page(
    call: Call,
    *,
    given: Written | None = None,
    problems: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    with call.services.db.read() as session:
        row, themes = _get(session, call), list_themes(session)
        edited, told = edited_in(row), told_in(row)
        shown = given or written(edited)
        labels = {theme.slug: theme.label for theme in themes}
        return desk_page(
            call,
            session,
            "submission.html",
            status=status,
            row=row,
            state=row.state.value,
            word=STATE_WORDS[row.state],
            may_edit=row.state in OPEN,
            mark=mark_of(edited),
            given=shown,
            labels=labels_for(themes, shown.example),
            preview=_preview(call, row, edited),
            preview_themes=theme_labels(edited.themes, labels),
            theirs=differences(edited, shown.example, themes) if CHANGED in shown.problems else (),
            told=_preview(call, row, told),
            told_themes=theme_labels(told.themes, labels),
            problems={**shown.problems, **(problems or {})},
        )


def _preview(call: Call, row: Submission, example: Example) -> public.ExampleView:
    picture = (
        public.shown_picture(row.image, f"/redactie{row.image.path}", example.image_alt)
        if row.image and example.image
        else None
    )
    return public.read_written(example, on=dutch.local(call.now).date(), picture=picture)


def _get(session: Session, call: Call) -> Submission:
    """Return the submission of the address; one that was not confirmed is not ours to read."""
    row = get_submission(session, call.number("submission"))
    if row.state is S.UNCONFIRMED:
        raise PageUnknown("it was not confirmed yet")
    return row


def _known(call: Call) -> int:
    with call.services.db.read() as session:
        return _get(session, call).id


def _state(call: Call) -> SubmissionStatus:
    with call.services.db.read() as session:
        return _get(session, call).state


def _doubt(mailed: Mailed) -> str:
    is_sure = mailed is not Mailed.UNCERTAIN
    return "" if is_sure else " We weten niet zeker of de mail aankwam."


def _back(call: Call, message: str) -> Response:
    return see_other(f"{SUBMISSIONS}/{call.number('submission')}", message=message)
