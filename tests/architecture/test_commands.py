"""Each command explains itself, and each command in the documentation exists."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from newsletter.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "docs/operating.md", "docs/settings.md", "docs/editors.md")
COMMAND = re.compile(r"(?:^|`)(?:\.venv/bin/)?newsletter ([a-z][^`\n]*)", re.M)


def commands(group: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the words of each command."""
    inner = getattr(group, "commands", None)
    if inner is None:
        yield path
        return
    for name, one in inner.items():
        yield from commands(one, (*path, name))


COMMANDS = list(commands(typer.main.get_command(app)))


def written(page: str) -> list[str]:
    """Return the commands that a page tells to run."""
    return COMMAND.findall((ROOT / page).read_text(encoding="utf-8"))


@cache
def help_of(words: tuple[str, ...]) -> str:
    return CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"}).output


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_each_command_explains_itself(words: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(app, [*words, "--help"])

    assert answer.exit_code == 0
    # The usage in one paragraph, then what it does, then the frame with the options.
    usage, does, *_ = re.split(r"\n\s*\n", answer.output.strip())
    assert "Usage" in usage
    assert re.match(r"\s*[A-Z]", does)


def test_each_command_of_the_documentation_exists_with_its_options() -> None:
    told = [(page, line) for page in PAGES for line in written(page)]

    assert told
    for page, line in told:
        words = tuple(shlex.split(line))
        found = [one for one in COMMANDS if words[: len(one)] == one]
        assert found, f"{page}: newsletter {line}"
        shown = help_of(found[0])
        for option in re.findall(r"(?<= )--[a-z-]+", f" {line}"):
            assert option in shown, f"{page}: newsletter {line}"


def test_each_make_target_of_the_documentation_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="ascii"), re.M))
    told = {
        target
        for page in PAGES
        for target in re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / page).read_text("utf-8"), re.M)
    }

    assert told
    assert told - targets == set()
