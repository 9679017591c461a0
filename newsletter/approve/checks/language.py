"""Sentences that can be read in one breath: at most 25 words, as language level B1 asks."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from newsletter.approve.checks.reading import Words, plain, prose_of, where
from newsletter.cut import Cut
from newsletter.values import EditionContent, Facts, Finding, Level, Rendered

LONGEST_SENTENCE: Final = 25
_END: Final = re.compile(r"[.!?…]+[\"”’')\]]*\s+(?=[\"“‘'(\[]*[A-ZÀ-Þ0-9])|\n+")
_ABBREVIATED: Final = re.compile(
    r"(?:^|[\s(])(?:dr|drs|prof|mr|ing|ir|nr|bijv|ca|incl|resp|st|blz|art|[a-z]|(?:[a-z]\.)+[a-z])\.$",
    re.IGNORECASE,
)


def check_language(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> Iterable[Finding]:
    """Find long sentences; words that a reader agreed to are not for the editors to change."""
    agreed = {
        (where(block), name)
        for block in content.blocks
        if block.at_source
        for name in block.at_source.agreed
    }
    for words in prose_of(content):
        if (words.where, words.field) not in agreed:
            yield from _long(words)


def sentences_of(text: str) -> Iterator[str]:
    """Yield the sentences of a text, each on one line; an abbreviation ends none."""
    begin = 0
    for end in _END.finditer(text):
        if "\n" in end.group() or not _ABBREVIATED.search(text[begin : end.end()].rstrip()):
            yield from _one_line(text[begin : end.end()])
            begin = end.end()
    yield from _one_line(text[begin:])


def _long(words: Words) -> Iterable[Finding]:
    for sentence in sentences_of(plain(words.text)):
        count = len(sentence.split())
        if count > LONGEST_SENTENCE:
            yield Finding(
                "language.sentence",
                Level.WARNING,
                f"Deze zin heeft {count} woorden: “{sentence}”",
                where=words.where,
                mend="Maak er twee zinnen van, of laat woorden weg.",
                field=words.field,
                quote=sentence,
            )


def _one_line(text: str) -> Iterator[str]:
    if sentence := " ".join(text.split()):
        yield sentence
