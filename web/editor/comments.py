"""Saying something about an edition or a block, answering, being done with it, as buttons."""

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.approve import comments
from web.editor.desk import REVIEW, edition_path
from web.editor.edition import edition_page
from web.editor.judging import judging_page
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, read_number, see_other

LONGEST: Final = 2000
EMPTY: Final = "Schrijf eerst wat je wilt zeggen."
AT_REVIEW: Final = "beoordelen"


def comment(call: Call) -> Response:
    """Say something about the edition, or about one of its blocks."""
    form = Form(call.form)
    text = form.text("comment", longest=LONGEST, missing=EMPTY)
    at = form.line("block")
    block_id = read_number(at)
    if at and block_id is None:
        raise PageUnknown("block")
    if form.problems:
        return _again(call, form.problems, {"comment_at": at, "comment": text})
    said = comments.comment(
        call.services.db,
        call.number("id"),
        text=text,
        block_id=block_id,
        by=call.user_id,
        now=call.now,
    )
    return _back(call, said, "Je opmerking staat erbij.")


def answer(call: Call) -> Response:
    """Answer a comment."""
    form = Form(call.form)
    text = form.text("answer", longest=LONGEST, missing=EMPTY)
    if form.problems:
        return _again(call, form.problems, {"answer_to": call.path["comment"], "answer": text})
    comments.answer(
        call.services.db,
        call.number("id"),
        call.number("comment"),
        text=text,
        by=call.user_id,
        now=call.now,
    )
    return _back(call, call.number("comment"), "Je antwoord staat erbij.")


def resolve(call: Call) -> Response:
    """Be done with a comment."""
    edition_id, said = call.number("id"), call.number("comment")
    comments.resolve(call.services.db, edition_id, said, by=call.user_id, now=call.now)
    undo = edition_path(edition_id, f"/opmerkingen/{said}/open?{_query(call)}")
    return _back(call, said, "De opmerking is afgevinkt.", undo=undo)


def reopen(call: Call) -> Response:
    """Not be done with a comment after all."""
    edition_id, said = call.number("id"), call.number("comment")
    comments.reopen(call.services.db, edition_id, said, by=call.user_id, now=call.now)
    return _back(call, said, "De opmerking staat weer open.")


def _is_at_review(call: Call) -> bool:
    return call.query.get("waar", "") == AT_REVIEW


def _query(call: Call) -> str:
    """Return where the form stood, for an address."""
    block = read_number(call.query.get("blok", ""))
    where = {"waar": AT_REVIEW} if _is_at_review(call) else {}
    return urlencode({**where, **({"blok": block} if block is not None else {})})


def _again(call: Call, problems: Mapping[str, str], given: Mapping[str, str]) -> Response:
    page = judging_page if _is_at_review(call) else edition_page
    return page(call, status=422, problems=problems, given=given)


def _back(call: Call, said: int, message: str, *, undo: str = "") -> Response:
    block = read_number(call.query.get("blok", ""))
    at_block = f"?blok={block}#b{said}" if block is not None else f"#o{said}"
    rest = f"{REVIEW}#o{said}" if _is_at_review(call) else at_block
    path = edition_path(call.number("id"), rest)
    return see_other(path, message=message, undo=undo)
