"""`newsletter edition ...`: making an edition, and what it holds."""

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from newsletter.accounts.people import user_names
from newsletter.approve import review
from newsletter.approve.waive import sort_findings
from newsletter.cli.output import (
    JSON,
    fail,
    print_fields,
    print_json,
    print_list,
    print_report,
    print_table,
    say,
)
from newsletter.cli.session import open_services
from newsletter.compose import draft as drafting
from newsletter.compose.filling import Why, elsewhere, read_filling
from newsletter.compose.history import decisions
from newsletter.cut import NO_SIDE, Cut, parse_cut
from newsletter.preview import Format, preview
from newsletter.send.doubt.held import choose_policy
from newsletter.store import deliveries
from newsletter.store import editions as store
from newsletter.store.candidates import still_left
from newsletter.store.revisions import list_revisions
from newsletter.store.waivers import waivers_of
from newsletter.values import EditionFigures, EditionKind, InDoubtPolicy
from newsletter.wiring import Services
from subscribers.values import Audience

app = typer.Typer(no_args_is_help=True, help="Editions and announcements, from draft to mailbox.")

ID = Annotated[int, typer.Argument(metavar="ID", help="The edition's id, from edition list.")]


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
    in_doubt: Annotated[
        InDoubtPolicy | None,
        typer.Option(help="Of a mail that may have arrived: resend it once, or hold it."),
    ] = None,
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
    if in_doubt is not None:
        choose_policy(services.db, edition_id, in_doubt, now=services.clock())
    print_figures(services, edition_id, json=json)


@app.command("list")
def list_(
    discarded: Annotated[
        bool, typer.Option("--discarded", help="Only drafts that were thrown away.")
    ] = False,
    json: bool = JSON,
) -> None:
    """List the editions, newest first."""
    services = open_services()
    with services.db.read() as session:
        found = store.list_discarded(session) if discarded else store.list_editions(session)
        ids = [edition.id for edition in found]
        figures = deliveries.figures_of(session, ids)
    shown = [as_json(figures[one]) for one in ids]
    print_list(
        shown,
        json=json,
        columns=("Id", "Kind", "State", "Title", "Recipients", "Sent", "Failed"),
        rows=(
            (r["id"], r["kind"], r["state"], r["title"], r["recipients"], r["sent"], r["failed"])
            for r in shown
        ),
        empty="Nothing was thrown away."
        if discarded
        else "There are no editions yet: newsletter edition draft",
    )


@app.command("show")
def show(edition_id: ID, json: bool = JSON) -> None:
    """Show one edition and its blocks."""
    services = open_services()
    with services.db.read() as session:
        figures = deliveries.figures(session, edition_id)
        edition = store.get_edition(session, edition_id, with_blocks=True)
        content, filling = store.content_of(edition), read_filling(edition.filling)
        items = {block.id: block.item_id for block in edition.blocks}
        left = filling.behind(items.values())
        found = still_left(session, [one.item_id for one in left], elsewhere=elsewhere(left))
    why = {block_id: told for block_id, item in items.items() if (told := filling.of(item))}
    blocks = [
        {
            "id": one.id,
            "kind": one.kind,
            "audience": one.audience,
            "segment": one.segment,
            "fields": dict(one.fields),
            "why": asdict(why[one.id]) if one.id in why else None,
        }
        for one in content.blocks
    ]
    behind = [
        asdict(one) | {"title": found[one.item_id].shown_title}
        for one in left
        if one.item_id in found
    ]
    if json:
        heads = {side.value: asdict(head) for side, head in content.heads.items()}
        orders = {side.value: list(ids) for side, ids in content.orders.items()}
        more = {
            "subject": content.subject,
            "heads": heads,
            "orders": orders,
            "blocks": blocks,
            "left": behind,
        }
        print_json(as_json(figures) | more)
        return
    print_fields(as_json(figures) | {"subject": content.subject})
    print_table(
        ("Block", "Kind", "For", "Title", "Why"),
        (
            (
                one.id,
                one.kind,
                one.segment or one.audience or "everybody",
                one.fields.get("title", ""),
                _reason(why.get(one.id)),
            )
            for one in content.blocks
        ),
        empty="It has no blocks.",
    )
    if behind:
        print_table(
            ("Item", "Left in the queue", "Because"),
            ((one["item_id"], one["title"], one["because"]) for one in behind),
            empty="",
        )


