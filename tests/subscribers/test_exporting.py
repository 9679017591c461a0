"""Exporting: what comes out can go in again, and harms no spreadsheet."""

import csv
import io
from pathlib import Path

import pytest

from storage.session import Database
from subscribers import exporting, segments
from subscribers.errors import UnknownSegment
from subscribers.exporting import export_csv
from subscribers.importing import import_file
from subscribers.values import SubscriberStatus
from tests.factories import KEY, make_subscriber
from tests.fakes import START


def export(db: Database, segment: str = "") -> str:
    out = io.StringIO(newline="")
    export_csv(db, out, segment=segment, now=START)
    return out.getvalue()


def test_everybody_is_written_with_their_themes_and_status(db: Database) -> None:
    with db.write() as session:
        themes = ["visie", "hr-beleid"]
        make_subscriber(session, name="=1+1", region="Oost, West", themes=themes)
        make_subscriber(
            session, "info@example.org", audience=None, status=SubscriberStatus.UNSUBSCRIBED
        )

    assert export(db).splitlines() == [
        "email,audience,name,role,organisation,partnership,region,themes,status,since,role_address",
        'jan@example.org,school,\'=1+1,,,,"Oost, West",hr-beleid;visie,active,'
        "2027-04-20T08:00:00+00:00,",
        "info@example.org,,,,,,,,unsubscribed,2027-04-20T08:00:00+00:00,yes",
    ]


def test_an_export_is_unchanged_when_it_is_imported(db: Database, tmp_path: Path) -> None:
    with db.write() as session:
        for number in range(exporting.PAGE + 1):
            make_subscriber(session, f"p{number}@example.org", name="Jan", region="Oost")
    path = tmp_path / "uit.csv"
    path.write_text(export(db), encoding="utf-8", newline="")

    report = import_file(db, path, ground="g", key=KEY, now=START)

    assert (report.read, report.unchanged) == (exporting.PAGE + 1, exporting.PAGE + 1)


def test_one_segment_is_written(db: Database) -> None:
    segments.add_default_segments(db)
    with db.write() as session:
        make_subscriber(session)
        make_subscriber(session, "p@example.org", audience=None)

    assert [line.split(",")[0] for line in export(db, "overig").splitlines()] == [
        "email",
        "p@example.org",
    ]
    with pytest.raises(UnknownSegment):
        export(db, "nergens")


def test_no_cell_begins_as_a_formula_and_each_comes_back(db: Database, tmp_path: Path) -> None:
    """S41; a tab and a line end never stand at the start of what we keep, so not in an export."""
    names = [f"{sign}cmd|' /C calc'!A0" for sign in ("=", "+", "-", "@", "'=", "''-")]
    with db.write() as session:
        for number, name in enumerate(names):
            make_subscriber(session, f"a{number}@example.org", name=name, role=name[:80])
    file = tmp_path / "export.csv"
    file.write_text(export(db), encoding="utf-8", newline="")

    with file.open(encoding="utf-8", newline="") as opened:
        cells = [cell for row in csv.reader(opened) for cell in row]
    report = import_file(db, file, ground="eigen lijst", key=KEY, now=START)

    assert [one for one in cells if one[:1] in {"=", "+", "-", "@", "\t", "\r"}] == []
    assert sum(one.startswith("'") for one in cells) == 2 * len(names)
    assert (report.unchanged, report.read) == (len(names), len(names))


def test_an_address_that_looks_like_a_formula_is_none_and_comes_back(
    db: Database, tmp_path: Path
) -> None:
    address = "=1+1@example.org"
    with db.write() as session:
        make_subscriber(session, address, name="-Jan")
    file = tmp_path / "export.csv"
    file.write_text(export(db), encoding="utf-8")

    report = import_file(db, file, ground="eigen lijst", key=KEY, now=START)

    assert f"\n'{address}," in file.read_text("utf-8")
    assert (report.unchanged, report.added, report.updated, report.rejected) == (1, 0, 0, 0)
