"""The demo for a browser: everything runs, the drafts are there, and it says where to click."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import structlog
from sqlalchemy import select

from newsletter.demo.ports import bind_near, free_near
from newsletter.demo.run import run_demo
from newsletter.model import Edition
from newsletter.wiring import Services

pytestmark = pytest.mark.long


@pytest.fixture(autouse=True)
def default_logging() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_demo_runs_everything_and_says_where_to_click(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    drafted: list[str] = []
    answers: list[int] = []
    said: list[str] = []

    def serve(services: Services, host: str, port: int) -> None:
        with services.db.read() as session:
            drafted.extend(session.scalars(select(Edition.kind).order_by(Edition.id)))
        said.append(capsys.readouterr().err)
        mailbox = re.findall(r"Postvak +(http://\S+)", said[-1])
        answers.append(httpx.get(mailbox[0]).status_code)

    for _ in range(2):
        run_demo(data_dir=tmp_path, port=free_near(20_000), serve=serve)

    assert drafted == ["newsletter", "announcement"] * 2
    assert answers == [200, 200]
    for words in ("/redactie", "redacteur@example.org", "Postvak"):
        assert words in said[0]


def test_taken_port_is_left_alone_and_the_next_one_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    served: list[int] = []
    with bind_near(21_000) as taken:
        port = taken.getsockname()[1]
        run_demo(data_dir=tmp_path, port=port, serve=lambda _s, _h, where: served.append(where))

    assert served[0] > port
    assert f"Poort {port} is bezet" in capsys.readouterr().err


def test_no_port_at_all_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)), pytest.raises(OSError, match="--port"):
        bind_near(65_535)
