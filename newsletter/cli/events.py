"""`newsletter event ...`: who came to what."""

from dataclasses import asdict
from typing import Annotated

import typer

from feeds.event_names import get_event
from newsletter.cli.files import LIST, given_list
from newsletter.cli.output import JSON, print_report
from newsletter.cli.session import open_services
from subscribers.attendance import bring_attendance

app = typer.Typer(no_args_is_help=True, help="Who came to an event.")


@app.callback()
def events() -> None:
    """Who came to an event."""


@app.command("attendance")
def attendance(
    event_id: Annotated[int, typer.Argument(metavar="ID", help="Of item list --kind event.")],
    file: LIST,
    json: bool = JSON,
) -> None:
    """Keep which subscribers came to an event, by a list with a column of addresses.

    Addresses of others are counted only.
    """
    services = open_services()
    with services.db.read() as session:
        event = get_event(session, event_id)
    with given_list(file) as path:
        report = bring_attendance(
            services.db, path, event_id=event.id, title=event.title, now=services.clock()
        )
    print_report({"event": event.id, "title": event.title, **asdict(report)}, json=json)
