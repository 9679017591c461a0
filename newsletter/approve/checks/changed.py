"""What changed at its source since it was put into the edition."""

from collections.abc import Iterable, Mapping
from typing import Final

from feeds.values import ItemStatus
from newsletter import dutch
from newsletter.approve.checks.reading import name_of, where
from newsletter.cut import Cut
from newsletter.outdated import AGENDA_SAYS, EVENT_BLOCKS, Cause, Outdated, find_outdated
from newsletter.values import BlockContent, EditionContent, Facts, Finding, Level, Rendered

DROP: Final = "Haal het blok weg."


def check_changed(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find what is not, or not any more, as the edition tells it."""
    return find_changed(content)


def find_changed(content: EditionContent) -> Iterable[Finding]:
    """Find events that were moved or called off, examples that were withdrawn, corrected words."""
    yield from (_finding(one) for one in find_outdated(content))
    for block in content.blocks:
        yield from _vanished(block)
        yield from _other_moment(block)
        yield from _not_agreed(block)
        yield from _corrected(block)


def _finding(outdated: Outdated) -> Finding:
    name, place = name_of(outdated.block), where(outdated.block)
    if outdated.cause is Cause.CANCELLED:
        told = f"{name} is afgezegd door de organisator."
        return Finding("changed.cancelled", Level.ERROR, told, place, mend=DROP)
    if outdated.cause is Cause.WITHDRAWN:
        told = f"{name} is teruggetrokken door wie het instuurde."
        return Finding("changed.withdrawn", Level.ERROR, told, place, mend=DROP)
    told = f"{name} is verzet{_to(outdated)}."
    mend = "Neem de nieuwe gegevens over of haal het blok weg."
    return Finding("changed.moved", Level.ERROR, told, place, mend=mend)


def _to(outdated: Outdated) -> str:
    if not outdated.announced_at or not outdated.starts_at:
        return ""
    return f" van {dutch.moment(outdated.announced_at)} naar {dutch.moment(outdated.starts_at)}"


def _vanished(block: BlockContent) -> Iterable[Finding]:
    there = block.at_source
    if there and there.has_vanished and not there.cancelled and block.kind in EVENT_BLOCKS:
        yield Finding(
            "changed.vanished",
            Level.WARNING,
            f"{name_of(block)} staat niet meer in de agenda van de bron.",
            where=where(block),
            mend="Vraag na of het doorgaat.",
        )


def _other_moment(block: BlockContent) -> Iterable[Finding]:
    """Find an event that an editor lets begin at another moment than the agenda does."""
    there, said = block.at_source, str(block.fields.get(AGENDA_SAYS) or "")
    if there and there.starts_at and said and not there.cancelled:
        yield Finding(
            "changed.other-moment",
            Level.WARNING,
            f"{name_of(block)} begint in de agenda op een ander moment: "
            f"{dutch.moment(there.starts_at)}.",
            where=where(block),
            mend="Kijk wat klopt, en pas zo nodig de dag of de tijd aan.",
            field="starts_at",
            quote=str(block.fields.get("starts_at") or ""),
        )


def _not_agreed(block: BlockContent) -> Iterable[Finding]:
    """Find other words than the reader agreed to; leaving some out is for the editors."""
    agreed = block.at_source.agreed if block.at_source else {}
    told = {name: str(block.fields.get(name) or "").split() for name in agreed}
    if any(words and words != agreed[name].split() for name, words in told.items()):
        yield Finding(
            "changed.agreed",
            Level.ERROR,
            f"{name_of(block)} staat er in andere woorden dan waar de inzender akkoord op gaf.",
            where=where(block),
            mend="Neem die woorden over, of pas de inzending aan en leg die opnieuw voor.",
        )


def _corrected(block: BlockContent) -> Iterable[Finding]:
    """Find words that the source changed while the block still has the old ones."""
    there = block.at_source
    if there is None or there.status == ItemStatus.WITHDRAWN:
        return
    for field, word in (("title", "titel"), ("location", "plaats")):
        old, new = there.before.get(field), getattr(there, field)
        if old and old != new and block.fields.get(field) == old:
            yield Finding(
                "changed.corrected",
                Level.WARNING,
                f"De bron van {name_of(block)} wijzigde de {word} in “{new}”.",
                where=where(block),
                mend="Neem dat over, of laat het staan als jouw woorden kloppen.",
                field=field,
                quote=old,
            )
