"""`newsletter edition ...` and `newsletter report ...`: from draft to mailbox."""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from feeds.values import AMSTERDAM
from newsletter.approve import review
from newsletter.cli.output import (
    JSON,
    fail,
    print_fields,
    print_json,
    print_table,
    progress_bar,
    say,
)
from newsletter.cli.session import open_services, user_id
from newsletter.cli.stopping import told_to_stop
from newsletter.compose import draft as drafting
from newsletter.learn.report import edition_report
from newsletter.preview import Format, preview
from newsletter.send import schedule as scheduling
from newsletter.send import worker as sending
from newsletter.store import deliveries
from newsletter.store import editions as store
from newsletter.values import EditionFigures, EditionKind
from newsletter.wiring import Services

app = typer.Typer(no_args_is_help=True, help="Editions and announcements, from draft to mailbox.")
report_app = typer.Typer(no_args_is_help=True, help="What was learnt.")

ID = Annotated[int, typer.Argument(metavar="ID", help="The edition's id, from edition list.")]
BY = Annotated[str, typer.Option("--by", metavar="EMAIL", help="The account that does this.")]


class DraftKind(StrEnum):
    """The kinds that can be drafted."""

    NEWSLETTER = EditionKind.NEWSLETTER.value
    ANNOUNCEMENT = EditionKind.ANNOUNCEMENT.value


@app.command("draft")
def draft(
    kind: Annotated[DraftKind, typer.Option()] = DraftKind.NEWSLETTER,
    event: Annotated[int | None, typer.Option(help="For an announcement: the event's id.")] = None,
    segment: Annotated[str, typer.Option(help="For an announcement: to whom.")] = "",
    title: str = "",
    json: bool = JSON,
) -> None:
    """Make a draft, filled from what came in since the last one."""
    services = open_services()
    if kind is DraftKind.NEWSLETTER:
        edition_id = drafting.draft_newsletter(
            services.db,
            now=services.clock(),
            title=title,
            maximum=services.settings.section_maximum,
        )
    elif event is None or not segment:
        fail("an announcement needs --event ID and --segment SLUG; see newsletter segment list")
    else:
        edition_id = drafting.draft_announcement(
            services.db, event_id=event, segment=segment, now=services.clock(), title=title
        )
    _print_figures(services, edition_id, json=json)


@app.command("list")
def list_(json: bool = JSON) -> None:
    """List the editions, newest first."""
    services = open_services()
    with services.db.read() as session:
        ids = [edition.id for edition in store.list_editions(session)]
        figures = deliveries.figures_of(session, ids)
    shown = [as_json(figures[one]) for one in ids]
    if json:
        print_json(shown)
        return
    print_table(
        ("Id", "Kind", "State", "Title", "Recipients", "Sent", "Failed"),
        (
            (r["id"], r["kind"], r["state"], r["title"], r["recipients"], r["sent"], r["failed"])
            for r in shown
        ),
        empty="There are no editions yet: newsletter edition draft",
    )


@app.command("show")
def show(edition_id: ID, json: bool = JSON) -> None:
    """Show one edition and its blocks."""
    services = open_services()
    with services.db.read() as session:
        figures = deliveries.figures(session, edition_id)
        content = store.content_of(store.get_edition(session, edition_id, with_blocks=True))
    blocks = [
        {"id": one.id, "kind": one.kind, "audience": one.audience, "fields": dict(one.fields)}
        for one in content.blocks
    ]
    if json:
        print_json(as_json(figures) | {"subject": content.subject, "blocks": blocks})
        return
    print_fields(as_json(figures) | {"subject": content.subject})
    print_table(
        ("Block", "Kind", "For", "Title"),
        (
            (one.id, one.kind, one.audience or "everybody", one.fields.get("title", ""))
            for one in content.blocks
        ),
        empty="It has no blocks.",
    )


@app.command("status")
def status(edition_id: ID, json: bool = JSON) -> None:
    """Show how far it is, and what happened last."""
    services = open_services()
    with services.db.read() as session:
        shown = as_json(deliveries.figures(session, edition_id)) | _last_event(session, edition_id)
    if json:
        print_json(shown)
    else:
        print_fields(shown)


@app.command("check")
def check(edition_id: ID, json: bool = JSON) -> None:
    """Run the preflight list; ends with status 1 when something must be mended."""
    services = open_services()
    findings = review.check_edition(services.db, edition_id, render=services.render)
    passed = all(one.level != "error" for one in findings)
    if json:
        print_json({"passed": passed, "findings": list(findings)})
    else:
        print_table(
            ("Level", "Rule", "Message", "Where"),
            ((one.level, one.rule, one.message, one.where) for one in findings),
            empty="Nothing to mend.",
        )
    if not passed:
        raise typer.Exit(1)


@app.command("render")
def render(
    edition_id: ID,
    segment: Annotated[str, typer.Option(help="Slug; without it the edition's first.")] = "",
    format: Annotated[Format, typer.Option()] = Format.HTML,
    out: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
) -> None:
    """Print what that segment's reader would get; eml is the whole raw message."""
    rendered = preview(open_services(), edition_id, segment=segment, format=format)
    if out is None:
        typer.echo(rendered, nl=False)
    else:
        out.write_bytes(rendered)
        say(f"Written to {out}.")