def _reason(why: Why | None) -> str:
    if why is None:
        return ""
    return f"{why.reason}: {why.theme}" if why.theme else why.reason


@app.command("check")
def check(edition_id: ID, json: bool = JSON) -> None:
    """Run the preflight list; ends with status 1 when something must be mended."""
    services = open_services()
    findings = review.check_edition(
        services.db,
        edition_id,
        render=services.render,
        house=services.house,
        now=services.clock(),
        outside=services.outside,
    )
    with services.db.read() as session:
        found = sort_findings(findings, waivers_of(session, edition_id))
        names = user_names(session)
    passed = all(one.level != "error" for one in found.left)
    waived = [
        asdict(one.finding)
        | {"because": one.because, "at": one.at, "by": names.get(one.by_id or 0)}
        for one in found.waived
    ]
    print_list(
        {"passed": passed, "findings": list(found.left), "waived": waived},
        json=json,
        columns=("Level", "Rule", "Message", "To mend", "Where"),
        rows=((one.level, one.rule, one.message, one.mend, one.where) for one in found.left),
        empty="Nothing to mend.",
    )
    if not passed:
        fail("it has errors, and cannot be submitted before they are mended")


@app.command("revisions")
def revisions(edition_id: ID, json: bool = JSON) -> None:
    """List what the edition said before: who changed what and when, newest first."""
    services = open_services()
    with services.db.read() as session:
        store.get_edition(session, edition_id)
        told = list_revisions(session, edition_id)
        marked = decisions(told, store.events_of(session, edition_id))
        names = user_names(session)
    shown = [
        {
            "id": one.id,
            "version": one.version,
            "at": one.at,
            "by": names.get(one.user_id or 0),
            "what": one.what,
            "block": one.block_id,
            "title": one.about.get("title", ""),
            "of": one.of_id,
            "decided": sorted(marked.get(one.id, ())),
        }
        for one in reversed(told)
    ]
    print_list(
        shown,
        json=json,
        columns=("Id", "At", "By", "What", "Block", "Title", "Decided"),
        rows=(
            [one[name] for name in ("id", "at", "by", "what", "block", "title", "decided")]
            for one in shown
        ),
        empty="Nothing was kept of it yet: its first change is.",
    )


def read_cut(key: str) -> Cut:
    """Return the cut with this key. Raises typer.BadParameter."""
    try:
        return parse_cut(key)
    except ValueError:
        sides = ", ".join([*Audience, NO_SIDE])
        raise typer.BadParameter(f"begin with one of {sides}, then .SLUG for a segment") from None


@app.command("render")
def render(
    edition_id: ID,
    segment: Annotated[str, typer.Option(help="Slug; without it the edition's first.")] = "",
    cut: Annotated[
        Cut | None,
        typer.Option(
            parser=read_cut, help="Rather than a segment: a side, and segments, as in school.zuid."
        ),
    ] = None,
    format: Annotated[Format, typer.Option()] = Format.HTML,
    out: Annotated[Path | None, typer.Option(help="Write to this file.")] = None,
) -> None:
    """Print what that segment's reader would get; eml is the whole raw message."""
    rendered = preview(open_services(), edition_id, segment=segment, cut=cut, format=format)
    if out is None:
        typer.echo(rendered, nl=False)
    else:
        out.write_bytes(rendered)
        say(f"Written to {out}.")


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


def print_figures(services: Services, edition_id: int, *, json: bool) -> None:
    """Print an edition's figures as they are now."""
    with services.db.read() as session:
        shown = as_json(deliveries.figures(session, edition_id))
    print_report(shown, json=json)
