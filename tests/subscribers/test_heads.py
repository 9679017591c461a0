"""Which column is which: by its head, by what was said, and by what stands in it."""

import re
from pathlib import Path

import pytest

from subscribers.errors import MalformedImport
from subscribers.heads import find_columns, guess_columns
from subscribers.sheets import open_sheet, propose


@pytest.mark.parametrize(
    ("head", "field"),
    [
        ("E-mail adres", "email"),
        ("e_mailadres", "email"),
        ("EMAIL", "email"),
        ("Naam:", "name"),
        ("Thema’s", "themes"),
        ("thema's", "themes"),
        (" Regio ", "region"),
    ],
)
def test_a_head_is_known_by_its_letters(head: str, field: str) -> None:
    assert find_columns(["x", head], {}) == {field: 1}


def test_a_column_may_be_given_by_its_place() -> None:
    assert find_columns(["email", "email", ""], {"email": 1, "name": 2}) == {"email": 1, "name": 2}
    with pytest.raises(MalformedImport):
        find_columns(["email"], {"name": 3})


def test_content_tells_addresses_and_sides() -> None:
    rows = [
        ["Jan", "jan@example.org", "school"],
        ["Piet", "", "Lerarenopleiding"],
        ["Bea", "bea@example.org, thuis", ""],
        ["", "kees@example.org"],
    ]

    assert guess_columns(["a", "b", "c"], rows) == {"email": 1, "audience": 2}
    assert guess_columns(["a"], [["x"], ["y"]]) == {}
    assert guess_columns(["a"], []) == {}


def test_a_proposal_shows_how_a_file_is_read_and_what_is_only_guessed(tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    path.write_bytes("Naam;Contact\nZoë;zoe@example.org\n".encode("windows-1252"))

    found = propose(path)

    assert (found.encoding, found.delimiter) == ("windows-1252", ";")
    assert found.columns == {"name": 0, "email": 1}
    assert found.guessed == {"email"}
    assert found.rows == [["Zoë", "zoe@example.org"]]


def test_who_forgot_the_column_hears_which_it_may_be(tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    path.write_text("Naam;Contact\nZoë;zoe@example.org\n")

    with pytest.raises(MalformedImport, match="'Contact' holds addresses"), open_sheet(path, {}):
        pass


def test_of_a_list_without_heads_nobody_is_named(tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    path.write_text("Zoë;zoe@example.org\nJan;jan@example.org\n")

    with pytest.raises(MalformedImport) as refused, open_sheet(path, {}):
        pass

    assert "its first line is about a person" in str(refused.value)
    assert not re.search("zoe|jan", str(refused.value), re.IGNORECASE)


def test_a_lacking_column_is_told_with_the_heads_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "lijst.csv"
    heads = ["Naam\x1b[31m", "", *(f"k{number}" for number in range(12))]
    path.write_text(f"{';'.join(heads)}\nZoë;;1\n")

    with pytest.raises(MalformedImport) as refused, open_sheet(path, {}):
        pass

    told = "'Naam[31m', 'k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7', 'k8' and 3 more"
    assert str(refused.value) == (
        "the header has no column for the address: name it email, or say which it is with"
        f" --map email=COLUMN; it has {told}"
    )
    with pytest.raises(MalformedImport, match="no column 'X' for 'name' in the header; it has 'a'"):
        find_columns(["a"], {"name": "X"})
