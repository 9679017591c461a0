"""`newsletter edition submit ... discard`: an edition's way to the reader."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Final

import typer
from sqlalchemy.orm import Session

from newsletter.approve import review
from newsletter.cli.editions import ID, as_json, print_figures
from newsletter.cli.moments import read_moment
from newsletter.cli.output import JSON, fail, print_report, say
from newsletter.cli.sending_bar import sending_bar
from newsletter.cli.session import editor_id, open_services
from newsletter.cli.stopping import told_to_stop
from newsletter.compose import discarding
from newsletter.send import schedule as scheduling
from newsletter.send import worker as sending
from newsletter.store import deliveries
from newsletter.store import editions as store
from newsletter.store.approvals import approvals_of
from newsletter.store.comments import count_open
from newsletter.values import EditionStatus
from newsletter.wiring import Services

app = typer.Typer()

ASIDE: Final = ("told", "ledger_taken")  # what happened beside the sending
TYPING: Final = timedelta(minutes=1)  # from reading the clock to the end of the command

BY = Annotated[str, typer.Option("--by", metavar="EMAIL", help="The account that does this.")]


@app.command("submit")
def submit(edition_id: ID, by: BY, json: bool = JSON) -> None:
    """Submit a draft for review; its checks must pass."""
    services = open_services()
    review.submit(
        services.db,
        edition_id,
        by=editor_id(services, by),
        render=services.render,
        house=services.house,
        now=services.clock(),
        outside=services.outside,
    )
    _say_open(services, edition_id)
    print_figures(services, edition_id, json=json)


@app.command("approve")
def approve(edition_id: ID, by: BY, json: bool = JSON) -> None:
    """Approve exactly this; with four-eyes on, never your own."""
    services = open_services()
    review.approve(
        services.db,
        edition_id,
        by=editor_id(services, by),
        terms=services.terms,
        house=services.house,
        four_eyes=services.settings.four_eyes,
        now=services.clock(),
    )
    _say_open(services, edition_id)
    _say_needed(services, edition_id)
    print_figures(services, edition_id, json=json)


@app.command("return")
def return_(
    edition_id: ID,
    by: BY,
    because: Annotated[str, typer.Option(help="What should change.")],
    json: bool = JSON,
) -> None:
    """Return an edition to its author with a reason."""
    if not because.strip():
        fail("say what should change: --because TEXT")
    services = open_services()
    review.return_(
        services.db,
        edition_id,
        by=editor_id(services, by),
        because=because,
        terms=services.terms,
        now=services.clock(),
    )
    print_figures(services, edition_id, json=json)


@app.command("schedule")
def schedule(
    edition_id: ID,
    at: Annotated[str, typer.Option(help="Moment, such as 2027-04-22T10:00; Dutch time.")],
    json: bool = JSON,
) -> None:
    """Plan when an approved edition goes out."""
    moment = read_moment(at, "--at")
    services = open_services()
    now = services.clock()
    if moment < now - TYPING:  # a mistyped year must not send to everybody at once
        fail(f"--at {at!r} has passed; to send it now: newsletter edition send {edition_id}")
    scheduling.schedule(services.db, edition_id, at=moment, terms=services.terms, now=now)
    print_figures(services, edition_id, json=json)


@app.command("send")
def send(
    edition_id: ID,
    wait: Annotated[
        bool, typer.Option("--wait", help="Also work as a worker, until it is complete.")
    ] = False,
    json: bool = JSON,
) -> None:
    """Make an approved edition due now; run again after a crash, it goes on where it was."""
    services = open_services()
    scheduling.send_now(services.db, edition_id, terms=services.terms, now=services.clock())
    why = _work_until_complete(services, edition_id) if wait else ""
    print_figures(services, edition_id, json=json)
    if why:
        fail(why)


@app.command("pause")
def pause(edition_id: ID, json: bool = JSON) -> None:
    """Stop sending for now; what was handed over stays sent."""
    _move(edition_id, scheduling.pause, json=json)


@app.command("resume")
def resume(edition_id: ID, json: bool = JSON) -> None:
    """Go on sending a paused edition."""
    _move(edition_id, scheduling.resume, json=json)


@app.command("cancel")
def cancel(edition_id: ID, json: bool = JSON) -> None:
    """Stop for good; the rest is not sent."""
    _move(edition_id, scheduling.cancel, json=json)


@app.command("discard")
def discard(edition_id: ID, json: bool = JSON) -> None:
    """Throw away a draft that was never approved; edition restore brings it back."""
    services = open_services()
    discarding.discard(services.db, edition_id, now=services.clock(), by=None)
    print_figures(services, edition_id, json=json)


@app.command("restore")
def restore(edition_id: ID, json: bool = JSON) -> None:
    """Make what was thrown away a draft again."""
    services = open_services()
    discarding.bring_back(services.db, edition_id, now=services.clock(), by=None)
    print_figures(services, edition_id, json=json)


@app.command("status")
def status(edition_id: ID, json: bool = JSON) -> None:
    """Show how far it is, and what happened last."""
    services = open_services()
    with services.db.read() as session:
        shown = as_json(deliveries.figures(session, edition_id)) | _last_event(session, edition_id)
    print_report(shown, json=json)


def _say_open(services: Services, edition_id: int) -> None:
    with services.db.read() as session:
        number = count_open(session, edition_id)
    if number:
        say(f"{number} comments on it are not resolved yet; that stops nothing.")


def _say_needed(services: Services, edition_id: int) -> None:
    """Say how many more people must approve, while it is not enough."""
    with services.db.read() as session:
        if store.get_edition(session, edition_id).state is not EditionStatus.IN_REVIEW:
            return
        given = len(approvals_of(session, edition_id))
    say(f"{given} of {services.settings.approvers} approvals; it is not approved yet.")


def _move(edition_id: int, move: Callable[..., int], *, json: bool) -> None:
    services = open_services()
    move(services.db, edition_id, now=services.clock())
    print_figures(services, edition_id, json=json)


def _last_event(session: Session, edition_id: int) -> dict[str, object]:
    """Return what happened last, such as a relay that is away; nothing for a new edition.

    That people were told, or took the list, hides nothing: an edition that stopped says why.
    """
    event = store.last_event(session, edition_id, besides=ASIDE)
    if event is None:
        return {}
    return {"last_event": event.what, "last_event_at": event.at, "last_note": event.note}


def _work_until_complete(services: Services, edition_id: int) -> str:
    """Work as a worker; return why it is not complete, "" when it is."""
    with told_to_stop() as stop, sending_bar(services) as bar:
        found = sending.run_worker(services, stop=stop, until_complete=edition_id, progress=bar)
    if found is None or found.state is EditionStatus.SENT:
        return ""
    if stop.is_set() and found.state in sending.UNDER_WAY:
        return "stopped before it was complete; send it again, and it goes on where it was"
    if found.state is EditionStatus.PAUSED:
        return "paused before it was complete; edition status says why, edition resume goes on"
    return f"it is {found.state} now, and not everybody got it; edition status says why"
