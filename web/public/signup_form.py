"""What a sign-up form holds, with what is wrong with it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from starlette.datastructures import FormData

from subscribers.addresses import normalise
from subscribers.errors import InvalidAddress
from subscribers.values import Audience, Topic
from web.forms import Form
from web.pages import Call
from web.public.consent_texts import CONSENT_TEXTS, FULL
from web.public.words import NO_AUDIENCE, NO_TOPIC, address_problem

TRAP: Final = "website"
STAMP: Final = "stempel"
ELSEWHERE: Final = "anders"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form held, as the page shows it again. problems: sentences by field.

    form: which of the three it was; the short ones are for the newsletter alone.
    """

    audience: str = ""
    email: str = ""
    partnership: str = ""
    role: str = ""
    organisation: str = ""
    themes: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    form: str = FULL
    stamp: str = ""
    problems: Mapping[str, str] = field(default_factory=dict)

    def with_problem(self, name: str, sentence: str) -> "Wanted":
        """Return the same with one more thing wrong."""
        return replace(self, problems={**self.problems, name: sentence})


def read_wanted(call: Call, slugs: Collection[str]) -> Wanted:
    """Return what the form held. slugs: of the themes that are there."""
    fields = call.form
    form = Form(fields)
    kant, email = form.line("kant"), form.line("email", longest=254)
    which = str(fields.get("formulier"))
    which = which if which in CONSENT_TEXTS else FULL
    topics = read_topics(fields) if which == FULL else (Topic.NEWSLETTER,)
    problems = dict(form.problems)
    if kant not in {*Audience, ELSEWHERE}:
        problems["kant"] = NO_AUDIENCE
    if wrong := address_problem(call, email):
        problems["email"] = wrong
    if not topics:
        problems["krijg"] = NO_TOPIC
    return Wanted(
        audience=kant,
        email=email,
        partnership=form.line("opleidingsschool"),
        role=form.line("rol", longest=80),
        organisation=form.line("organisatie"),
        themes=tuple(one for one in slugs if one in fields.getlist("thema")),
        topics=topics,
        form=which,
        stamp=form.line(STAMP),
        problems=problems | form.problems,
    )


def read_topics(fields: FormData) -> tuple[Topic, ...]:
    """Return the topics that were ticked; what is no topic is left out."""
    ticked = fields.getlist("krijg")
    return tuple(topic for topic in Topic if topic in ticked)


def audience_of(kant: str) -> Audience | None:
    """Return the side behind a choice; None for somewhere else."""
    return Audience(kant) if kant in tuple(Audience) else None


def consent_text(call: Call, form: str) -> str:
    """Return the words that this form shows, and that are kept as what was agreed to."""
    organisation = call.services.settings.organisation.name
    return CONSENT_TEXTS[form].replace("{organisation}", organisation)


def domain_of(email: str) -> str:
    """Return the domain of an address; "" for what is none."""
    try:
        return normalise(email).key.rpartition("@")[2]
    except InvalidAddress:
        return ""
