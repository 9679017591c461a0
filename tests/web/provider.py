"""A real OpenID provider (Canaille) on this machine: for tests of signing in with a work account.

Run as a program it reads one line of JSON (port, people, client) and serves until it is ended: in a
process of its own, so that nothing of it mixes with ours.
"""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from urllib.parse import urljoin

import httpx

SECRET = "een-geheim-van-ons-en-de-uitgever"
CLIENT_ID = "nieuwsbrief"
THEIR_PASSWORD = "een lange zin bij het werk"


@dataclass(frozen=True)
class Provider:
    """One that runs. issuer: its address, as it calls itself."""

    issuer: str

    def sign_in(self, start: str, user: str) -> str:
        """Go where we are sent, sign in there as people do, and return where that leads back to."""
        with httpx.Client(follow_redirects=False, timeout=30) as browser:
            answer = browser.get(start)
            for _ in range(12):
                if answer.is_redirect:
                    to = urljoin(str(answer.url), answer.headers["location"])
                    if not to.startswith(self.issuer):
                        return to
                    answer = browser.get(to)
                else:
                    answer = browser.post(str(answer.url), data=_filled(answer.text, user))
        raise AssertionError("the provider never sent us back")


def _filled(page: str, user: str) -> dict[str, str]:
    """Return the fields of the form on a page, with name and password where they are asked."""
    fields = dict[str, str]()
    for tag in re.findall(r"<(?:input|button)[^>]*>", page):
        name, value = re.search(r'\bname="([^"]*)"', tag), re.search(r'\bvalue="([^"]*)"', tag)
        if name:
            fields[name[1]] = unescape(value[1]) if value else ""
    given = {"login": user, "password": THEIR_PASSWORD}
    return fields | {name: value for name, value in given.items() if name in fields}


@contextmanager
def providing(*, redirect: str, site: str, people: dict[str, str]) -> Iterator[Provider]:
    """Run a provider that knows us and these people: names with their addresses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {"port": port, "people": people, "redirect": redirect, "site": site}
    with subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as program:
        assert program.stdin
        assert program.stdout
        program.stdin.write(json.dumps(told) + "\n")
        program.stdin.flush()
        assert program.stdout.readline() == "ready\n"
        try:
            yield Provider(f"http://127.0.0.1:{port}")
        finally:
            program.terminate()


def main() -> None:
    """Serve what the line on standard input says."""
    from canaille import create_app  # noqa: PLC0415 - only in this process
    from canaille.app import models  # noqa: PLC0415
    from canaille.backends import Backend  # noqa: PLC0415
    from joserfc.jwk import RSAKey  # noqa: PLC0415
    from werkzeug.serving import make_server  # noqa: PLC0415

    told = json.loads(sys.stdin.readline())
    key = RSAKey.generate_key(2048, auto_kid=True)
    app = create_app(
        {
            "SECRET_KEY": "only for tests, on this machine",
            "SERVER_NAME": f"127.0.0.1:{told['port']}",
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"DATABASE": "memory", "JAVASCRIPT": False},
            "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)]},
        }
    )
    with app.app_context():
        for name, email in told["people"].items():
            person = models.User(
                user_name=name,
                family_name=name,
                formatted_name=name.capitalize(),
                emails=[email],
                password=THEIR_PASSWORD,
            )
            Backend.instance.save(person)
        client = models.Client(
            client_id=CLIENT_ID,
            client_secret=SECRET,
            client_name="Nieuwsbrief",
            client_uri=told["site"],
            redirect_uris=[told["redirect"]],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "email", "profile"],
            token_endpoint_auth_method="client_secret_basic",
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    server = make_server("127.0.0.1", told["port"], app, threaded=True)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
