"""The form for sending in a practice example: its fields, and what may be wrong with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from feeds.clean import safe_link
from feeds.examples import MOST_LINKS, Example
from feeds.model import Theme
from subscribers.values import Audience
from web.forms import Form
from web.pages import Call
from web.pictures import NO_ALT, has_picture
from web.public.words import address_problem

EVERYBODY: Final = "iedereen"
STAMP: Final = "stempel"
PHOTO: Final = "foto"
AGREED: Final = "ja"
TITLE_LONGEST: Final = 150
TEXT_LONGEST: Final = 2000
STORY_LONGEST: Final = 12_000
LINE_LONGEST: Final = 200
MOST_THEMES: Final = 5
ORDER: Final = (
    *("titel", "vraag", "verhaal", "werkte", "kant", "themes", "foto", "foto_alt", "bijlagen"),
    *("naam", "email", "opleidingsschool", "contact", "akkoord"),
)


@dataclass(frozen=True, slots=True)
class Given:
    """What the form held, as the page shows it again. problems: sentences by field."""

    title: str = ""
    side: str = ""
    themes: tuple[str, ...] = ()
    question: str = ""
    story: str = ""
    result: str = ""
    links: str = ""
    photo_alt: str = ""
    name: str = ""
    email: str = ""
    partnership: str = ""
    contact: str = ""
    agrees: bool = False
    stamp: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)


def read_given(call: Call, themes: Sequence[Theme]) -> Given:
    """Return what the form held, with what is wrong with it, in the order of the page."""
    fields = call.form
    form = Form(fields)
    given = Given(
        title=form.line("titel", longest=TITLE_LONGEST, missing="Geef je voorbeeld een titel."),
        question=form.text("vraag", longest=TEXT_LONGEST, missing="Schrijf wat jullie vraag was."),
        story=form.text("verhaal", longest=STORY_LONGEST, missing="Schrijf wat jullie deden."),
        result=form.text("werkte", longest=TEXT_LONGEST, missing="Schrijf wat er werkte."),
        side=form.line("kant"),
        themes=tuple(form.picked("themes", [theme.slug for theme in themes])),
        links=form.text("bijlagen", longest=MOST_LINKS * 2000),
        photo_alt=form.line("foto_alt", longest=LINE_LONGEST),
        name=form.line("naam", longest=LINE_LONGEST, missing="Vul je naam in."),
        email=form.line("email", longest=254),
        partnership=form.line("opleidingsschool", longest=LINE_LONGEST),
        contact=form.line("contact", longest=LINE_LONGEST),
        agrees=fields.get("akkoord") == AGREED,
        stamp=form.line(STAMP),
    )
    problems = form.problems | _choices_wrong(given, has_themes=bool(themes))
    if wrong := address_problem(call, given.email):
        problems["email"] = wrong
    if has_picture(fields, PHOTO) and not given.photo_alt:
        problems["foto_alt"] = NO_ALT
    return replace(given, problems={name: problems[name] for name in ORDER if name in problems})


def example_of(given: Given) -> Example:
    """Return the example in a form without problems."""
    return Example(
        title=given.title,
        question=given.question,
        result=given.result,
        story=given.story,
        contact=given.contact,
        partnership=given.partnership,
        themes=given.themes,
        audiences=(given.side,) if given.side in tuple(Audience) else (),
        links=tuple(safe_link(line) for line in given.links.split("\n") if line.strip()),
        image_alt=given.photo_alt,
    )


def _choices_wrong(given: Given, *, has_themes: bool) -> dict[str, str]:
    problems = {}
    if given.side not in {*Audience, EVERYBODY}:
        problems["kant"] = "Kies voor wie je voorbeeld is."
    if has_themes and not given.themes:
        problems["themes"] = "Kies ten minste één thema."
    elif len(given.themes) > MOST_THEMES:
        problems["themes"] = f"Kies hoogstens {MOST_THEMES} thema’s."
    if wrong := _links_wrong(given.links):
        problems["bijlagen"] = wrong
    if not given.agrees:
        problems["akkoord"] = "Zonder je toestemming kunnen we je voorbeeld niet plaatsen."
    return problems


def _links_wrong(text: str) -> str:
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) > MOST_LINKS:
        return f"Geef hoogstens {MOST_LINKS} adressen."
    wrong = next((line for line in lines if not safe_link(line)), "")
    return f"Dit is geen webadres: {wrong[:80]}. Begin met https://." if wrong else ""
