"""Lists of partnerships and organisations: in with a verdict a line, and out again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from storage.log import LogEntry
from storage.session import Database
from storage.spreadsheet import spreadsheet_lines
from subscribers import organisations, partnerships
from subscribers.errors import FileKind, MalformedImport, OtherFile
from subscribers.field_lists import (
    ListReport,
    import_organisations,
    import_partnerships,
    organisation_cells,
    partnership_cells,
)
from subscribers.model import Organisation, Partnership, Subscriber
from subscribers.values import Audience
from subscribers.verdicts import RowError
from tests.factories import make_subscriber
from tests.fakes import START
from tests.subscribers.making import add_organisation, add_partnership

PARTNERSHIPS = """naam;regio;sector;fase;sinds;website;akkoord op;akkoord van
De Meander;Gelderland;vo;erkend;2009;https://meander.example.org;28-5-2026;penvoerder
Hunzeland;Drenthe;;aspirant;;;;
"""
ORGANISATIONS = """naam;kant;plaats;opleidingsschool
Lyceum Éénhoorn;school;Ede;De Meander
Hogeschool;lerarenopleiding;;"de-meander;Hunzeland"
"""
Import = Callable[..., ListReport]


def bring(db: Database, path: Path, text: str, how: Import, *, dry_run: bool = False) -> ListReport:
    path.write_text(text, encoding="utf-8")
    return how(db, path, dry_run=dry_run, now=START)


def counts(report: ListReport) -> tuple[int, int, int, int, int]:
    return (report.read, report.added, report.updated, report.unchanged, report.rejected)


def logged(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(LogEntry.what).order_by(LogEntry.id)))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lijst.csv"


def test_partnerships_come_in_once(db: Database, path: Path) -> None:
    first = bring(db, path, PARTNERSHIPS, import_partnerships)
    second = bring(db, path, PARTNERSHIPS, import_partnerships)

    assert (counts(first), counts(second)) == ((2, 2, 0, 0, 0), (2, 0, 0, 2, 0))
    with db.read() as session:
        rows = session.scalars(select(Partnership).order_by(Partnership.id)).all()
    told = [(one.slug, one.region, one.stage, one.since_year, one.is_shown) for one in rows]
    assert told == [
        ("de-meander", "Gelderland", "erkend", 2009, True),
        ("hunzeland", "Drenthe", "aspirant", None, False),
    ]
    assert logged(db) == ["partnership.shown", "partnership.imported"]


def test_an_empty_cell_changes_nothing_and_a_filled_one_does(db: Database, path: Path) -> None:
    bring(db, path, PARTNERSHIPS, import_partnerships)

    report = bring(
        db, path, "naam;regio;fase\nDE MEANDER;;academisch\nHunzeland;;\n", import_partnerships
    )

    assert counts(report) == (2, 0, 1, 1, 0)
    with db.read() as session:
        row = partnerships.find_by_slug(session, "de-meander")
    assert row is not None
    assert (row.name, row.region, row.stage, row.version) == (
        "De Meander",
        "Gelderland",
        "academisch",
        2,
    )


def test_wrong_lines_are_told_of_and_the_others_come_in(db: Database, path: Path) -> None:
    add_partnership(db, "Er al")
    text = """naam,regio,akkoord van,slug
Goed,Limburg,,
,Limburg,,
Fout,Oost,,
goed,Utrecht,,
Zonder dag,,penvoerder,
Er al,,,een-ander
Vreemd,,,Niet Zo
Lang,Limburg,,,meer
"""

    report = bring(db, path, text, import_partnerships)

    assert counts(report) == (8, 1, 0, 0, 7)
    assert report.errors == (
        RowError(3, "", "er staat geen naam"),
        RowError(4, "Oost", "Dit is geen provincie. Kies er een, zoals Gelderland."),
        RowError(5, "goed", "staat al op regel 2"),
        RowError(6, "", "Vul in wanneer de toestemming is gegeven."),
        RowError(7, "Er al", "er is al een opleidingsschool met deze naam"),
        RowError(8, "Niet Zo", "dit is geen kenmerk: neem het over uit een bewaarde lijst"),
        RowError(9, "", "er staan meer velden dan in de kop"),
    )


def test_a_dry_run_says_the_same_and_changes_nothing(db: Database, path: Path) -> None:
    dry = bring(db, path, PARTNERSHIPS, import_partnerships, dry_run=True)

    assert counts(dry) == (2, 2, 0, 0, 0)
    assert logged(db) == []
    with db.read() as session:
        assert partnerships.search(session) == []


def test_readers_go_along_when_a_list_renames_by_slug(db: Database, path: Path) -> None:
    add_partnership(db, "Samen")
    with db.write() as session:
        make_subscriber(session, partnership="Samen")

    report = bring(db, path, "slug;naam\nsamen;Samen Verder\n", import_partnerships)

    assert counts(report) == (1, 0, 1, 0, 0)
    with db.read() as session:
        assert session.scalars(select(Subscriber.partnership)).all() == ["Samen Verder"]


def test_organisations_come_in_once_with_what_they_belong_to(db: Database, path: Path) -> None:
    bring(db, path, PARTNERSHIPS, import_partnerships)
    with db.write() as session:
        make_subscriber(session, audience=None, organisation="lyceum eenhoorn")

    first = bring(db, path, ORGANISATIONS, import_organisations)
    second = bring(db, path, ORGANISATIONS, import_organisations)

    assert (counts(first), counts(second)) == ((2, 2, 0, 0, 0), (2, 0, 0, 2, 0))
    with db.read() as session:
        rows = organisations.list_organisations(session)
        assert session.scalars(select(Subscriber.audience)).all() == ["school"]
        entry = session.scalars(select(LogEntry).order_by(LogEntry.id.desc())).first()
    assert [(one.name, one.city, [of.slug for of in one.partnerships]) for one in rows] == [
        ("Hogeschool", "", ["de-meander", "hunzeland"]),
        ("Lyceum Éénhoorn", "Ede", ["de-meander"]),
    ]
    assert entry is not None
    assert (entry.what, entry.detail["followed"]) == ("member.imported", 1)


def test_an_organisation_changes_sides_and_belongings_by_a_list(db: Database, path: Path) -> None:
    of = add_partnership(db, "Samen")
    add_partnership(db, "Elders")
    add_organisation(db, "Lyceum", Audience.SCHOOL, of)
    text = "name,audience,partnerships\nLYCEUM,lerarenopleiding,Elders\n"

    assert counts(bring(db, path, text, import_organisations)) == (1, 0, 1, 0, 0)

    with db.read() as session:
        (row,) = organisations.list_organisations(session)
    assert (row.name, row.audience) == ("Lyceum", "lerarenopleiding")
    assert [one.name for one in row.partnerships] == ["Elders"]


def test_wrong_organisations_are_told_of(db: Database, path: Path) -> None:
    text = """naam;kant;opleidingsschool
