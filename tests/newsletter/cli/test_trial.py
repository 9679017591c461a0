"""`newsletter edition test`: by a real relay, to accounts only."""

import pytest

from newsletter.model import User
from storage.session import Database
from tests.factories import make_segments, make_user
from tests.fakes import START
from tests.newsletter.cli.shell import Shell
from tests.newsletter.making import make_draft
from tests.newsletter.send.smtp_server import Relay, serving

Capture = pytest.CaptureFixture[str]


def test_a_test_mail_goes_to_an_account_and_to_nobody_else(
    db: Database, monkeypatch: pytest.MonkeyPatch, shell: Shell
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
        test = shell.at("edition", "test", edition)
        assert test.json(*anna, "--cut", "school") == {"sent": 1, "failed": []}
        test.run("--to", "lezer@example.org", status=1)
        assert "no account has that address" in test.err
        test.run("--to", "rcpt.550@example.org", "--cut", "school", status=1)
        assert "not every test mail was taken" in test.err

    assert [one.rcpt_tos for one in relay.accepted] == [["anna@example.org"]]
