"""`newsletter edition test`: the real mail, marked as a test, to people of the desk."""

from typing import Annotated

import typer

from newsletter.cli.editions import ID, read_cut
from newsletter.cli.output import JSON, fail, print_report
from newsletter.cli.session import account_id, open_services
from newsletter.cut import Cut
from newsletter.send.trial import send_trials

app = typer.Typer()


@app.command("test")
def send_test(
    edition_id: ID,
    to: Annotated[
        list[str],
        typer.Option("--to", metavar="EMAIL", help="An account of the desk; may be said again."),
    ],
    cut: Annotated[
        Cut | None,
        typer.Option(
            parser=read_cut, help="One mail only: a side, and segments, as in school.zuid."
        ),
    ] = None,
    json: bool = JSON,
) -> None:
    """Send what readers would get, marked as a test, to accounts of the desk and nobody else."""
    services = open_services()
    report = send_trials(
        services.db,
        edition_id,
        to=[account_id(services, one) for one in to],
        cuts=[] if cut is None else [cut],
        by=None,
        render=services.render,
        settings=services.settings,
        transport=services.open_notices(),
        now=services.clock(),
    )
    failed = [{"name": one.name, "error": str(one.error)} for one in report.failed]
    print_report({"sent": report.sent, "failed": failed}, json=json)
    if failed:
        fail("not every test mail was taken; the relay's words stand above")
