"""Whether an approval still holds, who gave it and who must yet, as the pages say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from newsletter.accounts.people import user_names
from newsletter.breach import What, broken_of
from newsletter.dutch import capital, join, moment
from newsletter.model import Edition
from newsletter.store.approvals import approvals_of
from newsletter.store.writers import writers_of
from newsletter.values import EditionStatus
from web.access import Who, rank
from web.editor.desk import REVIEW, edition_path
from web.editor.judges import judges_of
from web.editor.words import state_line
from web.pages import Call

S = EditionStatus

VOID_WORDS: Final[Mapping[What, str]] = {
    What.TERMS: "de inhoud of de doelgroep anders geworden",
    What.MAILS: "de afzender, de organisatie of de vorm van de mail anders geworden",
    What.STORED: "een mail die klaarstond anders geworden",
    What.APPROVERS: "het aantal mensen dat akkoord gaf te klein geworden",
    What.PLAN: "het moment waarop de editie uitgaat anders geworden",
}
RETURNABLE: Final = frozenset({S.IN_REVIEW, S.APPROVED, S.SCHEDULED})


@dataclass(frozen=True, slots=True)
class Given:
    """An approval. who: "" when the account is gone."""

    user_id: int
    who: str
    at: datetime


def approval_shown(call: Call, session: Session, edition: Edition) -> dict[str, Any]:
    """Return what an edition's page says of its approval, its blocks loaded.

    void: what was changed after it, in words; "" while it holds, or there is none.
    judges: who can approve it; None once that is decided.
    lost: what taking the edition back would cost, in a sentence; "" when it costs nothing.
    """
    breach = broken_of(session, edition, terms=call.services.terms)
    return {
        "void": VOID_WORDS[breach.what] if breach else "",
        "judges": judges_of(call, session, edition),
        "lost": lost_words(session, edition) if breach is None else "",
        "steps": state_line(
            edition.state,
            is_void=breach is not None,
            review=edition_path(edition.id, REVIEW),
        ),
    }


def lost_words(session: Session, edition: Edition) -> str:
    """Return what is lost when an edition becomes a draft again, as a sentence; "" for nothing."""
    names = user_names(session)
    told = [names.get(one.user_id, "") for one in approvals_of(session, edition.id)]
    lost = [f"het akkoord van {join([name or 'een collega' for name in told])}"] if told else []
    if edition.state is S.SCHEDULED and edition.due_at:
        lost.append(f"de planning voor {moment(edition.due_at)}")
    if not lost:
        return ""
    return f"{capital(join(lost))} {'vervalt' if len(lost) == 1 else 'vervallen'} dan."


def given_by(session: Session, edition: Edition, *, seal: str) -> list[Given]:
    """Return who approved what has this seal, the first one first."""
    names = user_names(session)
    told = approvals_of(session, edition.id)
    return [
        Given(one.user_id, names.get(one.user_id, ""), one.at) for one in told if one.hash == seal
    ]


def may_decide(call: Call, session: Session, edition: Edition) -> dict[str, bool]:
    """Say what this person may do now; the use cases check it again."""
    is_approver = rank(call.user) >= Who.APPROVER
    in_review = edition.state is S.IN_REVIEW
    is_own = (
        in_review
        and is_approver
        and call.services.settings.four_eyes
        and call.user_id in writers_of(session, edition)
    )
    return {
        "edit": edition.state is S.DRAFT,
        "approve": in_review and is_approver and not is_own,
        "only_colleague": is_own,
        "return": is_approver and edition.state in RETURNABLE,
        "withdraw": edition.state in RETURNABLE,
    }
