"""Which sources work, what is wrong with those that do not, and fetching one at once."""

from starlette.responses import Response

from feeds.store import get_source
from feeds.values import Outcome, SourceReport
from newsletter import pipeline
from newsletter.dutch import join, plural
from web.editor.desk import desk_page, is_failing
from web.editor.words import SOURCE_KINDS, how_often, source_trouble
from web.pages import Call, see_other


def show_sources(call: Call) -> Response:
    """Show the sources; what needs attention stands first."""
    with call.services.db.read() as session:
        return desk_page(
            call,
            session,
            "sources.html",
            kind_words=SOURCE_KINDS,
            how_often=how_often,
            trouble=lambda source: source_trouble(source, call.now),
            is_failing=is_failing,
        )


def fetch_source(call: Call) -> Response:
    """Look at one source now, whatever its next look."""
    slug = call.path["slug"]
    with call.services.db.read() as session:
        name = get_source(session, slug).name
    report = pipeline.gather(call.services, now=call.now, only=(slug,)).report
    said = [_outcome(one) for one in report.sources]
    return see_other("/redactie/bronnen", message=f"{name}: {join(said) or 'niet bekeken'}.")


def _outcome(report: SourceReport) -> str:
    if report.outcome is Outcome.GONE:
        return "dit adres bestaat niet meer"
    if report.outcome is Outcome.FAILED:
        return "het ophalen lukte niet"
    if not report.new and not report.updated:
        return "niets nieuws"
    parts = []
    if report.new:
        parts.append(plural(report.new, "nieuw bericht", "nieuwe berichten"))
    if report.updated:
        parts.append(plural(report.updated, "gewijzigd bericht", "gewijzigde berichten"))
    return join(parts)
