"""What is judged after the kills, whoever made the program (the counts of the protocol)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tests.chaos.world import World, copies

EXCUSED = frozenset({"skipped", "failed"})


@dataclass(frozen=True)
class Verdict:
    """One part's figures. bound: as many extra copies as the kills may cost.

    missed:      who got nothing, and is not skipped or failed by name.
    wrong:       who got something and was not on the list.
    extra:       second copies; unannounced: those that the ledger did not say.
    differing:   who got two copies that are not byte for byte the same.
    disagreeing: in how many ways screen, ledger and sink tell other counts.
    """

    part: str
    kills: int
    people: int
    missed: int
    wrong: int
    extra: int
    bound: int
    unannounced: int
    differing: int
    disagreeing: int
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether every promise was kept."""
        nothing = (self.missed, self.wrong, self.unannounced, self.differing, self.disagreeing)
        return not any(nothing) and self.extra <= self.bound

    def __str__(self) -> str:
        return (
            f"{self.part}: {self.kills} kills, {self.people} people: missed {self.missed}, "
            f"wrong {self.wrong}, extra {self.extra} (at most {self.bound}), "
            f"unannounced {self.unannounced}, differing {self.differing}, "
            f"disagreeing {self.disagreeing}"
        )


def judge(
    part: str,
    world: World,
    edition: str,
    expected: Iterable[str],
    *,
    in_hand: int = 0,
    seconds: float = 0.0,
    passed_on: bool = False,
) -> Verdict:
    """Hold screen, ledger and sink against who should have got the edition.

    in_hand:   how many messages one kill may cost; 0: as many as there are connections.
    passed_on: by a relay that adds lines, so that two copies differ.
    """
    wanted = set(expected)
    lines = [line for line in world.sink.lines() if line[1].startswith(f"<e{edition}.")]
    got, ledger = copies(lines), world.ledger(edition)
    named = {who for who, (state, _) in ledger.items() if state in EXCUSED}
    first: dict[str, list[str]] = {}
    kept = 1 if passed_on else 2  # Message-ID and digest
    return Verdict(
        part=part,
        kills=world.killed,
        people=len(wanted),
        missed=len(wanted - set(got) - named),
        wrong=len(set(got) - wanted),
        extra=sum(number - 1 for number in got.values()),
        bound=world.killed * (in_hand or world.connections),
        unannounced=sum(
            max(0, number - 1 - ledger.get(who, ("", 0))[1]) for who, number in got.items()
        ),
        differing=len({w for w, *rest in lines if first.setdefault(w, rest[:kept]) != rest[:kept]}),
        disagreeing=len(_disagreements(world, edition, ledger, got)),
        seconds=seconds,
    )


def _disagreements(
    world: World, edition: str, ledger: dict[str, tuple[str, int]], got: Counter[str]
) -> list[str]:
    screen = world.ask("edition", "status", edition)
    states = Counter(state for state, _ in ledger.values())
    sent = {who for who, (state, _) in ledger.items() if state == "sent"}
    facts = {
        "complete": screen["state"] == "sent",
        "size": screen["recipients"] == len(ledger),
        "sent": screen["sent"] == states["sent"] == len(got),
        "named": sent == set(got),
        "others": [screen[one] for one in ("failed", "skipped", "in_doubt")]
        == [states[one] for one in ("failed", "skipped", "in_doubt")],
        "waiting": screen["pending"] == 0,
        "verified": world.run("verify", edition, "--accepted", str(world.sink.ledger)) == 0,
    }
    wrong = [name for name, is_so in facts.items() if not is_so]
    if wrong:
        print(f"they disagree about {wrong}: {screen}, {dict(states)}")  # noqa: T201 - for who looks
    return wrong
