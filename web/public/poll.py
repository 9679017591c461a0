"""The question of an edition: a page with the answer ready, and one press that counts it."""

from typing import Final

from starlette.responses import Response

from newsletter.compose.escape import clean_line
from newsletter.learn.polls import Asked, Stand, count_vote, find_poll
from subscribers.links import LinkTarget
from web.pages import Call, page, read_number
from web.public.words import calm, private

CHOOSE: Final = "Kies een antwoord."


def show_poll(call: Call) -> Response:
    """Show the question with the chosen answer ready; looking counts nothing.

    Raises InvalidToken.
    """
    return _ask(call, _find(call), chosen=read_number(call.query.get("antwoord", "")))


def answer_poll(call: Call) -> Response:
    """Count the answer. Raises InvalidToken."""
    target = _target(call)
    answer = read_number(str(call.form.get("antwoord", ""))) or 0
    asked = count_vote(
        call.services.db,
        target.edition_id or 0,
        target.subscriber_id,
        answer=answer,
        key=call.services.settings.hash_key,
        now=call.now,
    )
    if asked.stand is not Stand.OPEN:
        return _told(call, asked)
    if not 1 <= answer <= len(asked.answers):
        return _ask(call, asked, chosen=None, problem=CHOOSE)
    return private(
        page(
            call,
            "public/poll_thanks.html",
            question=clean_line(asked.question),
            answer=clean_line(asked.answers[answer - 1]),
            number=answer,
            path=f"/peiling/{call.path['token']}",
        )
    )


def _ask(call: Call, asked: Asked, *, chosen: int | None, problem: str = "") -> Response:
    if asked.stand is not Stand.OPEN:
        return _told(call, asked)
    shown = page(
        call,
        "public/poll.html",
        status=422 if problem else 200,
        question=clean_line(asked.question),
        why=clean_line(asked.why),
        answers=[clean_line(one) for one in asked.answers],
        chosen=chosen,
        has_answered=asked.has_answered,
        problem=problem,
    )
    return private(shown)


def _told(call: Call, asked: Asked) -> Response:
    """Say why nobody can answer here."""
    heading, sentence = {
        Stand.OVER: (
            "Deze peiling is voorbij",
            "Je kunt niet meer antwoorden. In een volgende nieuwsbrief staat weer een vraag.",
        ),
        Stand.CANCELLED: (
            "Deze peiling is ingetrokken",
            "We stopten met het versturen van deze editie. Je antwoord is niet meer nodig.",
        ),
    }.get(
        asked.stand,
        (
            "Deze peiling is er niet meer",
            "Open de link nog eens vanuit je eigen mail. Lukt dat niet, dan hoef je niets te doen.",
        ),
    )
    status = 404 if asked.stand is Stand.UNKNOWN else 410
    onward = ("/archief", "Lees de nieuwsbrieven")
    return private(calm(call, heading, sentence, onward=onward, status=status))


def _find(call: Call) -> Asked:
    target = _target(call)
    with call.services.db.read() as session:
        return find_poll(
            session,
            target.edition_id or 0,
            target.subscriber_id,
            key=call.services.settings.hash_key,
            now=call.now,
        )


def _target(call: Call) -> LinkTarget:
    return call.services.links.read_poll(call.path["token"])
