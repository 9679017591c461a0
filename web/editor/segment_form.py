"""The form of a segment: from rows of conditions to a tree and back, and what is wrong with them.

The form has alternatives ("of") of conditions that all hold ("en"). What says more than that stays
one sentence in the language of the command line. A row holds its values in that language too, with
commas between them: in `waarde`, and the one that is being added to them in `nog`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from subscribers.conditions import ATTENDED, CONDITIONS, EVENTS, INVITED
from subscribers.errors import SegmentTooLarge, UnknownCondition
from subscribers.expressions import Known, parse, parse_values, quoted, text_of, values_text
from subscribers.trees import (
    DAYS,
    SEGMENT,
    All,
    Either,
    Is,
    Not,
    Tree,
    any_of,
    every,
    is_one_of,
    negated,
    require_bounds,
)
from web.forms import Form

IS, IS_NOT = "is", "niet"
AND, OR = "en", "of"
WAYS: Final = {IS: "is", IS_NOT: "is niet"}
WAYS_OF_MORE: Final = {IS: "is een van", IS_NOT: "is geen van"}
WAYS_OF: Final[Mapping[str, Mapping[str, str]]] = {
    ATTENDED: {IS: "was bij", IS_NOT: "was niet bij"},
    INVITED: {IS: "kreeg er een voor", IS_NOT: "kreeg er geen voor"},
    SEGMENT: {IS: "zit in", IS_NOT: "zit niet in"},
}
CHOSEN: Final = frozenset({"audience", "stage", "theme", SEGMENT, *EVENTS})  # from a list of all
PARTS: Final = ("waarde", "nog")
MOST_ROWS: Final = 20
FIELDS: Final[Mapping[str, str]] = {
    **{name: one.label for name, one in CONDITIONS.items() if name != "status"},
    SEGMENT: "Doelgroep",
}
NO_VALUE: Final = "Vul een waarde in, of haal de voorwaarde weg."
NO_SIDE: Final = "Kies school, lerarenopleiding of geen."
NO_DAY: Final = "Vul één dag in, zoals 2027-03-31."
NO_EVENT: Final = "Kies een bijeenkomst uit de lijst."
NO_TEXT: Final = "Zo kan het niet. Zet een waarde met een komma of haakje tussen dubbele quotes."
TOO_LARGE: Final = "Dit zijn te veel voorwaarden voor één doelgroep."
NO_ROWS: Final = "Voeg een voorwaarde toe: wie hoort erbij?"
NO_NAME: Final = "Vul in hoe deze doelgroep heet."


@dataclass(frozen=True, slots=True)
class Row:
    """One condition as the form has it.

    joined: by which word it stands after the one before.
    is_open: there is a place for one more value.
    """

    field: str = "audience"
    way: str = IS
    value: str = ""
    joined: str = AND
    problem: str = ""
    is_open: bool = False

    @property
    def values(self) -> list[str]:
        """The values, or what was typed where that cannot be read."""
        if not self.value:
            return []
        return [self.value] if self.problem else parse_values(self.field, self.value)

    @property
    def ways(self) -> Mapping[str, str]:
        """The words of both ways to compare."""
        return WAYS_OF.get(self.field, WAYS_OF_MORE if len(self.values) > 1 else WAYS)

    @property
    def is_filled(self) -> bool:
        """Whether anything was typed."""
        return bool(self.value)


@dataclass(frozen=True, slots=True)
class Given:
    """What the form holds. sentence: None when it is made of rows."""

    name: str = ""
    rows: tuple[Row, ...] = ()
    sentence: str | None = None
    problem: str = ""

    @property
    def is_right(self) -> bool:
        """Whether nothing that was typed is wrong."""
        return not self.problem and not any(row.problem for row in self.rows)


def form_of(name: str, tree: Tree) -> Given:
    """Return the form of what is saved."""
    rows = _rows_of(tree)
    return Given(name, rows or ()) if rows is not None else Given(name, sentence=text_of(tree))


def read_form(fields: Mapping[str, object], known: Known | None = None) -> Given:
    """Return what was typed; what is wrong stands with it. known: what a sentence may name."""
    form = Form(fields)
    name = form.line("naam")
    if "zin" in fields:
        sentence = form.line("zin", longest=5_000)
        return Given(name, sentence=sentence, problem=_sentence_problem(sentence, known))
    number = min(int(text) if (text := form.line("aantal")).isdecimal() else 0, MOST_ROWS)
    return Given(name, tuple(_judged(_read_row(form, at)) for at in range(number)))


def after(given: Given, done: str) -> Given:
    """Return the form after a button was pressed that adds a row or takes one away."""
    rows = given.rows
    if done in {AND, OR} and len(rows) < MOST_ROWS:
        return replace(given, rows=(*rows, Row(joined=done)))
    kind, *places = done.split("-")
    if not places or not all(one.isdecimal() for one in places) or int(places[0]) >= len(rows):
        return given
    at, *which = map(int, places)
    changed = {
        "weg": (),
        "nog": (replace(rows[at], is_open=True),),
        "haal": (_without(rows[at], which),),
    }.get(kind, (rows[at],))
    return replace(given, rows=(*rows[:at], *changed, *rows[at + 1 :]))


def tree_of_form(given: Given) -> Tree | None:
    """Return what the form says by what is filled in, or None while something in it is wrong."""
    if not given.is_right:
        return None
    if given.sentence is not None:
        return parse(given.sentence)
    groups: list[list[Tree]] = [[]]
    for row in given.rows:
        if row.joined == OR:
            groups.append([])
        if row.is_filled:
            groups[-1].append(_leaf(row))
    filled = [every(group) for group in groups if group]
    tree = any_of(filled) if filled else every([])
    try:
        require_bounds(tree)
    except SegmentTooLarge:
        return None
    return tree


def what_is_wrong(given: Given) -> str:
    """Return the first thing that keeps the form from being counted, in a sentence, or ""."""
    for number, row in enumerate(given.rows, 1):
        if row.problem:
            return f"Voorwaarde {number}: {row.problem[0].lower()}{row.problem[1:]}"
    if given.problem:
        return given.problem
    return TOO_LARGE if tree_of_form(given) is None else ""


def to_save(given: Given) -> Given:
    """Return the form with what keeps it from being saved."""
    rows = tuple(
        row if row.is_filled or row.problem else replace(row, problem=NO_VALUE)
        for row in given.rows
    )
    problem = given.problem
    if not problem and given.sentence is None and not rows:
        problem = NO_ROWS
    if not problem and given.is_right and tree_of_form(given) is None:
        problem = TOO_LARGE
    return replace(given, rows=rows, problem=problem)


def _without(row: Row, which: Sequence[int]) -> Row:
    """Return the row without the value at this place."""
    kept = [quoted(one) for at, one in enumerate(row.values) if at not in which]
    return row if row.problem else replace(row, value=", ".join(kept))


def _rows_of(tree: Tree) -> tuple[Row, ...] | None:
    rows: list[Row] = []
    for group in tree.parts if isinstance(tree, Either) else (tree,):
        for number, leaf in enumerate(group.parts if isinstance(group, All) else (group,)):
            row = _row_of(leaf, OR if rows and number == 0 else AND)
            if row is None or len(rows) == MOST_ROWS:
                return None
            rows.append(row)
    return tuple(rows)


def _row_of(leaf: Tree, joined: str) -> Row | None:
    way, inner = (IS_NOT, leaf.part) if isinstance(leaf, Not) else (IS, leaf)
    if isinstance(inner, Is) and inner.field in FIELDS:
        return Row(inner.field, way, values_text(inner), joined)
    return None


def _read_row(form: Form, at: int) -> Row:
    field, way = form.line(f"veld-{at}"), form.line(f"hoe-{at}")
    return Row(
        field if field in FIELDS else "audience",
        way if way in {IS, IS_NOT} else IS,
        ", ".join(filter(None, (form.line(f"{name}-{at}", longest=2_000) for name in PARTS))),
        OR if at and form.line(f"voeg-{at}") == OR else AND,
    )


def _judged(row: Row) -> Row:
    if not row.is_filled:
        return row
    try:
        _leaf(row)
    except UnknownCondition:
        if row.field == "audience":
            return replace(row, problem=NO_SIDE)
        if row.field in EVENTS:
            return replace(row, problem=NO_EVENT)
        return replace(row, problem=NO_DAY if row.field in DAYS else NO_TEXT)
    return row


def _leaf(row: Row) -> Tree:
    chosen = is_one_of(row.field, parse_values(row.field, row.value))
    return negated(chosen) if row.way == IS_NOT else chosen


def _sentence_problem(sentence: str, known: Known | None) -> str:
    try:
        parse(sentence, known)
    except SegmentTooLarge:
        return TOO_LARGE
    except UnknownCondition as wrong:
        rest = sentence[(wrong.place or 1) - 1 :][:40]
        if not rest:
            return "De zin is nog niet af."
        return f"Vanaf teken {wrong.place} klopt de zin niet: ‘{rest}’."
    return ""
