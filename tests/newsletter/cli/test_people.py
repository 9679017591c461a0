"""One reader by command: what we hold, and all that happened."""

import pytest

from tests.newsletter.cli.shell import Shell
from tests.newsletter.send.smtp_server import Relay, serving


def test_a_reader_is_shown_with_their_history_the_newest_first(shell: Shell) -> None:
    shell.run("subscriber", "add", "jan@example.org", "--ground", "lid sinds 2027")
    shell.run("subscriber", "show", "jan@example.org")

    told = shell.json("subscriber", "show", "JAN@example.org")

    assert [(one["kind"], one["what"]) for one in told["history"]] == [
        ("done", "subscriber.viewed"),
        ("consent", "imported"),
    ]
    assert told["history"][1]["note"] == "lid sinds 2027"
    assert told["history"][1]["source"] == "command"
    shell.run("subscriber", "show", "niemand@example.org", status=1)


@pytest.mark.parametrize("takes", [True, False])
def test_an_address_that_the_relay_refuses_comes_in_with_a_warning(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    takes: bool,  # noqa: FBT001 - made up
) -> None:
    with serving(Relay(), enable_SMTPUTF8=takes) as port:
        monkeypatch.setenv("NEWSLETTER_SMTP_URL", f"smtp://127.0.0.1:{port}")
        shell.run("subscriber", "add", "zoë@example.org", "--ground", "lid sinds 2027")
        warned = "the relay takes no address with letters such as é" in shell.err
        shell.run("subscriber", "add", "jan@example.org", "--ground", "lid sinds 2027")

    assert (warned, "warning" in shell.err) == (not takes, False)
    shell.run("subscriber", "show", "zoë@example.org")


def test_what_we_hold_reads_as_text_without_json(shell: Shell) -> None:
    shell.run("subscriber", "add", "jan@example.org", "--ground", "lid\nsinds 2027")
    shell.run("subscriber", "show", "jan@example.org")

    told = shell.run("subscriber", "show", "jan@example.org")

    lines = told[told.index("consents ") :].splitlines()
    assert lines[0].startswith("consents             kind imported; at 20")
    assert lines[0].endswith("; ground lid sinds 2027; source command")
    assert lines[-2].startswith("history              at 20")
    assert lines[-2].endswith("; kind done; what subscriber.viewed; source cli")
    assert lines[-1].startswith("                     at 20")
    assert "datetime" not in told
    assert "{" not in told


def test_who_was_erased_is_told_from_who_was_never_there(shell: Shell) -> None:
    shell.run("subscriber", "add", "jan@example.org", "--ground", "lid")
    shell.run("subscriber", "erase", "JAN@example.org")

    said = {}
    for email in ("jan@example.org", "piet@example.org", "geen adres"):
        shell.run("subscriber", "erase", email, status=1)
        said[email] = shell.err
        shell.run("subscriber", "show", email, status=1)
        assert shell.err == said[email]

    assert said == {
        "jan@example.org": (
            "newsletter: that address was erased: nothing is kept of it but a keyed hash\n"
        ),
        "piet@example.org": "newsletter: no subscriber has that address\n",
        "geen adres": "newsletter: not an e-mail address: a space in the address\n",
    }
