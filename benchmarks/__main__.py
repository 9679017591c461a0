"""Run every benchmark in a process of its own and print one table.

Machines differ and are shared; the ratio beside each figure is what can be compared.
Peak memory is the largest resident size of the measured process, yardsticks included only where
they run in the same process.
"""

import json
import subprocess
import sys

from rich.console import Console
from rich.table import Column, Table

BENCHES = ("gather", "render", "import_", "segments", "people", "desk")
WIDTH = 160  # in a file


def main() -> None:
    """Print the table; a benchmark that cannot run here says why."""
    names = sys.argv[1:] or BENCHES
    columns = (Column("What", overflow="fold"), "Figure", "Yardstick", "Ratio", "Peak memory")
    table = Table(*columns, box=None, pad_edge=False)
    for name in names:
        for row in _run(name):
            table.add_row(*row)
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)


def _run(name: str) -> list[list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}"], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return [[name, "could not run", done.stderr.strip().splitlines()[-1][:90], "", ""]]
    rows: list[list[str]] = json.loads(done.stdout)
    return rows


main()
