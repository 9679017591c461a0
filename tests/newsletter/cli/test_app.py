"""What a command says when it could not: one line, status 1, and never a traceback."""

import io
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from newsletter.cli.app import main

HUGE = "9" * 22


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["newsletter", *words])
    with pytest.raises(SystemExit) as end:
        main()
    return int(end.value.code or 0)


def test_an_interrupt_while_the_program_is_read_shows_no_traceback() -> None:
    interrupted = (
        "import signal, sys\n"
        "class Stop:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'newsletter.cli':\n"
        "            signal.raise_signal(signal.SIGINT)\n"
        "sys.meta_path.insert(0, Stop())\n"
        "from newsletter.__main__ import main\n"
        "main()\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", interrupted], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def test_help_is_as_wide_as_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "subscriber", "sync", "--help") == 0

    told = [line.strip() for line in capsys.readouterr().out.splitlines()]
    first = next(at for at, line in enumerate(told) if line.startswith("Who is new comes in"))
    paragraph = told[first : told.index("", first)]
    assert all(len(line) > 65 for line in paragraph[:-1])


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("item", "show", HUGE), "nothing with so large a number"),
        (("edition", "show", HUGE), "nothing with so large a number"),
        (("edition", "send", HUGE), "nothing with so large a number"),
        (("item", "list", "--from", "0001-01-01"), "is not a date"),
        (("gather", "--source", "\udcff"), "not text in UTF-8"),
        (("edition", "schedule", "1", "--at", "0001-01-01T00:00"), "is not a date"),
        (("edition", "schedule", "1", "--at", "2020-01-01T10:00"), "has passed"),
        (("edition", "return", "1", "--by", "a@example.org", "--because", " "), "--because"),
        (("source", "add", "http://[::1", "--kind", "feed"), "the address cannot be read"),
        (
            (
                "subscriber",
                "import",
                "x.csv",
                "--ground",
                "g",
                "--map",
                "name=a",
                "--map",
                "name=b",
            ),
            "--map",
        ),
    ],
)
def test_a_failure_is_one_line(
    words: tuple[str, ...],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(monkeypatch, *words) == 1

    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert line.startswith("newsletter: ")
    assert says in line
    assert printed.out == ""


def test_a_password_that_is_no_text_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xff\xfe"), encoding="utf-8"))

    words = ("user", "add", "a@example.org", "--role", "editor", "--password-stdin")
    assert run(monkeypatch, *words) == 1

    assert "UTF-8" in capsys.readouterr().err


def test_what_nobody_foresaw_is_one_line_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stumble() -> None:
        raise RuntimeError("first\nsecond")

    monkeypatch.setattr("newsletter.cli.app.app", stumble)

    assert run(monkeypatch) == 1
    assert capsys.readouterr().err == (
        "newsletter: unexpected RuntimeError: first; add --debug to see where\n"
    )


def test_a_port_that_is_taken_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "init") == 0
    capsys.readouterr()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert run(monkeypatch, "serve", "--port", str(port)) == 1

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"newsletter: cannot listen on 127.0.0.1:{port}")


def test_a_port_that_cannot_exist_is_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "serve", "--port", "99999") == 2


def test_an_export_of_no_segment_leaves_the_file_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "e.csv"
    out.write_text("er stond al iets")

    assert run(monkeypatch, "subscriber", "export", "--segment", "nee", "--out", str(out)) == 1

    assert out.read_text() == "er stond al iets"


def run_program(
    *words: str, redirect: str = "", **environ: str
) -> subprocess.CompletedProcess[bytes]:
    """Run the real program from a shell, which redirects its streams."""
    program = [sys.executable, "-m", "newsletter", *words]
    command = ["sh", "-c", f'exec "$@" {redirect}', "sh", *program]
    return subprocess.run(command, env={**os.environ, **environ}, capture_output=True, check=False)


@pytest.mark.long
def test_a_locale_without_our_letters_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "init") == 0
    assert run(monkeypatch, "item", "add", "--kind", "news", "--title", "Één") == 0
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    table = run_program("item", "list", **plain)
    listed = run_program("item", "list", "--json", **plain)

    assert (table.returncode, table.stderr) == (0, b"")
    assert b"??n" in table.stdout
    assert '"title": "Één"'.encode() in listed.stdout


@pytest.mark.long
def test_a_closed_stream_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, "init") == 0

    quiet = run_program("segment", "list", "--json", redirect=">&- 2>&- <&-")
    deaf = run_program(
        "user", "add", "a@example.org", "--role", "editor", "--password-stdin", redirect="<&-"
    )

    assert quiet.returncode == 0
    assert deaf.returncode == 1
    assert deaf.stderr == b"newsletter: give a password of 12 to 128 characters\n"
