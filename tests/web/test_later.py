"""What is done after an answer: it never changes the answer, and its failure is in the log."""

import asyncio

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message

from web.later import later


def send(response: PlainTextResponse) -> list[str]:
    """Let the answer go out; return what was sent, in its order."""
    sent: list[str] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def note(message: Message) -> None:
        sent.append(str(message["type"]))

    asyncio.run(response({"type": "http", "method": "GET"}, receive, note))
    return sent


def test_the_work_is_done_when_the_answer_is_out() -> None:
    done: list[str] = []
    response = later(PlainTextResponse("ok"), lambda: done.append("gedaan"))
    assert done == []

    assert isinstance(response, PlainTextResponse)
    assert send(response) == ["http.response.start", "http.response.body"]
    assert done == ["gedaan"]


def test_work_that_fails_is_in_the_log_and_nowhere_else(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail() -> None:
        raise LookupError("een geheim")

    response = later(PlainTextResponse("ok"), fail)

    assert isinstance(response, PlainTextResponse)
    assert send(response) == ["http.response.start", "http.response.body"]
    assert "work after an answer failed" in capsys.readouterr().out
