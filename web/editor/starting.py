"""What to do first, in order, for a team that has no edition yet. Pure."""

from dataclasses import dataclass

from web.access import Who
from web.editor.desk import EDITIONS, RHYTHM, Desk


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. who: from which rank on somebody may; by: what that person is called."""

    title: str
    text: str
    path: str
    button: str
    who: Who
    by: str
    is_done: bool


def first_steps(desk: Desk, *, has_readers: bool, has_rhythm: bool) -> tuple[Step, ...]:
    """Return the steps up to the first edition, done or not."""
    return (
        Step(
            "Voeg bronnen toe",
            "Nieuws en agenda van partners komen dan vanzelf binnen.",
            "/redactie/bronnen",
            "Naar de bronnen",
            Who.ADMINISTRATOR,
            "de beheerder",
            bool(desk.sources),
        ),
        Step(
            "Zorg voor lezers",
            "Ze melden zich aan op de site. Een lijst die er al is, zet de beheerder erin.",
            "/redactie/abonnees",
            "Naar de abonnees",
            Who.EDITOR,
            "",
            has_readers,
        ),
        Step(
            "Kies een ritme",
            "Dan staat elk concept op tijd klaar, met de termijnen.",
            RHYTHM,
            "Naar het ritme",
            Who.APPROVER,
            "een eindredacteur of de beheerder",
            has_rhythm,
        ),
        Step(
            "Begin de eerste editie",
            "Het concept wordt gevuld met wat er binnenkwam.",
            EDITIONS,
            "Naar de edities",
            Who.EDITOR,
            "",
            is_done=False,
        ),
    )
