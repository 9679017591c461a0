"""The organisation's name, logo, colours, fonts, sender and standard texts: one page, one form."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from feeds.model import Image
from feeds.pictures import find_image, keep_picture, read_image
from newsletter import dutch, organisation
from newsletter.compose.colours import SETTINGS, effective_colours
from newsletter.cut import Cut
from newsletter.errors import OrganisationChanged, SenderInUse
from newsletter.identity import FONTS
from newsletter.organisation import Chosen, Sealed, chosen_only, logo_of, with_chosen
from newsletter.preview import shown
from newsletter.settings import Settings
from newsletter.wiring import make_parts
from subscribers.values import Audience
from web.editor import organisation_words as words
from web.editor.desk import ORGANISATION, desk_page
from web.editor.mail import framed
from web.editor.organisation_form import PLACES, Given, read_colour, read_form, show_settings
from web.editor.organisation_sample import sample_edition
from web.forms import Form
from web.headers import MAIL_SANDBOX
from web.pages import Call, see_other
from web.pictures import take_picture

LOGO: Final = "logo"
SAMPLE: Final = ORGANISATION + "/voorbeeld"
TAKE: Final = "neem"
NOT_TYPED: Final = frozenset({"csrf", "version", "actie", TAKE})
SOMEBODY_ELSE: Final = (
    "Iemand anders bewaarde net iets op deze pagina. Jouw tekst staat hieronder. "
    "Kijk wat er anders is, en bewaar dan nog eens."
)
IN_USE: Final = (
    "Er wordt nu een editie verzonden. Wacht tot die klaar is, en verander dan pas de naam, "
    "het e-mailadres of de afzender."
)


def show_organisation(call: Call) -> Response:
    """Show what is chosen, or stands in the settings."""
    with call.services.db.read() as session:
        now = organisation.read_chosen(session)
        settings = with_chosen(call.services.followed.given, now)
        own = settings.organisation.colours
        sealed = organisation.list_sealed(session)
        image = find_image(session, now.logo_digest) if now.logo_digest else None
        given = show_settings(settings, own)
        return _page(call, session, given, Around(image, now.version, sealed))


def save_organisation(call: Call) -> Response:
    """Keep what was chosen; or only show how it would look."""
    fields = _with_taken(call.form)
    form = Form(fields)
    picture = take_picture(call.form, LOGO, form.problems)
    with call.services.db.write() as session:
        digest = form.line("image") if form.line("with_logo") == "yes" else ""
        if picture is not None:
            digest = keep_picture(session, picture, now=call.now).digest
        image = find_image(session, digest) if digest else None
    base = call.services.followed.given
    given = read_form(form, base, _typed(fields))
    chosen = Chosen(
        values=chosen_only(base, given.values),
        logo=logo_of(image) if image else None,
        logo_digest=image.digest if image else "",
        version=form.number("version"),
    )
    only_look = call.form.get("actie") != "bewaar"
    if given.problems or only_look:
        return _look(call, given, chosen, image)
    return _save(call, given, chosen, image)


def show_sample(call: Call) -> Response:
    """Give a small mail with what stands in the form, for the frame; nothing is kept."""
    settings = _settings_of(call)
    side = Audience.TEACHER_EDUCATION if call.query.get("kant") == "lerarenopleiding" else None
    audience = side or Audience.SCHOOL
    parts = make_parts(settings)
    content = sample_edition(dutch.local(call.now).date(), audience)
    services = replace(call.services, settings=settings, render=parts.render)
    html = shown(parts.render(content, Cut(audience)), services, content.kind, as_html=True)
    return framed(call, _with_logo(call, html, settings), call.query.get("kleur") or "licht")


def _with_logo(call: Call, html: str, settings: Settings) -> str:
    """Return the mail with a logo that is not kept yet in the mail itself.

    Its frame has an origin of its own, so it cannot fetch what only the desk may see.
    """
    logo = settings.organisation.logo
    digest = call.query.get("image", "")
    if logo is None or not digest:
        return html
    with call.services.db.read() as session:
        image = read_image(session, digest)
    if image is None:
        return html
    content = b64encode(image.content).decode()
    return html.replace(
        f"{settings.base_url}{logo.path}", f"data:{image.media_type};base64,{content}"
    )


def _settings_of(call: Call) -> Settings:
    """Return the settings as the form in the address has them; as they are without a form."""
    base = call.services.followed.given
    with call.services.db.read() as session:
        now = organisation.read_chosen(session)
        if "name" not in call.query:
            return with_chosen(base, now)
        digest = call.query.get("image", "") if call.query.get("with_logo") == "yes" else ""
        image = find_image(session, digest) if digest else None
    given = read_form(Form(call.query), base, {})
    values = {**now.values, **given.values}
    logo = logo_of(image) if image else None
    return with_chosen(base, replace(now, values=values, logo=logo))


def _save(call: Call, given: Given, chosen: Chosen, image: Image | None) -> Response:
    base = call.services.followed.given
    render = make_parts(with_chosen(base, chosen)).render
    try:
        taken = organisation.save(
            call.services.db, chosen, given=base, render=render, by=call.user_id, now=call.now
        )
    except OrganisationChanged:
        return _look(call, _with_problem(given, "overtaken", SOMEBODY_ELSE), chosen, image)
    except SenderInUse:
        return _look(call, _with_problem(given, "sender_name", IN_USE), chosen, image)
    return see_other(ORGANISATION, message=words.saved(taken))


def _look(call: Call, given: Given, chosen: Chosen, image: Image | None) -> Response:
    """Show the form again as it was sent, with what it would take back."""
    services = call.services
    broken: list[Sealed] = []
    if not given.problems:
        settings = with_chosen(services.followed.given, chosen)
        broken = organisation.find_broken(services.db, settings, make_parts(settings).render)
    with services.db.read() as session:
        now = organisation.read_chosen(session)
        overtaken = "overtaken" in given.problems
        theirs = show_settings(services.settings, {}) if overtaken else None
        around = Around(
            image=image,
            version=now.version if overtaken else chosen.version,
            sealed=organisation.list_sealed(session) if given.problems else broken,
            looked=not given.problems,
            theirs=_differences(given, theirs.shown) if theirs else (),
        )
        return _page(call, session, given, around)


@dataclass(frozen=True, slots=True)
class Around:
    """What the page says beside the form.

    image:   the logo that is chosen. version: of what the form was made from.
    sealed:  editions that a change may take back, or, once looked, that this one does.
    theirs:  what somebody else saved meanwhile, by the label of its field.
    """

    image: Image | None
    version: int
    sealed: Sequence[Sealed]
    looked: bool = False
    theirs: Sequence[tuple[str, str]] = ()


def _page(call: Call, session: Session, given: Given, around: Around) -> Response:
    base = call.services.followed.given
    standard = _standard(base)
    image = around.image
    logo = {"image": image.digest, "with_logo": "yes"} if image else {}
    return desk_page(
        call,
        session,
        "organisation.html",
        status=422 if given.problems else 200,
        given=given,
        image=image,
        version=around.version,
        sealed=around.sealed,
        sealed_words=[words.sealed_word(one) for one in around.sealed],
        looked=around.looked,
        theirs=around.theirs,
        words=words,
        fonts=FONTS,
        colours=_shown_colours(given, standard),
        standard=standard,
        trouble=[name for name in SETTINGS if f"colour_{name}" in given.problems],
        places=range(PLACES),
        sandbox=MAIL_SANDBOX,
        sample=f"{SAMPLE}?{urlencode({**given.shown, **logo})}",
        sender_is_fixed=base.sender_is_fixed,
    )


def _standard(base: Settings) -> Mapping[str, str]:
    """Return the colours without any choice; none for the band, which follows `school`."""
    colours = effective_colours(base.organisation.colours)
    return colours if "band" in base.organisation.colours else {**colours, "band": ""}


def _shown_colours(given: Given, standard: Mapping[str, str]) -> Mapping[str, str]:
    """Return the colour of each setting as the form has it; the standard one for what is none."""
    colours = {name: read_colour(given.shown.get(f"colour_{name}", "")) for name in SETTINGS}
    shown = {name: colour or standard[name] for name, colour in colours.items()}
    return {**shown, "band": shown["band"] or shown["school"]}


def _differences(mine: Given, theirs: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    labels = {text.name: text.label for text in words.TEXTS}
    labels |= {f"colour_{name}": words.colour_label(name) for name in SETTINGS}
    return tuple(
        (label, theirs.get(name, "") or "niets")
        for name, label in labels.items()
        if theirs.get(name, "") != mine.shown.get(name, "")
    )


def _typed(fields: Mapping[str, object]) -> dict[str, str]:
    """Return the fields that people fill in: they also go into the address of the sample."""
    return {
        name: value
        for name, value in fields.items()
        if isinstance(value, str) and name not in NOT_TYPED
    }


def _with_taken(form: FormData) -> Mapping[str, object]:
    """Return the fields with a proposed colour in the place of the one that was refused."""
    name, _, colour = str(form.get(TAKE, "")).partition("=")
    fields: dict[str, object] = dict(form.items())
    if name in {f"colour_{one}" for one in SETTINGS}:
        fields[name] = colour
    return fields


def _with_problem(given: Given, field: str, sentence: str) -> Given:
    return replace(given, problems={**given.problems, field: sentence})
