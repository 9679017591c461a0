"""The program in a process of its own that need not read it first: that takes two seconds.

Each is forked from one that has imported every module and done nothing else. Where it counts how
the program is started, it is started as people do it: tests/chaos/program.py, tests/newsletter/cli.
"""

import io
import os
import sys
from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

from newsletter.cli.app import main

_READY: Final = get_context("forkserver")


def start(
    *arguments: str,
    environ: Mapping[str, str],
    said: Path,
    told: Path | None = None,
    typed: str = "",
) -> ForkServerProcess:
    """Run a command. said: the file that gets all that it says; told: what it reports goes here.

    typed: what stands on its standard input.
    """
    _READY.set_forkserver_preload([__name__])
    process = _READY.Process(target=_run, args=(arguments, dict(environ), said, told, typed))
    process.start()
    return process


def _run(
    arguments: tuple[str, ...], environ: dict[str, str], said: Path, told: Path | None, typed: str
) -> None:
    os.environ.clear()
    os.environ.update(environ)
    with said.open("a") as file, (told or said).open("a") as report:
        os.dup2(report.fileno(), sys.stdout.fileno())
        os.dup2(file.fileno(), sys.stderr.fileno())
    sys.stdin = io.StringIO(typed)
    sys.argv = ["newsletter", *arguments]
    main()
