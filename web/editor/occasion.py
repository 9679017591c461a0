"""When the event of an announcement is, until when one can register, and its programme."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from starlette.responses import HTMLResponse, Response

from newsletter.compose.blocks.kind import date_in
from newsletter.compose.occasion import (
    Occasion,
    find_occasion,
    moment,
    occasion_mark,
    set_occasion,
)
from newsletter.compose.programme import MOST, as_lines, read_lines
from newsletter.dutch import local
from newsletter.errors import BlockChanged, Fault, LineUnreadable
from newsletter.model import Block
from newsletter.store.editions import get_edition
from newsletter.values import EditionStatus
from web.editor.desk import desk_page, edition_head, way_back
from web.forms import Form, moment_value
from web.pages import Call, see_other

NO_START: Final = "Vul in wanneer het begint."
ENDS_EARLY: Final = "Het einde ligt voor het begin."
CLOSES_LATE: Final = "Dit is na het begin. Kies een eerdere dag."
OVERTAKEN: Final = (
    "Een collega wijzigde dit intussen. Hieronder staat wat jij invulde. Bewaar je het, dan geldt "
    "jouw versie."
)
FAULTS: Final[Mapping[Fault, str]] = {
    Fault.NO_TITLE: "Regel {}: zet na de tijd een streep en een titel.",
    Fault.OTHER_SIDE: "Regel {}: kies school of lerarenopleiding, of laat het leeg.",
    Fault.NO_ADDRESS: "Regel {}: het adres begint niet met https://.",
    Fault.TOO_MANY_PARTS: "Regel {}: er staan te veel strepen. Er passen vijf delen op een regel.",
    Fault.TOO_MANY_LINES: f"Er passen {MOST} regels in. Regel {{}} en wat volgt, past niet meer.",
}


def show_occasion(call: Call) -> Response:
    """Show the form, with what the block says now."""
    return _page(call)


def save_occasion(call: Call) -> Response:
    """Save it; what cannot be read comes back as it was typed."""
    form = Form(call.form)
    block = _block(call)
    occasion = _read(form, block)
    if occasion is None:
        return _page(call, status=422, problems=form.problems, given=_typed(form))
    try:
        set_occasion(
            call.services.db,
            call.number("id"),
            block.id,
            seen=form.line("seen"),
            occasion=occasion,
            now=call.now,
            by=call.user_id,
        )
    except BlockChanged:
        return _page(call, status=409, problems={"overtaken": OVERTAKEN}, given=_typed(form))
    return see_other(way_back(call, block=block.id), message="Bewaard.")


def _read(form: Form, block: Block) -> Occasion | None:
    starts_at, ends_at = form.moment("starts_at"), form.moment("ends_at")
    register_by = form.date("register_by") if form.line("register_by") else None
    if starts_at is None:
        form.problems.setdefault("starts_at", NO_START)
    elif ends_at and ends_at < starts_at:
        form.problems.setdefault("ends_at", ENDS_EARLY)
    elif register_by and register_by > local(starts_at).date():
        form.problems.setdefault("register_by", CLOSES_LATE)
    programme = _programme(form, block)
    if form.problems or starts_at is None:
        return None
    return Occasion(starts_at, ends_at, register_by, programme)


def _programme(form: Form, block: Block) -> list[dict[str, str]]:
    text = form.text("programme", longest=20_000)
    try:
        return read_lines(text, block.fields.get("programme"))
    except LineUnreadable as wrong:
        form.problems.setdefault("programme", FAULTS[wrong.fault].format(wrong.line))
        return []


def _page(
    call: Call,
    *,
    status: int = 200,
    problems: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
) -> HTMLResponse:
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        block = find_occasion(edition, call.number("block"))
        return desk_page(
            call,
            session,
            "occasion.html",
            status=status,
            **edition_head(edition),
            block=block,
            may_edit=edition.state is EditionStatus.DRAFT,
            given=given or _stored(block),
            mark=occasion_mark(block.fields),
            problems=problems or {},
            leave_to=way_back(call, block=block.id),
        )


def _block(call: Call) -> Block:
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        return find_occasion(edition, call.number("block"))


def _stored(block: Block) -> dict[str, str]:
    return {
        "starts_at": moment_value(moment(block.fields, "starts_at")),
        "ends_at": moment_value(moment(block.fields, "ends_at")),
        "register_by": _day_value(date_in(block.fields.get("register_by"))),
        "programme": as_lines(block.fields.get("programme")),
    }


def _typed(form: Form) -> dict[str, str]:
    typed = {name: form.line(name) for name in ("starts_at", "ends_at", "register_by")}
    return typed | {"programme": form.text("programme", longest=20_000)}


def _day_value(day: date | datetime | None) -> str:
    return day.isoformat() if day else ""
