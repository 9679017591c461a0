"""`newsletter report ...`: what was learnt."""

import typer

from newsletter.cli.editions import ID
from newsletter.cli.output import JSON, print_list, print_table
from newsletter.cli.session import open_services
from newsletter.learn.poll_results import LEAST, PollResult
from newsletter.learn.report import edition_report

app = typer.Typer(no_args_is_help=True, help="What was learnt.")


@app.command("edition")
def report_edition(edition_id: ID, json: bool = JSON) -> None:
    """Show what an edition did, by audience, without personal data."""
    services = open_services()
    with services.db.read() as session:
        report = edition_report(session, edition_id)
    print_list(
        report,
        json=json,
        columns=("Audience", "Recipients", "Sent", "Failed", "Skipped", "In doubt", "Left"),
        rows=(
            (r.audience or "neither", r.recipients, r.sent, r.failed, r.skipped, r.in_doubt, r.left)
            for r in report.rows
        ),
        empty="This edition was not sent.",
    )
    if not json:
        for poll in report.polls:
            _print_poll(poll)


def _print_poll(poll: PollResult) -> None:
    groups = [("all", poll.counts), *((one.name or "none", one.counts) for one in poll.groups)]
    print_table(
        (poll.question, *(name for name, _ in groups)),
        (
            (answer, *(counts[place] for _, counts in groups))
            for place, answer in enumerate(poll.answers)
        )
        if poll.counts
        else (),
        empty=f"{poll.question}: fewer than {LEAST} answers, so nothing is told.",
    )
