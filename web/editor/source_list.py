"""The sources as one list: taking in somebody's OPML file, after a look, and giving our own."""

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import UploadFile
from starlette.responses import Response

from feeds.errors import GatherError, SourceTooLarge
from feeds.importing import ListReport, Verdict, export_list, import_list, judge_list, rewritten
from feeds.themes import list_themes
from newsletter.dutch import plural
from web.editor import source_words
from web.editor.desk import desk_page
from web.editor.sources import SOURCES
from web.pages import Call, see_other

SHOWN: Final = 200  # lines; who brings more trusts the list
LARGEST_LIST: Final = 900_000  # bytes that fit in the form that brings what was judged
TITLE: Final = "Bronnen"
TOO_LARGE: Final = (
    "Deze lijst is te groot om hier binnen te halen. Vraag de beheerder van de server om "
    "newsletter source import te gebruiken."
)
NO_LIST: Final = "Dit bestand is geen lijst die we kunnen lezen. Kies een OPML-bestand."

EMPTY: Final = "In deze lijst staat geen enkele bron."


def show_list(call: Call) -> Response:
    """Show where a list comes in and goes out."""
    return _list_page(call, {})


def judge(call: Call) -> Response:
    """Say what a list would bring; nothing is followed yet."""
    document = _uploaded(call)
    if not document:
        return _list_page(call, {"bestand": "Kies eerst een bestand."})
    try:
        report = judge_list(call.services.db, document)
    except GatherError as failure:
        problem = TOO_LARGE if isinstance(failure, SourceTooLarge) else NO_LIST
        return _list_page(call, {"bestand": problem})
    wanted = rewritten(report.of(Verdict.NEW), title=TITLE)
    if not report.lines or len(wanted) > LARGEST_LIST:
        return _list_page(call, {"bestand": TOO_LARGE if report.lines else EMPTY})
    return _list_page(call, {}, report=report, wanted=wanted.decode())


def bring(call: Call) -> Response:
    """Follow what was judged to be new."""
    given = call.form.get("lijst")
    document = given.encode("utf-8", "replace") if isinstance(given, str) else b""
    try:
        report = import_list(call.services.db, document, now=call.now)
    except GatherError:
        return _list_page(call, {"bestand": NO_LIST})
    new = len(report.of(Verdict.NEW))
    message = f"Je volgt nu {plural(new, 'bron', 'bronnen')} meer. Binnen een kwartier kijken we."
    return see_other(SOURCES, message=message if new else "Je volgde al deze bronnen al.")


def give(call: Call) -> Response:
    """Give our own list as a file."""
    document = export_list(call.services.db, title=call.services.settings.organisation.name)
    headers = {"Content-Disposition": 'attachment; filename="bronnen.opml"'}
    return Response(document, media_type="text/x-opml; charset=utf-8", headers=headers)


def _uploaded(call: Call) -> bytes:
    upload = call.form.get("bestand")
    if not isinstance(upload, UploadFile):
        return b""
    with upload.file as file:
        document: bytes = file.read()
    return document


def _list_page(
    call: Call,
    problems: Mapping[str, str],
    *,
    report: ListReport | None = None,
    wanted: str = "",
) -> Response:
    with call.services.db.read() as session:
        return desk_page(
            call,
            session,
            "source_list.html",
            status=422 if problems else 200,
            report=report,
            verdicts=Verdict,
            wanted=wanted,
            shown=SHOWN,
            themes={theme.slug: theme.label for theme in list_themes(session)},
            words=source_words,
            problems=problems,
        )
