"""The four moves of review, as buttons."""

from typing import Final

from starlette.responses import Response

from newsletter.accounts.people import user_names
from newsletter.approve import review, waive
from newsletter.approve.checks.dates import day_out
from newsletter.approve.facts import read_facts
from newsletter.compose.dating import date_as_sent
from newsletter.compose.links import replace_link
from newsletter.dutch import capital, join, plural, weekday_date
from newsletter.errors import ChecksFailed, EditionChanged, FindingGone, MoveNotAllowed
from newsletter.store.approvals import approvals_of
from newsletter.store.comments import count_open
from newsletter.store.editions import get_edition
from newsletter.values import EditionStatus
from web.editor.approval import lost_words
from web.editor.desk import edition_path, undo_address
from web.editor.edition import edition_page
from web.editor.judges import judges_of
from web.editor.judging import judging_page, review_path
from web.forms import Form
from web.pages import Call, see_other

DECIDED: Final = frozenset({EditionStatus.APPROVED, EditionStatus.SCHEDULED})
CHANGED_SINCE: Final = (
    "Er is iets veranderd sinds je keek, dus je akkoord is niet vastgelegd. "
    "Kijk opnieuw; wat er in de tekst anders is, staat bovenaan."
)
NO_WHY: Final = "Schrijf erbij waarom het zo mag. Je collega leest dit."
NO_REASON: Final = "Schrijf erbij wat er anders moet. Je collega leest dit."


def submit(call: Call) -> Response:
    """Offer the draft for review; findings of level error stop it."""
    form = Form(call.form)
    note = form.text("note", longest=1000)
    _require_seen_version(call, form)
    try:
        review.submit(
            call.services.db,
            call.number("id"),
            by=call.user_id,
            render=call.services.render,
            house=call.services.house,
            now=call.now,
            note=note,
            outside=call.services.outside,
        )
    except ChecksFailed:
        sentence = "Er zijn nog fouten. Herstel ze eerst; ze staan hieronder."
        return edition_page(call, status=422, problems={"submit": sentence})
    return _back(call, f"Ingediend. {_by_whom(call)}{_still_open(call)}")


def approve(call: Call) -> Response:
    """Approve exactly what was looked at; findings of level error stop it."""
    form = Form(call.form)
    try:
        _require_seen_version(call, form)
        review.approve(
            call.services.db,
            call.number("id"),
            by=call.user_id,
            terms=call.services.terms,
            house=call.services.house,
            four_eyes=call.services.settings.four_eyes,
            now=call.now,
            seen=form.line("seal"),
        )
    except ChecksFailed:
        sentence = "Er klopt iets niet meer; het staat hieronder. Stuur de editie terug."
        return judging_page(call, status=422, problems={"approve": sentence})
    except EditionChanged:
        return judging_page(call, status=409, problems={"approve": CHANGED_SINCE})
    except MoveNotAllowed as refused:
        if refused.now not in DECIDED:
            raise
        return judging_page(call, status=409, problems={"approve": _decided_by(call)})
    with call.services.db.read() as session:
        state = get_edition(session, call.number("id")).state
    if state is EditionStatus.IN_REVIEW:
        more = "Je akkoord is vastgelegd. Er is nog een akkoord van een ander nodig."
        return see_other(review_path(call.number("id")), message=more)
    return see_other(
        edition_path(call.number("id"), "/verzenden"),
        message=f"Goedgekeurd. Verandert er nog iets, dan vervalt het akkoord.{_still_open(call)}",
    )


def let_pass(call: Call) -> Response:
    """Let a warning pass, with a reason."""
    form = Form(call.form)
    mark = form.line("mark")
    because = form.line("why", longest=500, missing=NO_WHY)
    if form.problems:
        return edition_page(call, status=422, problems={"why": NO_WHY}, given={"mark": mark})
    services = call.services
    waive.waive(
        services.db,
        call.number("id"),
        mark,
        because=because,
        by=call.user_id,
        render=services.render,
        house=services.house,
        now=call.now,
    )
    return _back(call, "Deze tip laten we staan. Je reden is bewaard.")


