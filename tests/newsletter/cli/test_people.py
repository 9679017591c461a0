"""One reader by command: what we hold, and all that happened."""

from tests.newsletter.cli.shell import Shell


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
