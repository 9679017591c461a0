"""The headers that every answer carries, whoever made it."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CONTENT_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
COMMON: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
MAIL_SANDBOX: Final = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
HSTS: Final = "max-age=31536000; includeSubDomains"


def mail_policy(base_url: str, *, nonce: str) -> str:
    """Return the policy for a mail in its frame: an origin of its own, and no form.

    nonce: of our script that tells the desk how tall the mail is. No other script runs, whatever is
    in the mail, and without our origin one would reach nothing. Links open in a window of their
    own. Pictures have full addresses, as in a mailbox: those of ours are allowed under any name.
    """
    return (
        f"sandbox {MAIL_SANDBOX}; default-src 'none'; script-src 'nonce-{nonce}'; "
        f"img-src 'self' {base_url} data:; style-src 'unsafe-inline'; "
        "frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    )


def embedded_policy() -> str:
    """Return the policy for the one form that may stand in a frame on anybody's page.

    It shows nothing of anybody and does nothing without its own button, and its answer tells
    nobody who is known: there is nothing to trick somebody into.
    """
    return CONTENT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")


class SecurityHeaders:
    """Adds what an answer does not say itself."""

    def __init__(self, app: ASGIApp, *, https: bool, desk: str) -> None:
        self._app, self._https, self._desk = app, https, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; complete the headers of its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def complete(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._complete(MutableHeaders(scope=message), scope["path"])
            await send(message)

        await self._app(scope, receive, complete)

    def _complete(self, headers: MutableHeaders, path: str) -> None:
        for name, value in COMMON.items():
            headers.setdefault(name, value)
        if self._https:
            headers.setdefault("Strict-Transport-Security", HSTS)
        if path.startswith(self._desk):
            headers["Cache-Control"] = "no-store"
