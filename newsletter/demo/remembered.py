"""What a demo's folder remembers, so that it is the same demo the next time: its day, its port."""

import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final

NAME: Final = "demo.json"
FRESH: Final = timedelta(days=21)  # after three weeks what partners wrote is old: it starts anew


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is written down.

    day:           the demo's day zero, as an ISO date.
    partners_port: where the partners were the last time; 0 for nowhere yet.
    """

    day: str
    partners_port: int = 0

    @property
    def demo_day(self) -> date:
        """The demo's day zero."""
        return date.fromisoformat(self.day)


def recall(data_dir: Path, *, today: date) -> Remembered:
    """Return what the folder remembers; a new day zero when there is none, or none of use."""
    try:
        known = Remembered(**json.loads((data_dir / NAME).read_text("utf-8")))
        fresh = timedelta() <= today - known.demo_day < FRESH
    except (OSError, ValueError, TypeError):
        return Remembered(today.isoformat())
    return known if fresh else Remembered(today.isoformat(), known.partners_port)


def remember(data_dir: Path, known: Remembered) -> None:
    """Write it down for the next time."""
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / NAME).write_text(json.dumps(asdict(known)) + "\n", encoding="utf-8")
