"""The words that people agree to, by the form that shows them; kept as evidence (AVG art. 7).

Changing a sentence changes what later sign-ups agreed to: each keeps the words it was shown.
"""

from collections.abc import Mapping
from typing import Final

FRONT: Final = "voorpagina"
FULL: Final = "aanmelden"
EMBEDDED: Final = "inbedden"

CONSENT_TEXTS: Final[Mapping[str, str]] = {
    FRONT: (
        "Je vraagt hiermee de nieuwsbrief aan. We gebruiken je adres alleen om die te mailen. "
        "Je krijgt eerst een mail om te bevestigen. Afmelden kan altijd met één klik."
    ),
    EMBEDDED: (
        "Je vraagt hiermee de nieuwsbrief van {organisation} aan. We gebruiken je adres alleen "
        "om die te mailen. Je krijgt eerst een mail met een knop om te bevestigen. "
        "Doe je dat niet, dan wissen we je adres na 14 dagen. Afmelden kan altijd met één klik."
    ),
    FULL: (
        "We gebruiken je adres alleen om je te mailen wat je hier kiest. "
        "Je krijgt eerst een mail met een knop om te bevestigen. "
        "Doe je dat niet, dan wissen we je adres na 14 dagen. "
        "Afmelden kan altijd met één klik."
    ),
}
CONSENT_VERSIONS: Final[Mapping[str, str]] = {
    FRONT: "voorpagina-1",
    FULL: "aanmelden-1",
    EMBEDDED: "inbedden-1",
}
"""Another text gets another version here; a test holds each version to its words."""

PERMISSION_VERSION: Final = "insturen-1"
PERMISSION: Final = (
    "Ja, jullie mogen mijn voorbeeld bewerken en plaatsen op de site en in de nieuwsbrief, "
    "als ik de bewerkte tekst heb goedgekeurd. Wat ik instuur, mag ik delen. "
    "Wie op een foto te herkennen is, vindt het goed. "
    "Ik kan mijn voorbeeld altijd terugtrekken. Dan haalt de redactie het overal weg."
)
"""What who sends in a practice example agrees to. Another sentence gets another version."""
