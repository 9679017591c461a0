"""Importing: every line gets a verdict, nobody is revived, and twice is once."""

import os
import sys
from pathlib import Path
from subprocess import PIPE, Popen
from typing import Any

import pytest
from sqlalchemy import func, select

from storage.log import LogEntry
from storage.session import Database
from subscribers import consent, importing
from subscribers.addresses import address_hash
from subscribers.errors import GroundMissing, MalformedImport
from subscribers.importing import ImportReport, import_file
from subscribers.model import Consent, Subscriber, Suppression
from subscribers.sheets import ReadAs
from subscribers.themes import themes_of
from subscribers.values import SubscriberStatus
from subscribers.verdicts import LETTERS, REFUSED, SHARED, RowError, RowNotice
from tests.factories import KEY, make_subscriber
from tests.fakes import START

S = SubscriberStatus
GROUND = "deelnemer congres 2027"
ROOT = Path(__file__).parent.parent.parent


class Importer:
    """Writes a file and imports it."""

    def __init__(self, db: Database, folder: Path) -> None:
        self.db, self.folder = db, folder

    def __call__(self, text: str | bytes, **options: Any) -> ImportReport:
        path = self.folder / "lijst.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        given: dict[str, Any] = {"ground": GROUND, "key": KEY, "now": START}
        return import_file(self.db, path, **(given | options))


@pytest.fixture
def run(db: Database, tmp_path: Path) -> Importer:
    return Importer(db, tmp_path)


def counts(report: ImportReport) -> tuple[int, int, int, int, int]:
    return (report.read, report.added, report.updated, report.unchanged, report.rejected)


def emails(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(Subscriber.email).order_by(Subscriber.email)))


def how_many(db: Database, table: type) -> int:
    with db.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


FULL = """\
email,name,audience,role,organisation,partnership,region,themes
Jan@Example.org,Jan de Vries,school,schoolopleider,Lyceum,Samen,Oost,visie;HR-beleid
piet@example.org,,lerarenopleiding,,,,,
geen@example.org,Geen,,,,,,
"""


def test_a_row_becomes_an_active_subscriber_with_evidence(db: Database, run: Importer) -> None:
    report = run(FULL)

    with db.read() as session:
        jan = session.scalars(select(Subscriber).where(Subscriber.email_key.like("jan@%"))).one()
        themes = themes_of(session, [jan.id])
        facts = session.scalars(select(Consent).order_by(Consent.id)).all()
        sides = set(session.scalars(select(Subscriber.audience)))
    assert counts(report) == (3, 3, 0, 0, 0)
    assert (report.errors, report.encoding, report.delimiter) == ((), "utf-8", ",")
    assert (jan.email, jan.email_key) == ("Jan@example.org", "jan@example.org")
    assert (jan.name, jan.audience, jan.role) == ("Jan de Vries", "school", "schoolopleider")
    assert (jan.organisation, jan.partnership, jan.region) == ("Lyceum", "Samen", "Oost")
    assert (jan.status, jan.ground, jan.since) == (S.ACTIVE, "imported", START)
    assert themes == {jan.id: ["hr-beleid", "visie"]}
    assert sides == {"school", "lerarenopleiding", None}
    assert [(one.kind, one.ground, one.at, one.source) for one in facts] == [
        ("imported", GROUND, START, "import lijst.csv")
    ] * 3
    assert facts[0].topics == ["announcements", "newsletter"]


def test_the_same_file_again_changes_nothing(db: Database, run: Importer) -> None:
    run(FULL)

    again = run(FULL)

    assert counts(again) == (3, 0, 0, 3, 0)
    assert (how_many(db, Subscriber), how_many(db, Consent)) == (3, 3)


def test_a_dry_run_says_the_same_and_writes_nothing(db: Database, run: Importer) -> None:
    report = run(FULL + "fout,,,,,,,\n", dry_run=True)

    assert counts(report) == (4, 3, 0, 0, 1)
    assert (how_many(db, Subscriber), how_many(db, Consent)) == (0, 0)


def test_what_is_filled_in_changes_and_an_empty_cell_does_not(db: Database, run: Importer) -> None:
    run(FULL)

    report = run("email,name,audience,region,themes\nJAN@example.org,,geen,West,visie\n")

    with db.read() as session:
        jan = session.scalars(select(Subscriber).where(Subscriber.email_key.like("jan@%"))).one()
        themes = themes_of(session, [jan.id])
    assert counts(report) == (1, 0, 1, 0, 0)
    assert (jan.name, jan.audience, jan.region) == ("Jan de Vries", None, "West")
    assert themes == {jan.id: ["visie"]}
    assert how_many(db, Consent) == 3


