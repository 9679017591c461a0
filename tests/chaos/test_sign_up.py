"""Kill the site between the answer to a sign-up and its mail: the mail comes after a restart."""

import socket
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from signal import SIGKILL

import httpx
import pytest

from scheduler import ticking
from tests.chaos.program import BEGUN_S, free_port, program
from web.public.stamps import make_stamp

pytestmark = pytest.mark.chaos

ADDRESS = "nieuw@example.org"


def wait_for(is_so: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + BEGUN_S
    while not is_so():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def test_a_sign_up_survives_a_kill(database_url: str, tmp_path: Path) -> None:
    with program(tmp_path, database_url, connections=1) as shipped:
        services, port = shipped.services(), free_port()
        soon = services.clock() - timedelta(minutes=1)
        form = {
            "kant": "school",
            "email": ADDRESS,
            "krijg": "newsletter",
            "formulier": "aanmelden",
            "stempel": make_stamp(services.settings.secret_key, now=soon),
        }
        serve = ("serve", "--port", str(port), "--no-worker")
        with socket.create_server(("127.0.0.1", 0)) as mute:  # a relay that never says a word
            relay = {"NEWSLETTER_SMTP_URL": f"smtp://127.0.0.1:{mute.getsockname()[1]}"}
            with type(shipped)(shipped.environ | relay, shipped.ledger).start(*serve) as first:
                wait_for(lambda: is_ready(port), "the site does not start")
                answer = httpx.post(f"http://127.0.0.1:{port}/aanmelden", data=form)
                conversation, _ = mute.accept()  # so the mail is under way
                first.send_signal(SIGKILL)
                conversation.close()
        before = shipped.copies()

        with ticking(services):  # what `serve` starts with
            wait_for(lambda: bool(shipped.accepted()), "no mail came")
        copies = shipped.copies()
        services.db.close()

    assert (answer.status_code, before) == (httpx.codes.SEE_OTHER, {})
    assert copies == {ADDRESS: 1}
