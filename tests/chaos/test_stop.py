"""Ask the program to stop: what is in hand is finished, and nobody gets a second copy."""

from pathlib import Path
from signal import SIGINT, SIGTERM, Signals

import pytest

from tests.chaos.program import announced, approved, free_port, program

pytestmark = pytest.mark.chaos

PEOPLE = 600
CONNECTIONS = 8


@pytest.mark.parametrize("number", [SIGINT, SIGTERM])
@pytest.mark.parametrize(("command", "status"), [("send", 1), ("worker", 0), ("serve", 0)])
def test_stop_doubles_nothing(
    database_url: str, tmp_path: Path, number: Signals, command: str, status: int
) -> None:
    with program(tmp_path, database_url, connections=CONNECTIONS) as shipped:
        services = shipped.services()
        edition_id = str(approved(services, people=PEOPLE))
        send = ("edition", "send", edition_id, "--wait")
        commands = {
            "send": send,
            "worker": ("worker",),
            "serve": ("serve", "--port", str(free_port())),
        }
        if command != "send":
            shipped.run("edition", "send", edition_id)

        ended, said = shipped.signal_after(number, 0.1, *commands[command])
        before = len(shipped.accepted())
        finished = shipped.run(*send)

    copies, resends = shipped.copies(), announced(services.db)
    services.db.close()
    assert (ended, finished) == (status, 0)
    assert "Traceback" not in said
    assert ("send it again" in said) == (command == "send")
    assert before < PEOPLE
    assert copies == {f"r{one}@example.org": 1 for one in range(1, PEOPLE + 1)}
    assert resends == {}
