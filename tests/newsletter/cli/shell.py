"""A shell in which commands are run, as scripts and people do."""

import json
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest

from newsletter.cli.app import main

Capture = pytest.CaptureFixture[str]


class Shell:
    """Runs `newsletter` and what it begins with; keeps what the last command said."""

    def __init__(self, patch: pytest.MonkeyPatch, capsys: Capture, *begin: str) -> None:
        self._patch, self._capsys, self._begin = patch, capsys, begin
        self.out = self.err = ""

    def at(self, *begin: str) -> "Shell":
        """Return a shell in which every command begins so."""
        return Shell(self._patch, self._capsys, *begin)

    def run(self, *words: str, status: int = 0, typed: str = "") -> str:
        """Run a command that ends with this status; return what it printed."""
        self._patch.setattr("sys.argv", ["newsletter", *self._begin, *words])
        self._patch.setattr("sys.stdin", TextIOWrapper(BytesIO(typed.encode()), encoding="utf-8"))
        with pytest.raises(SystemExit) as end:
            main()
        self.out, self.err = self._capsys.readouterr()
        assert int(end.value.code or 0) == status, self.err
        return self.out

    def json(self, *words: str, status: int = 0, typed: str = "") -> Any:
        """Run a command with --json; return its document."""
        return json.loads(self.run(*words, "--json", status=status, typed=typed))
