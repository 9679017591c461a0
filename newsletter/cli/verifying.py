"""`newsletter verify`: whether the ledger holds what it promises."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.output import JSON, fail, print_json, say
from newsletter.cli.session import open_services
from newsletter.send.doubt.accepted import compare
from newsletter.send.verify import verify


def show_verified(
    edition_id: Annotated[
        int | None, typer.Argument(metavar="[EDITION]", help="Only this one; without it, all.")
    ] = None,
    accepted: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Hold it against what the relay took: recipient, Message-ID and SHA-256 a line.",
        ),
    ] = None,
    json: bool = JSON,
) -> None:
    """Hold the ledger against its invariants; ends with status 1 when one is broken."""
    if accepted is not None and edition_id is None:
        fail("--accepted is about one edition: give its id")
    services = open_services()
    settings = services.settings
    found = verify(
        services.db,
        letterhead=settings.letterhead,
        only=edition_id,
    )
    if accepted is not None and edition_id is not None:
        with accepted.open("rb") as file:
            more = compare(services.db, edition_id, file, key=settings.hash_key)
        found = replace(found, broken=(*found.broken, *more))
    if json:
        print_json(found)
    else:
        for one in found.broken:
            typer.echo(str(one))
        say(f"Editions looked at: {found.editions}; deliveries: {found.deliveries}.")
        if not found.broken:
            say("All that the ledger promises holds.")
    if found.broken:
        fail(f"{len(found.broken)} of what the ledger promises is broken; send nothing, and look")
