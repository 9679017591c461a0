"""The form of the organisation: from what was typed to what is chosen, and what is wrong."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from typing import Any, Final

from newsletter.compose.colours import (
    SETTINGS,
    Judged,
    effective_colours,
    judge_colours,
    nearest_for,
)
from newsletter.identity import FONTS, mail_address
from newsletter.settings import Settings, sender_text
from web.editor.organisation_words import TEXTS, too_faint
from web.errors import PageUnknown
from web.forms import Form

PLACES: Final = 4  # social links
MOST_LINES: Final = 3
LONGEST_LINE: Final = 40
TYPED_COLOUR: Final = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
NO_ADDRESS: Final = "Dit is geen e-mailadres. Vul iets in als redactie@school.nl."


@dataclass(frozen=True, slots=True)
class Given:
    """What the form holds. shown: every field as it was typed, so that nothing is lost.

    values:   what is chosen by it, for the fields without a problem.
    judged:   the contrast of every pair of colours.
    nearest:  by field of a colour that is refused, the nearest one that is not.
    """

    shown: Mapping[str, str]
    values: Mapping[str, Any]
    judged: tuple[Judged, ...]
    nearest: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def show_settings(settings: Settings, own_colours: Mapping[str, str]) -> Given:
    """Return the form before anybody typed. own_colours: those that are no standard."""
    now = settings.organisation
    sender_name, sender_address = parseaddr(settings.sender)
    colours = effective_colours(now.colours)
    shown = {text.name: str(getattr(now, text.name)) for text in TEXTS}
    shown |= {"name_lines": "\n".join(now.name_lines), "font": now.font}
    shown |= {"sender_name": sender_name, "sender_address": sender_address}
    for number, (place, url) in enumerate(now.social.items()):
        shown |= {f"social_name_{number}": place, f"social_url_{number}": url}
    shown |= {f"colour_{name}": colours[name] for name in SETTINGS}
    if "band" not in own_colours:
        shown["colour_band"] = ""  # it follows another, as long as nobody chose it
    return Given(shown, {}, judge_colours(now.colours))


def read_form(form: Form, given: Settings, shown: Mapping[str, str]) -> Given:
    """Return what a form holds. given: the settings without any choice."""
    values: dict[str, Any] = {
        text.name: form.line(text.name, longest=text.longest, missing=text.missing)
        for text in TEXTS
    }
    values["contact"] = _address(form, "contact", values["contact"])
    values["name_lines"] = _name_lines(form, values["name"])
    values["font"] = _font(form)
    values["social"] = _social(form)
    if not given.sender_is_fixed:
        values["sender"] = _sender(form)
    colours, judged, nearest = _colours(form, given)
    values["colours"] = colours
    kept = {name: value for name, value in values.items() if name not in form.problems}
    return Given(shown, kept, judged, nearest, form.problems)


def _address(form: Form, name: str, text: str) -> str:
    try:
        return mail_address(text) if text else text
    except ValueError:
        form.problems.setdefault(name, NO_ADDRESS)
        return text


def _name_lines(form: Form, name: str) -> tuple[str, ...]:
    text = form.text("name_lines", longest=MOST_LINES * (LONGEST_LINE + 1))
    lines = tuple(line for line in (" ".join(one.split()) for one in text.split("\n")) if line)
    if len(lines) > MOST_LINES or any(len(line) > LONGEST_LINE for line in lines):
        form.problems.setdefault(
            "name_lines",
            f"Maak er hoogstens {MOST_LINES} regels van, elk tot {LONGEST_LINE} tekens.",
        )
    return lines or (name,)


def _font(form: Form) -> str:
    font = form.line("font")
    if font not in FONTS:
        raise PageUnknown("font")
    return font


def _social(form: Form) -> dict[str, str]:
    links: dict[str, str] = {}
    for number in range(PLACES):
        name, url = f"social_name_{number}", f"social_url_{number}"
        place, link = form.line(name, longest=40), form.link(url)
        if link and not place:
            form.problems[name] = "Schrijf hoe deze plek heet, zoals LinkedIn."
        if place and not link:
            form.problems.setdefault(url, "Vul het webadres van deze plek in.")
        if place in links:
            form.problems[name] = "Deze naam staat er al. Geef elke plek een eigen naam."
        if place and link:
            links[place] = link
    return links


def _sender(form: Form) -> str:
    name = form.line("sender_name", longest=100, missing="Vul in van wie de mail komt.")
    text = form.line("sender_address", longest=254, missing="Vul een e-mailadres in.")
    address = _address(form, "sender_address", text)
    if parseaddr(f"{name} <post@example.org>")[0] != name:
        form.problems.setdefault(
            "sender_name", "Deze naam kan niet boven een mail staan. Gebruik letters en spaties."
        )
    if {"sender_name", "sender_address"} & set(form.problems):
        return ""
    return sender_text(f"{name} <{address}>")


def _colours(
    form: Form, given: Settings
) -> tuple[dict[str, str], tuple[Judged, ...], dict[str, str]]:
    """Return the colours that are no standard, the contrast of every pair, and what would do."""
    standard = effective_colours(given.organisation.colours)
    if "band" not in given.organisation.colours:
        standard["band"] = ""
    own: dict[str, str] = {}
    for name in SETTINGS:
        colour = _colour(form, f"colour_{name}")
        if colour and colour != standard[name]:
            own[name] = colour
    chosen = {**given.organisation.colours, **own}
    judged = judge_colours(chosen)
    nearest: dict[str, str] = {}
    for one in sorted(judged, key=lambda pair: pair.ratio):
        name = _to_blame(one, own)
        if not one.is_enough and f"colour_{name}" not in form.problems:
            proposal = nearest_for(name, chosen)
            form.problems[f"colour_{name}"] = too_faint(one, proposal)
            nearest |= {name: proposal} if proposal else {}
    return own, judged, nearest


def read_colour(text: str) -> str:
    """Return a colour as `#rrggbb`, also one that was typed short; "" for what is none."""
    found = TYPED_COLOUR.fullmatch(text.strip())
    if not found:
        return ""
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(one * 2 for one in digits))


def _colour(form: Form, name: str) -> str:
    text = form.line(name, longest=20)
    colour = read_colour(text)
    if text and not colour:
        form.problems[name] = "Dit is geen kleur. Vul iets in als #0b5b6b."
    return colour


def _to_blame(one: Judged, own: Mapping[str, str]) -> str:
    """Return the setting of a pair that was changed: the letters, unless only the ground was."""
    if one.front in own:
        return one.front
    if one.ground == "band" and "band" not in own and "school" in own:
        return "school"  # the band follows it
    return one.ground if one.ground in own else one.front
