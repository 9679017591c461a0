"""The language in which people type a segment, read and written. Pure.

    audience = school and region in (noord, oost) and not role = bestuurder
    (theme = visie, toetsing or stage = aspirant) and segment != wie-net-begint
    joined since 2026-09-01 and joined before 2027-01-01
    invited = 12 and not attended in (12, 15)

`and` binds closer than `or`. A value that holds a comma, a parenthesis, one of = < > or the word
"and" or "or" stands between double quotes; a quote in it is written twice.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches
from typing import Final, NoReturn, TypeAlias, TypeVar

from subscribers.conditions import BEFORE, EVENTS, SINCE
from subscribers.errors import SegmentTooLarge, UnknownCondition
from subscribers.trees import (
    DAYS,
    DEEPEST,
    EVERYBODY,
    FIELDS,
    All,
    Either,
    Is,
    Not,
    Tree,
    any_of,
    checked,
    every,
    is_one_of,
    key_of,
    negated,
    require_bounds,
)

Made = TypeVar("Made")

Known: TypeAlias = Mapping[str, Collection[str]]

LONGEST: Final = 2_000
FEW: Final = 10  # values that are all told when somebody names another
ALL_WORD: Final = "everybody"
TYPED: Final = ("joined", *(name for name in FIELDS if name not in DAYS))
NAMED: Final = dict.fromkeys(EVENTS, "event")  # what a value is of
WRITE: Final = "write a field, = and a value"
JOINERS: Final = frozenset({"and", "or"})
KEYWORDS: Final = JOINERS | {"not", "in"}

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<sign>!=|<=|>=|[=<>(),])|(?P<quoted>\"(?:[^\"]|\"\")*\")"
    r"|(?P<word>(?:[^\s(),\"=<>!]|!(?!=))+)|(?P<other>\S))"
)
_PLAIN: Final = re.compile(r"(?:[^\s(),\"=<>!]|!(?!=))+(?: (?:[^\s(),\"=<>!]|!(?!=))+)*")


@dataclass(frozen=True, slots=True)
class _Token:
    """kind: sign, quoted, word or end. at: where it starts; the first character is 1."""

    kind: str
    text: str
    at: int

    def is_word(self, *words: str) -> bool:
        return self.kind == "word" and self.text.lower() in words

    def is_sign(self, *signs: str) -> bool:
        return self.kind == "sign" and self.text in signs


def parse(text: str, known: Known | None = None) -> Tree:
    """Return what an expression says.

    known:  what there is, by field; a field that is absent may have any value.
    Raises: UnknownCondition: what is wrong, where (the first character is 1), and what can be;
    SegmentTooLarge.
    """
    if len(text) > LONGEST:
        raise SegmentTooLarge(f"{len(text)} characters: at most {LONGEST}")
    tree = _Reader(list(_tokens(text)), known or {}).whole()
    require_bounds(tree)
    return tree


def parse_values(field: str, text: str) -> list[str]:
    """Return the values in `a, b, "c, d"`. Raises UnknownCondition."""
    return _Reader(list(_tokens(text)), {}).only_values(field)


def values_text(leaf: Is) -> str:
    """Return the values of a condition as `parse_values` reads them."""
    return ", ".join(map(quoted, leaf.values))


def text_of(tree: Tree) -> str:  # noqa: C901, PLR0911 - a line for each kind of tree
    """Return the expression that says this; `parse` gives the tree back."""
    match tree:
        case Is(field, values) if field in DAYS:
            return f"{field} {values[0]}"
        case Is(field, (value,)):
            return f"{field} = {quoted(value)}"
        case Is(field, values):
            return f"{field} in ({', '.join(map(quoted, values))})"
        case All(()):
            return ALL_WORD
        case Either(()):
            return f"not {ALL_WORD}"
        case All(parts):
            return " and ".join(_enclosed(one, Either) for one in parts)
        case Either(parts):
            return " or ".join(map(text_of, parts))
        case Not(part):
            return f"not {_enclosed(part, All, Either)}"


def _enclosed(tree: Tree, *kinds: type[Tree]) -> str:
    return f"({text_of(tree)})" if isinstance(tree, kinds) else text_of(tree)


def quoted(value: str) -> str:
    """Return a value as it is typed: between quotes where it needs them."""
    words = value.lower().split()
    if _PLAIN.fullmatch(value) and KEYWORDS.isdisjoint(words):
        return value
    return '"' + value.replace('"', '""') + '"'


def _tokens(text: str) -> Iterator[_Token]:
    end = len(text.rstrip())
    place = 0
    while place < end:
        found = _TOKEN.match(text, place)
        if found is None:  # white space to the end, of a kind that rstrip does not know
            break
        kind = str(found.lastgroup)
        at = found.start(kind) + 1
        if kind == "other":
            wrong = "a quote that is not closed" if found[kind] == '"' else f"{found[kind]!r}"
            raise UnknownCondition(f"at character {at}: {wrong} is not a value", place=at)
        yield _Token(kind, found[kind], at)
        place = found.end()
    yield _Token("end", "", len(text) + 1)


class _Reader:
    """Reads tokens from the left; `now` is the one that was not read yet."""

    def __init__(self, tokens: list[_Token], known: Known) -> None:
        self._tokens, self._known = tokens, known
        self._place = 0
        self._depth = 0

    @property
    def now(self) -> _Token:
        return self._tokens[self._place]

    def fail(self, why: str, at: int = 0) -> NoReturn:
        place = at or self.now.at
        raise UnknownCondition(f"at character {place}: {why}", place=place)

    def whole(self) -> Tree:
        tree = self.alternatives()
        if self.now.kind != "end":
            self.fail("expected 'and', 'or' or the end")
        return tree

    def only_values(self, field: str) -> list[str]:
        values = self._values(field)
        if self.now.kind != "end":
            self.fail("expected a comma or the end")
        return values

    def alternatives(self) -> Tree:
        return any_of(self._joined("or", lambda: every(self._joined("and", self._factor))))

    def _joined(self, word: str, read: Callable[[], Tree]) -> list[Tree]:
        parts = [read()]
        while self.now.is_word(word):
            self._next()
            parts.append(read())
        return parts

    def _factor(self) -> Tree:
        self._depth += 1
        if self._depth > 2 * DEEPEST:
            raise SegmentTooLarge(f"conditions stand in more than {DEEPEST} others")
        tree = self._inner()
        self._depth -= 1
        return tree

    def _inner(self) -> Tree:
        if self.now.is_word("not"):
            self._next()
            return negated(self._factor())
        if self.now.is_sign("("):
            self._next()
            tree = self.alternatives()
            self._close()
            return tree
        return self._condition()

    def _condition(self) -> Tree:
        name = self._next()
        if name.kind != "word" or name.is_word(*KEYWORDS):
            self.fail(WRITE, name.at)
        field = name.text.lower()
        if field == ALL_WORD:
            return EVERYBODY
        if field not in TYPED:
            self.fail(f"there is no field {name.text!r}; there are {', '.join(TYPED)}", name.at)
        if field == "joined":
            return self._joined_on()
        return self._selection(field)

    def _selection(self, field: str) -> Tree:
        sign = self._next()
        is_not = sign.is_sign("!=") or sign.is_word("not")
        if sign.is_word("not"):
            sign = self._next()
        if not (sign.is_sign("=", "!=") or sign.is_word("in")):
            self.fail(f"{WRITE}, or in (a, b)", sign.at)
        if sign.is_word("in") and not self.now.is_sign("("):
            self.fail("after 'in' the values stand between parentheses, such as (a, b)")
        chosen = is_one_of(field, self._values(field))
        return negated(chosen) if is_not else chosen

    def _values(self, field: str) -> list[str]:
        enclosed = self.now.is_sign("(")
        if enclosed:
            self._next()
        values = [self._value(field)]
        while self.now.is_sign(","):
            self._next()
            values.append(self._value(field))
        if enclosed:
            self._close()
        return values

    def _value(self, field: str) -> str:
        first = self.now
        if first.kind == "quoted":
            self._next()
            text = first.text[1:-1].replace('""', '"')
        else:
            text = " ".join(self._words())
        if not text.strip():
            wrong = (
                "a value is missing" if first.kind == "end" else f"{first.text!r} is not a value"
            )
            self.fail(wrong, first.at)
        value = self._judged(lambda: checked(field, text), first.at)
        known = self._known.get(field)
        if known is not None and key_of(field, value) not in known:
            what = f"there is no {NAMED.get(field, field)} {value}"
            self.fail(what if field in EVENTS else what + _what_there_is(value, known), first.at)
        return value

    def _words(self) -> Iterator[str]:
        while self.now.kind == "word" and not self.now.is_word(*JOINERS):
            yield self._next().text

    def _joined_on(self) -> Tree:
        sign = self._next()
        days: Mapping[str, Callable[[str], Tree]] = {
            "since": lambda day: is_one_of(SINCE, [day]),
            ">=": lambda day: is_one_of(SINCE, [day]),
            "before": lambda day: is_one_of(BEFORE, [day]),
            "<": lambda day: is_one_of(BEFORE, [day]),
            ">": lambda day: is_one_of(SINCE, [_after(day)]),
            "<=": lambda day: is_one_of(BEFORE, [_after(day)]),
            "=": lambda day: every([is_one_of(SINCE, [day]), is_one_of(BEFORE, [_after(day)])]),
        }
        meant = days.get(sign.text.lower())
        if meant is None:
            self.fail("write joined since or joined before, and a day", sign.at)
        at = self.now.at
        day = self._value(SINCE)
        return self._judged(lambda: meant(day), at)

    def _close(self) -> None:
        if not self.now.is_sign(")"):
            self.fail("expected ')', or 'and' or 'or'")
        self._next()

    def _next(self) -> _Token:
        token = self.now
        if token.kind != "end":
            self._place += 1
        return token

    def _judged(self, make: Callable[[], Made], at: int) -> Made:
        try:
            return make()
        except UnknownCondition as wrong:
            self.fail(str(wrong), at)


def _what_there_is(value: str, known: Collection[str]) -> str:
    """Say what somebody may have meant: what looks like it, or all there is when that is little."""
    near = get_close_matches(value.lower(), known, n=2)
    if near:
        return f"; there is {' and '.join(near)}"
    return f"; there are {', '.join(sorted(known))}" if 0 < len(known) <= FEW else ""


def _after(day: str) -> str:
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
