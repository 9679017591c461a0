"""S48: nothing secret, and nobody's address, in what the program says, logs, shows and names."""

import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.settings import read_settings
from newsletter.wiring import build_services
from subscribers.links import Links, Purpose
from tests import loaded
from web.app import create_app

pytestmark = pytest.mark.long

KEY = "sleutel-die-nergens-mag-staan-0123456789"
SMTP_PASSWORD = "postgeheim-4711"
DATABASE_PASSWORD = "gegevensgeheim-4712"
OIDC_SECRET = "werkgeheim-4713"
SECRETS = (KEY, SMTP_PASSWORD, DATABASE_PASSWORD, OIDC_SECRET)
GIVEN = {
    "NEWSLETTER_NOW": "2026-11-24T10:00:00+01:00",
    "NEWSLETTER_SECRET_KEY": KEY,
    "NEWSLETTER_SMTP_URL": f"smtps://somebody:{SMTP_PASSWORD}@127.0.0.1:1",
    "NEWSLETTER_OIDC_ISSUER": "https://inloggen.example.org",
    "NEWSLETTER_OIDC_CLIENT_ID": "newsletter",
    "NEWSLETTER_OIDC_CLIENT_SECRET": OIDC_SECRET,
}
ELSEWHERE = f"postgresql+psycopg://newsletter:{DATABASE_PASSWORD}@127.0.0.1:1/newsletter"
KEPT = re.compile(r"newsletter\.db(-wal|-shm)?$|caught-mail/")  # what rows and mails are kept in


@dataclass(frozen=True)
class Traces:
    """What one program left behind. said: standard output and error, by what was run."""

    folder: Path
    said: dict[str, str]


