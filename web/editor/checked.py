"""What the checks notice in an edition, for the pages on which it is made and judged."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from newsletter.accounts.people import user_names
from newsletter.approve.checks import run_checks
from newsletter.approve.facts import read_facts
from newsletter.approve.waive import Sorted, sort_findings
from newsletter.cut import Cut
from newsletter.model import Edition
from newsletter.store.cuts import people_by_cut
from newsletter.store.editions import content_of
from newsletter.store.waivers import waivers_of
from newsletter.values import GONE, EditionStatus
from web.access import Who, rank
from web.editor.desk import ORGANISATION, edition_path
from web.editor.mail import Variants
from web.editor.preflight import Ways, let_pass, noted_by_level
from web.pages import Call

SENDER_FIELD: Final = f"{ORGANISATION}#sender_address"
OUT: Final = frozenset({EditionStatus.SENDING, EditionStatus.PAUSED, EditionStatus.SENT, *GONE})


def checked(
    call: Call,
    session: Session,
    edition: Edition,
    variants: Variants,
    address: Callable[..., str],
) -> dict[str, Any]:
    """Return what was noticed, and how many people get each cut.

    An edition that went out needs no advice any more.

    address: of the page with a block open (`blok=`), or with none.
    """
    found = Sorted((), ())
    people: Mapping[Cut, int]
    if edition.state in OUT:
        people = people_by_cut(session, edition)
    else:
        facts = read_facts(session, edition, house=call.services.house, now=call.now)
        people = facts.people or {}
        noticed = run_checks(content_of(edition), variants, facts)
        found = sort_findings(noticed, waivers_of(session, edition.id))
    base = edition_path(edition.id)
    ways = Ways(
        to_block=lambda block_id: address(blok=block_id),
        to_head=address(blok=None),
        may_edit=edition.state is EditionStatus.DRAFT,
        to_occasion=lambda block_id: f"{base}/blokken/{block_id}/bijeenkomst",
        to_sender=SENDER_FIELD if rank(call.user) >= Who.ADMINISTRATOR else "",
    )
    return {
        "findings": noted_by_level(found.left, edition.blocks, ways),
        "people": people,
        "let_pass": let_pass(found.waived, edition.blocks, ways, user_names(session)),
    }
