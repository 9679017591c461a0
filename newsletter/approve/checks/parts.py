"""What no mail may miss: a text part, why this reader gets it, and the way out."""

from collections.abc import Iterable, Mapping
from typing import Final

from newsletter.cut import Cut
from newsletter.values import EditionContent, Facts, Finding, Level, Rendered, Slot

_MISSING: Final[Mapping[Slot, tuple[str, str]]] = {
    Slot.REASON: ("parts.reason", "In de mail staat niet waarom de lezer hem krijgt."),
    Slot.UNSUBSCRIBE: ("parts.unsubscribe", "In de mail staat geen link om je af te melden."),
}
ASK: Final = "Vraag de beheerder om het sjabloon te herstellen."


def check_parts(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find mails without a text part, a reason or a way out; HTML and text must each have both."""
    for variant in rendered.values():
        if not variant.text.strip():
            yield Finding(
                "parts.text", Level.ERROR, "De mail heeft geen deel in gewone tekst.", mend=ASK
            )
            continue
        for slot, (rule, message) in _MISSING.items():
            place = f"{variant.marker}{slot}x"
            if place not in variant.html or place not in variant.text:
                yield Finding(rule, Level.ERROR, message, mend=ASK)
