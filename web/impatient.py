"""The server's side of a connection: a client that takes too long to say what it wants is dropped.

Uvicorn waits for ever for the rest of a head or a body. Who sends a byte now and then would hold a
connection, and a process has a thousand of them.
"""

import asyncio
from typing import Any, Final

import h11
import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE_S: Final = 15.0  # for a head, and to begin with for what follows
SLOWEST_BYTES_S: Final = 10_000  # a photo of 10 MB may take a quarter of an hour
LISTENING: Final = frozenset({h11.IDLE, h11.SEND_BODY})  # the client has not said all yet


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 with a limit on the time from a request's first moment to its last byte."""

    patience_s = PATIENCE_S

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._since, self._bytes = 0.0, 0
        self._look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait: also for who connects and says nothing."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came, and see whether there is more to wait for."""
        self._bytes += len(data)
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Begin anew, for the next request of this connection."""
        super().on_response_complete()
        self._rest()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state not in LISTENING or self.transport.is_closing():
            self._rest()
        elif self._look is None:
            self._since, self._bytes = self.loop.time(), 0
            self._look = self.loop.call_later(self.patience_s, self._judge)

    def _rest(self) -> None:
        if self._look is not None:
            self._look.cancel()
            self._look = None

    def _judge(self) -> None:
        due = self._since + self.patience_s + self._bytes / SLOWEST_BYTES_S
        if self.loop.time() < due:
            self._look = self.loop.call_at(due, self._judge)
        else:
            self._look = None
            self.transport.abort()


def server_config(
    app: FastAPI, *, protocol: type[ImpatientProtocol] = ImpatientProtocol
) -> uvicorn.Config:
    """Return how the site is served: no name or version of ours, and no endless waiting."""
    return uvicorn.Config(
        app, http=protocol, log_config=None, log_level="warning", server_header=False
    )
