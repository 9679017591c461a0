"""The words of the log: every name that is recorded anywhere has a sentence, and no other does."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from newsletter.compose.history import Turn
from newsletter.log_doors import who_did
from newsletter.log_words import (
    EARLIER,
    WORDS,
    Group,
    edition_word,
    names_in,
    sentence,
    words_of,
)
from newsletter.send.freeze import Stopped
from newsletter.send.lateness import Begin
from newsletter.send.loop.ends import End
from storage.log import NAME

ROOT = Path(__file__).parents[2]
PACKAGES = ("feeds", "newsletter", "subscribers", "web")
FILES = re.compile(r".*\.(html|txt|xml|db|py|toml|log|css|js|key|ics)")
IN_ENUMERATIONS = {
    f"edition.{one.value}" for kind in (Turn, Stopped, End, Begin) for one in kind
} - {*("edition.drafted", "edition.in_time")}
"""Names that the code takes from an enumeration: `what=end.value`."""


def modules() -> Iterator[tuple[Path, ast.Module, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if path.name != "log_words.py" and re.search(
                r"\b(record|record_item|log_event)\b", text
            ):
                yield path, ast.parse(text), text


def texts(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


def recorded() -> set[str]:
    """Return the names in the code: whatever looks like one where `record` is known, and `what=`
    where `log_event` is."""
    found = set()
    for _, tree, text in modules():
        if re.search(r"import .*\brecord\b|\brecord_item\b", text):
            found |= {one for one in texts(tree) if NAME.fullmatch(one) and not FILES.match(one)}
        if "log_event" in text:
            for call in (one for one in ast.walk(tree) if isinstance(one, ast.Call)):
                whats = (word.value for word in call.keywords if word.arg == "what")
                found |= {f"edition.{one}" for what in whats for one in texts(what)}
            if "edited" in set(texts(tree)):
                found.add("edition.edited")
    return found


def test_every_name_that_is_recorded_has_its_words() -> None:
    names = recorded() | IN_ENUMERATIONS

    assert sorted(names - set(WORDS)) == []
    assert sorted(set(WORDS) - names - EARLIER) == []


def test_every_call_names_what_it_records_where_the_test_sees_it() -> None:
    """A name that is put together from pieces would have no words, and nobody would notice."""
    pieced = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path, tree, _ in modules()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "record"
        and isinstance(call.args[1], ast.JoinedStr | ast.BinOp)
    ]

    assert pieced == []


@pytest.mark.parametrize("name", WORDS)
def test_the_words_of_a_name_make_a_sentence(name: str) -> None:
    words, detail = (
        WORDS[name],
        {"submission": 3, "subscriber": 4, "count": 5, "new": 6, "known": 7},
    )
    detail |= {"added": 8, "updated": 9, "unchanged": 10, "rejected": 11}

    told = sentence(name, who="Fenna", it="editie 12", detail=detail)

    assert NAME.fullmatch(name)
    assert told[0].isupper()
    assert not re.search(r"[{}!]|  |\.$", told)
    assert (words.group is Group.EDITIONS) == bool(words.short) == name.startswith("edition.")
    assert not words.short or words.short[0].islower()


@pytest.mark.parametrize(
    ("what", "who", "it", "told"),
    [
        ("edition.approved", who_did("Fenna", ""), "editie 12", "Fenna keurde editie 12 goed"),
        ("edition.sent", who_did("", ""), "editie 12", "Editie 12 is verzonden"),
        (
            "source.turned_off",
            who_did("", "cli"),
            "‘De Bron’",
            "Iemand, via de opdrachtregel, zette de bron ‘De Bron’ uit",
        ),
        (
            "edition.approved",
            who_did("Bas", "cli"),
            "editie 9",
            "Bas, via de opdrachtregel, keurde editie 9 goed",
        ),
        ("subscriber.erased", who_did("", "site"), "abonnee 7", "Een lezer wiste abonnee 7"),
        ("edition.paused", who_did("", ""), "editie 3", "Het programma zette editie 3 op pauze"),
    ],
)
def test_a_sentence_says_who_did_what(what: str, who: str, it: str, told: str) -> None:
    assert sentence(what, who=who, it=it, detail={}) == told


def test_figures_are_written_as_people_write_them() -> None:
    counts = {"new": 1204, "known": 0}

    assert sentence("source.imported", who="Fenna", it="", detail=counts) == (
        "Fenna bracht een lijst met bronnen binnen: 1.204 nieuw, 0 bekend"
    )


def test_a_day_is_said_as_people_say_it() -> None:
    days = {"slot": "2027-04-22", "to": "2027-04-29"}

    assert sentence("slot.moved", who="Fenna", it="", detail=days) == (
        "Fenna verplaatste de nieuwsbrief van donderdag 22 april 2027 naar donderdag 29 april 2027"
    )


def test_what_stands_in_an_entry_is_no_template() -> None:
    told = sentence("source.turned_off", who="{it}", it="‘{who} {0.__class__}’", detail={})

    assert told == "{it} zette de bron ‘{who} {0.__class__}’ uit"


def test_a_name_of_another_version_stands_for_itself() -> None:
    assert words_of("moon.landed").short == "moon.landed"
    assert sentence("moon.landed", who="Fenna", it="", detail={}) == "Fenna: moon.landed"
    assert edition_word("approved") == "goedgekeurd"


def test_each_group_has_names() -> None:
    assert [group for group in Group if not names_in(group) and group is not Group.PEOPLE] == []
