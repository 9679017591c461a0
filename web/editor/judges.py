"""Who can approve an edition, as its pages say it: told before it is too late to do otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from newsletter.accounts.people import called
from newsletter.dutch import capital, either, join, plural
from newsletter.model import Edition
from newsletter.store.approvals import approvals_of
from newsletter.store.writers import judges_among, writers_of
from newsletter.values import EditionKind, EditionStatus
from web.pages import Call

THINGS: Final[Mapping[str, str]] = {
    EditionKind.NEWSLETTER: "editie",
    EditionKind.ANNOUNCEMENT: "aankondiging",
}
MORE: Final = "Vraag een beheerder om nog iemand de rol eindredacteur te geven."


@dataclass(frozen=True, slots=True)
class Judges:
    """Who can still approve, and who could but for having worked on it: by name.

    needed: how many approvals are still asked for.
    others: who can when the one who looks does not.
    costs:  whether the one who looks can approve now, and no more after a change.
    """

    thing: str
    can: tuple[str, ...]
    barred: tuple[str, ...]
    needed: int
    others: tuple[str, ...]
    costs: bool

    @property
    def is_short(self) -> bool:
        """Whether fewer people can approve than must."""
        return len(self.can) < self.needed

    @property
    def line(self) -> str:
        """Who can approve, or that too few can and what to do about it."""
        if not self.is_short:
            return f"{capital(join(self.can))} {_can(self.can)} goedkeuren."
        return f"{self._too_few} {MORE}"

    @property
    def ask(self) -> str:
        """Whom to ask, when there are enough."""
        return self.line if self.is_short else f"Vraag {either(self.can)} om goed te keuren."

    @property
    def warning(self) -> str:
        """What a change costs the one who looks; "" when it costs nothing."""
        if not self.costs:
            return ""
        if not self.others:
            left = "Dan kan niemand het meer"
        else:
            left = f"Dan {_can(self.others)} alleen {join(self.others)} het nog"
        return (
            f"Wijzig je iets of dien je zelf in, dan kun je deze {self.thing} niet meer "
            f"goedkeuren. {left}."
        )

    @property
    def _too_few(self) -> str:
        because = ""
        if self.barred:
            worked = "werkte" if len(self.barred) == 1 else "werkten"
            because = f", want {join(self.barred)} {worked} er zelf aan"
        if not self.can:
            return f"Niemand kan deze {self.thing} goedkeuren{because}."
        needed = plural(self.needed, "akkoord", "akkoorden")
        are = "is" if self.needed == 1 else "zijn"
        return f"Er {are} nog {needed} nodig en alleen {join(self.can)} kan goedkeuren{because}."


def judges_of(call: Call, session: Session, edition: Edition) -> Judges | None:
    """Return who can approve an edition; None once that is decided."""
    if edition.state not in {EditionStatus.DRAFT, EditionStatus.IN_REVIEW}:
        return None
    wrote = writers_of(session, edition) if call.services.settings.four_eyes else frozenset()
    gave = {one.user_id for one in approvals_of(session, edition.id)}
    people = {one.id: called(one) for one in judges_among(session)}
    can = {one: name for one, name in people.items() if one not in wrote | gave}
    is_draft = edition.state is EditionStatus.DRAFT
    return Judges(
        thing=THINGS[edition.kind],
        can=tuple(can.values()),
        barred=tuple(name for one, name in people.items() if one in wrote - gave),
        needed=max(call.services.terms.approvers - len(gave), 0),
        others=tuple(name for one, name in can.items() if one != call.user_id),
        costs=is_draft and call.services.settings.four_eyes and call.user_id in can,
    )


def _can(people: tuple[str, ...]) -> str:
    return "kan" if len(people) == 1 else "kunnen"
