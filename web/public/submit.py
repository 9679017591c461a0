"""Sending in a practice example: the form, the mail that confirms it, and the press of its button.

Every address gets the same answer. Nothing that was typed is lost when something is wrong.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import structlog
from starlette.responses import Response

from feeds import submissions as moves
from feeds.examples import MOST_LINKS
from feeds.submissions import UNCONFIRMED_KEPT, Permission
from feeds.themes import list_themes
from newsletter import submissions
from newsletter.mailed import Mailed
from subscribers.addresses import normalise
from subscribers.errors import ExpiredToken, InvalidToken
from subscribers.partnerships import names_shown
from web.editor.rows import theme_choices
from web.pages import Call, page, see_other
from web.pictures import has_picture, take_picture
from web.public.consent_texts import PERMISSION, PERMISSION_VERSION
from web.public.limits import SEND_IN
from web.public.signup_form import TRAP
from web.public.stamps import Age, UsedStamps, judge, make_stamp
from web.public.submit_form import MOST_THEMES, PHOTO, STAMP, Given, example_of, read_given
from web.public.words import calm, private

log = structlog.get_logger(__name__)

SUBMIT: Final = "/praktijkvoorbeelden/insturen"
CHECK_MAIL: Final = f"{SUBMIT}/kijk-in-je-mail"
TOO_SOON: Final = "Dat ging wel erg snel. Kijk het nog even na en verstuur het dan opnieuw."
TOO_LATE: Final = "Deze bladzijde stond te lang open. Kijk het nog even na en verstuur het opnieuw."
CHOOSE_AGAIN: Final = "Kies de foto nog een keer. Die konden we niet bewaren, je tekst wel."
NOT_MAILED: Final = (
    "We konden je nu geen mail sturen om het te bevestigen. Je tekst staat hieronder nog. "
    "Probeer het over een kwartier opnieuw."
)
TOO_BUSY: Final = (
    "Er komen nu te veel voorbeelden tegelijk binnen. Je tekst staat hieronder nog. "
    "Probeer het over een uur opnieuw."
)
_TOO: Final[Mapping[Age, Mapping[str, str]]] = {
    Age.RIGHT: {},
    Age.TOO_SOON: {STAMP: TOO_SOON},
    Age.TOO_LATE: {STAMP: TOO_LATE},
    Age.NOT_OURS: {STAMP: TOO_LATE},
}


def show_submit(call: Call) -> Response:
    """Show the form."""
    return _form_page(call, Given(stamp=_new_stamp(call)))


def submit(call: Call) -> Response:
    """Keep what was sent in, mail the link that confirms it, and say where to look."""
    if call.form.get(TRAP):  # a program filled in what people do not see: it learns nothing
        return see_other(CHECK_MAIL)
    with call.services.db.read() as session:
        given = read_given(call, list_themes(session))
    age = judge(given.stamp, call.services.settings.keys, now=call.now)
    if problems := {**_TOO[age], **given.problems}:
        return _again(call, given, problems, age=age)
    used: UsedStamps = call.request.app.state.used_stamps
    if not used.use(given.stamp, now=call.now):
        return see_other(CHECK_MAIL)  # sent twice: once is enough
    refused = _take(call, given)
    if refused is None:
        return see_other(CHECK_MAIL)
    used.give_back(given.stamp)
    return refused


def _take(call: Call, given: Given) -> Response | None:
    """Keep it; or return the form again, with why not."""
    if not _may_submit(call):  # before the picture is looked at, which takes a processor's time
        return _again(call, given, {STAMP: TOO_BUSY}, status=429)
    problems: dict[str, str] = {}
    picture = take_picture(call.form, PHOTO, problems)
    if problems:
        return _again(call, given, problems)
    mailed = submissions.receive(
        call.services,
        name=given.name,
        email=normalise(given.email).email,
        told=example_of(given),
        picture=picture,
        permission=Permission(PERMISSION_VERSION, PERMISSION),
        now=call.now,
    )
    if mailed is Mailed.FAILED:
        return _again(call, given, {STAMP: NOT_MAILED}, status=503)
    return None


def show_check_mail(call: Call) -> Response:
    """Say what happens next; the same for everybody."""
    return calm(
        call,
        "Kijk in je mail",
        "We stuurden je een mail met een knop. Druk daarop, dan komt je voorbeeld bij de redactie.",
        "Zie je na een kwartier nog niets? Kijk dan bij de ongewenste mail. "
        f"Zonder bevestiging wissen we je tekst na {UNCONFIRMED_KEPT.days} dagen.",
        onward=("/praktijkvoorbeelden", "Lees de andere voorbeelden"),
    )


def show_confirm(call: Call) -> Response:
    """Ask for the one press that confirms; looking changes nothing: link scanners look."""
    asked = _asked_about(call)
    if isinstance(asked, Response):
        return asked
    return private(page(call, "public/submit_confirm.html"))


def confirm(call: Call) -> Response:
    """Hand it to the editors, and show its reader their own page."""
    asked = _asked_about(call)
    if isinstance(asked, Response):
        return asked
    if not moves.confirm(call.services.db, asked, now=call.now):
        return private(_ask_again(call, "Deze link is te oud", status=410))
    own = call.services.links.submission_url(asked)
    path = own.removeprefix(call.services.settings.base_url)
    return private(see_other(path, message="Bevestigd. De redactie leest je voorbeeld."))


def _again(
    call: Call,
    given: Given,
    problems: Mapping[str, str],
    *,
    age: Age = Age.RIGHT,
    status: int = 422,
) -> Response:
    """Show the form again with all that was typed; a stamp that is still good keeps its age."""
    stamp = _new_stamp(call) if age in {Age.TOO_LATE, Age.NOT_OURS} else given.stamp
    told = dict(problems)
    if has_picture(call.form, PHOTO):
        told.setdefault(PHOTO, CHOOSE_AGAIN)
    return _form_page(call, replace(given, problems=told, stamp=stamp), status=status)


def _new_stamp(call: Call) -> str:
    return make_stamp(call.services.settings.secret_key, now=call.now)


def _may_submit(call: Call) -> bool:
    """Count this one, and say whether the hour still had room."""
    if SEND_IN.take(call):
        return True
    log.warning("more was sent in than an hour may have; see web/public/limits.py")
    return False


def _form_page(call: Call, given: Given, *, status: int = 200) -> Response:
    with call.services.db.read() as session:
        first, others = theme_choices(list_themes(session), on=given.themes)
        partnerships = names_shown(session)
    return page(
        call,
        "public/submit.html",
        status=status,
        given=given,
        problems=given.problems,
        first=first,
        others=others,
        partnerships=partnerships,
        permission=PERMISSION,
        most_links=MOST_LINKS,
        most_themes=MOST_THEMES,
    )


def _asked_about(call: Call) -> int | Response:
    """Return what the link confirms, or the calm page that says why that cannot be known."""
    try:
        return call.services.links.read_confirm_submission(call.path["token"], now=call.now)
    except ExpiredToken:
        return private(_ask_again(call, "Deze link is te oud", status=410))
    except InvalidToken:
        return private(_ask_again(call, "Deze link klopt niet", status=404))


def _ask_again(call: Call, heading: str, *, status: int) -> Response:
    return calm(
        call,
        heading,
        "Er is niets veranderd. Open de link nog eens vanuit de mail, "
        "of stuur je voorbeeld opnieuw in.",
        onward=(SUBMIT, "Stuur een voorbeeld in"),
        status=status,
    )
