"""`newsletter edition in-doubt`: what becomes of mails that may have arrived, and deciding it."""

from collections.abc import Sequence
from typing import Annotated

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.cli.editions import ID
from newsletter.cli.output import JSON, fail, print_report
from newsletter.cli.session import open_services
from newsletter.model import Delivery
from newsletter.send.doubt import held
from newsletter.store.deliveries import figures
from newsletter.store.editions import get_edition
from newsletter.values import InDoubtPolicy
from newsletter.wiring import Services
from subscribers.store import get_subscriber

app = typer.Typer()


@app.command("in-doubt")
def in_doubt(
    edition_id: ID,
    policy: Annotated[
        InDoubtPolicy | None,
        typer.Option(
            help="From now on: resend sends such a mail once more by itself, hold leaves it to a "
            "person. In a draft it is part of what is approved; while it is sent it may change."
        ),
    ] = None,
    send_again: Annotated[
        bool, typer.Option("--send-again", help="Send those once more, with the same Message-ID.")
    ] = False,
    leave: Annotated[bool, typer.Option("--leave", help="Leave those in doubt, for good.")] = False,
    to: Annotated[
        list[str] | None,
        typer.Option(metavar="EMAIL", help="Only to this person; may be repeated."),
    ] = None,
    json: bool = JSON,
) -> None:
    """Say what becomes of mails that may have arrived, or decide about those that are held.

    Who they are: newsletter edition deliveries ID --state in_doubt
    """
    if send_again and leave:
        fail("choose one: --send-again or --leave")
    if to and not (send_again or leave):
        fail("--to goes with --send-again or --leave")
    services = open_services()
    if policy is not None:
        held.choose_policy(services.db, edition_id, policy, now=services.clock())
    decided = _decide(services, edition_id, to, is_left=leave) if send_again or leave else None
    with services.db.read() as session:
        edition = get_edition(session, edition_id)
        shown = {
            "id": edition_id,
            "state": edition.status,
            "policy": edition.in_doubt_policy,
            "in_doubt": figures(session, edition_id).in_doubt,
            "undecided": held.count_undecided(session, [edition_id]).get(edition_id, 0),
            "resent": decided.number if decided and send_again else 0,
            "left": decided.number if decided and leave else 0,
        }
    print_report(shown, json=json)


def _decide(
    services: Services, edition_id: int, to: Sequence[str] | None, *, is_left: bool
) -> held.Decided:
    with services.db.read() as session:
        only = [_of_person(session, edition_id, one) for one in to] if to else None
    if is_left:
        return held.leave(services.db, edition_id, only=only, now=services.clock())
    return held.send_again(
        services.db,
        edition_id,
        only=only,
        letterhead=services.terms.letterhead,
        now=services.clock(),
    )


def _of_person(session: Session, edition_id: int, email: str) -> int:
    """Return the delivery of an edition to whoever has this address."""
    reader = get_subscriber(session, email)
    own = None
    if reader is not None:
        mine = (Delivery.edition_id == edition_id, Delivery.subscriber_id == reader.id)
        own = session.scalar(select(Delivery.id).where(*mine))
    if own is None:
        fail("nobody on the list of this edition has one of these addresses")
    return own
