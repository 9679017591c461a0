"""The mailbox as pages: a list, one mail with its parts, and its HTML apart in a locked frame.

What is in a mail is foreign here: every word is escaped, and its HTML gets no script, no form and
no access to these pages.
"""

import re
import socket
from threading import Thread
from typing import Final, Self

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from newsletter.demo.mailbox import Mailbox, header_text, part_text
from newsletter.demo.templates import PAGES, TEMPLATES
from newsletter.dutch import number as dutch_number

SHOWN: Final = 200
OURS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
FOREIGN: Final = OURS | {
    "Content-Security-Policy": "default-src 'none'; img-src * data:; style-src 'unsafe-inline'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'"
}


class MailboxSite:
    """The pages of one mailbox."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self.app = Starlette(
            routes=[
                Route("/", self.letters),
                Route("/mailbox.css", self.stylesheet),
                Route("/bericht/{number}", self.letter),
                Route("/bericht/{number}/html", self.html),
            ]
        )

    def letters(self, request: Request) -> Response:
        """Show the newest letters, or those to an address."""
        address = request.query_params.get("adres", "")[:254].strip()
        letters = self._mailbox.newest(SHOWN, address=address)
        sentence = _sentence(len(letters))
        return _page("mailbox.html", letters=letters, address=address, sentence=sentence)

    def stylesheet(self, _request: Request) -> Response:
        """Give the style of these pages."""
        css = (PAGES / "mailbox.css").read_text("utf-8")
        return Response(css, media_type="text/css", headers=OURS)

    def letter(self, request: Request) -> Response:
        """Show one mail: who, what, both parts, and its headers."""
        number = request.path_params["number"]
        message = self._mailbox.message(number)
        raw = self._mailbox.raw(number)
        if message is None or raw is None:
            return _not_there()
        head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
        return _page(
            "letter.html",
            number=number,
            subject=header_text(message, "Subject"),
            recipient=header_text(message, "Delivered-To"),
            sender=header_text(message, "From"),
            date=header_text(message, "Date"),
            unsubscribe=re.findall(r"<([^<>]+)>", header_text(message, "List-Unsubscribe")),
            has_html=bool(part_text(message, "html")),
            text=part_text(message, "plain"),
            headers=head.decode("utf-8", "replace"),
        )

    def html(self, request: Request) -> Response:
        """Give the HTML part for the frame; its links open in a tab of their own."""
        message = self._mailbox.message(request.path_params["number"])
        html = part_text(message, "html") if message else ""
        if not html:
            return _not_there()
        opened = re.sub(r"(<head\b[^>]*>)", r'\1<base target="_blank">', html, count=1, flags=re.I)
        return HTMLResponse(opened, headers=FOREIGN)


class MailboxPages:
    """Serves the pages while the `with` body runs, on a port that is already bound."""

    def __init__(self, mailbox: Mailbox, bound: socket.socket) -> None:
        self._bound = bound
        app = MailboxSite(mailbox).app
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        self._thread = Thread(target=self._server.run, args=([bound],), name="mailbox", daemon=True)

    @property
    def url(self) -> str:
        """The address of the list."""
        host, port = self._bound.getsockname()[:2]
        return f"http://{host}:{port}/"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._bound.close()


def _sentence(count: int) -> str:
    if count == SHOWN:
        return f"De nieuwste {SHOWN} mails; zoek op adres om er één te vinden."
    return "Eén mail." if count == 1 else f"{dutch_number(count)} mails, de nieuwste bovenaan."


def _page(template: str, **words: object) -> Response:
    return HTMLResponse(TEMPLATES.get_template(template).render(words), headers=OURS)


def _not_there() -> Response:
    return PlainTextResponse("Deze mail is er niet (meer).", status_code=404, headers=OURS)
