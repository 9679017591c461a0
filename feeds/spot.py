"""Finding terms in a text: whole words, stems with any ending, and words in a row. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

WORD: Final = re.compile(r"[^\W_]+")
ANY_ENDING: Final = "*"
SAYS_LITTLE: Final = "?"
WORDS_KEPT: Final = 10_000  # of which we remember what begins with them; most texts use the same


@dataclass(frozen=True, slots=True)
class Term:
    """A term of something. words: in small letters, one that ends in "*" stands for any ending."""

    of: str
    words: tuple[str, ...]
    says_little: bool = False


@dataclass(frozen=True, slots=True)
class Spotted:
    """A term that stands in a text. word: as it stands there."""

    term: Term
    word: str


def term(of: str, written: str) -> Term:
    """Return a term from the way in which it is listed: "stem*", "two words", "little?"."""
    bare = written.removesuffix(SAYS_LITTLE)
    words = tuple(bare.casefold().split())
    return Term(of, words, says_little=bare != written)


class Terms:
    """Terms to look for, by their first word."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._whole: dict[str, list[Term]] = defaultdict(list)
        self._stems: dict[str, list[Term]] = defaultdict(list)
        for one in terms:
            first = one.words[0]
            by_first = self._stems if first.endswith(ANY_ENDING) else self._whole
            by_first[first.rstrip(ANY_ENDING)].append(one)
        self._lengths = sorted({len(stem) for stem in self._stems})
        self._beginning_with = lru_cache(WORDS_KEPT)(self._find)

    def spot(self, text: str) -> Iterator[Spotted]:
        """Yield the terms in a text, in their order there."""
        written = WORD.findall(text)
        words = [word.casefold() for word in written]
        for place, word in enumerate(words):
            for one in self._beginning_with(word):
                until = place + len(one.words)
                if _fits(one.words[1:], words[place + 1 : until]):
                    yield Spotted(one, " ".join(written[place:until]))

    def _find(self, word: str) -> tuple[Term, ...]:
        stems = (word[:length] for length in self._lengths if length <= len(word))
        begun = (one for stem in stems for one in self._stems.get(stem, ()))
        return (*self._whole.get(word, ()), *begun)


def _fits(wanted: tuple[str, ...], words: list[str]) -> bool:
    if len(wanted) != len(words):
        return False
    return all(
        word.startswith(want[:-1]) if want.endswith(ANY_ENDING) else word == want
        for want, word in zip(wanted, words, strict=True)
    )
