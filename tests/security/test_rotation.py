"""S29: with another secret key old mails keep working, and nobody stays signed in."""

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from newsletter.cli.app import main
from newsletter.cli.session import state
from newsletter.settings import read_settings
from newsletter.values import Role
from storage.log import LogEntry
from subscribers.consent import erase
from subscribers.importing import import_file
from subscribers.model import Subscriber
from tests.security.world import World, open_services
from web.app import create_app


@pytest.fixture
def rotate(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    monkeypatch.setenv("NEWSLETTER_DATA_DIR", str(world.services.settings.data_dir))
    monkeypatch.delenv("NEWSLETTER_DATABASE_URL", raising=False)
    monkeypatch.setattr(state, "debug", False)
    monkeypatch.setattr("sys.argv", ["newsletter", "key", "rotate"])
    world.enter(Role.ADMINISTRATOR)
    assert world.app.get("/redactie").status_code == 200
    with pytest.raises(SystemExit) as end:
        main()
    assert int(end.value.code or 0) == 0


def test_after_another_key_old_links_work_and_sessions_do_not(world: World, rotate: None) -> None:
    old, now = world.services.links, world.services.clock()
    new = open_services(world.services.settings.data_dir)
    cookie = world.app.cookies["session"]
    edition = int(world.names["sent"])
    paths = [
        url.removeprefix(new.settings.base_url)
        for url in (
            old.unsubscribe_url(1, edition),
            old.preferences_url(1),
            old.poll_url(1, edition),
            old.submission_url(int(world.names["submission"])),
        )
    ]
    before = {path: world.app.get(path).status_code for path in paths}
    with TestClient(create_app(new), follow_redirects=False) as app:
        app.cookies.set("session", cookie, domain="testserver.local", path="/")
        desk = app.get("/redactie")
        kept = {path: app.get(path).status_code for path in paths}
        gone = app.get(old.confirm_url(1, now=now).removeprefix(new.settings.base_url))
        one_click = old.one_click_url(1, edition).removeprefix(new.settings.base_url)
        left = app.post(one_click, data={"List-Unsubscribe": "One-Click"})
    with new.db.read() as session:
        state_now = session.get_one(Subscriber, 1).status
        logged = [one.what for one in session.query(LogEntry).order_by(LogEntry.id.desc()).limit(3)]
    new.db.close()

    assert (desk.status_code, desk.headers["location"][:18]) == (303, "/redactie/inloggen")
    assert kept == before
    assert list(kept.values()).count(200) >= 3
    assert gone.status_code in {400, 404, 410}
    assert (left.status_code, state_now) == (200, "unsubscribed")
    assert new.links.unsubscribe_url(1, edition) != old.unsubscribe_url(1, edition)
    assert "key.rotated" in logged


def test_after_another_key_who_was_erased_is_still_known(
    world: World, rotate: None, tmp_path: Path
) -> None:
    services, path = world.services, tmp_path / "readers.csv"
    new = read_settings({"NEWSLETTER_DATA_DIR": str(services.settings.data_dir)})
    with services.db.read() as session:
        email = session.get_one(Subscriber, 1).email
    erase(services.db, 1, key=services.settings.hash_key, now=services.clock())
    path.write_text(f"email\n{email}\n")

    report = import_file(
        services.db, path, ground="Aangemeld", key=new.hash_key, now=services.clock()
    )

    assert new.secret_key != services.settings.secret_key
    assert (report.added, report.rejected) == (0, 1)
