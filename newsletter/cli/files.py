"""The files that commands read and write: a list by name or by standard input, a document out."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Annotated, Final

import typer

from newsletter.cli.output import fail

STDIN: Final = "-"
LIST = Annotated[Path, typer.Argument(help="CSV or a workbook (.xlsx); - is standard input.")]
WORKBOOK, CSV_ENDINGS = ".xlsx", frozenset({".csv", ".txt", ""})


@contextmanager
def given_list(file: Path) -> Iterator[Path]:
    """Give a list as a file that can be read twice, however it came.

    What comes by standard input or a pipe is kept in a file without a name, so that it goes with
    this process, however that ends.
    """
    if str(file) == STDIN:
        with _kept(sys.stdin.buffer) as path:
            yield path
    elif file.is_fifo():
        with file.open("rb") as pipe, _kept(pipe) as path:
            yield path
    else:
        yield file


@contextmanager
def _kept(stream: IO[bytes]) -> Iterator[Path]:
    with TemporaryFile() as file:
        shutil.copyfileobj(stream, file)
        file.flush()
        yield Path(f"/dev/fd/{file.fileno()}")


def list_source(file: Path) -> str:
    """Return what the evidence says that people came by."""
    return f"import {'stdin' if str(file) == STDIN else file.name}"


def is_workbook(out: Path) -> bool:
    """Say whether a document is to be a workbook, by how its name ends; CSV is the other way.

    Ends the command for an ending of something else: what would open it would not read it.
    """
    ending = out.suffix.lower()
    if ending != WORKBOOK and ending not in CSV_ENDINGS:
        fail(f"{out}: what is written is CSV or a workbook: let the name end in .csv or .xlsx")
    return ending == WORKBOOK


@contextmanager
def private_file(out: Path) -> Iterator[None]:
    """Let nobody else read a file, from before it holds anything."""
    os.close(os.open(out, os.O_WRONLY | os.O_CREAT, 0o600))
    out.chmod(0o600)
    yield
