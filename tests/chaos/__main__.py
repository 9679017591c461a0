"""The kill protocol by hand: `make chaos`, or `python -m tests.chaos --kills 500 --table FILE`.

Prints a line a part as it goes, and ends with status 1 when a promise was broken. --table keeps
the figures in a page of the documentation.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.chaos import cluster, parts, parts_of_many, parts_of_the_way, postfix
from tests.chaos.sink import EVENTS
from tests.chaos.verdict import Verdict

# Of the whole, in hundredths; what cannot run here gives its share to nobody.
SHARES: Final = {
    "K1": 18,
    "K1 pipelined": 18,
    "K1 site": 6,
    "K2": 14,
    "K2 pipelined": 14,
    "K3": 8,
    "K4": 6,
    "K5 frozen": 2,
    "K5 restarted": 2,
    "K5 cut": 2,
    "K6 memory": 4,
    "K6 disk": 1,
    "R": 5,
}
PEOPLE_A_KILL: Final = 110  # so that the list is not through before the last kill
PAGE: Final = """\
# Kills

What happened when the program was killed, by the protocol in `tests/chaos/`: commands, signals and a sink are all it sees of it.
The sink writes down each acceptance durably before it answers, after up to 50 ms, and reads on after the client died.
`make chaos` runs it by hand, `CHAOS="--kills 60"` chooses the size; every push runs some sixty kills of it.

Missed: got nothing, and is not skipped or failed by name. Wrong: was not on the list.
Extra: second copies, at most as many as the connections of what was killed. Unannounced: those that the ledger did not say.
Differing: two copies that are not byte for byte the same. Disagreeing: screen, ledger, sink and `newsletter verify` tell other counts.

{when}, {kills} kills on {machine}.

| part | kills | people | missed | wrong | extra | at most | unannounced | differing | disagreeing | seconds |
|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
{rows}
{skipped}"""

Work = Callable[[Path, int], Verdict]


def main() -> int:
    """Run the parts that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--kills", type=int, default=60, help="about so many, in all")
    parser.add_argument("--only", default="", help="only the parts that begin so, such as K5")
    parser.add_argument("--table", type=Path, help="keep the figures in this file")
    told = parser.parse_args()
    skipped = _skipped()
    verdicts: list[Verdict] = []
    for one in _verdicts(told.kills, only=told.only, skipped=skipped):
        verdicts.append(one)
        if told.table is not None:  # after each part: it takes long, and what is done is done
            told.table.write_text(_page(verdicts, skipped), encoding="utf-8")
    kills = sum(one.kills for one in verdicts)
    broken = [one for one in verdicts if not one.is_good]
    _say(f"{kills} kills, {len(broken)} parts in which a promise was broken")
    return 1 if broken else 0


def _verdicts(kills: int, *, only: str, skipped: dict[str, str]) -> Iterator[Verdict]:
    with TemporaryDirectory(prefix="chaos-") as folder:
        for name, work in _works(skipped).items():
            if name in skipped or not name.startswith(only):
                continue
            number = max(1, round(kills * SHARES[name] / 100))
            verdict = work(Path(folder) / name.replace(" ", "-"), number)
            _say(f"{'    ' if verdict.is_good else 'BAD '}{verdict}")
            yield verdict


def _works(skipped: dict[str, str]) -> dict[str, Work]:
    def people(kills: int) -> int:
        return 400 + PEOPLE_A_KILL * kills

    def events(folder: Path, kills: int, *, pipelining: bool) -> Verdict:
        each = max(1, kills // len(EVENTS))
        size = 400 + 60 * each * len(EVENTS)
        return parts.at_events(folder, people=size, each=each, pipelining=pipelining)

    works: dict[str, Work] = {
        "K1": lambda f, n: parts.at_random(f, people=people(n), kills=n),
        "K1 pipelined": lambda f, n: parts.at_random(f, people=people(n), kills=n, pipelining=True),
        "K1 site": lambda f, n: parts.at_random(f, people=people(n), kills=n, serves=True),
        "K2": lambda f, n: events(f, n, pipelining=False),
        "K2 pipelined": lambda f, n: events(f, n, pipelining=True),
        "K3": lambda f, n: parts_of_the_way.all_the_way(f, people=2_000, each=max(1, n // 5)),
        "K6 memory": lambda f, n: parts_of_the_way.out_of_memory(f, people=people(n), times=n),
        "K6 disk": lambda f, n: parts_of_the_way.disk_full(f, people=people(n), times=n),
        "R": lambda f, n: parts.with_a_log(f, people=people(n), kills=n),
    }
    if "K4" not in skipped:
        works |= _works_of_many()
    return works


def _works_of_many() -> dict[str, Work]:
    many = {
        "K4": (parts_of_many.workers_killed, 60),
        "K5 restarted": (parts_of_many.database_restarted, 400),
        "K5 frozen": (parts_of_many.workers_frozen, 700),
        "K5 cut": (parts_of_many.network_cut, 700),
    }

    def work(name: str) -> Work:
        run, people = many[name]

        def with_a_server(folder: Path, number: int) -> Verdict:
            with cluster.cluster() as server:
                return run(folder, server, people=500 + people * number, times=number)

        return with_a_server

    return {name: work(name) for name in many}


def _skipped() -> dict[str, str]:
    """Return the parts that cannot run here, with the reason."""
    found = {"R": postfix.why_not(), "K6 disk": parts_of_the_way.why_no_disk()}
    found |= dict.fromkeys(("K4", "K5 frozen", "K5 restarted", "K5 cut"), cluster.why_not())
    return {name: why for name, why in found.items() if why}


def _page(verdicts: list[Verdict], skipped: dict[str, str]) -> str:
    rows = "\n".join(
        f"| {one.part} | {one.kills} | {one.people} | {one.missed} | {one.wrong} | {one.extra} "
        f"| {one.bound} | {one.unannounced} | {one.differing} | {one.disagreeing} "
        f"| {one.seconds:.0f} |"
        for one in verdicts
    )
    told = "".join(f"\nNot run: {name}, because {why}." for name, why in skipped.items())
    return PAGE.format(
        when=datetime.now(UTC).date().isoformat(),  # noqa: TID251 - when it was run
        kills=sum(one.kills for one in verdicts),
        machine=f"{os.cpu_count()} cores, Python {platform.python_version()}",
        rows=rows,
        skipped=told,
    )


def _say(sentence: str) -> None:
    sys.stdout.write(sentence + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