def test_refused_rows_have_their_line_and_a_dutch_reason(run: Importer) -> None:
    report = run(
        "email,naam,kant,thema's\n"
        "fout,,,\n"
        '"Jan <jan@example.org>",,,\n'
        'goed@example.org,"Naam\nop twee regels",school,\n'
        "a@example.org,,leerling,\n"
        "b@example.org,,,visie;onzin\n"
        "jo sé@example.org,,,\n"
        f"c@example.org,{'x' * 201},,\n"
        "GOED@example.org,,,\n"
        "d@example.org,,,,te,veel\n"
        "e@example.org,nul\x00byte,,\n",
        known_themes={"visie": "visie"},
    )

    assert counts(report) == (10, 1, 0, 0, 9)
    assert report.errors == (
        RowError(2, "fout", "dit is geen e-mailadres: er hoort één @ in met iets ervoor en erna"),
        RowError(3, "Jan <jan@example.org>", "er staat een naam of een haakje bij het e-mailadres"),
        RowError(6, "leerling", "onbekende kant: kies school, lerarenopleiding, geen of laat leeg"),
        RowError(7, "onzin", "dit thema bestaat niet"),
        RowError(8, "jo sé@example.org", "er staat een spatie in het e-mailadres"),
        RowError(9, "x" * 79 + "…", "te lang: hooguit 200 tekens"),
        RowError(10, "GOED@example.org", "staat al op regel 4"),
        RowError(11, "", "er staan meer velden dan in de kop"),
        RowError(12, "nulbyte", "er staat een onzichtbaar teken in"),
    )


def test_a_theme_is_known_by_its_slug_and_by_its_label(db: Database, run: Importer) -> None:
    known = {"visie": "visie", "hr-beleid": "hr-beleid", "élke visie": "visie"}

    report = run('email,thema\na@example.org,"Élke Visie ; HR-beleid;visie"\n', known_themes=known)

    assert counts(report) == (1, 1, 0, 0, 0)
    with db.read() as session:
        (row,) = session.scalars(select(Subscriber))
        assert sorted(themes_of(session, [row.id])[row.id]) == ["hr-beleid", "visie"]


def test_addresses_of_roles_come_in_and_are_told_by_line(db: Database, run: Importer) -> None:
    with db.write() as session:
        make_subscriber(session, "webmaster@example.org", status=S.UNSUBSCRIBED)
        make_subscriber(session, "noreply@example.org", audience=None)
    text = "email\njan@example.org\nInfo+nieuws@example.org\nwebmaster@example.org\n"

    report = run(text + "noreply@example.org\ninformatie@example.org\n")

    assert counts(report) == (5, 3, 0, 1, 1)
    assert report.shared == 2
    assert report.notices == (
        RowNotice(3, "Info+nieuws@example.org", SHARED),
        RowNotice(5, "noreply@example.org", SHARED),
    )


def test_addresses_that_not_every_relay_takes_come_in_and_are_told(run: Importer) -> None:
    report = run("email\nzo\u00eb@example.org\njan@b\u00f6ter.example.org\nzo\u00eb@\n")

    assert counts(report) == (3, 2, 0, 0, 1)
    assert (report.letters, report.notices) == (1, (RowNotice(2, "zo\u00eb@example.org", LETTERS),))


def test_letters_outside_ascii_are_one_person_however_they_are_composed(
    db: Database, run: Importer
) -> None:
    composed, apart = "JOS\u00c9@example.org", "jose\u0301@example.org"

    report = run(f"email\n{composed}\n{apart}\n")
    again = run(f"email\n{apart}\n")

    assert counts(report) == (2, 1, 0, 0, 1)
    assert report.errors == (RowError(3, "jos\u00e9@example.org", "staat al op regel 2"),)
    assert counts(again) == (1, 0, 0, 1, 0)
    assert emails(db) == [composed]


def test_nobody_who_left_is_suppressed_or_erased_comes_back(db: Database, run: Importer) -> None:
    with db.write() as session:
        make_subscriber(session, "weg@example.org", status=S.UNSUBSCRIBED)
        make_subscriber(session, "stuk@example.org", status=S.SUPPRESSED)
        erased = make_subscriber(session, "gewist@example.org").id
        session.add(
            Suppression(
                address_hash=address_hash(KEY, "bounce@example.org"), reason="bounce", at=START
            )
        )
    consent.erase(db, erased, key=KEY, now=START)
    people = ("weg", "stuk", "gewist", "bounce")

    report = run("email\n" + "".join(f"{one.upper()}@example.org\n" for one in people))

    assert counts(report) == (4, 0, 0, 0, 4)
    assert [error.reason for error in report.errors] == [
        REFUSED["unsubscribed"],
        REFUSED["suppressed"],
        REFUSED["erased"],
        REFUSED["bounce"],
    ]
    with db.read() as session:
        statuses = set(session.scalars(select(Subscriber.status)))
    assert statuses == {S.UNSUBSCRIBED, S.SUPPRESSED}


