"""`newsletter log`, and how commands stand in the log."""

from pathlib import Path

import pytest

from newsletter.store.editions import log_event
from storage.log import record
from storage.session import Database
from tests.factories import make_edition, make_subscriber, make_user
from tests.fakes import START
from tests.newsletter.cli.shell import Shell

Capture = pytest.CaptureFixture[str]


def log(shell: Shell, *words: str) -> list[str]:
    """Return the sentences, newest first."""
    return [one["sentence"] for one in shell.json("log", *words)]


@pytest.fixture
def edition(db: Database) -> int:
    with db.write() as session:
        fenna = make_user(session, "fenna@example.org")
        number = make_edition(session, number=12).id
        log_event(session, number, what="submitted", now=START, user_id=fenna, note="Klaar.")
        record(session, "source.removed", now=START, about="De Bron")
    return number


def test_the_log_is_told_newest_first(shell: Shell, edition: int) -> None:
    lines = shell.run("log").splitlines()

    assert [" ".join(line.split()) for line in lines] == [
        "When What Note",
        "2027-04-20T10:00:00+02:00 Het programma verwijderde de bron ‘De Bron’.",
        "2027-04-20T10:00:00+02:00 fenna@example.org diende editie 12 in. Klaar.",
    ]
    assert len(shell.run("log", "--limit", "1").splitlines()) == 2


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("--edition", "1"), 1),
        (("--group", "bronnen"), 1),
        (("--by", "fenna@example.org"), 1),
        (("--words", "ingediend"), 0),
        (("--words", "verwijderde"), 1),
        (("--from", "2027-04-20", "--to", "2027-04-20"), 2),
        (("--from", "2027-04-21"), 0),
        (("--to", "2027-04-19"), 0),
    ],
)
def test_options_narrow_the_log(
    shell: Shell, edition: int, words: tuple[str, ...], count: int
) -> None:
    assert len(log(shell, *words)) == count


@pytest.mark.parametrize("day", ["gisteren", "2027-13-01", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_refused(shell: Shell, day: str) -> None:
    shell.run("log", "--to", day, status=1)
    assert "--to" in shell.err


def test_nothing_is_said_to_be_nothing(shell: Shell) -> None:
    assert shell.run("log").strip() == "Nothing in the log fits."
    assert log(shell) == []


READERS = "email,audience\nanna@example.org,school\nbas@example.org,school\nniets,school\n"


def test_what_a_command_does_with_readers_is_told_by_number_only(
    shell: Shell, db: Database, tmp_path: Path
) -> None:
    with db.write() as session:
        make_subscriber(session, "weg@example.org", name="Wilma Weg")
    (tmp_path / "lijst.csv").write_text(READERS)

    shell.run("subscriber", "show", "weg@example.org")
    shell.run("subscriber", "erase", "weg@example.org")
    shell.run("subscriber", "import", str(tmp_path / "lijst.csv"), "--ground", "Aangemeld")
    shell.run("subscriber", "import", str(tmp_path / "lijst.csv"), "--ground", "x", "--dry-run")
    shell.run("subscriber", "export", "--out", str(tmp_path / "uit.csv"))
    shell.run("segment", "save", "scholen", "--where", "audience = school")

    who = "Iemand, via de opdrachtregel,"
    assert log(shell) == [
        f"{who} bewaarde de doelgroep ‘scholen’",
        f"{who} haalde gegevens van abonnees op als bestand",
        f"{who} bracht een lijst met abonnees binnen: 2 nieuw, 0 bijgewerkt, 0 gelijk, 1 geweigerd",
        f"{who} wiste abonnee 1",
        f"{who} bekeek alle gegevens van abonnee 1",
    ]
    told = shell.run("log", "--json")
    assert "@" not in told
    assert "Wilma" not in told


def test_a_command_without_an_account_is_somebodys(shell: Shell, tmp_path: Path) -> None:
    shell.run("edition", "draft", "--title", "Mei")
    shell.run("source", "add", str(tmp_path), "--kind", "practice", "--name", "Map")

    assert log(shell) == [
        "Iemand, via de opdrachtregel, ging de bron ‘Map’ volgen",
        "Iemand, via de opdrachtregel, begon editie 1",
    ]
