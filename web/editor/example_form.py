"""The form in which editors write a practice example: their own, or one that a reader sent in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from feeds.clean import safe_link
from feeds.examples import MOST_LINKS, Example
from feeds.model import Theme
from newsletter.store.inbox import EVERYBODY
from subscribers.values import Audience
from web.editor.rows import Labels, theme_choices
from web.forms import Form
from web.pictures import NO_ALT

TITLE_LONGEST: Final = 150
TEXT_LONGEST: Final = 2000
STORY_LONGEST: Final = 12_000
LINE_LONGEST: Final = 200
TEXT_WORDS: Final[Mapping[str, str]] = {
    "title": "Titel",
    "question": "Vraag",
    "approach": "Aanpak",
    "result": "Resultaat",
    "story": "Het verhaal",
    "contact": "Wie te vragen",
    "partnership": "Opleidingsschool",
    "image_alt": "Wat er op de foto te zien is",
}
NOTHING: Final = "niets"
WITH_PHOTO: Final = "met een foto"
CHANGED: Final = "changed"
SOMEBODY_ELSE: Final = (
    "Iemand anders wijzigde dit intussen. Jouw tekst staat hieronder en is nog niet bewaard. "
    "Bewaar opnieuw om die van de ander te vervangen."
)


@dataclass(frozen=True, slots=True)
class Written:
    """What a form holds, as it is shown again. links: one a line, as they were typed."""

    example: Example
    links: str
    problems: Mapping[str, str] = field(default_factory=dict)


def written(example: Example) -> Written:
    """Return an example as the form shows it first."""
    return Written(example, "\n".join(example.links))


def read_written(form: Form, themes: Sequence[Theme], *, image: str) -> Written:
    """Return what the form holds, with what is wrong with it.

    image: the digest of the picture that the form is about, or "".
    """
    links = form.text("links", longest=MOST_LINKS * 2000)
    lines = [line.strip() for line in links.split("\n") if line.strip()]
    side = form.audience("audience")
    example = Example(
        title=form.line("title", longest=TITLE_LONGEST, missing="Geef het voorbeeld een titel."),
        question=form.text("question", longest=TEXT_LONGEST),
        approach=form.text("approach", longest=TEXT_LONGEST),
        result=form.text("result", longest=TEXT_LONGEST),
        story=form.text("story", longest=STORY_LONGEST),
        contact=form.line("contact", longest=LINE_LONGEST),
        partnership=form.line("partnership", longest=LINE_LONGEST),
        themes=tuple(form.picked("themes", [theme.slug for theme in themes])),
        audiences=(Audience(side).value,) if side else (),
        links=tuple(link for line in lines if (link := safe_link(line))),
        image=image,
        image_alt=form.line("image_alt", longest=LINE_LONGEST) if image else "",
    )
    problems = dict(form.problems)
    if image and not example.image_alt:
        problems["image_alt"] = NO_ALT
    if len(example.links) != len(lines):
        problems["links"] = "Er staat iets tussen dat geen webadres is. Begin met https://."
    elif len(lines) > MOST_LINKS:
        problems["links"] = f"Geef hoogstens {MOST_LINKS} adressen."
    return Written(example, links, problems)


def with_problem(given: Written, name: str, sentence: str) -> Written:
    """Return the form with one more thing that is wrong."""
    return replace(given, problems={**given.problems, name: sentence})


def differences(
    saved: Example, given: Example, themes: Sequence[Theme]
) -> tuple[tuple[str, str], ...]:
    """Return what is saved and is not what the form holds: the word for each field, and the text.

    For who saved second: between this and the form nothing is lost.
    """
    now, typed = _texts(saved, themes), _texts(given, themes)
    return tuple((word, now[word] or NOTHING) for word in now if now[word] != typed[word])


def _texts(example: Example, themes: Sequence[Theme]) -> Mapping[str, str]:
    texts = {word: str(getattr(example, name)) for name, word in TEXT_WORDS.items()}
    return {
        **texts,
        "Bijlagen": "\n".join(example.links),
        "Voor wie": " en ".join(example.audiences) or EVERYBODY,
        "Thema’s": "\n".join(one.label for one in themes if one.slug in example.themes),
        "Foto": WITH_PHOTO if example.image else "",
    }


def labels_for(themes: Sequence[Theme], example: Example) -> Labels:
    """Return what the form shows of themes and side."""
    first, others = theme_choices(themes, on=example.themes)
    sides = [side for side in Audience if side in example.audiences]
    return Labels(first, others, sides[0].value if len(sides) == 1 else "", "")
