"""Practice examples that editors write themselves: the list, and the form with its preview."""

from dataclasses import replace
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from feeds import examples
from feeds.errors import ExampleChanged
from feeds.examples import Example, example_in, get_own, list_own, mark_of
from feeds.model import Image, Item
from feeds.pictures import find_image, keep_picture, read_image
from feeds.themes import list_themes
from newsletter import dutch
from subscribers.partnerships import list_partnerships
from web.editor.desk import EXAMPLES, desk_page
from web.editor.example_form import (
    CHANGED,
    SOMEBODY_ELSE,
    Written,
    differences,
    labels_for,
    read_written,
    with_problem,
    written,
)
from web.forms import Form
from web.pages import Call, see_other
from web.pictures import digest_in, picture_response, take_picture
from web.public import examples as public
from web.public.events import theme_labels
from web.public.paging import read_pages

PHOTO: Final = "photo"
PAGE: Final = 20


def show_examples(call: Call) -> Response:
    """Show the examples that were written here, newest first."""
    with call.services.db.read() as session:
        count = examples.count_own(session)
        pages = read_pages(call.query, path=EXAMPLES, count=count, size=PAGE)
        rows = list_own(session, limit=PAGE, offset=pages.offset)
        return desk_page(call, session, "examples.html", rows=rows, pages=pages)


def show_new(call: Call) -> Response:
    """Show the empty form."""
    return _page(call, written(Example("")))


def add(call: Call) -> Response:
    """Make the example public; or only show how it would look."""
    given = _read(call)
    if given.problems or call.form.get("actie") == "bekijk":
        return _page(call, given, previewed=True)
    item_id = examples.add_example(call.services.db, given.example, now=call.now)
    return see_other(f"{EXAMPLES}/{item_id}", message="Het voorbeeld staat op de site.")


def show_example(call: Call) -> Response:
    """Show the form of one that is there."""
    item = _item(call)
    return _page(call, written(example_in(item)), item=item)


def save(call: Call) -> Response:
    """Put these words in the place of the old ones; or only show how they would look."""
    item, given = _item(call), _read(call)
    if given.problems or call.form.get("actie") == "bekijk":
        return _page(call, given, item=item, previewed=True)
    seen = Form(call.form).line("mark")
    try:
        examples.change_example(call.services.db, item.id, given.example, seen=seen, now=call.now)
    except ExampleChanged:
        return _page(call, with_problem(given, CHANGED, SOMEBODY_ELSE), item=item, previewed=True)
    return see_other(f"{EXAMPLES}/{item.id}", message="Bewaard. De site toont de nieuwe tekst.")


def take_off(call: Call) -> Response:
    """Take an example off the site; it stays here."""
    item = _item(call)
    examples.take_off(call.services.db, item.id, now=call.now)
    undo = f"{EXAMPLES}/{item.id}/terug"
    return see_other(EXAMPLES, message=f"‘{item.title}’ staat niet meer op de site.", undo=undo)


def put_back(call: Call) -> Response:
    """Show an example on the site again."""
    item = _item(call)
    examples.put_back(call.services.db, item.id, now=call.now)
    return see_other(f"{EXAMPLES}/{item.id}", message="Het voorbeeld staat weer op de site.")


def show_picture(call: Call) -> Response:
    """Give any picture of ours, also one that nothing public uses yet."""
    name = call.path["name"]
    with call.services.db.read() as session:
        image = read_image(session, digest_in(name))
    return picture_response(image, name)


def _read(call: Call) -> Written:
    """Return what the form holds; a picture that came along is kept, so that it stays chosen."""
    form, problems = Form(call.form), dict[str, str]()
    image = form.line("image") if form.line("with_image") == "yes" else ""
    if picture := take_picture(call.form, PHOTO, problems):
        with call.services.db.write() as session:
            image = keep_picture(session, picture, now=call.now).digest
    with call.services.db.read() as session:
        image = image if find_image(session, image) else ""
        given = read_written(form, list_themes(session), image=image)
    return replace(given, problems={**given.problems, **problems})


def _item(call: Call) -> Item:
    with call.services.db.read() as session:
        return get_own(session, call.number("item"))


def _page(
    call: Call, given: Written, *, item: Item | None = None, previewed: bool = False
) -> Response:
    with call.services.db.read() as session:
        themes = list_themes(session)
        labels = {theme.slug: theme.label for theme in themes}
        image = find_image(session, given.example.image) if given.example.image else None
        return desk_page(
            call,
            session,
            "example.html",
            status=422 if given.problems else 200,
            item=item,
            mark=mark_of(example_in(item)) if item else "",
            given=given,
            image=image,
            labels=labels_for(themes, given.example),
            partnerships=_partnerships(session),
            preview=_preview(call, given.example, image),
            preview_themes=theme_labels(given.example.themes, labels),
            previewed=previewed or item is not None,
            problems=given.problems,
            theirs=differences(example_in(item), given.example, themes)
            if item and CHANGED in given.problems
            else (),
        )


def _partnerships(session: Session) -> list[str]:
    return [one.name for one in list_partnerships(session)]


def _preview(call: Call, example: Example, image: Image | None) -> public.ExampleView:
    picture = (
        public.shown_picture(image, f"/redactie{image.path}", example.image_alt) if image else None
    )
    return public.read_written(example, on=dutch.local(call.now).date(), picture=picture)