Lyceum;;
College;leerling;
Hogeschool;lerarenopleiding;Nergens
Goed;school;
"""

    report = bring(db, path, text, import_organisations)

    assert counts(report) == (4, 1, 0, 0, 3)
    assert [(one.line, one.value) for one in report.errors] == [
        (2, "Lyceum"),
        (3, "leerling"),
        (4, "Nergens"),
    ]


@pytest.mark.parametrize("how", [import_partnerships, import_organisations])
def test_a_list_needs_a_column_for_the_name(db: Database, path: Path, how: Import) -> None:
    with pytest.raises(MalformedImport, match="no column for the name"):
        bring(db, path, "regio;fase\nLimburg;erkend\n", how)


def test_a_list_tells_what_is_new_and_what_it_has_for_nothing(db: Database, path: Path) -> None:
    add_organisation(db, "Lyceum")
    text = "naam;kant;e-mail;plaats;BRIN\nLyceum;school;;Ede;1\nGoed\x07;school;a@example.org;;\n"

    report = bring(db, path, text, import_organisations)

    assert (report.new, report.unused) == (("Goed",), ("e-mail", "BRIN"))


@pytest.mark.parametrize("how", [import_partnerships, import_organisations])
def test_a_list_of_people_is_no_list_of_the_field(db: Database, path: Path, how: Import) -> None:
    text = "E-mailadres;Naam;Kant;Opleidingsschool;Rol\nzoe@example.org;Zoë;school;X;docent\n"

    with pytest.raises(OtherFile) as refused:
        bring(db, path, text, how)

    assert refused.value.kind is FileKind.PEOPLE
    with db.read() as session:
        assert not session.scalars(select(Organisation)).all()
        assert not session.scalars(select(Partnership)).all()


def test_what_goes_out_comes_in_without_a_change(db: Database, path: Path) -> None:
    bring(db, path, PARTNERSHIPS, import_partnerships)
    add_partnership(db, "=cmd|calc", website="https://x.example.org")
    bring(db, path, ORGANISATIONS, import_organisations)
    add_organisation(db, "@Lyceum; of zo")

    partnerships_out = "".join(spreadsheet_lines(partnership_cells(db)))
    organisations_out = "".join(spreadsheet_lines(organisation_cells(db)))

    assert "'=cmd|calc" in partnerships_out
    assert "'@Lyceum" in organisations_out
    assert counts(bring(db, path, partnerships_out, import_partnerships)) == (3, 0, 0, 3, 0)
    assert counts(bring(db, path, organisations_out, import_organisations)) == (3, 0, 0, 3, 0)


def test_what_goes_out_fills_an_empty_database_with_the_same(db: Database, path: Path) -> None:
    add_partnership(db, "Samen", region="Limburg")
    with db.write() as session:
        session.scalars(select(Partnership)).one().name = "Samen Verder"
    out = "".join(spreadsheet_lines(partnership_cells(db)))
    with db.write() as session:
        session.execute(delete(Partnership))

    bring(db, path, out, import_partnerships)

    with db.read() as session:
        row = session.scalars(select(Partnership)).one()
    assert (row.slug, row.name, row.region) == ("samen", "Samen Verder", "Limburg")
    assert "".join(spreadsheet_lines(partnership_cells(db))) == out


def test_a_list_of_a_thousand_asks_no_more_for_each(db: Database, path: Path) -> None:
    add_partnership(db, "Samen")
    lines = "".join(f"Lyceum {number};school;Samen\n" for number in range(1000))

    report = bring(db, path, f"naam;kant;opleidingsschool\n{lines}", import_organisations)

    assert report.added == 1000
    with db.read() as session:
        assert len(session.scalars(select(Organisation)).all()) == 1000
