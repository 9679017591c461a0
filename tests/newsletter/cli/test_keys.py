"""`newsletter key make dkim` and `key show`: a key, and the record for DNS."""

import re
from pathlib import Path

import pytest

from newsletter.wiring import read_services
from tests.newsletter.cli.shell import Shell


@pytest.fixture(autouse=True)
def _database(shell: Shell) -> None:
    shell.run("init")


def test_a_key_is_made_and_its_record_told(shell: Shell, tmp_path: Path) -> None:
    [made] = shell.json("key", "make", "dkim", "--selector", "news-1")
    [shown] = shell.json("key", "show")

    assert made == shown
    assert (made["selector"], made["kind"], made["in_use"]) == ("news-1", "rsa", False)
    assert made["name"] == "news-1._domainkey.example.org"
    assert made["value"].startswith("v=DKIM1; k=rsa; p=")
    assert "".join(re.findall(r'"([^"]*)"', made["zone_line"])) == made["value"]
    assert (tmp_path / "dkim" / "news-1.pem").stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in shell.out + shell.err
    assert "key.dkim_made" in {one["what"] for one in shell.json("log")}


def test_people_read_the_record_in_one_line(shell: Shell) -> None:
    text = shell.run("key", "make", "dkim", "--kind", "ed25519")

    found = re.search(r"^value +(v=DKIM1; k=ed25519; p=\S+)$", text, re.M)
    assert found is not None
    assert re.search(r"^name +news-\d{6}-ed\._domainkey\.example\.org$", text, re.M)
    assert re.search("set NEWSLETTER_DKIM_SELECTOR to news-[0-9]{6}-ed", shell.err)


def test_the_key_that_is_chosen_signs(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.run("key", "make", "dkim", "--selector", "a")
    shell.run("key", "make", "dkim", "--selector", "b", "--kind", "ed25519")
    monkeypatch.setenv("NEWSLETTER_DKIM_SELECTOR", "b,a")

    shown = shell.json("key", "show")

    assert [(one["selector"], one["in_use"]) for one in shown] == [("a", True), ("b", True)]
    services = read_services()
    services.db.close()
    assert list(services.house.dkim) == ["a", "b"]


@pytest.mark.parametrize(("kind", "chosen"), [("rsa", "b"), ("ed25519", "a,b")])
def test_what_to_choose_keeps_the_key_of_the_other_kind(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, kind: str, chosen: str
) -> None:
    shell.run("key", "make", "dkim", "--selector", "a")
    monkeypatch.setenv("NEWSLETTER_DKIM_SELECTOR", "a")

    shell.run("key", "make", "dkim", "--selector", "b", "--kind", kind)

    assert f"set NEWSLETTER_DKIM_SELECTOR to {chosen} and restart" in shell.err


def test_what_cannot_be_made_is_told_in_one_line(shell: Shell) -> None:
    shell.run("key", "make", "dkim", "--selector", "a")
    shell.run("key", "make", "dkim", "--selector", "a", status=1)
    again = shell.err
    shell.run("key", "make", "dkim", "--selector", "A b", status=1)

    assert again.count("\n") == shell.err.count("\n") == 1
    assert "is there already: give another --selector" in again
    assert "--selector: a selector is a name" in shell.err


def test_without_a_key_there_is_nothing_to_show(shell: Shell) -> None:
    assert shell.json("key", "show") == []
    assert shell.run("key", "show") == ""
    assert "newsletter key make dkim" in shell.err
