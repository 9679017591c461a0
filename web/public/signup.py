"""Signing up. Every address gets the same answer: only its mailbox tells more.

Three forms: on the front page, the whole one, and one for pages of others, in a frame.
"""

from collections.abc import Sequence
from typing import Final

import structlog
from starlette.responses import Response

from feeds.themes import list_themes
from newsletter.signing_up import handle_sign_ups
from newsletter.store import published
from storage.log import record
from subscribers import waiting
from subscribers.addresses import normalise
from subscribers.evidence import Asking, Choices
from web.headers import embedded_policy
from web.later import later
from web.pages import Call, page, see_other
from web.public.consent_texts import CONSENT_VERSIONS, EMBEDDED, FULL
from web.public.limits import ALARM, SIGN_UP
from web.public.reading import read_heading
from web.public.signup_form import (
    STAMP,
    TRAP,
    Wanted,
    audience_of,
    consent_text,
    domain_of,
    read_wanted,
)
from web.public.stamps import Age, judge, make_stamp
from web.public.themes import ThemeGroup, theme_groups
from web.public.words import calm, rhythm

log = structlog.get_logger(__name__)

CHECK_MAIL: Final = "/aanmelden/kijk-in-je-mail"
EMBED: Final = "/aanmelden/inbedden"
EMBED_DONE: Final = EMBED + "/kijk-in-je-mail"
OPEN_TOO_LONG: Final = "Deze bladzijde stond lang open. Druk nog een keer op de knop."
SENT_AT_ONCE: Final = "Dat ging wel erg snel. Kijk het nog even na en druk nog een keer op de knop."
WRONG_AGE: Final = {Age.TOO_SOON: SENT_AT_ONCE, Age.TOO_LATE: OPEN_TOO_LONG}


def show_sign_up(call: Call) -> Response:
    """Show the form."""
    return _form_page(call, Wanted())


def sign_up(call: Call) -> Response:
    """Note who asked, send the confirmation mail, and say where to look."""
    return _take(call, CHECK_MAIL) or too_busy(call)


def show_embedded(call: Call) -> Response:
    """Show the form for a frame on somebody else's page."""
    return _form_page(call, Wanted(form=EMBEDDED))


def sign_up_embedded(call: Call) -> Response:
    """Do the same within the frame."""
    return _take(call, EMBED_DONE) or _embedded(call, "public/embed_said.html", is_busy=True)


def show_embedded_done(call: Call) -> Response:
    """Say within the frame what happens next; the same for everybody."""
    return _embedded(call, "public/embed_said.html", is_busy=False)


def show_check_mail(call: Call) -> Response:
    """Say what happens next; the same for everybody."""
    return calm(
        call,
        "Kijk in je mail",
        "We stuurden je een mail met een knop. Druk daarop, dan is je aanmelding rond.",
        "Zie je na een kwartier nog niets? Kijk dan bij de ongewenste mail. "
        "Klopte je adres misschien niet? Meld je dan nog eens aan.",
        "Naar één adres sturen we zo’n mail hooguit één keer per dag. "
        "Sta je al op de lijst, dan verandert er niets en krijg je geen nieuwe mail.",
        onward=("/archief", "Lees alvast de edities"),
    )


def new_stamp(call: Call) -> str:
    """Return a stamp for a form that is shown now: one that is filled in at once is a program's."""
    return make_stamp(call.services.settings.secret_key, now=call.now)


def may_mail_strangers(call: Call, email: str) -> bool:
    """Count a form that mails an address, whoever it is for; say whether the hour had room."""
    if SIGN_UP.take(call, domain=domain_of(email)):
        return True
    log.warning("more mails were asked for than an hour may have; see web/public/limits.py")
    if ALARM.take(call):
        with call.services.db.write() as session:
            record(session, "subscriber.flooded", now=call.now, by=None)
    return False


def too_busy(call: Call) -> Response:
    """Say that the hour is full: to everybody, whether we know them or not."""
    contact = call.services.settings.organisation.contact
    return calm(
        call,
        "Het is nu te druk",
        "Er komen te veel aanmeldingen tegelijk binnen. Daarom nemen we er nu even geen aan.",
        f"Probeer het over een uur opnieuw. Lukt het dan nog niet? Mail ons: {contact}.",
        onward=("/aanmelden", "Probeer het opnieuw"),
        status=429,
    )


def _take(call: Call, done: str) -> Response | None:
    """Take a form and return the answer; None when the hour has no room for it.

    A program learns nothing: what it sent is dropped, with the answer that people get. Whose
    browser fills in a form is as fast as one: they are asked for one more press.
    """
    with call.services.db.read() as session:
        slugs = [theme.slug for theme in list_themes(session)]
    wanted = read_wanted(call, slugs)
    age = judge(wanted.stamp, call.services.settings.keys, now=call.now)
    if call.form.get(TRAP) or age is Age.NOT_OURS:
        return see_other(done)
    stamp = "" if age is Age.TOO_LATE else wanted.stamp
    if wanted.problems:
        return _form_page(call, wanted, stamp=stamp)
    if sentence := WRONG_AGE.get(age):
        return _form_page(call, wanted.with_problem(STAMP, sentence), stamp=stamp)
    if not may_mail_strangers(call, wanted.email):
        return None
    waiting.keep(call.services.db, _asking(call, wanted))
    # After the answer: how long noting and mailing take would tell who is on the list already.
    return later(see_other(done), lambda: handle_sign_ups(call.services))


def _asking(call: Call, wanted: Wanted) -> Asking:
    """Return the form with the words that it showed."""
    chosen = Choices(
        audience=audience_of(wanted.audience),
        topics=wanted.topics,
        partnership=wanted.partnership,
        role=wanted.role,
        organisation=wanted.organisation,
        themes=wanted.themes,
    )
    return Asking(
        address=normalise(wanted.email),
        chosen=chosen,
        source=wanted.form,
        text_shown=consent_text(call, wanted.form),
        text_version=CONSENT_VERSIONS[wanted.form],
        at=call.now,
    )


def _form_page(call: Call, wanted: Wanted, *, stamp: str = "") -> Response:
    """Show the form, with what was filled in. stamp: one that keeps its age; "" for a new one."""
    values = {
        "status": 422 if wanted.problems else 200,
        "given": wanted,
        "problems": wanted.problems,
        "stamp": stamp or new_stamp(call),
        "consent_text": consent_text(call, wanted.form if wanted.form == EMBEDDED else FULL),
    }
    if wanted.form == EMBEDDED:
        return _embedded(call, "public/embed.html", **values)
    with call.services.db.read() as session:
        latest = published.list_published(session, limit=1)
        themes: Sequence[ThemeGroup] = theme_groups(list_themes(session), on=wanted.themes)
    return page(
        call,
        "public/sign_up.html",
        **values,  # type: ignore[arg-type]  # a status among values for the template
        themes=themes,
        rhythm=rhythm(call),
        latest=read_heading(latest[0]) if latest else None,
    )


def _embedded(call: Call, template: str, **values: object) -> Response:
    response = page(call, template, **values)  # type: ignore[arg-type]  # as above
    response.headers["Content-Security-Policy"] = embedded_policy()
    return response
