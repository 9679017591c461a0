"""What somebody gets from us and why, and choosing otherwise, by the link in their mail.

What is chosen is honoured today: the two kinds of mail, the side, the themes that segments ask for,
and a pause. There is no wish here that sending would not keep to.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy.orm import Session
from starlette.datastructures import FormData
from starlette.responses import Response

from feeds.themes import list_themes
from newsletter import dutch
from newsletter.working_days import DAY, in_amsterdam
from subscribers import consent, pausing, store
from subscribers.evidence import TYPED, wanted_topics
from subscribers.links import LinkTarget
from subscribers.model import Subscriber
from subscribers.themes import own_themes
from subscribers.values import ON_LIST, Audience, SubscriberStatus, Topic
from web.forms import Form
from web.pages import Call, page
from web.public.held import held_about, nothing_held
from web.public.signup_form import ELSEWHERE, audience_of, read_topics
from web.public.themes import theme_groups
from web.public.words import NO_AUDIENCE, TOPIC_WORDS, private, rhythm

NO_TOPIC_LEFT: Final = (
    "Kies ten minste één ding. Wil je niets meer krijgen? Meld je dan af, onderaan dit formulier."
)
LONGEST_PAUSE: Final = timedelta(days=366)
PAUSE_OVER: Final = "Deze dag is al geweest. Kies vandaag of een latere dag, of laat het leeg."
PAUSE_LONG: Final = "Kies een dag binnen een jaar. Wil je langer niets krijgen? Meld je dan af."
THEMES: Final = "themas"  # says that the form had themes to tick: none ticked is none followed
FIELDS: Final = {
    "name": "naam",
    "role": "rol",
    "organisation": "organisatie",
    "partnership": "opleidingsschool",
}
"""What the form calls the fields that somebody types."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the form shows, from the row or from what was just filled in.

    pause:  the last day without mail, as the field holds it, or "".
    typed:  the fields of `evidence.TYPED`, by name.
    """

    audience: str
    topics: tuple[Topic, ...]
    themes: tuple[str, ...] = ()
    pause: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


def show_preferences(call: Call) -> Response:
    """Show what somebody gets and what we hold. Raises InvalidToken."""
    return _page(call, call.services.links.read_preferences(call.path["token"]))


def change_preferences(call: Call) -> Response:
    """Store what somebody chose. Raises InvalidToken."""
    target = call.services.links.read_preferences(call.path["token"])
    choice = read_choice(call.form, now=call.now)
    if choice.problems:
        return _page(call, target, choice=choice)
    changed = consent.change(
        call.services.db,
        target.subscriber_id,
        audience=audience_of(choice.audience),
        topics=choice.topics,
        themes=choice.themes if THEMES in call.form else None,
        now=call.now,
        **{name: choice.typed[name] for name in TYPED if FIELDS[name] in call.form},
    )
    if changed:
        _pause(call, target, choice)
    return _page(call, target, saved=_saved(choice) if changed else "")


def read_choice(fields: FormData, *, now: datetime) -> Choice:
    """Return what the form held, with what is wrong with it."""
    form = Form(fields)
    kant = form.line("kant")
    typed = {name: form.line(FIELDS[name], longest=TYPED[name]) for name in TYPED}
    topics = read_topics(fields)
    problems = dict(form.problems)
    if not topics:
        problems["krijg"] = NO_TOPIC_LEFT
    if kant not in {*Audience, ELSEWHERE}:
        problems["kant"] = NO_AUDIENCE
    pause = form.line("pauze")
    if wrong := _wrong_pause(form, pause, today=dutch.local(now).date()):
        problems["pauze"] = wrong
    themes = tuple(one for one in fields.getlist("thema") if isinstance(one, str))
    return Choice(kant, topics, themes, pause, typed, problems)


def _wrong_pause(form: Form, text: str, *, today: date) -> str:
    if not text:
        return ""
    last = form.date("pauze")
    if last is None:
        return form.problems["pauze"]
    if last < today:
        return PAUSE_OVER
    return PAUSE_LONG if last > today + LONGEST_PAUSE else ""


def _pause(call: Call, target: LinkTarget, choice: Choice) -> None:
    db, who, now = call.services.db, target.subscriber_id, call.now
    if not choice.pause:
        pausing.resume(db, who, now=now)
        return
    last = date.fromisoformat(choice.pause)
    text = f"Even geen mail tot en met {dutch.long_date(last)}."
    pausing.pause(db, who, until=in_amsterdam(last + DAY, time()), text_shown=text, now=now)


def _page(
    call: Call, target: LinkTarget, *, choice: Choice | None = None, saved: str = ""
) -> Response:
    with call.services.db.read() as session:
        row = store.get_by_id(session, target.subscriber_id)
        if row is None:
            return nothing_held(call)
        themes = list_themes(session)
        held = held_about(session, row, themes)
        given = choice or _choice_of(session, row)
    return private(
        page(
            call,
            "public/preferences.html",
            status=422 if given.problems else 200,
            held=held,
            is_on_list=row.state in ON_LIST,
            is_blocked=row.state is SubscriberStatus.SUPPRESSED,
            paused_to=_last_day(row),
            given=given,
            themes=theme_groups(themes, on=given.themes),
            problems=given.problems,
            saved=saved,
            rhythm=rhythm(call),
            today=dutch.local(call.now).date(),
            unsubscribe_url=_leave_path(call, row, target),
        )
    )


def _leave_path(call: Call, row: Subscriber, target: LinkTarget) -> str:
    url = call.services.links.unsubscribe_url(row.id, target.edition_id)
    return url.removeprefix(call.services.settings.base_url)


def _choice_of(session: Session, row: Subscriber) -> Choice:
    wanted = wanted_topics(row)
    last = _last_day(row)
    return Choice(
        row.audience or ELSEWHERE,
        tuple(topic for topic in Topic if topic in wanted),
        tuple(own_themes(session, row)),
        last.isoformat() if last else "",
        {name: getattr(row, name) for name in TYPED},
    )


def _last_day(row: Subscriber) -> date | None:
    """Return the last day without mail, or None."""
    if row.state is not SubscriberStatus.PAUSED or row.paused_until is None:
        return None
    return dutch.local(row.paused_until).date() - DAY


def _saved(choice: Choice) -> str:
    words = dutch.join([TOPIC_WORDS[topic] for topic in choice.topics])
    side = audience_of(choice.audience)
    about = f"wat voor {dutch.audience_word(side)} is" if side else "wat voor iedereen is"
    if not choice.pause:
        return f"Je krijgt {words}, met {about}."
    last = dutch.long_date(date.fromisoformat(choice.pause))
    return f"Tot en met {last} krijg je niets. Daarna krijg je {words}, met {about}."
