"""One item that came in: take it, leave it, refuse it, undo that, or write it in our own words."""

from collections.abc import Mapping

from starlette.responses import Response

from feeds.items import judge_item, rewrite_item
from feeds.store import get_item
from feeds.themes import list_themes
from feeds.values import ItemKind, ItemStatus
from newsletter.compose import draft
from newsletter.compose.blocks import BLOCKS
from newsletter.store.editions import get_edition
from web.editor.desk import desk_page
from web.editor.inbox import SECTIONS, current_draft
from web.editor.words import edition_label
from web.forms import Form
from web.pages import Call, see_other


def show_item(call: Call) -> Response:
    """Show one item: the source's words beside our own."""
    return _item_page(call, {})


def take_item(call: Call) -> Response:
    """Put an item into the current draft."""
    form = Form(call.form)
    item_id = call.number("item")
    with call.services.db.read() as session:
        item = get_item(session, item_id)
        edition = get_edition(session, form.number("edition"))
    draft.add_block(
        call.services.db,
        edition.id,
        version=form.number("version"),
        kind=block_kind(ItemKind(item.kind)),
        item_id=item_id,
        now=call.now,
        by=call.user_id,
    )
    return _back(call, f"‘{item.shown_title}’ staat in {edition_label(edition).lower()}.")


def leave_item(call: Call) -> Response:
    """Take an item out of the current draft again."""
    form = Form(call.form)
    draft.drop_block(
        call.services.db,
        form.number("edition"),
        form.number("block"),
        version=form.number("version"),
        now=call.now,
        by=call.user_id,
    )
    return _back(call, "Toch niet. Het bericht staat weer in de rij.")


def refuse_item(call: Call) -> Response:
    """Refuse an item: it does not come back."""
    item_id = call.number("item")
    with call.services.db.read() as session:
        title = get_item(session, item_id).shown_title
    judge_item(call.services.db, item_id, ItemStatus.REFUSED, now=call.now)
    undo = f"/redactie/berichten/{item_id}/terug"
    return _back(call, f"‘{title}’ is geweigerd.", undo=undo)


def restore_item(call: Call) -> Response:
    """Undo a refusal."""
    judge_item(call.services.db, call.number("item"), ItemStatus.NEW, now=call.now)
    return _back(call, "Het bericht staat weer in de rij.")


def save_item(call: Call) -> Response:
    """Keep the editors' own words beside those of the source."""
    form = Form(call.form)
    title, summary = form.line("title", longest=300), form.text("summary", longest=2000)
    if form.problems:
        return _item_page(call, form.problems, status=422)
    item_id = call.number("item")
    rewrite_item(call.services.db, item_id, title=title, summary=summary, now=call.now)
    return see_other(f"/redactie/berichten/{item_id}", message="Bewaard.")


def block_kind(kind: ItemKind) -> str:
    """Return the first kind of block that is made from this kind of item."""
    return next(name for name, block in BLOCKS.items() if kind in block.item_kinds)


def _item_page(call: Call, problems: Mapping[str, str], *, status: int = 200) -> Response:
    with call.services.db.read() as session:
        item = get_item(session, call.number("item"))
        current = current_draft(session)
        return desk_page(
            call,
            session,
            "item.html",
            status=status,
            item=item,
            draft=current,
            block_id=current.block_of.get(item.id) if current else None,
            word=SECTIONS[ItemKind(item.kind)],
            themes={theme.slug: theme.label for theme in list_themes(session)},
            problems=problems,
        )


def _back(call: Call, message: str, *, undo: str = "") -> Response:
    kind = str(call.form.get("soort", ""))
    query = f"?soort={kind}" if kind in tuple(ItemKind) else ""
    return see_other(f"/redactie/berichten{query}", message=message, undo=undo)
