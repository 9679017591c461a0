"""`newsletter user ...`: who may come in, by command."""

from pathlib import Path

import pytest

from newsletter.demo.catcher import Catcher
from newsletter.demo.mailbox import Mailbox
from tests.newsletter.cli.shell import Shell

ADD = ("--role", "administrator", "--password-stdin")


@pytest.fixture
def shell(shell: Shell) -> Shell:
    return shell.at("user")


def test_accounts_are_added_and_listed_with_their_state(shell: Shell) -> None:
    assert "There is no account yet" in shell.run("list")
    shell.json("add", "baas@example.org", *ADD, typed="fiets lamp dinsdag\n")
    shell.json("add", "lezer@example.org", "--role", "reader", ADD[2], typed="lamp fiets maandag")

    listed = shell.json("list")

    assert [(one["email"], one["role"], one["state"]) for one in listed] == [
        ("baas@example.org", "administrator", "in"),
        ("lezer@example.org", "reader", "in"),
    ]
    assert "baas@example.org" in shell.run("list")


def test_somebody_is_switched_off_but_not_the_last_administrator(shell: Shell) -> None:
    shell.json("add", "baas@example.org", *ADD, typed="fiets lamp dinsdag")
    shell.json("add", "rosa@example.org", "--role", "editor", ADD[2], typed="lamp fiets maandag")

    assert shell.json("disable", "rosa@example.org")["state"] == "off"
    shell.run("disable", "baas@example.org", status=1)

    assert "last administrator" in shell.err
    assert [one["state"] for one in shell.json("list")] == ["in", "off"]
    shell.run("disable", "rosa@example.org", status=1)
    assert "switched off" in shell.err


def test_a_password_that_is_guessed_at_once_is_refused(shell: Shell) -> None:
    shell.run("add", "baas@example.org", *ADD, typed="baas@example.org\n", status=1)

    assert "little more than a known name" in shell.err


def test_somebody_is_invited_by_mail(
    shell: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Catcher(Mailbox(tmp_path / "mail")) as catcher:
        monkeypatch.setenv("NEWSLETTER_SMTP_URL", f"smtp://127.0.0.1:{catcher.port}")

        asked = shell.json("invite", "noor@example.org", "--role", "editor", "--name", "Noor")

        (letter,) = catcher.mailbox.all()
        raw = catcher.mailbox.raw(letter.number) or b""
    assert (asked["mail"], letter.recipient) == ("sent", "noor@example.org")
    assert b"/redactie/uitnodiging/" in raw
    assert [one["state"] for one in shell.json("list")] == ["invited"]


def test_an_invitation_that_cannot_be_mailed_is_said(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_SMTP_URL", "smtp://127.0.0.1:1")

    shell.run("invite", "noor@example.org", "--role", "editor", status=1)

    assert "the mail did not go" in shell.err
    assert [one["state"] for one in shell.json("list")] == ["invited"]


def test_a_reader_of_results_moves_no_edition(
    shell: Shell,
) -> None:
    shell.json("add", "lezer@example.org", "--role", "reader", ADD[2], typed="lamp fiets maandag")
    edition = shell.at("edition")

    edition.run("submit", "1", "--by", "lezer@example.org", status=1)

    assert "reads results and changes nothing" in edition.err
