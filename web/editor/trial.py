"""The mail with words that are not saved yet, as an editor sees them while writing."""

from dataclasses import replace

from starlette.responses import Response

from newsletter.compose.blocks import BLOCKS
from newsletter.compose.placing import cleaned
from newsletter.preview import shown
from newsletter.store.editions import content_of, get_edition
from newsletter.values import BlockContent, EditionContent
from web.editor.blocks import typed_fields
from web.editor.mail import cut_asked, cuts_shown, framed
from web.forms import Form
from web.pages import Call, read_number


def show_trial(call: Call) -> Response:
    """Give the mail of one side with the words of this form in it, for the frame."""
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"), with_blocks=True)
        content = content_of(edition)
        cuts = cuts_shown(session, content, edition.segments)
    written = _written(content, Form(call.form))
    cut = cut_asked(cuts, call.query.get("kant", ""))
    rendered = call.services.render.marked(written, cut)
    html = shown(rendered, call.services, content.kind, as_html=True)
    return framed(call, html, call.query.get("kleur", ""))


def _written(content: EditionContent, form: Form) -> EditionContent:
    """Return the edition as the form says it: the words of one block, or those above the mail.

    A block that was taken out since the form was opened changes nothing: the mail has it no more.
    """
    number = read_number(form.line("block"))
    if number is None:
        return replace(
            content,
            title=form.line("title"),
            subject=form.line("subject"),
            preheader=form.line("preheader"),
        )
    blocks = tuple(_rewritten(one, form) if one.id == number else one for one in content.blocks)
    return replace(content, blocks=blocks)


def _rewritten(block: BlockContent, form: Form) -> BlockContent:
    fields = cleaned(typed_fields(form, BLOCKS[block.kind]))
    return replace(block, fields={**block.fields, **fields})
