"""Image: a picture of our own, as wide as the text, with a caption and perhaps a link.

picture:    its address on our own site; one elsewhere is refused, it would tell who reads us
decorative: "ja" when it says nothing that the text does not say; then it has no description
alt:        what is to be seen on it, for who cannot see it
caption
url, link_text: where more can be found; the link stands below the picture
"""

from typing import Final
from urllib.parse import urlsplit

from newsletter.compose.blocks import kind
from newsletter.compose.blocks.kind import (
    DECORATIVE,
    OWN_PICTURE,
    PICTURE_ROLES,
    BlockKind,
    Field,
    Fields,
    Frame,
    View,
)

DESK: Final = "/redactie"  # an editor copies the address from the desk, where it may stand below it


def view(fields: Fields, frame: Frame) -> View:
    """Return what the templates need.

    Raises ValueError for a picture that is not ours, and for one that is neither described nor
    decorative.
    """
    decorative = kind.text(fields, "decorative") == DECORATIVE
    alt = kind.text(fields, "alt")
    if not (decorative or alt):
        raise ValueError("a picture needs a description, or to be decorative")
    url = kind.link(fields, "url")
    return {
        "image": _own(kind.text(fields, "picture"), frame),
        "image_alt": "" if decorative else alt,
        "caption": kind.text(fields, "caption"),
        "url": url,
        "link_text": kind.text(fields, "link_text") or f"Bekijk meer op {kind.host(url)}",
    }


def _own(address: str, frame: Frame) -> str:
    parts = urlsplit(address)
    path = parts.path.removeprefix(DESK)
    elsewhere = parts.netloc and parts.netloc != urlsplit(frame.base_url or address).netloc
    if elsewhere or not OWN_PICTURE.fullmatch(path):
        raise ValueError("no picture on our own site")
    return f"{frame.base_url}{path}"


KIND: Final = BlockKind(
    name="image",
    label="Afbeelding",
    purpose="Laat een foto of tekening zien die iets toevoegt, met een onderschrift.",
    section="",
    blank={
        "picture": "",
        "decorative": "",
        "alt": "",
        "caption": "",
        "url": "",
        "link_text": "",
    },
    editable=(
        Field(
            "picture",
            "Of het adres van een foto die al op onze site staat",
            help="Dit wordt vanzelf ingevuld als je hierboven een foto kiest.",
            picture=True,
        ),
        Field(
            "decorative",
            "Wat doet de foto?",
            choices=PICTURE_ROLES,
        ),
        Field(
            "alt",
            "Wat is er op de foto te zien?",
            long=True,
            help="Voor wie de foto niet kan zien. Bij versiering laat je dit leeg.",
        ),
        Field("caption", "Onderschrift", help="Mag leeg blijven."),
        Field("url", "Adres van een link eronder", help="Mag leeg blijven."),
        Field("link_text", "Tekst van de link"),
    ),
    view=view,
    sample={
        "picture": "/static/mail/twee-huizen.png",
        "alt": "Links twee huizen onder een dak, met een deur ertussen. Rechts een groot huis "
        "waar vijf mensen samen aan tafel zitten.",
        "caption": "Links werk je naast elkaar, met een deur ertussen. Rechts werk je in één huis.",
        "url": "https://nieuwsbrief.example.org/verslagen/samen-sterker",
        "link_text": "Lees waar de tekening over gaat",
    },
)
