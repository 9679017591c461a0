"""Who sends: every word, colour and font that another organisation would have otherwise.

Its values come from a table of `newsletter.toml`; `newsletter/organisation.py` lays over them what
administrators chose at the desk.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

import idna

from feeds.clean import safe_link
from newsletter.errors import SettingWrong

FONTS: Final[Mapping[str, str]] = {
    # Every machine has one of each; without quotes, so that they can stand in any attribute.
    "arial": "Arial, Helvetica, sans-serif",
    "verdana": "Verdana, Geneva, sans-serif",
    "trebuchet": "Trebuchet MS, Tahoma, sans-serif",
    "georgia": "Georgia, Times New Roman, serif",
}
SHAPES: Final = {
    "name_lines": "a list of texts",
    "colours": "a table of texts",
    "social": "a table of texts",
    "font": f"one of {', '.join(FONTS)}",
}


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture of ours that stands for the organisation. path: where our site gives it."""

    path: str
    width: int
    height: int

    @property
    def mail_width(self) -> int:
        """How wide it stands in a mail: 40 pixels high, unless it is wider than 160."""
        return max(1, min(160, round(self.width * 40 / self.height)))


@dataclass(frozen=True, slots=True)
class Organisation:
    """Who sends: every word and colour that another name would change."""

    name: str = "Steunpunt Opleidingsscholen VO"
    name_lines: tuple[str, ...] = ("Steunpunt", "Opleidingsscholen VO")
    newsletter_title: str = "Nieuwsbrief"
    tagline: str = (
        "Van, voor en door opleidingsscholen: samenwerkingsverbanden van scholen en "
        "lerarenopleidingen die samen leraren opleiden."
    )
    postal_address: str = "Voorbeeldstraat 1, 1234 AB Voorbeeldstad"
    contact: str = "redactie@example.org"
    rhythm: str = "Om de week op donderdag"
    colours: Mapping[str, str] = field(default_factory=dict)
    """Tokens of the stylesheet to override, such as `school = "#0b5b6b"`."""
    font: str = "arial"
    """One of FONTS."""
    social: Mapping[str, str] = field(default_factory=dict)
    """Where else people find us: the name of the place, and its address."""
    call_title_school: str = "Laat zien hoe jullie het doen"
    call_school: str = (
        "Heb je een aanpak waar een andere opleidingsschool iets aan heeft? Het hoeft niet af te "
        "zijn. Stuur een paar regels, de redactie helpt met de tekst."
    )
    call_title_lerarenopleiding: str = "Doe je onderzoek samen met een school?"
    call_lerarenopleiding: str = (
        "Andere opleidingsscholen willen weten wat je vraag was en hoe je die samen koos. Stuur "
        "een paar regels, de redactie helpt met de tekst."
    )
    colophon: str = "Een tip, een vraag of een fout gezien?"
    logo: Logo | None = None
    """Chosen at the desk only."""

    @property
    def font_stack(self) -> str:
        """The fonts to try, as CSS names them."""
        return FONTS[self.font]

    def call_for(self, audience: str | None) -> tuple[str, str]:
        """Return the heading and the text of the invitation to readers of this side."""
        if audience == "lerarenopleiding":
            return self.call_title_lerarenopleiding, self.call_lerarenopleiding
        return self.call_title_school, self.call_school


def read_organisation(table: object, *, where: str) -> Organisation:
    """Return the organisation in a table of settings. Raises SettingWrong.

    where: the name of the file, for who has to mend it.
    """
    if not isinstance(table, dict):
        raise SettingWrong(f"organisation in {where}: make it a table")
    known = {one.name for one in fields(Organisation)} - {"logo"}
    if unknown := set(table) - known:
        raise SettingWrong(f"organisation in {where}: unknown field {min(unknown)!r}")
    for name, value in table.items():
        if not _is_shaped(name, value):
            shape = SHAPES.get(name, "a text")
            raise SettingWrong(f"organisation.{name} in {where}: make it {shape}")
    _require_links(table.get("social", {}), where=where)
    table = _with_header_texts(table, where=where)
    if "name_lines" in table:
        table = {**table, "name_lines": tuple(table["name_lines"])}
    elif "name" in table:
        table = {**table, "name_lines": (table["name"],)}
    return Organisation(**table)


def mail_address(text: str) -> str:
    """Return one address as mail carries it: ASCII, its domain in A-labels (RFC 5890).

    Raises ValueError.
    """
    local, _, domain = text.rpartition("@")
    if not domain.isascii():
        domain = idna.encode(domain, uts46=True).decode()
    if not re.fullmatch(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}", local, re.ASCII) or not re.fullmatch(
        r"[\w.-]{1,255}", domain, re.ASCII
    ):
        raise ValueError("give one address, such as post@example.org")
    return f"{local}@{domain}"


def _is_shaped(name: str, value: object) -> bool:
    if name == "name_lines":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    if name == "font":
        return value in FONTS
    if name in {"colours", "social"}:
        return isinstance(value, dict) and all(isinstance(one, str) for one in value.values())
    return isinstance(value, str)


def _require_links(social: Mapping[str, str], *, where: str) -> None:
    for place, url in social.items():
        if not safe_link(url):
            raise SettingWrong(f"organisation.social in {where}: {place!r} has no web address")


def _with_header_texts(table: Mapping[str, Any], *, where: str) -> Mapping[str, Any]:
    """Return the table with its contact as mail carries it.

    Raises SettingWrong for a name or contact that could not stand in a mail header.
    """
    name = table.get("name", "x")
    if not name.strip() or not name.isprintable():
        raise SettingWrong(f"organisation.name in {where}: give a name, on one line")
    if "contact" not in table:
        return table
    try:
        return {**table, "contact": mail_address(table["contact"])}
    except ValueError as wrong:
        raise SettingWrong(f"organisation.contact in {where}: {wrong}") from None
