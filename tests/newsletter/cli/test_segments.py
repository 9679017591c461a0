"""`newsletter segment ...`."""

import pytest

from newsletter.model import Block
from storage.session import Database
from tests.factories import make_edition, make_subscriber
from tests.newsletter.cli.shell import Shell

WHERE = "audience = school and region in (noord, oost) and not role = bestuurder"


@pytest.fixture
def people(db: Database) -> None:
    with db.write() as session:
        make_subscriber(session, "jan@example.org", region="Oost", role="schoolopleider")
        make_subscriber(session, "piet@example.org", region="Noord", role="Bestuurder")
        make_subscriber(session, "mia@example.org", region="West")


def test_a_segment_is_saved_counted_listed_and_shown(shell: Shell, people: None) -> None:
    saved = shell.json("segment", "save", "no", "--where", WHERE, "--name", "Noord en Oost")
    shell.run("segment", "save", "anders", "--where", "not segment = no")

    assert saved == shell.json("segment", "count", "no") == {"segment": "no", "count": 1}
    assert shell.json("segment", "count", "anders")["count"] == 2
    assert shell.json("segment", "count", "--where", "segment = no or region = west") == {
        "segment": None,
        "count": 2,
    }
    no = {
        "segment": "no",
        "name": "Noord en Oost",
        "where": WHERE,
        "conditions": {
            "audience": "school",
            "region": ["noord", "oost"],
            "not": {"role": "bestuurder"},
        },
        "count": 1,
    }
    assert [one for one in shell.json("segment", "list") if one["segment"] == "no"] == [no]
    assert shell.json("segment", "show", "no") == no | {"in_segments": ["anders"]}
    assert "{" not in shell.run("segment", "show", "no")
    assert WHERE in shell.run("segment", "list")


def test_a_segment_is_deleted_when_nothing_uses_it(
    shell: Shell, db: Database, people: None
) -> None:
    shell.run("segment", "save", "no", "--where", WHERE, "--name", "Noord en Oost")
    shell.run("segment", "save", "anders", "--where", "not segment = no")
    with db.write() as session:
        make_edition(session, segments=["no"])
        other = make_edition(session, segments=[])
        session.add(Block(edition_id=other.id, position=0, kind="article", segment="no"))

    shell.run("segment", "delete", "no", status=1)
    refused = shell.err
    gone = shell.json("segment", "delete", "anders")

    assert "a block of edition 2, edition 1, segment anders" in refused
    assert gone == {"segment": "anders", "name": "anders", "where": "not segment = no"}
    assert "anders" not in shell.run("segment", "list")
    assert "no" in shell.run("segment", "list")
    shell.run("segment", "delete", "anders", status=1)
    assert "there is no segment 'anders'" in shell.err


def test_why_somebody_is_in_a_segment_is_told_without_their_address(
    shell: Shell, people: None
) -> None:
    shell.run("segment", "save", "no", "--where", WHERE)

    assert shell.json("segment", "why", "no", "piet@example.org") == {
        "segment": "no",
        "in": False,
        "status": "active",
        "conditions": [
            {"where": "audience = school", "holds": True},
            {"where": "region in (noord, oost)", "holds": True},
            {"where": "not role = bestuurder", "holds": False},
        ],
    }
    assert "is not in no" in shell.run("segment", "why", "no", "piet@example.org")
    assert "is in no" in shell.run("segment", "why", "no", "jan@example.org")
    shell.run("segment", "why", "no", "niemand@example.org", status=1)
    assert "niemand" not in shell.err


def test_a_sample_shows_people_and_is_on_record(shell: Shell, people: None) -> None:
    shell.run("segment", "save", "no", "--where", WHERE, "--name", "Noord en Oost")

    (one,) = shell.json("segment", "sample", "no")

    assert (one["email"], one["region"]) == ("jan@example.org", "Oost")
    assert "jan@example.org" in shell.run("segment", "sample", "no")
    told = shell.json("log")[0]["sentence"]
    assert (
        told == "Iemand, via de opdrachtregel, bekeek tien mensen in de doelgroep ‘Noord en Oost’"
    )


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (
            ("save", "x", "--where", "region = a and shoe = 3"),
            1,
            "at character 16: there is no field",
        ),
        (("save", "x", "--where", "segment = weg"), 1, "at character 11: there is no segment weg"),
        (("count", "--where", "region ="), 1, "at character 9"),
        (("save", "nieuw", "--where", "everybody"), 1, "'nieuw' is a page of the desk"),
        (("count", "--where", "theme = nosuch"), 1, "at character 9: there is no theme nosuch"),
        (("count", "--where", "stage = x"), 1, "there are academisch, aspirant, erkend"),
        (("count",), 2, "name a segment"),
        (("show", "weg"), 1, "there is no segment 'weg'"),
        (("sample", "weg"), 1, "there is no segment 'weg'"),
        (("why", "weg", "jan@example.org"), 1, "there is no segment 'weg'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    shell: Shell, words: tuple[str, ...], status: int, said: str
) -> None:
    shell.run("segment", *words, status=status)

    assert said in shell.err
    assert "Traceback" not in shell.err
