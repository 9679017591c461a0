"""What somebody wrote in a form that was not taken: shown again, so that it is not lost."""

from typing import Final

from web.access import is_same_origin
from web.pages import Call

MOST: Final = 20
SECRET: Final = frozenset({"password", "present", "again", "code", "secret"})  # of ways in
OURS: Final = frozenset({"csrf", "bewaard", "seen", "seal", "mark", "version", "versie", "stempel"})


def typed_texts(call: Call) -> tuple[str, ...]:
    """Return the texts in the form of a request, of our own pages only.

    What has no space in it is no text, but a choice or a number; what opens something is never
    shown, and what our own page put in its hidden fields nobody wrote.
    """
    if not is_same_origin(call.request, call.services.settings.base_url):
        return ()
    texts = [
        value.strip()
        for name, value in call.form.multi_items()
        if isinstance(value, str) and name not in SECRET | OURS
    ]
    return tuple(text for text in texts if " " in text)[:MOST]
