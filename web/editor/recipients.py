"""Who was to get an edition, by name: for who may see people. Those in doubt ask for a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session
from starlette.responses import Response

from newsletter.accounts.people import user_names
from newsletter.dutch import relative
from newsletter.send.doubt.held import HOLDABLE, Choice, choices_among, count_undecided
from newsletter.send.message import message_namer
from newsletter.send.named import Named, named_page
from newsletter.store.deliveries import count_states
from newsletter.store.editions import get_edition
from newsletter.values import DeliveryState
from subscribers.addresses import shown
from web.editor.desk import desk_page, edition_head, edition_path
from web.editor.failure_words import why_words
from web.editor.ledger_file import ERASED, STATES
from web.errors import PageUnknown
from web.pages import Call, read_number

D = DeliveryState
SHOWN: Final = 50
WAIT: Final = "wachten"  # the one word of a state that follows its number
BY_WORD: Final[Mapping[str, DeliveryState]] = {word: state for state, word in STATES.items()}
FINAL_FIRST: Final = (D.IN_DOUBT, D.FAILED, D.SKIPPED, D.SENT, D.DEFERRED, D.ATTEMPTING, D.PENDING)
UNCERTAIN: Final = f"/ontvangers?stand={STATES[D.IN_DOUBT]}"


@dataclass(frozen=True, slots=True)
class Look:
    """A state to look at. path: "" for the one that is shown."""

    word: str
    number: int
    path: str


@dataclass(frozen=True, slots=True)
class Line:
    """One person. address: as people read it. why: why they have no mail, in a sentence, or "".

    settles: whether the program itself finds out what became of it.
    decided: what somebody decided, in words; undo: where that is taken back; "" for neither.
    """

    one: Named
    address: str
    why: str
    settles: bool
    decided: str
    undo: str


def show_recipients(call: Call) -> Response:
    """Show the people of one edition in one state, a page at a time."""
    after = read_number(call.query.get("na", "0"))
    if after is None:
        raise PageUnknown("na")
    with call.services.db.read() as session:
        edition = get_edition(session, call.number("id"))
        counted = count_states(session, edition.id)
        state = _asked(call, counted)
        found = named_page(
            session,
            edition.id,
            states=[state],
            after=after,
            size=SHOWN + 1,
            name_message=message_namer(call.services.settings),
        )
        base, people = edition_path(edition.id), found[:SHOWN]
        path = f"{base}/ontvangers?stand={STATES[state]}"
        return desk_page(
            call,
            session,
            "recipients.html",
            **edition_head(edition),
            choices=[
                Look(
                    WAIT if one is D.PENDING and counted[one] != 1 else STATES[one],
                    counted[one],
                    "" if one is state else f"{base}/ontvangers?stand={STATES[one]}",
                )
                for one in FINAL_FIRST
                if counted.get(one)
            ],
            word=STATES[state],
            is_doubt=state is D.IN_DOUBT,
            may_send_again=edition.state in HOLDABLE,
            undecided=count_undecided(session, [edition.id]).get(edition.id, 0),
            lines=_lines(call, session, people),
            first=path if after else "",
            further=f"{path}&na={people[-1].delivery_id}" if len(found) > SHOWN else "",
        )


def _asked(call: Call, counted: Mapping[DeliveryState, int]) -> DeliveryState:
    """Return the state that the address names; without one, the first that anybody is in."""
    word = call.query.get("stand", "")
    if word and word not in BY_WORD:
        raise PageUnknown("stand")
    return BY_WORD[word] if word else next((one for one in FINAL_FIRST if counted.get(one)), D.SENT)


def _lines(call: Call, session: Session, people: Sequence[Named]) -> list[Line]:
    chosen = choices_among(session, [one.delivery_id for one in people if one.state is D.IN_DOUBT])
    names = user_names(session) if chosen else {}
    return [
        Line(
            one,
            shown(one.email) if one.email else ERASED,
            why_words(one.state, one.why)[0],
            one.state is D.IN_DOUBT and one.next_at is not None,
            *_decided(call, chosen.get(one.delivery_id), names),
        )
        for one in people
    ]


def _decided(call: Call, choice: Choice | None, names: Mapping[int, str]) -> tuple[str, str]:
    if choice is None:
        return "", ""
    who = names.get(choice.user_id or 0, "")
    by = f" door {who}" if who else ""
    undo = edition_path(call.number("id"), f"/onzeker/terug/{choice.entry_id}")
    what = "Blijft zo" if choice.is_left else "Gaat zo meteen nog een keer"
    return f"{what}, besloten{by}, {relative(choice.at, call.now)}", undo