def test_somebody_who_had_not_confirmed_is_active_on_the_stated_ground(
    db: Database, run: Importer
) -> None:
    with db.write() as session:
        make_subscriber(session, "jan@example.org", status=S.PENDING)

    report = run("email\njan@example.org\n")

    with db.read() as session:
        row = session.scalars(select(Subscriber)).one()
        fact = session.scalars(select(Consent)).one()
    assert counts(report) == (1, 0, 1, 0, 0)
    assert (row.status, row.ground, fact.kind) == (S.ACTIVE, "imported", "imported")


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("windows-1252", "windows-1252"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_any_spreadsheets_file_is_read(
    db: Database, run: Importer, encoding: str, shown: str, delimiter: str, newline: str
) -> None:
    lines = [["Naam", "E-mailadres", "Regio"], ["Zoë", "z@example.org", "Fryslân, oost"]]
    text = newline.join(delimiter.join(f'"{cell}"' for cell in line) for line in lines)

    report = run(text.encode(encoding))

    with db.read() as session:
        row = session.scalars(select(Subscriber)).one()
    assert (row.name, row.email, row.region) == ("Zoë", "z@example.org", "Fryslân, oost")
    assert (report.encoding, report.delimiter) == (shown, delimiter)


@pytest.mark.parametrize("encoding", ["cp850", "mac-roman", "windows-1252", "utf-16-le"])
def test_how_a_file_is_read_can_be_said(db: Database, run: Importer, encoding: str) -> None:
    text = 'naam;e-mail|"naam"\nZoë;z@example.org|x\n'
    said = ReadAs(encoding.removesuffix("-le"), "|")

    report = run(text.encode(encoding), read_as=said, columns={"email": "naam;e-mail"})

    assert (report.encoding, report.delimiter) == (encoding, "|")
    assert report.errors[0].value == "Zoë;z@example.org"


@pytest.mark.parametrize(("encoding", "delimiter"), [("latin-9", ""), ("", "x"), ("", ",;")])
def test_a_way_of_reading_that_is_none_of_ours_is_refused(encoding: str, delimiter: str) -> None:
    with pytest.raises(MalformedImport):
        ReadAs(encoding, delimiter)


def test_excels_note_about_the_delimiter_is_obeyed(run: Importer) -> None:
    report = run("sep=;\r\nemail;naam\r\njan@example.org;Vries, de\r\nfout;\r\n")

    assert counts(report) == (2, 1, 0, 0, 1)
    assert report.errors[0].line == 4


def test_columns_are_found_by_the_heads_that_were_given(db: Database, run: Importer) -> None:
    report = run(
        "Contact,E-mail,Werk\nJan,oud@example.org,jan@example.org\n",
        columns={"email": "werk", "name": "Contact"},
    )

    assert counts(report) == (1, 1, 0, 0, 0)
    assert emails(db) == ["jan@example.org"]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", {}),
        ("naam,kant\nJan,school\n", {}),
        ("email\njan@example.org\n", {"name": "Achternaam"}),
        ("email\njan@example.org\n", {"schoenmaat": "email"}),
        (b"PK\x03\x04 a workbook", {}),
        ("email:naam\njan@example.org:Jan\n", {}),  # with nothing between that we know
        ("Email,naam,email\njan@example.org,Jan,piet@example.org\n", {}),
        ("x" * 3_000_000, {}),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_whole(
    db: Database, run: Importer, text: str | bytes, columns: dict[str, str]
) -> None:
    with pytest.raises(MalformedImport):
        run(text, columns=columns)

    assert emails(db) == []


def test_a_file_with_any_name_is_imported(db: Database, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"lijst-\xe9\n.csv")
    path.write_text(FULL)

    import_file(db, path, ground=GROUND, key=KEY, now=START)

    with db.read() as session:
        assert set(session.scalars(select(Consent.source))) == {"import lijst- .csv"}


def test_a_ground_has_to_be_stated(run: Importer) -> None:
    with pytest.raises(GroundMissing):
        run(FULL, ground="  ")


def test_empty_lines_and_short_rows_do_no_harm(db: Database, run: Importer) -> None:
    report = run("email,name,region\n\njan@example.org\n,,\n   ,,\npiet@example.org,Piet,,,\n")

    assert counts(report) == (3, 2, 0, 0, 1)
    assert report.errors == (RowError(5, "", "er staat geen e-mailadres"),)
    assert emails(db) == ["jan@example.org", "piet@example.org"]


def test_a_quote_that_is_never_closed_costs_its_lines_and_no_more(
    db: Database, run: Importer
) -> None:
    swallowed = "".join(f"v{number}@example.org,V\n" for number in range(10_000))

    report = run('email,name\na@example.org,"Anna\n' + swallowed)

    assert report.rejected == 1
    assert report.errors[0].reason.startswith("regel 2 tot en met ")
    assert 0 < report.added < 10_000
    assert "v9999@example.org" in emails(db)


@pytest.mark.parametrize(
    "joined",
    [
        'a@example.org,"Anna\nb@example.org,Bea\n',
        'a@example.org,"Anna\nb@example.org,"Bea"\n',
        'a@example.org,"Anna\nb@example.org,"Bea',
    ],
)
def test_people_whom_a_forgotten_quote_joined_are_reported(
    db: Database, run: Importer, joined: str
) -> None:
    report = run("email,name\n" + joined)

    assert counts(report) == (1, 0, 0, 0, 1)
    assert report.errors[0].reason.startswith("regel 2 tot en met 3 kan niet gelezen worden")


def test_quotes_within_one_line_are_read_as_a_spreadsheet_does(db: Database, run: Importer) -> None:
    report = run('email,name\na@example.org,"Anna" \nb@example.org,"Bea\nvan B"\n')

    assert counts(report) == (2, 2, 0, 0, 0)


def test_an_endless_line_and_many_columns_are_refused(db: Database, run: Importer) -> None:
    report = run(
        "email,name\n"
        + "x" * 3_000_000
        + "\n"
        + ",".join("abcde" for _ in range(10_000))
        + "\ngoed@example.org,Goed\n"
    )

    assert counts(report) == (3, 1, 0, 0, 2)
    assert [error.line for error in report.errors] == [2, 3]
    assert report.errors[0].reason == "regel 2 kan niet gelezen worden: die is te lang"
    assert emails(db) == ["goed@example.org"]


KILLED_IN_MID_IMPORT = """
import sys
from datetime import datetime
from pathlib import Path
import feeds.model, newsletter.model, newsletter.account_rows, storage.log
from storage.session import Database
from subscribers.importing import import_file

def told(done, total):
    print("a batch is in", flush=True)
    sys.stdin.read()  # until it is killed

url, path, now = sys.argv[1:]
import_file(Database(url), Path(path), ground="g", key=b"k" * 32, now=datetime.fromisoformat(now),
            progress=told)
"""


@pytest.mark.long
def test_an_import_that_is_killed_goes_on_without_doubles(
    db: Database, run: Importer, database_url: str
) -> None:
    rows = importing.BATCH + 10
    text = "email\n" + "".join(f"p{number}@example.org\n" for number in range(rows))
    path = run.folder / "lijst.csv"
    path.write_text(text)

    given = [database_url, str(path), START.isoformat()]
    command = [sys.executable, "-c", KILLED_IN_MID_IMPORT, *given]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "a batch is in\n"
        process.kill()
    assert how_many(db, Subscriber) == importing.BATCH

    report = run(text)

    assert counts(report) == (rows, 10, 0, importing.BATCH, 0)
    assert (how_many(db, Subscriber), how_many(db, Consent)) == (rows, rows)


def test_the_log_tells_what_an_import_brought_also_when_it_was_cut_off(run: Importer) -> None:
    def die(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    run(FULL, dry_run=True)
    with pytest.raises(KeyboardInterrupt):
        run(FULL, progress=die)
    run(FULL)

    with run.db.read() as session:
        told = session.scalars(select(LogEntry).order_by(LogEntry.id)).all()
    assert {one.what for one in told} == {"subscriber.imported"}
    whole = {"updated": 0, "rejected": 0, "read": 3}
    assert [one.detail for one in told] == [
        {"added": 3, "unchanged": 0, **whole},
        {"added": 0, "unchanged": 3, **whole},
    ]


def test_progress_ends_at_the_whole_file(run: Importer) -> None:
    seen: list[tuple[int, int]] = []

    run(FULL, progress=lambda done, total: seen.append((done, total)))

    assert seen == [(len(FULL.encode()), len(FULL.encode()))]
