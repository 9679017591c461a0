"""Lists of partnerships and organisations at the desk: looked at first, then brought in."""

from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

from starlette.datastructures import UploadFile
from starlette.responses import Response

from newsletter.dutch import number, plural
from subscribers.errors import MalformedImport
from subscribers.field_lists import ListReport, import_organisations, import_partnerships
from web.editor.desk import MEMBERS, PARTNERSHIPS, desk_page
from web.editor.list_words import refusal
from web.errors import PageUnknown
from web.forms import Form
from web.pages import Call, see_other

FIELD_LIST: Final = PARTNERSHIPS + "/inlezen"
LARGEST: Final = 700_000  # bytes; they come along once more, a third larger, in a form of 1 MB
SHOWN: Final = 200  # lines that are wrong; who has more has the wrong file
KINDS: Final[Mapping[str, tuple[str, str, Callable[..., ListReport]]]] = {
    "opleidingsscholen": ("opleidingsscholen", PARTNERSHIPS, import_partnerships),
    "organisaties": ("scholen en lerarenopleidingen", MEMBERS, import_organisations),
}
NO_FILE: Final = "Kies eerst een bestand."
NO_KIND: Final = "Kies wat er in het bestand staat."
NO_LIST: Final = (
    "Dit kunnen we niet lezen als lijst. Op de eerste regel horen de koppen te staan, met minstens "
    "een kolom ‘naam’."
)
TOO_LARGE: Final = (
    "Dit bestand is te groot om hier in te lezen. Vraag de beheerder van de server om "
    "newsletter organisation import te gebruiken."
)


def show_list(call: Call) -> Response:
    """Show where a list comes in; `?soort=organisaties` says already of what."""
    return _page(call, {}, kind=call.query.get("soort", ""))


def judge(call: Call) -> Response:
    """Say line by line what a list would bring; nothing changes yet."""
    kind, document = Form(call.form).line("soort"), _uploaded(call)
    problems = {} if kind in KINDS else {"soort": NO_KIND}
    if not document:
        problems["bestand"] = NO_FILE
    elif len(document) > LARGEST:
        problems["bestand"] = TOO_LARGE
    if problems:
        return _page(call, problems, kind=kind)
    try:
        report = _bring(call, kind, document, dry_run=True)
    except MalformedImport as wrong:
        return _page(call, {"bestand": refusal(wrong, NO_LIST)}, kind=kind)
    return _page(call, {}, kind=kind, report=report, document=b64encode(document).decode())


def bring(call: Call) -> Response:
    """Bring in what was looked at."""
    form = Form(call.form)
    kind = form.line("soort")
    if kind not in KINDS:
        raise PageUnknown("soort")
    try:
        document = b64decode(str(call.form.get("lijst", "")), validate=True)
        report = _bring(call, kind, document, dry_run=False)
    except (NotBase64, ValueError, MalformedImport):
        return _page(call, {"bestand": NO_LIST}, kind=kind)
    return see_other(KINDS[kind][1], message=_told(report))


def _bring(call: Call, kind: str, document: bytes, *, dry_run: bool) -> ListReport:
    with NamedTemporaryFile() as file:
        file.write(document)
        file.flush()
        return KINDS[kind][2](call.services.db, Path(file.name), dry_run=dry_run, now=call.now)


def _told(report: ListReport) -> str:
    counts = ((report.added, "nieuw"), (report.updated, "bijgewerkt"), (report.unchanged, "gelijk"))
    told = f"Ingelezen: {', '.join(f'{number(count)} {word}' for count, word in counts)}."
    if not report.rejected:
        return told
    verb = "kon" if report.rejected == 1 else "konden"
    return f"{told} {plural(report.rejected, 'regel', 'regels')} {verb} niet."


def _uploaded(call: Call) -> bytes:
    upload = call.form.get("bestand")
    if not isinstance(upload, UploadFile):
        return b""
    with upload.file as file:
        document: bytes = file.read(LARGEST + 1)
    return document


def _page(
    call: Call,
    problems: Mapping[str, str],
    *,
    kind: str = "",
    report: ListReport | None = None,
    document: str = "",
) -> Response:
    with call.services.db.read() as session:
        return desk_page(
            call,
            session,
            "field_list.html",
            status=422 if problems else 200,
            kinds=[(name, words) for name, (words, _, _) in KINDS.items()],
            kind=kind,
            words=KINDS[kind][0] if kind in KINDS else "",
            report=report,
            document=document,
            shown=SHOWN,
            problems=problems,
        )