@app.command("submit")
def submit(edition_id: ID, by: BY, json: bool = JSON) -> None:
    """Submit a draft for review; its checks must pass."""
    services = open_services()
    review.submit(
        services.db,
        edition_id,
        by=_account(services, by),
        render=services.render,
        now=services.clock(),
    )
    _print_figures(services, edition_id, json=json)


@app.command("approve")
def approve(edition_id: ID, by: BY, json: bool = JSON) -> None:
    """Approve exactly this; with four-eyes on, never your own."""
    services = open_services()
    review.approve(
        services.db,
        edition_id,
        by=_account(services, by),
        render=services.render,
        sender=services.settings.sender,
        four_eyes=services.settings.four_eyes,
        now=services.clock(),
    )
    _print_figures(services, edition_id, json=json)


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
        by=_account(services, by),
        because=because,
        now=services.clock(),
    )
    _print_figures(services, edition_id, json=json)


@app.command("schedule")
def schedule(
    edition_id: ID,
    at: Annotated[str, typer.Option(help="Moment, such as 2027-04-22T10:00; Dutch time.")],
    json: bool = JSON,
) -> None:
    """Plan when an approved edition goes out."""
    services = open_services()
    scheduling.schedule(services.db, edition_id, at=_moment(at), now=services.clock())
    _print_figures(services, edition_id, json=json)


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
    scheduling.send_now(services.db, edition_id, now=services.clock())
    goes_on = _work_until_complete(services, edition_id) if wait else False
    _print_figures(services, edition_id, json=json)
    if goes_on:
        fail("stopped before it was complete; send it again, and it goes on where it was")


@app.command("pause")
def pause(edition_id: ID, json: bool = JSON) -> None:
    """Stop sending for now; what was handed over stays sent."""
    services = open_services()
    scheduling.pause(services.db, edition_id, now=services.clock())
    _print_figures(services, edition_id, json=json)


@app.command("resume")
def resume(edition_id: ID, json: bool = JSON) -> None:
    """Go on sending a paused edition."""
    services = open_services()
    scheduling.resume(services.db, edition_id, now=services.clock())
    _print_figures(services, edition_id, json=json)


@app.command("cancel")
def cancel(edition_id: ID, json: bool = JSON) -> None:
    """Stop for good; the rest is not sent."""
    services = open_services()
    scheduling.cancel(services.db, edition_id, now=services.clock())
    _print_figures(services, edition_id, json=json)


@report_app.command("edition")
def report_edition(edition_id: ID, json: bool = JSON) -> None:
    """Show what an edition did, by audience, without personal data."""
    services = open_services()
    with services.db.read() as session:
        report = edition_report(session, edition_id)
    if json:
        print_json(report)
        return
    print_table(
        ("Audience", "Recipients", "Sent", "Failed", "Skipped", "In doubt", "Left"),
        (
            (r.audience or "neither", r.recipients, r.sent, r.failed, r.skipped, r.in_doubt, r.left)
            for r in report.rows
        ),
        empty="This edition was not sent.",
    )


def as_json(figures: EditionFigures) -> dict[str, object]:
    """Return the figures as the contract shows them."""
    return {
        "id": figures.id,
        "kind": figures.kind,
        "number": figures.number,
        "title": figures.title,
        "state": figures.state.value,
        "segments": list(figures.segments),
        "content_hash": figures.content_hash or None,
        "recipients": figures.recipients,
        "sent": figures.sent,
        "failed": figures.failed,
        "pending": figures.pending,
        "in_doubt": figures.in_doubt,
        "skipped": figures.skipped,
        "resent": figures.resent,
        "started_at": figures.started_at,
        "finished_at": figures.finished_at,
    }


def _last_event(session: Session, edition_id: int) -> dict[str, object]:
    """Return what happened last, such as a relay that is away; nothing for a new edition."""
    for event in store.events_of(session, edition_id)[-1:]:
        return {"last_event": event.what, "last_event_at": event.at, "last_note": event.note}
    return {}


def _work_until_complete(services: Services, edition_id: int) -> bool:
    """Work as a worker; say whether it was stopped with something of this edition to do."""
    with told_to_stop() as stop, progress_bar("Sending") as bar:
        found = sending.run_worker(
            services,
            stop=stop,
            until_complete=edition_id,
            progress=lambda f: bar.update(f.recipients - f.pending, f.recipients),
        )
        return stop.is_set() and found is not None and found.state in sending.UNDER_WAY


def _print_figures(services: Services, edition_id: int, *, json: bool) -> None:
    with services.db.read() as session:
        shown = as_json(deliveries.figures(session, edition_id))
    if json:
        print_json(shown)
    else:
        print_fields(shown)


def _account(services: Services, email: str) -> int:
    with services.db.read() as session:
        return user_id(session, email)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)
        moment.astimezone(UTC)  # the first and last hours of the calendar have no UTC
    except (ValueError, OverflowError):
        fail(f"--at {text!r} is not a moment such as 2027-04-22T10:00")
    return moment
