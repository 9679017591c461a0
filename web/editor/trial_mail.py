"""A test mail to oneself and to colleagues: the real mail, marked as a test."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.accounts.people import list_users
from newsletter.cut import Cut
from newsletter.dutch import join, plural
from newsletter.errors import (
    TooManyTrials,
    TransportDeferred,
    TransportError,
    TransportRefused,
    TransportUnavailable,
    TransportUncertain,
)
from newsletter.model import Edition, User
from newsletter.send.trial import (
    MOST_AN_HOUR,
    TESTED,
    TrialReport,
    gets_trials,
    send_trials,
    trials_left,
)
from newsletter.store.approvals import variants_of
from newsletter.store.cuts import cuts_of, names_of
from newsletter.store.editions import content_of, get_edition, last_event_of
from web.editor.desk import desk_page, edition_head, edition_path
from web.editor.mail import SIDES
from web.forms import Form
from web.pages import Call, see_other

ALL: Final = "alle"
NOBODY: Final = "Kies aan wie de proef gaat."
WHY: Final[Mapping[type[TransportError], str]] = {
    TransportRefused: "de mailserver weigert dit adres",
    TransportDeferred: "de mailserver vraagt om geduld, probeer het over een kwartier nog eens",
    TransportUnavailable: "de mailserver is niet bereikbaar of weigert ons, probeer het straks",
    TransportUncertain: "de mailserver gaf geen antwoord, dus we weten niet of die aankwam",
}


@dataclass(frozen=True, slots=True)
class Mail:
    """One of the mails that readers get: whose side, and the segments that they are in."""

    key: str
    side: str
    segments: str


def show_trial_mail(call: Call) -> Response:
    """Ask whose mail, and to whom."""
    return _page(call)


def send_trial_mail(call: Call) -> Response:
    """Send the tests, and say who got them."""
    form, services = Form(call.form), call.services
    with services.db.read() as session:
        users = [one for one in list_users(session) if gets_trials(one)]
        cuts = _cuts(session, get_edition(session, call.number("id"), with_blocks=True))
    to = [int(one) for one in form.picked("to", [str(user.id) for user in users])]
    which = form.line("which")
    if not to:
        return _page(call, problems={"to": NOBODY}, to=[], which=which)
    try:
        report = send_trials(
            services.db,
            call.number("id"),
            to=to,
            cuts=[one for one in cuts if one.key == which],
            by=call.user_id,
            render=services.render,
            settings=services.settings,
            transport=services.open_notices(),
            now=call.now,
        )
    except TooManyTrials as limit:
        return _page(call, problems={"to": _too_many(limit)}, to=to, which=which)
    if report.failed:
        return _page(call, problems={"failed": _failed(report)}, to=to, which=which)
    return see_other(edition_path(call.number("id"), "/proefmail"), message=_done(report))


def _page(
    call: Call,
    *,
    problems: Mapping[str, str] | None = None,
    to: Sequence[int] | None = None,
    which: str = "",
) -> Response:
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        cuts = _cuts(session, edition)
        asked = which or call.query.get("kant", "")
        return desk_page(
            call,
            session,
            "trial_mail.html",
            status=422 if problems else 200,
            **edition_head(edition),
            mails=_mails(session, cuts),
            which=asked if asked in {one.key for one in cuts} else ALL,
            colleagues=_colleagues(call, session),
            to=[call.user_id] if to is None else to,
            problems=problems or {},
            left=trials_left(session, call.user_id, now=call.now),
            most=MOST_AN_HOUR,
            last=last_event_of(session, edition.id, TESTED),
        )


def _cuts(session: Session, edition: Edition) -> tuple[Cut, ...]:
    return tuple(variants_of(session, edition.id)) or cuts_of(
        session, content_of(edition), edition.segments
    )


def _mails(session: Session, cuts: Sequence[Cut]) -> list[Mail]:
    names = names_of(session, {slug for cut in cuts for slug in cut.segments})
    return [
        Mail(
            cut.key,
            SIDES[cut.audience],
            join(sorted(names.get(slug, slug) for slug in cut.segments)),
        )
        for cut in cuts
    ]


def _colleagues(call: Call, session: Session) -> list[User]:
    """Return everybody who may get one, whoever asks first."""
    may = [one for one in list_users(session) if gets_trials(one)]
    return sorted(may, key=lambda one: one.id != call.user_id)


def _too_many(limit: TooManyTrials) -> str:
    mails = plural(limit.asked, "proefmail", "proefmails")
    left = "geen" if not limit.left else f"nog {limit.left}"
    return (
        f"Dit zijn {mails}. Je kunt er dit uur {left} sturen: hoogstens {MOST_AN_HOUR} per uur. "
        "Kies minder mensen, of één mail."
    )


def _failed(report: TrialReport) -> str:
    told = [
        f"{one.name}: {WHY.get(type(one.error), WHY[TransportUnavailable])}"
        for one in report.failed
    ]
    got = f" Wel gestuurd aan {join(report.names)}." if report.names else ""
    return f"Niet gestuurd aan {'; '.join(told)}.{got}"


def _done(report: TrialReport) -> str:
    mails = plural(report.sent, "proefmail", "proefmails")
    return f"{mails} gestuurd aan {join(report.names)}."
