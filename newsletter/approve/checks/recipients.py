"""Somebody gets it, and nobody is told twice of the same event."""

from collections.abc import Iterable, Mapping

from newsletter import dutch
from newsletter.cut import Cut
from newsletter.values import EditionContent, Facts, Finding, Level, Rendered


def check_recipients(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find an edition for nobody, segments with nobody in them, and an event told before."""
    if facts.people is not None and not any(facts.people.values()):
        yield Finding(
            "recipients.nobody",
            Level.ERROR,
            "Niemand krijgt deze editie: in de gekozen doelgroepen zit geen lezer die hem wil.",
            mend="Kies een andere doelgroep, of wacht tot er abonnees zijn.",
        )
    else:
        for name in facts.empty_segments:
            yield Finding(
                "recipients.empty",
                Level.WARNING,
                f"In de doelgroep “{name}” zit nu niemand die deze editie krijgt.",
                mend="Kijk of de doelgroep klopt.",
                quote=name,
            )
    if facts.announced_to:
        names = dutch.join([f"“{name}”" for name in facts.announced_to])
        yield Finding(
            "recipients.announced",
            Level.WARNING,
            f"Over deze bijeenkomst ging al een aankondiging naar {names}.",
            mend="Kijk of een tweede nodig is, en schrijf wat er nieuw is.",
            quote=names,
        )
