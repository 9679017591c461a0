"""What a browser calls itself, in words. That is a stranger's text: none of it is shown."""

from typing import Final

# The first that is in the text wins: Edge and Opera call themselves Chrome, Chrome says Safari.
BROWSERS: Final = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
MACHINES: Final = (
    ("iPhone", "een iPhone"),
    ("iPad", "een iPad"),
    ("Android", "een Android-toestel"),
    ("CrOS", "een Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "een Mac"),
    ("Linux", "Linux"),
)


def device_words(agent: str) -> str:
    """Return such as "Firefox op Windows", or "Een andere browser"."""
    browser = next((word for mark, word in BROWSERS if mark in agent), "Een andere browser")
    machine = next((word for mark, word in MACHINES if mark in agent), "")
    return f"{browser} op {machine}" if machine else browser
