"""The blocks in an order of their own for one side, at the desk."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from newsletter.compose import own_order
from newsletter.cut import SEPARATOR
from newsletter.dutch import audience_word
from newsletter.model import Edition
from newsletter.store.editions import content_of, get_edition
from subscribers.values import Audience
from web.editor.block_words import block_title
from web.editor.desk import edition_path, way_back
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, read_number, see_other

STEPS: Final = {"up": -1, "down": 1}


@dataclass(frozen=True, slots=True)
class Order:
    """What the readers of one side get, in their order.

    is_own: whether it is not that of everybody.
    blocks: the id and the title of each.
    """

    side: Audience
    is_own: bool
    blocks: tuple[tuple[int, str], ...]


def read_orders(edition: Edition, sides: Collection[Audience]) -> list[Order]:
    """Return the order of each of these sides; the edition's blocks are loaded."""
    content = content_of(edition)
    titles = {block.id: block_title(block) for block in edition.blocks}
    return [
        Order(
            side,
            side in edition.orders,
            tuple((one.id, titles[one.id]) for one in own_order.blocks_of_side(content, side)),
        )
        for side in sides
    ]


def move_for_side(call: Call) -> Response:
    """Move a block one place up or down, for one side only."""
    form = Form(call.form)
    side = _side(form)
    to = next((one for one in STEPS if one in call.form), None)
    if to is None:
        raise PageUnknown("to")
    own_order.move_for_side(
        call.services.db,
        call.number("id"),
        form.number(to),
        side=side,
        step=STEPS[to],
        now=call.now,
        by=call.user_id,
    )
    where = "hoger" if to == "up" else "lager"
    # The button is focused again; an address with a fragment would not let it.
    again = f"&verplaatst={to}.{form.number(to)}"
    sentence = f"Het blok staat een plaats {where}, alleen voor {audience_word(side)}."
    return _back(call, side, again, message=sentence)


def side_with_order(call: Call) -> Audience | None:
    """Return the side whose mail is looked at, when it has an order of its own."""
    seen = call.query.get("kant", "").partition(SEPARATOR)[0]
    with call.services.db.read() as session:
        orders = get_edition(session, call.number("id")).orders
    return next((side for side in Audience if side == seen and side in orders), None)


def move_in_its_mail(call: Call, block_id: int, side: Audience) -> Response:
    """Move a block as the form of the edition's page says, for the side that is looked at."""
    form, db, edition_id = Form(call.form), call.services.db, call.number("id")
    if step := STEPS.get(form.line("to")):
        own_order.move_for_side(
            db, edition_id, block_id, side=side, step=step, now=call.now, by=call.user_id
        )
    else:
        own_order.place_for_side(
            db,
            edition_id,
            block_id,
            side=side,
            above=read_number(form.line("above")),
            below=read_number(form.line("below")),
            now=call.now,
            by=call.user_id,
        )
    sentence = f"Het blok is verplaatst, alleen voor {audience_word(side)}."
    return see_other(way_back(call, block=block_id), message=sentence)


def follow_everybody(call: Call) -> Response:
    """Let one side have the order of everybody again."""
    side = _side(Form(call.form))
    own_order.follow_everybody(
        call.services.db, call.number("id"), side=side, now=call.now, by=call.user_id
    )
    sentence = f"Voor {audience_word(side)} geldt weer de gewone volgorde."
    return _back(call, side, f"#volgorde-{side}", message=sentence)


def _side(form: Form) -> Audience:
    side = form.audience("kant")
    if side is None:
        raise PageUnknown("kant")
    return side


def _back(call: Call, side: Audience, rest: str, *, message: str) -> Response:
    path = edition_path(call.number("id"), f"/verdeling?volgorde={side}{rest}")
    return see_other(path, message=message)
