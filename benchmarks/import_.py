"""100,000 subscribers from CSV, beside bare sqlite3 inserting the same columns."""

import csv
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.measure import peak_mib, report, stopwatch
from newsletter.pipeline import add_defaults
from newsletter.settings import read_settings
from newsletter.wiring import build_services, prepare_database
from subscribers.importing import import_file

ROWS = 100_000


def main() -> None:
    """Print the row."""
    with tempfile.TemporaryDirectory() as folder:
        services = build_services(read_settings({"NEWSLETTER_DATA_DIR": folder}))
        prepare_database(services)
        add_defaults(services)
        path = Path(folder) / "lijst.csv"
        _write(path)
        with stopwatch() as ours:
            got = import_file(
                services.db,
                path,
                ground="benchmark",
                key=services.settings.secret_key,
                now=datetime(2027, 4, 22, tzinfo=UTC),
            )
        assert got.added == ROWS, got
        memory = peak_mib()
        services.db.close()
        with stopwatch() as bare:
            _bare_sqlite(path, Path(folder) / "bare.db")
    report(
        [
            [
                "import 100,000 subscribers",
                f"{ours.seconds:.2f} s ({ROWS / ours.seconds:,.0f} rows/s)",
                f"csv + sqlite3 executemany, nothing checked: {bare.seconds:.2f} s",
                f"{bare.seconds / ours.seconds:.2f} x as fast",
                memory,
            ]
        ]
    )


def _write(path: Path) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["email", "name", "audience", "role", "organisation", "region"])
        for n in range(ROWS):
            side = "school" if n % 3 else "lerarenopleiding"
            rows.writerow(
                [f"lezer{n}@school{n % 500}.example.org", f"Lezer {n}", side, "docent", "X", "Oost"]
            )


def _bare_sqlite(source: Path, target: Path) -> None:
    connection = sqlite3.connect(target)
    connection.execute("pragma journal_mode=wal")
    connection.execute(
        "create table s (email text unique, name text, audience text, role text, o text, r text)"
    )
    with source.open(newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        connection.executemany("insert into s values (?, ?, ?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()


if __name__ == "__main__":
    main()
