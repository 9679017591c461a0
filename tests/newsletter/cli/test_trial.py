"""`newsletter edition test`: by a real relay, to accounts only."""

import json
from pathlib import Path

import pytest

from newsletter.cli.app import main
from newsletter.cli.session import state
from newsletter.model import User
from storage.session import Database
from tests.factories import make_segments, make_user
from tests.fakes import START
from tests.newsletter.making import make_draft
from tests.newsletter.send.smtp_server import Relay, serving

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSLETTER_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("NEWSLETTER_DATABASE_URL", database_url)
    monkeypatch.setattr(state, "debug", False)


def run(monkeypatch: pytest.MonkeyPatch, capsys: Capture, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.argv", ["newsletter", "edition", "test", *words])
    with pytest.raises(SystemExit) as end:
        main()
    out, err = capsys.readouterr()
    return int(end.value.code or 0), out, err


def test_a_test_mail_goes_to_an_account_and_to_nobody_else(
    db: Database, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    with db.write() as session:
        make_segments(session)
        for email in ("anna@example.org", "rcpt.550@example.org"):
            user = session.get_one(User, make_user(session, email))
            user.password_hash = "set"  # who never came in gets no test mail
        edition = str(make_draft(session, now=START))
    relay = Relay()

    with serving(relay) as port:
        monkeypatch.setenv("NEWSLETTER_SMTP_URL", f"smtp://127.0.0.1:{port}")
        anna = ("--to", "anna@example.org")
        sent = run(monkeypatch, capsys, edition, *anna, "--cut", "school", "--json")
        stranger = run(monkeypatch, capsys, edition, "--to", "lezer@example.org")
        refused = run(
            monkeypatch, capsys, edition, "--to", "rcpt.550@example.org", "--cut", "school"
        )

    assert (sent[0], json.loads(sent[1])) == (0, {"sent": 1, "failed": []})
    assert [one.rcpt_tos for one in relay.accepted] == [["anna@example.org"]]
    assert (stranger[0], "no account has that address" in stranger[2]) == (1, True)
    assert (refused[0], "not every test mail was taken" in refused[2]) == (1, True)
