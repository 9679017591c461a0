"""`newsletter partnership ...` and `organisation ...`, as scripts and people see them."""

from pathlib import Path

import pytest

from tests.newsletter.cli.shell import Shell

PARTNERSHIPS = """slug,name,region,stage,agreed_on,agreed_by
,De Meander,Gelderland,erkend,2026-05-28,penvoerder
,Hunzeland,Drenthe,aspirant,,
,Fout,Oost,,,
"""
ORGANISATIONS = """name,audience,city,partnerships
Lyceum,school,Ede,de-meander
Hogeschool,lerarenopleiding,,de-meander;hunzeland
"""


@pytest.fixture
def lists(tmp_path: Path) -> tuple[str, str]:
    paths = tmp_path / "opleidingsscholen.csv", tmp_path / "organisaties.csv"
    for path, text in zip(paths, (PARTNERSHIPS, ORGANISATIONS), strict=True):
        path.write_text(text, encoding="utf-8")
    return str(paths[0]), str(paths[1])


def test_lists_come_in_by_line_and_the_same_again_changes_nothing(
    shell: Shell, lists: tuple[str, str]
) -> None:
    partnerships, organisations = lists

    dry = shell.json("partnership", "import", partnerships, "--dry-run")
    first = shell.json("partnership", "import", partnerships)
    again = shell.json("partnership", "import", partnerships)
    brought = shell.json("organisation", "import", organisations)

    assert dry == first
    assert (first["added"], first["rejected"], again["unchanged"]) == (2, 1, 2)
    assert first["errors"] == [
        {
            "line": 4,
            "value": "Oost",
            "reason": "Dit is geen provincie. Kies er een, zoals Gelderland.",
        }
    ]
    assert (brought["added"], brought["errors"]) == (2, [])
    assert [
        (one["slug"], one["schools"], one["institutes"], one["shown"])
        for one in shell.json("partnership", "list")
    ] == [("de-meander", 1, 1, True), ("hunzeland", 0, 1, False)]


def test_one_is_shown_with_what_belongs_to_it(shell: Shell, lists: tuple[str, str]) -> None:
    for kind, path in zip(("partnership", "organisation"), lists, strict=True):
        shell.json(kind, "import", path)

    shown = shell.json("partnership", "show", "de-meander")

    assert [one["name"] for one in shown["organisations"]] == ["Hogeschool", "Lyceum"]
    assert (shown["readers"], shown["agreed_on"]) == (0, "2026-05-28")
    assert "Hogeschool, Lyceum" in shell.run("partnership", "show", "de-meander")
    assert shell.json("organisation", "show", "HOGESCHOOL")["partnerships"] == [
        "de-meander",
        "hunzeland",
    ]
    named = shell.json("organisation", "list", "--partnership", "hunzeland")
    assert [one["name"] for one in named] == ["Hogeschool"]


def test_what_goes_out_comes_in_again(shell: Shell, lists: tuple[str, str], tmp_path: Path) -> None:
    for kind, path in zip(("partnership", "organisation"), lists, strict=True):
        shell.json(kind, "import", path)
        out = tmp_path / f"{kind}.csv"
        shell.run(kind, "export", "--out", str(out))

        assert "2 lines written" in shell.err
        assert shell.run(kind, "export").splitlines() == out.read_text("utf-8").splitlines()
        assert shell.json(kind, "import", str(out))["unchanged"] == 2
        shell.run(kind, "export", "--out", str(out.with_suffix(".xlsx")))
        assert shell.json(kind, "import", str(out.with_suffix(".xlsx")))["unchanged"] == 2


def test_one_is_added_by_its_fields(shell: Shell) -> None:
    added = shell.json(
        *("partnership", "add", "De Meander", "--region", "gelderland", "--stage", "erkend"),
        *("--sector", "vo", "--since", "2009", "--agreed-by", "penvoerder"),
    )
    member = shell.json(
        *("organisation", "add", "Lyceum", "--audience", "school", "--partnership", "de-meander"),
    )

    assert (added["slug"], added["region"], added["shown"]) == ("de-meander", "Gelderland", True)
    assert (member["partnerships"], member["followed"]) == (["de-meander"], 0)
    person = shell.json(
        *("subscriber", "add", "jan@example.org", "--ground", "gevraagd"),
        *("--organisation", "Lyceum"),
    )
    assert person["audience"] == "school"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("partnership", "add", "X", "--region", "Oost"), "region: Dit is geen provincie."),
        (("partnership", "add", "X", "--since", "ooit"), "since: Dit is geen jaar."),
        (("partnership", "show", "nergens"), "there is no partnership 'nergens'"),
        (("partnership", "list", "--region", "Narnia"), "region: Dit is geen provincie."),
        (("partnership", "export", "--out", "uit.ods"), "let the name end in .csv or .xlsx"),
        (("organisation", "show", "nergens"), "see newsletter organisation list"),
        (("organisation", "list", "--partnership", "nergens"), "no partnership 'nergens'"),
        (("organisation", "add", "X", "--audience", "school", "--partnership", "y"), "'y'"),
        (("partnership", "import", "nergens.csv"), "nergens.csv"),
    ],
)
def test_what_cannot_be_done_is_one_line(shell: Shell, words: tuple[str, ...], says: str) -> None:
    shell.run(*words, status=1)

    assert says in shell.err
    assert len(shell.err.splitlines()) == 1


def test_a_name_that_is_taken_is_refused(shell: Shell) -> None:
    shell.run("partnership", "add", "De Meander")
    shell.run("organisation", "add", "Lyceum", "--audience", "school")

    shell.run("partnership", "add", "de meander", status=1)
    assert "there is a partnership of that name" in shell.err
    shell.run("organisation", "add", "LYCEUM", "--audience", "school", status=1)
    assert "there is an organisation of that name" in shell.err


def test_an_empty_list_says_what_to_do(shell: Shell) -> None:
    assert "newsletter partnership add NAME" in shell.run("partnership", "list")
    assert "newsletter organisation add NAME" in shell.run("organisation", "list")
    shell.run("partnership", "add", "De Meander", "--region", "Gelderland")
    assert "De Meander" in shell.run("partnership", "list", "--region", "gelderland")
    assert shell.run("partnership", "list", "--search", "z").strip() == "No partnership fits that."
    assert "No organisation fits" in shell.run("organisation", "list", "--search", "z")


def test_a_list_by_standard_input_says_what_it_brings(shell: Shell) -> None:
    typed = "naam;penvoerder\nDe Meander;Z\n"

    told = shell.run("partnership", "import", "-", "--dry-run", typed=typed)

    assert told.splitlines()[-2:] == ["new        De Meander", "not used   penvoerder"]
