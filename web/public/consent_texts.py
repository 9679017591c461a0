"""The words that people agree to, by the form that shows them; kept as evidence (AVG art. 7).

Changing a sentence changes what later sign-ups agreed to: each keeps the words it was shown.
"""

from collections.abc import Mapping
from typing import Final

FRONT: Final = "voorpagina"
FULL: Final = "aanmelden"

CONSENT_TEXTS: Final[Mapping[str, str]] = {
    FRONT: (
        "Je vraagt hiermee de nieuwsbrief aan. We gebruiken je adres alleen om die te mailen. "
        "Je krijgt eerst een mail om te bevestigen. Afmelden kan altijd met één klik."
    ),
    FULL: (
        "We gebruiken je adres alleen om je te mailen wat je hier kiest. "
        "Je krijgt eerst een mail met een knop om te bevestigen. "
        "Doe je dat niet, dan wissen we je adres na 14 dagen. "
        "Afmelden kan altijd met één klik."
    ),
}
