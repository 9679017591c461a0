"""`edition send --wait`: it ends well only when everybody was sent to."""

from pathlib import Path

import pytest

from newsletter.settings import read_settings
from newsletter.wiring import build_services
from tests.chaos.program import approved
from tests.newsletter.cli.shell import Shell
from tests.newsletter.send.smtp_server import Relay, serving


@pytest.fixture
def edition(tmp_path: Path, database_url: str) -> str:
    environ = {"NEWSLETTER_DATA_DIR": str(tmp_path), "NEWSLETTER_DATABASE_URL": database_url}
    services = build_services(read_settings(environ))
    edition_id = approved(services, people=3)
    services.db.close()
    return str(edition_id)


def relay_is(port: int, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("NEWSLETTER_SMTP_URL", f"smtp://127.0.0.1:{port}?connections=1&patience=0.001")


def test_who_waited_until_everybody_was_sent_to_ends_well(
    shell: Shell, edition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = Relay()
    with serving(relay) as port:
        relay_is(port, monkeypatch)

        found = shell.json("edition", "send", edition, "--wait")

    assert (found["state"], found["sent"], len(relay.accepted)) == ("sent", 3, 3)


def test_an_edition_that_stopped_by_itself_is_a_failure(
    shell: Shell, edition: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(Relay(mail="550 5.7.1 you may not send here")) as port:
        relay_is(port, monkeypatch)

        found = shell.json("edition", "send", edition, "--wait", status=1)

    assert (found["state"], found["sent"], found["pending"]) == ("paused", 0, 3)
    assert shell.err.endswith(
        "newsletter: paused before it was complete; "
        "edition status says why, edition resume goes on\n"
    )