def run(folder: Path, *arguments: str, **environ: str) -> str:
    """Run the program and return all that it says, in one text."""
    done = subprocess.run(
        [sys.executable, "-m", "newsletter", *arguments],
        env={**os.environ, **GIVEN, "NEWSLETTER_DATA_DIR": str(folder), **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return f"{done.stdout}\n{done.stderr}\nstatus {done.returncode}"


def run_loaded(folder: Path, *arguments: str, **environ: str) -> str:
    """Run it where it was read already, and return the same."""
    given = {**os.environ, **GIVEN, "NEWSLETTER_DATA_DIR": str(folder), **environ}
    said = folder.with_name(f"{folder.name}-said.txt")
    said.write_text("")
    process = loaded.start(*arguments, environ=given, said=said)
    process.join(120)
    assert said.stat().st_size, "it did not run: it always says something"
    return f"{said.read_text()}\nstatus {process.exitcode}"


@pytest.fixture
def traces(tmp_path_factory: pytest.TempPathFactory) -> Traces:
    """The whole way of the demo, twice; then what goes wrong, with every secret at hand."""
    folder = tmp_path_factory.mktemp("traces")
    demo = ("demo", "--once", "--data-dir", str(folder))
    said = {
        "the demo, in text": run_loaded(folder, *demo),
        "the demo, in JSON": run_loaded(folder, *demo, NEWSLETTER_LOG="json"),
        "no database": run(folder, "--debug", "init", NEWSLETTER_DATABASE_URL=ELSEWHERE),
        "no database, briefly": run_loaded(
            folder, "edition", "list", NEWSLETTER_DATABASE_URL=ELSEWHERE
        ),
        "no relay": run_loaded(folder, "--debug", "edition", "test", "1", "iemand@example.org"),
        "no such reader": run_loaded(folder, "--debug", "subscriber", "show", "weg@example.org"),
        "no such account": run_loaded(folder, "--debug", "edition", "approve", "1", "--by", "x"),
        "a wrong setting": run_loaded(
            folder, "init", NEWSLETTER_SMTP_URL=f"smtp://a:{SMTP_PASSWORD}@ b"
        ),
        "a wrong database": run_loaded(
            folder, "init", NEWSLETTER_DATABASE_URL=ELSEWHERE.replace(":1/", ":x/")
        ),
        "a wrong key": run_loaded(folder, "init", NEWSLETTER_SECRET_KEY=KEY[:20]),
    }
    return Traces(folder, said)


@pytest.fixture
def error_pages(traces: Traces, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Every kind of error page, on a copy whose table of sessions and readers is gone."""
    folder = tmp_path_factory.mktemp("broken")
    database = "newsletter.db"
    with (
        sqlite3.connect(traces.folder / database) as whole,
        sqlite3.connect(folder / database) as broken,
    ):
        whole.backup(broken)
        broken.execute("PRAGMA foreign_keys = OFF")
        broken.execute("DROP TABLE subscriber")
        broken.execute("DROP TABLE desk_session")
    services = build_services(read_settings({**GIVEN, "NEWSLETTER_DATA_DIR": str(folder)}))
    token = services.links.unsubscribe_url(1, 1).rsplit("/", 1)[1]
    with TestClient(create_app(services), follow_redirects=False) as client:
        client.cookies.set("session", "een-koekje", domain="testserver.local", path="/")
        answers = [
            client.get("/er-is-niets"),
            client.get("/redactie/logboek"),
            client.get("/afmelden/onleesbaar"),
            client.get(f"/afmelden/{token}"),
            client.post("/aanmelden", data={"email": "iemand@example.org"}),
            client.post("/redactie/inloggen", data={"email": "x", "password": SMTP_PASSWORD}),
            client.put("/aanmelden"),
            client.get("/redactie/mensen"),
        ]
    services.db.close()
    assert {one.status_code for one in answers} >= {404, 405, 500}
    return "\n".join(f"{one.headers}\n{one.text}" for one in answers if one.status_code >= 400)


def rows(folder: Path, query: str) -> list[str]:
    with sqlite3.connect(folder / "newsletter.db") as connection:
        return [str(one) for row in connection.execute(query) for one in row if one]


def tokens(folder: Path) -> Iterator[str]:
    """Yield the token of every link of every mail that went out, and of its envelope."""
    links = Links(KEY.encode(), "http://127.0.0.1:8000")
    with sqlite3.connect(folder / "newsletter.db") as connection:
        sent = connection.execute("select subscriber_id, edition_id from delivery").fetchall()
    for purpose in set(Purpose) - {Purpose.BOUNCE, Purpose.CONFIRM, Purpose.CONFIRM_SUBMISSION}:
        yield from (url.rsplit("/", 1)[1] for url in links.many(purpose, sent))
    yield from links.bounce_tokens(sent)


def found(needles: list[str], text: str) -> list[str]:
    return [one for one in needles if one in text]


def test_no_secret_no_address_and_no_token_is_left_behind(traces: Traces, error_pages: str) -> None:
    the_program_did_what_leaves_traces(traces)
    no_secret_is_said_or_shown(traces, error_pages)
    no_address_of_a_reader_is_said_or_shown(traces, error_pages)
    no_token_is_said_or_shown(traces, error_pages)
    an_error_page_tells_nothing_of_the_inside(error_pages)
    no_file_is_named_for_anybody_and_only_the_rows_and_mails_know_them(traces)
    no_secret_is_in_the_rows(traces)
    the_log_names_no_reader(traces)


def the_program_did_what_leaves_traces(traces: Traces) -> None:
    said = traces.said

    assert "sent to 200 readers" in said["the demo, in text"]
    assert said["the demo, in JSON"].endswith("status 0")
    failed = [how for how, text in said.items() if not how.startswith("the demo")]
    assert [how for how in failed if said[how].endswith("status 0")] == []
    assert len(rows(traces.folder, "select email from subscriber")) >= 200
    assert len(list(tokens(traces.folder))) > 1000


def no_secret_is_said_or_shown(traces: Traces, error_pages: str) -> None:
    for how, text in {**traces.said, "error pages": error_pages}.items():
        assert found([*SECRETS, KEY[:20]], text) == [], how
        assert "argon2" not in text, how


def no_address_of_a_reader_is_said_or_shown(traces: Traces, error_pages: str) -> None:
    readers = [*rows(traces.folder, "select email from subscriber"), "weg@example.org"]

    for how, text in {**traces.said, "error pages": error_pages}.items():
        assert found(readers, text) == [], how


def no_token_is_said_or_shown(traces: Traces, error_pages: str) -> None:
    every = list(tokens(traces.folder))
    every += rows(traces.folder, "select token_hash, csrf from desk_session")

    for how, text in {**traces.said, "error pages": error_pages}.items():
        assert found(every, text) == [], how
        assert "een-koekje" not in text


def an_error_page_tells_nothing_of_the_inside(error_pages: str) -> None:
    inside = (
        "Traceback",
        "sqlite",
        "sqlalchemy",
        'File "',
        "subscriber",
        str(Path.home()),
        "desk_session",
    )

    assert found(list(inside), error_pages) == []


def no_file_is_named_for_anybody_and_only_the_rows_and_mails_know_them(
    traces: Traces,
) -> None:
    files = [one for one in traces.folder.rglob("*") if one.is_file()]
    names = "\n".join(str(one.relative_to(traces.folder)) for one in files)
    people = rows(
        traces.folder, "select email from subscriber union select email from user_account"
    )
    every = [*people, *SECRETS, *tokens(traces.folder)]

    assert "newsletter.db" in names
    assert found([*every, "@"], names) == []
    for one in files:
        if not KEPT.search(one.relative_to(traces.folder).as_posix()):
            assert found(every, one.read_text("utf-8", "replace")) == [], one.name


def no_secret_is_in_the_rows(traces: Traces) -> None:
    with sqlite3.connect(traces.folder / "newsletter.db") as connection:
        everything = "\n".join(connection.iterdump())

    assert found([*SECRETS, "demo-password"], everything) == []
    assert found(list(tokens(traces.folder)), everything) == []


def the_log_names_no_reader(traces: Traces) -> None:
    readers = rows(traces.folder, "select email from subscriber")
    log = run_loaded(traces.folder, "log", "--json", "--limit", "10000")

    assert log.count('"what"') > 10
    assert found([*readers, *SECRETS, *tokens(traces.folder)], log) == []


def test_the_settings_say_no_secret_when_they_are_printed() -> None:
    settings = read_settings({**GIVEN, "NEWSLETTER_DATABASE_URL": ELSEWHERE})

    assert found(list(SECRETS), repr(settings) + str(settings.smtp)) == []
