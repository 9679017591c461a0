"""One source: how it is doing, what it brought, and what an administrator can change of it."""

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.responses import Response

from feeds import administer, store
from feeds.discover import Offer
from feeds.errors import AddressTaken, GatherError, SourceChanged, SourceInUse
from feeds.follow import Labels
from feeds.marks import labels_mark
from feeds.themes import list_themes
from feeds.values import SourceKind
from web.editor import source_words
from web.editor.desk import desk_page, is_failing
from web.editor.source_words import trouble_with
from web.editor.sources import SOURCES, back, may_administer, read_address
from web.forms import Form
from web.pages import Call, see_other

LATEST: Final = 10
NOTHING_ELSE: Final = "Op dezelfde site vonden we niets anders om te volgen."
NO_OTHER: Final[Mapping[str, str]] = {
    SourceKind.FEED: "Op dit adres vonden we geen nieuwsoverzicht.",
    SourceKind.AGENDA: "Op dit adres vonden we geen agenda.",
}
OVERTAKEN: Final = "overtaken"
OVERTAKEN_SENTENCE: Final = (
    "Een collega wijzigde dit intussen. Wat jij koos, staat hieronder en is nog niet bewaard."
)
SOON: Final = "We kijken er binnen een kwartier."


def show_source(call: Call) -> Response:
    """Show one source."""
    return _source_page(call, {})


def save_labels(call: Call) -> Response:
    """Keep the name, the themes and the audience that an administrator gives a source."""
    form = Form(call.form)
    with call.services.db.read() as session:
        known = [theme.slug for theme in list_themes(session)]
    name = form.line("naam", missing="Geef de bron een naam.")
    themes, audience = tuple(form.picked("thema", known)), form.audience("kant")
    audiences = (audience.value,) if audience else ()
    given = Labels(name, themes, audiences)
    if form.problems:
        return _source_page(call, form.problems, given=given)
    try:
        administer.label_source(
            call.services.db, _slug(call), given, seen=form.line("seen"), now=call.now
        )
    except SourceChanged:
        return _source_page(call, {OVERTAKEN: OVERTAKEN_SENTENCE}, given=given, status=409)
    return see_other(_path(call), message="Bewaard.")


def turn_off(call: Call) -> Response:
    """Look at a source no more."""
    name = _name(call)
    administer.turn_off(call.services.db, _slug(call), now=call.now)
    message = f"{name} staat uit. Wat er al binnenkwam, blijft staan."
    return back(call, _slug(call), message, undo=_path(call, "/aan"))


def turn_on(call: Call) -> Response:
    """Look at a source again."""
    name = _name(call)
    administer.turn_on(call.services.db, _slug(call), now=call.now)
    return back(call, _slug(call), f"{name} staat aan. {SOON}")


def search_site(call: Call) -> Response:
    """Show what else the site of a source offers; nothing changes yet."""
    _name(call)
    try:
        offers = administer.search_site(
            call.services.db, _slug(call), fetcher=call.services.fetcher, now=call.now
        )
    except GatherError as failure:
        return _source_page(call, {"zoek": trouble_with(failure).cause})
    if not offers:
        return _source_page(call, {"zoek": NOTHING_ELSE})
    return _source_page(call, {}, offers=offers)


def lead_elsewhere(call: Call) -> Response:
    """Lead a source to another address, when one of its kind is there."""
    _name(call)
    form = Form(call.form)
    address = read_address(form, "adres")
    if not address:
        return _source_page(call, form.problems)
    try:
        led = administer.lead_elsewhere(
            call.services.db, _slug(call), address, fetcher=call.services.fetcher, now=call.now
        )
    except AddressTaken as taken:
        return _source_page(call, {"adres": _taken(taken)})
    except GatherError as failure:
        trouble = trouble_with(failure)
        return _source_page(call, {"adres": f"{trouble.cause} {trouble.remedy}"})
    if led.is_there:
        return see_other(_path(call), message=f"Het nieuwe adres is bewaard. {SOON}")
    offers = led.found.proposed(led.kind)
    return _source_page(call, {} if offers else {"adres": NO_OTHER[led.kind]}, offers=offers)


def lead_back(call: Call) -> Response:
    """Lead a source back to the address that it had before."""
    try:
        administer.lead_back(call.services.db, _slug(call), now=call.now)
    except AddressTaken as taken:
        return _source_page(call, {"adres": _taken(taken)})
    return see_other(_path(call), message=f"De bron heeft het oude adres weer. {SOON}")


def remove(call: Call) -> Response:
    """Remove a source that never brought anything."""
    name = _name(call)
    try:
        administer.remove_source(call.services.db, _slug(call), now=call.now)
    except SourceInUse:
        message = f"{name} bracht al berichten, dus verwijderen kan niet. Zet de bron uit."
        return see_other(_path(call), message=message)
    return see_other(SOURCES, message=f"{name} is verwijderd.")


def _source_page(
    call: Call,
    problems: Mapping[str, str],
    *,
    given: Labels | None = None,
    offers: Sequence[Offer] = (),
    status: int = 422,
) -> Response:
    with call.services.db.read() as session:
        source = store.get_source(session, _slug(call))
        return desk_page(
            call,
            session,
            "source.html",
            status=status if problems else 200,
            source=source,
            failing=is_failing(source),
            words=source_words,
            may=may_administer(call),
            has_brought=store.has_brought(session, source.id),
            latest=store.list_items(session, source_id=source.id, limit=LATEST),
            themes=list_themes(session),
            mark=labels_mark(source),
            theme_words={theme.slug: theme.label for theme in list_themes(session)},
            labels=given or Labels(source.name, tuple(source.themes), tuple(source.audiences)),
            address=str(call.form.get("adres", "")),
            offers=offers,
            problems=problems,
        )


def _slug(call: Call) -> str:
    return call.path["slug"]


def _path(call: Call, rest: str = "") -> str:
    return f"{SOURCES}/{_slug(call)}{rest}"


def _name(call: Call) -> str:
    with call.services.db.read() as session:
        return store.get_source(session, _slug(call)).name


def _taken(taken: AddressTaken) -> str:
    return f"Dit adres volg je al, als ‘{taken.name}’."
