"""`newsletter item add`, and what a script reads of it afterwards."""

import pytest

from tests.newsletter.cli.shell import Shell

EVENT = ("--kind", "event", "--title", "Congres")


@pytest.fixture
def shell(shell: Shell) -> Shell:
    return shell.at("item")


def test_an_item_is_told_back_as_it_was_stored(shell: Shell) -> None:
    added = shell.json("add", "--kind", "news", "--title", " Een\n\x07titel\u202e ")

    assert added == {"id": added["id"], "title": "Een titel"}
    assert shell.json("show", str(added["id"]))["title"] == "Een titel"


@pytest.mark.parametrize(
    ("when", "stored"),
    [
        (("--starts", "2027-04-22"), ("2027-04-22T00:00:00+02:00", None, True)),
        (("--starts", "20270422"), ("2027-04-22T00:00:00+02:00", None, True)),
        (
            ("--starts", "2027-04-22", "--ends", "2027-04-23"),  # the end of the last day
            ("2027-04-22T00:00:00+02:00", "2027-04-24T00:00:00+02:00", True),
        ),
        (
            ("--starts", "2027-04-22T10:00", "--ends", "2027-04-22T12:00"),
            ("2027-04-22T10:00:00+02:00", "2027-04-22T12:00:00+02:00", False),
        ),
    ],
)
def test_an_event_is_on_days_or_at_moments(
    shell: Shell, when: tuple[str, ...], stored: tuple[str, str | None, bool]
) -> None:
    shell.json("add", *EVENT, *when)

    (event,) = shell.json("list", "--kind", "event")
    assert (event["starts_at"], event["ends_at"], event["all_day"]) == stored


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (EVENT, "an event needs --starts, and only an event has it"),
        (("--kind", "news", "--title", "x", "--starts", "2027-04-22"), "only an event has it"),
        (("--kind", "news", "--title", "x", "--ends", "2027-04-22"), "--ends needs --starts"),
        ((*EVENT, "--starts", "30-02-2027"), "--starts '30-02-2027' is not a date"),
        ((*EVENT, "--starts", "2027-02-30"), "--starts '2027-02-30' is not a date"),
        ((*EVENT, "--starts", "2027-04-22", "--ends", "2027-04-22T12:00"), "both as a date"),
        ((*EVENT, "--starts", "2027-04-22", "--ends", "2027-04-20"), "ends before it starts"),
        ((*EVENT, "--starts", "9999-12-31", "--ends", "9999-12-31"), "the last day there is"),
        (("--kind", "news", "--title", "x" * 301), "title is longer than 300 characters"),
        (("--kind", "news", "--title", " "), "give the item a title"),
        (("--kind", "news", "--title", "x", "--theme", "kaas"), "there is no theme called 'kaas'"),
        (
            ("--kind", "news", "--title", "x", "--url", "http://a b/"),
            "not an http or https address",
        ),
    ],
)
def test_what_cannot_be_kept_is_one_line(shell: Shell, words: tuple[str, ...], says: str) -> None:
    assert shell.run("add", *words, "--json", status=1) == ""

    (line,) = shell.err.splitlines()
    assert says in line
    assert shell.json("list") == []
