"""`newsletter subscriber ...` and `bounce ...`."""

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from sqlalchemy.orm import Session

from newsletter import readers
from newsletter.cli.output import (
    JSON,
    fail,
    print_list,
    print_report,
    say,
)
from newsletter.cli.session import open_services
from newsletter.learn import bounces
from newsletter.learn.bounces import Returns
from newsletter.reachable import ask_relay, can_reach
from newsletter.reader_history import history_of
from newsletter.wiring import Services
from storage.log import record
from subscribers import consent, store
from subscribers.addresses import has_letters, normalise
from subscribers.suppressing import reason_of
from subscribers.values import Audience, SuppressionReason

subscriber_app = typer.Typer(no_args_is_help=True, help="Who asked for it, on what ground.")
bounce_app = typer.Typer(no_args_is_help=True, help="Mail that came back.")

GROUND = Annotated[
    str, typer.Option(help="Why these people may be mailed; kept as evidence with each of them.")
]


@subscriber_app.command("add")
def add(
    email: str,
    ground: GROUND,
    audience: Annotated[
        Audience | None, typer.Option(help="Without it that of their organisation, if known.")
    ] = None,
    name: str = "",
    organisation: Annotated[str, typer.Option(help="Where they work.")] = "",
    json: bool = JSON,
) -> None:
    """Add one subscriber on a stated ground."""
    services = open_services()
    _warn_of_letters(services, email)
    subscriber_id = consent.add(
        services.db,
        email=email,
        audience=audience,
        name=name,
        organisation=organisation,
        ground=ground,
        key=services.settings.hash_key,
        now=services.clock(),
    )
    with services.db.read() as session:
        row = store.get_by_id(session, subscriber_id)
    print_report({"id": subscriber_id, "audience": row.audience if row else None}, json=json)


def _warn_of_letters(services: Services, email: str) -> None:
    """Say that mail cannot go to an address by this relay: it may be a typing error."""
    if has_letters(normalise(email).email):
        ask_relay(services)
    if not can_reach(services, email):
        say("warning: the relay takes no address with letters such as é before the @")


@subscriber_app.command("show")
def show(email: str, json: bool = JSON) -> None:
    """Show everything that is kept about one address, and all that happened."""
    services = open_services()
    key = services.settings.hash_key
    with services.db.write() as session:
        row = store.get_subscriber(session, email)
        if row is None:
            _fail_for_nobody(session, email, key=key)
        report = dict(readers.everything_about(session, row.id, key=key) or {})
        report["history"] = [one.as_json() for one in history_of(session, row, key=key)]
        number = {"subscriber": row.id}
        record(session, "subscriber.viewed", now=services.clock(), detail=number)
    print_report(report, json=json)


@subscriber_app.command("erase")
def erase(email: str, json: bool = JSON) -> None:
    """Erase a person; a keyed hash stays behind so that no import brings them back."""
    services = open_services()
    erased = readers.erase(services, email, now=services.clock())
    if not erased:
        with services.db.read() as session:
            _fail_for_nobody(session, email, key=services.settings.hash_key)
    print_report({"erased": True}, json=json)


def _fail_for_nobody(session: Session, email: str, *, key: bytes) -> NoReturn:
    """Say that nobody has an address, or has it any more. Raises InvalidAddress."""
    if reason_of(session, normalise(email).key, key=key) is SuppressionReason.ERASED:
        fail("that address was erased: nothing is kept of it but a keyed hash")
    fail("no subscriber has that address")


@bounce_app.command("process")
def process(paths: list[Path], json: bool = JSON) -> None:
    """Read messages (file, folder of files, Maildir or mbox) and record what they say."""
    services = open_services()
    returns = Returns(services.db, services.links, services.settings.hash_key)
    reports = bounces.process_paths(returns, paths, now=services.clock())
    with services.db.write() as session:
        count = {"count": len(reports)}
        record(session, "bounce.processed", now=services.clock(), detail=count)
    shown = [bounces.as_json(one) for one in reports]
    print_list(
        shown,
        json=json,
        columns=("File", "Class", "Recipients"),
        rows=((r["file"], r["class"], len(r["recipients"])) for r in shown),
        empty="No messages there.",
    )
