"""Kill the program again and again: nobody is missed, and every second copy was announced."""

import random
from pathlib import Path

import pytest

from newsletter.store.deliveries import figures
from newsletter.values import EditionStatus
from tests.chaos.program import announced, approved, free_port, program

pytestmark = pytest.mark.chaos

PEOPLE = 2_000
CONNECTIONS = 8
SEED = 20270422


@pytest.mark.parametrize(("command", "kills"), [("send", 20), ("serve", 4)])
def test_kill_at_random_moments_misses_nobody(
    database_url: str, tmp_path: Path, command: str, kills: int
) -> None:
    moments = random.Random(SEED)  # noqa: S311 - when to kill

    with program(tmp_path, database_url, connections=CONNECTIONS) as shipped:
        services = shipped.services()
        edition_id = str(approved(services, people=PEOPLE))
        send = ("edition", "send", edition_id, "--wait")
        if command == "serve":
            assert shipped.run("edition", "send", edition_id) == 0
        for _ in range(kills):
            killed = send if command == "send" else ("serve", "--port", str(free_port()))
            shipped.kill_after(moments.uniform(0.0, 0.2), *killed)
        assert shipped.run(*send) == 0

    copies, resends = shipped.copies(), announced(services.db)
    expected = {f"r{one}@example.org" for one in range(1, PEOPLE + 1)}
    extra = {who: number - 1 for who, number in copies.items() if number > 1}
    with services.db.read() as session:
        found = figures(session, int(edition_id))
    services.db.close()
    print(  # noqa: T201 - the figures, for who runs it with -s
        f"\nkills {kills}, missed {len(expected - set(copies))}, "
        f"wrong {len(set(copies) - expected)}, extra copies {sum(extra.values())}, "
        f"announced {sum(resends.values())}"
    )
    assert expected - set(copies) == set()
    assert set(copies) - expected == set()
    assert {who for who, number in extra.items() if number > resends.get(who, 0)} == set()
    assert sum(resends.values()) <= CONNECTIONS * kills
    assert (found.state, found.recipients, found.sent) == (EditionStatus.SENT, PEOPLE, PEOPLE)
    assert found.resent == sum(resends.values())
    assert shipped.differing() == set()
