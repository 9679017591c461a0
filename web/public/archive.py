"""The archive: every edition that readers got, as a list, as a page each, and as a feed."""

from datetime import UTC, datetime, time
from typing import Final

from starlette.responses import Response

from newsletter.model import Edition
from newsletter.store import published
from newsletter.store.editions import content_of
from web.pages import Call, page
from web.public.atom import Entry, write_feed
from web.public.documents import document
from web.public.examples import with_mail_links
from web.public.paging import read_pages
from web.public.reading import read_edition, read_heading

PAGE_SIZE: Final = 20
OTHERS: Final = 3


def show_archive(call: Call) -> Response:
    """Show the editions, newest first."""
    with call.services.db.read() as session:
        count = published.count_published(session)
        pages = read_pages(call.query, path="/archief", count=count, size=PAGE_SIZE)
        editions = published.list_published(session, limit=PAGE_SIZE, offset=pages.offset)
    return page(
        call,
        "public/archive.html",
        editions=[read_heading(edition) for edition in editions],
        pages=pages,
    )


def show_edition(call: Call) -> Response:
    """Show one edition, with everything in it. Raises UnknownEdition for one that nobody got."""
    with call.services.db.read() as session:
        edition = published.get_published(session, call.number("edition"))
        latest = published.list_published(session, limit=OTHERS + 1)
    issue = read_edition(content_of(edition), call.services.settings)
    others = [read_heading(other) for other in latest if other.id != edition.id]
    shown = page(
        call,
        "public/edition.html",
        issue=issue,
        is_listed=edition.listed,
        others=others[:OTHERS],
        with_mail_links=with_mail_links,
    )
    if not edition.listed:
        shown.headers["X-Robots-Tag"] = "noindex"
    return shown


def show_feed(call: Call) -> Response:
    """Give the newest editions as an Atom feed."""
    with call.services.db.read() as session:
        editions = published.list_published(session, limit=PAGE_SIZE)
    settings = call.services.settings
    organisation = settings.organisation
    body = write_feed(
        [_entry(edition) for edition in editions],
        title=f"{organisation.newsletter_title} · {organisation.name}",
        author=organisation.name,
        base_url=settings.base_url,
        # A feed without entries says since when it is empty: as precise as anybody needs.
        now=datetime.combine(call.now.date(), time(), UTC),
    )
    return document(call, body, "application/atom+xml; charset=utf-8")


def _entry(edition: Edition) -> Entry:
    begun = edition.started_at or datetime.combine(edition.dated_on, time(), UTC)
    return Entry(f"/archief/{edition.id}", edition.title, edition.preheader, begun)
