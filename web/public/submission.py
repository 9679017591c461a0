"""The page of who sent in a practice example: read the edited text, agree, remark, withdraw.

Whoever holds the link may: nothing of it can be guessed, and looking changes nothing.
"""

from typing import Final

from starlette.responses import Response

from feeds import submissions as moves
from feeds.examples import Example, mark_of
from feeds.model import Submission
from feeds.pictures import read_image
from feeds.sent_in import edited_in, get_submission, told_in
from feeds.themes import list_themes
from feeds.values import SubmissionStatus
from newsletter import dutch, submissions
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, page, see_other
from web.pictures import picture_response
from web.public.events import theme_labels
from web.public.examples import ExampleView, read_written, shown_picture
from web.public.words import calm, private

S = SubmissionStatus
OWN: Final = "/praktijkvoorbeelden/inzending"
REMARK_LONGEST: Final = 2000
NO_REMARK: Final = "Schrijf op wat er anders moet."
THANKS: Final = "Dank je wel. De redactie zet je voorbeeld op de site."
SAID: Final = "De redactie leest wat je schreef. Daarna krijg je de tekst opnieuw."


def show_submission(call: Call) -> Response:
    """Show how it stands, with what can be done. Raises InvalidToken."""
    return _page(call, call.services.links.read_submission(call.path["token"]))


def answer(call: Call) -> Response:
    """Agree to exactly the text that was shown, or say what is to be otherwise."""
    submission_id = call.services.links.read_submission(call.path["token"])
    form = Form(call.form)
    if call.form.get("actie") == "akkoord":
        mark = form.line("mark")
        moves.agree(call.services.db, submission_id, mark=mark, now=call.now)
        return private(see_other(_path(call), message=THANKS))
    remark = form.text("opmerking", longest=REMARK_LONGEST, missing=NO_REMARK)
    if form.problems:
        return _page(call, submission_id, remark=remark, problems=form.problems)
    moves.remark(call.services.db, submission_id, remark, now=call.now)
    return private(see_other(_path(call), message=SAID))


def show_withdraw(call: Call) -> Response:
    """Ask for the one press that withdraws it."""
    row = _row(call, call.services.links.read_submission(call.path["token"]))
    if row.state is S.WITHDRAWN:
        return _withdrawn(call)
    return private(
        page(call, "public/submission_withdraw.html", back=_path(call), item_id=row.item_id)
    )


def withdraw(call: Call) -> Response:
    """Take it off everywhere, and forget who sent it."""
    submission_id = call.services.links.read_submission(call.path["token"])
    if _row(call, submission_id).state is not S.WITHDRAWN:
        submissions.withdraw(call.services, submission_id, now=call.now)
    return _withdrawn(call)


def show_picture(call: Call) -> Response:
    """Give the picture that was sent in, also before it is public."""
    row = _row(call, call.services.links.read_submission(call.path["token"]))
    with call.services.db.read() as session:
        image = read_image(session, row.image.digest) if row.image else None
    return private(picture_response(image))


def _page(
    call: Call, submission_id: int, *, remark: str = "", problems: dict[str, str] | None = None
) -> Response:
    row = _row(call, submission_id)
    if row.state is S.WITHDRAWN:
        return _withdrawn(call)
    with call.services.db.read() as session:
        labels = {theme.slug: theme.label for theme in list_themes(session)}
        edited, told = edited_in(row), told_in(row)
    return private(
        page(
            call,
            "public/submission.html",
            status=422 if problems else 200,
            row=row,
            state=row.state.value,
            is_forgotten=not row.email,
            mark=mark_of(edited),
            edited=_view(call, row, edited),
            themes=theme_labels(edited.themes, labels),
            told=_view(call, row, told),
            told_themes=theme_labels(told.themes, labels),
            own=_path(call),
            remark=remark,
            problems=problems or {},
        )
    )


def _view(call: Call, row: Submission, example: Example) -> ExampleView:
    picture = (
        shown_picture(row.image, f"{_path(call)}/beeld", example.image_alt)
        if row.image and example.image
        else None
    )
    return read_written(example, on=dutch.local(call.now).date(), picture=picture)


def _row(call: Call, submission_id: int) -> Submission:
    with call.services.db.read() as session:
        row = get_submission(session, submission_id)
    if row.state is S.UNCONFIRMED:
        raise PageUnknown("it was not confirmed yet")
    return row


def _path(call: Call) -> str:
    return f"{OWN}/{call.path['token']}"


def _withdrawn(call: Call) -> Response:
    return private(
        calm(
            call,
            "Je voorbeeld is teruggetrokken",
            "Het staat niet meer op de site. Je tekst, je foto en je gegevens zijn gewist.",
            "In een nieuwsbrief die al gemaild is, kunnen we niets meer wijzigen. "
            "Op de site staat in die editie alleen nog dat het voorbeeld is teruggetrokken.",
            onward=("/praktijkvoorbeelden", "Naar de praktijkvoorbeelden"),
        )
    )