def take_address(call: Call) -> Response:
    """Take the address that a finding proposes, wherever the old one stands in the edition."""
    mark, edition_id = Form(call.form).line("mark"), call.number("id")
    found = call.services.preflight(edition_id, now=call.now)
    proposed = {waive.finding_mark(one): one for one in found if one.instead}
    if mark not in proposed:
        raise FindingGone(f"edition {edition_id} has no such finding any more")
    done = replace_link(
        call.services.db,
        edition_id,
        old=proposed[mark].quote,
        new=proposed[mark].instead,
        now=call.now,
        by=call.user_id,
    )
    if not done.blocks:
        return _back(call, "Dit adres staat niet in een blok, dus er is niets gewijzigd.")
    return _back(call, "Het nieuwe adres staat erin.", undo=undo_address(call, done.version))


def set_date(call: Call) -> Response:
    """Put the day that the edition goes out on it."""
    edition_id = call.number("id")
    with call.services.db.read() as session:
        edition = get_edition(session, edition_id)
        facts = read_facts(session, edition, house=call.services.house, now=call.now)
    on = day_out(facts)
    version = date_as_sent(call.services.db, edition_id, on=on, now=call.now, by=call.user_id)
    told = f"De datum op de editie is nu {weekday_date(on)}."
    return _back(call, told, undo=undo_address(call, version))


def show_again(call: Call) -> Response:
    """Show a warning again that was let pass."""
    mark = Form(call.form).line("mark")
    waive.ask_again(call.services.db, call.number("id"), mark, by=call.user_id, now=call.now)
    return _back(call, "De tip staat er weer.")


def give_back(call: Call) -> Response:
    """Return it to its author, with a reason."""
    form = Form(call.form)
    because = form.text("because", longest=1000, missing=NO_REASON)
    if form.problems:
        return judging_page(call, status=422, problems=form.problems)
    review.return_(
        call.services.db,
        call.number("id"),
        by=call.user_id,
        because=because,
        terms=call.services.terms,
        now=call.now,
    )
    return _back(call, "Teruggestuurd. De editie is weer een concept.")


def withdraw(call: Call) -> Response:
    """Take it back to draft, to go on writing."""
    with call.services.db.read() as session:
        lost = lost_words(session, get_edition(session, call.number("id")))
    take_back(call)
    said = lost.replace(" dan.", ".")
    return _back(call, f"Ingetrokken. {said} Je kunt weer schrijven.".replace("  ", " "))


def take_back(call: Call) -> None:
    """Make the edition of this page a draft again; what was lost by that is on record."""
    review.withdraw(
        call.services.db,
        call.number("id"),
        by=call.user_id,
        terms=call.services.terms,
        now=call.now,
    )


def _decided_by(call: Call) -> str:
    """Return who approved the edition before this person could."""
    with call.services.db.read() as session:
        names = user_names(session)
        told = approvals_of(session, call.number("id"))
    who = join([names.get(one.user_id, "") or "een collega" for one in told])
    verb = "keurde" if len(told) == 1 else "keurden"
    return f"{capital(who)} {verb} al goed. Jouw akkoord is niet meer nodig."


def _by_whom(call: Call) -> str:
    """Return who can approve now, or that too few can."""
    with call.services.db.read() as session:
        judges = judges_of(call, session, get_edition(session, call.number("id")))
    return judges.line if judges else ""


def _still_open(call: Call) -> str:
    """Return a sentence about the comments that still ask for something; "" without any."""
    with call.services.db.read() as session:
        number = count_open(session, call.number("id"))
    if not number:
        return ""
    verb = "staat" if number == 1 else "staan"
    return f" Er {verb} nog {plural(number, 'opmerking', 'opmerkingen')} open."


def _require_seen_version(call: Call, form: Form) -> None:
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"))
    if edition.version != form.number("version"):
        raise EditionChanged(f"edition {edition.id} is not what was looked at")


def _back(call: Call, message: str, undo: str = "") -> Response:
    return see_other(edition_path(call.number("id")), message=message, undo=undo)
