"""People as a list: bringing one in, step by step, and taking one out. For administrators."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import wraps
from tempfile import TemporaryFile
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.responses import Response, StreamingResponse

from newsletter.dutch import number
from newsletter.pipeline import work_on_lists
from storage.spreadsheet import BOM, spreadsheet_line
from storage.text import harmless_cell
from storage.workbook import MEDIA_TYPE
from subscribers.addresses import shown
from subscribers.errors import ListMovedOn, MalformedImport, TooManyRows, UnknownSegment
from subscribers.exporting import COLUMNS, export_rows, export_workbook, note_export
from subscribers.heads import FIELDS
from subscribers.list_rows import ListStep, ReceivedList
from subscribers.receiving import get_list, recent_lists
from subscribers.segments import list_segments
from subscribers.sheets import Proposal, ReadAs
from subscribers.verdicts import LETTERS, SHARED
from web.editor import list_words
from web.editor.desk import desk_page
from web.errors import PageUnknown
from web.forms import Form
from web.later import later
from web.pages import Call, page, see_other

IN: Final = "/redactie/abonnees/inlezen"
OUT: Final = "/redactie/abonnees/uitvoer"
AT_ONCE: Final = 500_000  # bytes that are tried while somebody waits: about a second
SHOWN: Final = 25  # of each kind on the page; all errors come as a file
GROUND_LONGEST: Final = 500
EACH_S: Final = 2  # with a script
WITHOUT_S: Final = 5
PIECE: Final = 1 << 16


def _where_it_is(step: Callable[[Call], Response]) -> Callable[[Call], Response]:
    """Lead back to a list that moved on while somebody looked at an earlier step of it."""

    @wraps(step)
    def stepping(call: Call) -> Response:
        try:
            return step(call)
        except ListMovedOn:
            return see_other(f"{IN}/{call.number('list')}", message=list_words.MOVED_ON)

    return stepping


def show_receiving(call: Call) -> Response:
    """Show where a list comes in, and the last ones."""
    return _receiving_page(call, {})


def receive(call: Call) -> Response:
    """Keep a list, and go on to its columns."""
    upload = call.form.get("bestand")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return _receiving_page(call, {"bestand": "Kies eerst een bestand."})
    try:
        made = call.services.lists.receive(upload.file, name=upload.filename, by=call.user_id)
    except MalformedImport as wrong:
        return _receiving_page(call, {"bestand": list_words.refusal(wrong)})
    return see_other(f"{IN}/{made}")


def show_list(call: Call) -> Response:
    """Show one list at the step where it is."""
    return _list_page(call, _list(call), {})


def show_standing(call: Call) -> Response:
    """Show the part that tells how far it is; a script asks for it."""
    return page(call, "editor/lists/standing.html", **_values(call, _list(call), {}))


@_where_it_is
def read_as(call: Call) -> Response:
    """Read the list in another way from now on. Raises PageUnknown for none of ours."""
    row, form = _list(call), Form(call.form)
    delimiter = form.line("tussen")
    try:
        how = ReadAs(form.line("tekens"), "\t" if delimiter == "tab" else delimiter)
        call.services.lists.read_as(row.id, how)
    except MalformedImport as wrong:
        raise PageUnknown(str(wrong)) from wrong
    return see_other(_address(row))


@_where_it_is
def try_out(call: Call) -> Response:
    """Let the list be tried with these columns, on this ground."""
    row, form = _list(call), Form(call.form)
    proposal = _proposal(call, row)
    if proposal is None:
        raise ListMovedOn
    columns = _chosen_columns(form, len(proposal.head))
    ground = form.line("grond", longest=GROUND_LONGEST, missing=list_words.GROUND_MISSING)
    if form.problems:
        given = {"columns": columns, "ground": ground}
        return _list_page(call, row, form.problems, given=given)
    call.services.lists.try_out(row.id, columns=columns, ground=ground)
    return _worked_on(call, row)


@_where_it_is
def choose_again(call: Call) -> Response:
    """Go back to the columns, as they were chosen."""
    row = _list(call)
    call.services.lists.choose_again(row.id)
    return see_other(_address(row))


@_where_it_is
def bring_in(call: Call) -> Response:
    """Let the people come in."""
    row = _list(call)
    call.services.lists.bring_in(row.id)
    return _worked_on(call, row)


@_where_it_is
def drop(call: Call) -> Response:
    """Do not go on with a list."""
    row = _list(call)
    call.services.lists.drop(row.id)
    return see_other(IN, message="Het bestand is weggegooid. Er is niets gewijzigd.")


def give_errors(call: Call) -> Response:
    """Give the refused lines as a file."""
    row = _list(call)
    errors = call.services.lists.found(row).errors
    lines = [BOM, spreadsheet_line(("regel", "waarde", "reden"))]
    lines += [
        spreadsheet_line((str(one["line"]), harmless_cell(one["value"]), one["reason"]))
        for one in errors
    ]
    return _file(iter(lines), f"geweigerd-{row.id}.csv", "text/csv; charset=utf-8")


def show_giving(call: Call) -> Response:
    """Show where a list goes out."""
    return _giving_page(call, {})


def give(call: Call) -> Response:
    """Give everybody, or a segment, as a file; that is on record."""
    form = Form(call.form)
    segment, kind = form.line("doelgroep"), form.line("soort")
    name = segment or "abonnees"
    try:
        if kind == "xlsx":
            return _file(_workbook(call, segment), f"{name}.xlsx", MEDIA_TYPE)
        note_export(call.services.db, segment=segment, now=call.now)
    except UnknownSegment:
        return _giving_page(call, {"doelgroep": "Deze doelgroep is er niet meer."})
    except TooManyRows as many:
        problem = f"Er passen hoogstens {number(many.most)} mensen in een werkmap. Kies CSV."
        return _giving_page(call, {"soort": problem})
    return _file(_csv(call, segment), f"{name}.csv", "text/csv; charset=utf-8")


def _csv(call: Call, segment: str) -> Iterator[str]:
    yield BOM + spreadsheet_line(COLUMNS)
    for cells in export_rows(call.services.db, segment=segment):
        yield spreadsheet_line([harmless_cell(cell) for cell in cells])


def _workbook(call: Call, segment: str) -> Iterator[bytes]:
    """Write the workbook, and return its pieces: an error comes before the first of them."""
    with ExitStack() as stack:
        book = stack.enter_context(TemporaryFile())
        export_workbook(call.services.db, book, segment=segment, now=call.now)
        book.seek(0)
        stack.pop_all()  # it is closed when its last piece is out
    return _pieces(book)


def _pieces(book: Any) -> Iterator[bytes]:
    with book:
        while piece := book.read(PIECE):
            yield piece


def _file(pieces: Iterator[str] | Iterator[bytes], name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(pieces, media_type=media_type, headers=headers)


def _list(call: Call) -> ReceivedList:
    with call.services.db.read() as session:
        row = get_list(session, call.number("list"))
    if row is None:
        raise PageUnknown("no such list")
    return row


def _address(row: ReceivedList) -> str:
    return f"{IN}/{row.id}"


def _worked_on(call: Call, row: ReceivedList) -> Response:
    """Lead back to the list while its step is done: at once when it is short."""
    answer = see_other(_address(row))
    if call.services.lists.size_bytes(row) > AT_ONCE:
        return later(answer, lambda: work_on_lists(call.services))
    work_on_lists(call.services)
    return answer


def _chosen_columns(form: Form, width: int) -> dict[str, int]:
    """Return which column is which field, as the form says. Raises PageUnknown for none of ours."""
    columns: dict[str, int] = {}
    for field in FIELDS:
        given = form.line(f"kolom-{field}")
        if not given:
            continue
        place = form.number(f"kolom-{field}")
        if place >= width:
            raise PageUnknown(field)
        if place in columns.values():
            form.problems[f"kolom-{field}"] = list_words.COLUMN_TWICE
        columns[field] = place
    if "email" not in columns:
        form.problems["kolom-email"] = list_words.ADDRESS_MISSING
    return columns


def _proposal(call: Call, row: ReceivedList) -> Proposal | None:
    """Return what the file seems to be; None when it went."""
    if row.state not in {ListStep.RECEIVED, ListStep.TRIED}:
        return None
    try:
        return call.services.lists.propose(row)
    except (FileNotFoundError, MalformedImport):
        return None


def _receiving_page(call: Call, problems: Mapping[str, str]) -> Response:
    with call.services.db.read() as session:
        return desk_page(
            call,
            session,
            "lists/receiving.html",
            status=422 if problems else 200,
            lists=recent_lists(session),
            step_words=list_words.STEPS,
            problems=problems,
        )


def _list_page(
    call: Call,
    row: ReceivedList,
    problems: Mapping[str, str],
    *,
    given: Mapping[str, Any] | None = None,
) -> Response:
    with call.services.db.read() as session:
        return desk_page(
            call,
            session,
            "lists/list.html",
            status=422 if problems else 200,
            **_values(call, row, problems, given),
        )


def _values(
    call: Call,
    row: ReceivedList,
    problems: Mapping[str, str],
    given: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what the page of a list shows."""
    proposal = _proposal(call, row)
    choices = given or {"columns": row.columns, "ground": row.ground}
    if proposal is not None and not given and not row.columns:
        choices = {"columns": proposal.columns, "ground": ""}
    at_work = row.state in {ListStep.TRYING, ListStep.BRINGING}
    return {
        "row": row,
        "base": _address(row),
        "proposal": proposal,
        "given": choices,
        "found": call.services.lists.found(row),
        "most": SHOWN,
        "problems": problems,
        "fields": list_words.FIELDS,
        "read_as": list_words.read_as,
        "as_written": shown,
        "shared": SHARED,
        "letters": LETTERS,
        "refuses_letters": call.services.offers.letters is False,
        "encodings": list_words.ENCODING_CHOICES,
        "delimiters": list_words.DELIMITER_CHOICES,
        "each_s": EACH_S if at_work else 0,
        "refresh_s": WITHOUT_S if at_work else 0,
    }


def _giving_page(call: Call, problems: Mapping[str, str]) -> Response:
    with call.services.db.read() as session:
        return desk_page(
            call,
            session,
            "lists/giving.html",
            status=422 if problems else 200,
            segments=list_segments(session),
            problems=problems,
        )
