"""The sources: which need attention and why, fetching one at once, and following another."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds.discover import Found, discover
from feeds.errors import GatherError, SourceRefused
from feeds.follow import Followed, follow_offers
from feeds.identity import canonical_link
from feeds.model import Source
from feeds.store import get_source, list_sources
from feeds.typed import web_address
from feeds.values import Outcome, SourceKind, SourceReport
from newsletter import pipeline
from newsletter.dutch import join
from storage.text import folded, one_line
from web.access import Who, rank
from web.editor import source_words
from web.editor.desk import desk_page, is_failing
from web.editor.source_words import brought, trouble_with
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, see_other
from web.public.paging import Pages, read_pages

SOURCES: Final = "/redactie/bronnen"
MOST_OFFERS: Final = 20
PAGE: Final = 50
WITHOUT_SEARCH: Final = 20  # so many sources are seen at a glance
LONGEST_SEARCH: Final = 100
COMPLETE: Final = re.compile(r"[a-z]+://|webcals?:", re.I)
NO_ADDRESS: Final = "Dit is geen webadres. Vul iets in als www.school.nl of https://school.nl/feed."
NOTHING: Final = (
    "Op deze site vonden we geen nieuwsoverzicht of agenda. Zoek er zelf naar een knop met RSS, "
    "nieuwsfeed of iCal, en plak dat adres hier."
)


@dataclass(frozen=True, slots=True)
class Shown:
    """The sources on the page, by how they are. pages: of those that are well.

    sought:     what is looked for, or "".
    last_round: when any source was looked at for the last time.
    """

    sought: str
    has_search: bool
    last_round: datetime | None
    failing: Sequence[Source]
    well: Sequence[Source]
    off: Sequence[Source]
    pages: Pages

    @property
    def on_page(self) -> Sequence[Source]:
        """Those that are well, on this page."""
        return self.well[self.pages.offset : self.pages.offset + self.pages.size]


def show_sources(call: Call) -> Response:
    """Show the sources; what needs attention stands first."""
    return _sources_page(call, {})


def look_around(call: Call) -> Response:
    """Show what can be followed at an address; nothing is followed yet."""
    return _offers_page(call, {})


def follow(call: Call) -> Response:
    """Follow the offers that were ticked."""
    form = Form(call.form)
    known = [str(number) for number in range(MOST_OFFERS)]
    picked = form.picked("kies", known)
    if not picked:
        return _offers_page(call, {"kies": "Vink aan wat je wilt volgen."})
    offers = [_offer(form, number) for number in picked]
    followed = follow_offers(call.services.db, offers, now=call.now)
    return _after_following(followed)


def fetch_source(call: Call) -> Response:
    """Look at one source now, whatever its next look."""
    slug = call.path["slug"]
    with call.services.db.read() as session:
        name = get_source(session, slug).name
    report = pipeline.gather(call.services, now=call.now, only=(slug,)).report
    said = [_outcome(one) for one in report.sources]
    return back(call, slug, f"{name}: {join(said) or 'niet bekeken'}.")


def back(call: Call, slug: str, message: str, *, undo: str = "") -> Response:
    """Go back to the page that the button stood on: of one source, or of all."""
    path = f"{SOURCES}/{slug}" if call.form.get("op") == "bron" else SOURCES
    return see_other(path, message=message, undo=undo)


def read_address(form: Form, name: str) -> str:
    """Return the address in a field, complete; "", with a problem, when it is none."""
    text = form.line(name, longest=2000, missing="Vul het adres van een site of agenda in.")
    if name in form.problems:
        return ""
    try:
        return web_address(text if COMPLETE.match(text) else f"https://{text}")
    except SourceRefused:
        form.problems[name] = NO_ADDRESS
        return ""


def may_administer(call: Call) -> bool:
    """Say whether this person may change what is followed."""
    return rank(call.user) >= Who.ADMINISTRATOR


def _offers_page(call: Call, problems: Mapping[str, str]) -> Response:
    form = Form(call.form)
    given = str(call.form.get("adres", ""))
    address = read_address(form, "adres")
    if not address:
        return _sources_page(call, form.problems, given=given)
    try:
        found = discover(address, fetcher=call.services.fetcher, now=call.now)
    except GatherError as failure:
        trouble = trouble_with(failure)
        return _sources_page(call, {"adres": f"{trouble.cause} {trouble.remedy}"}, given=given)
    if not found.offers:
        return _sources_page(call, {"adres": NOTHING}, given=given)
    return _sources_page(call, problems, given=given, found=found)


def _sources_page(
    call: Call, problems: Mapping[str, str], *, given: str = "", found: Found | None = None
) -> Response:
    with call.services.db.read() as session:
        return desk_page(
            call,
            session,
            "sources.html",
            status=422 if problems else 200,
            words=source_words,
            shown=_shown(call, session),
            may=may_administer(call),
            given=given,
            found=found,
            known=_known(session, found),
            problems=problems,
        )


def _shown(call: Call, session: Session) -> Shown:
    """Return the sources whose name or address holds what is looked for: `?q=raad&blad=2`."""
    sought = one_line(call.query.get("q", ""), maximum=LONGEST_SEARCH)
    every, plain = list_sources(session), folded(sought)
    found = [one for one in every if plain in folded(f"{one.name} {one.url}")]
    failing = source_words.most_urgent_first([one for one in found if is_failing(one)])
    well = [one for one in found if one.active and not is_failing(one)]
    off = [one for one in found if not one.active and not is_failing(one)]
    path = f"{SOURCES}?{urlencode({'q': sought})}" if sought else SOURCES
    pages = read_pages(call.query, path=path, count=len(well), size=PAGE)
    return Shown(
        sought=sought,
        has_search=len(every) > WITHOUT_SEARCH,
        last_round=source_words.last_round(every),
        failing=failing,
        well=well,
        off=off,
        pages=pages,
    )


def _known(session: Session, found: Found | None) -> Mapping[str, Source]:
    """Return the sources that are offers already, by the address of the offer."""
    if found is None:
        return {}
    forms = {canonical_link(source.url): source for source in list_sources(session)}
    of_offers = {offer.url: forms.get(canonical_link(offer.url)) for offer in found.offers}
    return {url: source for url, source in of_offers.items() if source}


def _offer(form: Form, number: str) -> tuple[str, SourceKind, str]:
    kind = form.line(f"soort-{number}")
    if kind not in {SourceKind.FEED, SourceKind.AGENDA}:
        raise PageUnknown(kind)
    url, name = read_address(form, f"adres-{number}"), form.line(f"naam-{number}")
    if form.problems:
        raise PageUnknown(f"adres-{number}")
    return url, SourceKind(kind), name


def _after_following(followed: tuple[Followed, ...]) -> Response:
    sources = [one.source for one in followed if one.source]
    names = join([f"‘{source.name}’" for source in sources])
    if len(sources) == 1:
        message = f"Je volgt nu {names}. Kies hieronder voor wie het is en waarover het gaat."
        return see_other(f"{SOURCES}/{sources[0].slug}", message=message)
    return see_other(SOURCES, message=f"Je volgt nu {names}.")


def _outcome(report: SourceReport) -> str:
    if report.outcome is Outcome.GONE:
        return "dit adres bestaat niet meer"
    if report.outcome is Outcome.FAILED:
        return "het ophalen lukte niet"
    return brought(report.new, report.updated)
