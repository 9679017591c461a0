"""Connections: kept for the next request, made anew when the server closed them, and TLS."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from socket import create_server, socket
from urllib.parse import urlsplit

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from feeds.connect import KEPT, Connections, Deadline, Waits
from feeds.errors import SourceUnreachable
from feeds.fetch import Fetcher
from feeds.http1 import Target
from tests.feeds.site import Site

NAME = "partner.example.org"
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhallo"


class Raw:
    """A server that answers on each connection as often as `answers` says, and then closes it."""

    def __init__(self, answers: int, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[int] = []
        self.connections = self.unanswered = 0
        self._answers = answers
        self._listening = create_server(("127.0.0.1", 0))
        if tls:
            self._listening = tls.wrap_socket(self._listening, server_side=True)
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    @contextmanager
    def running(self) -> Iterator["Raw"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._answers = -1
            with socket() as knock:
                knock.connect_ex(("127.0.0.1", self.port))
            self._thread.join()
            self._listening.close()

    def _serve(self) -> None:
        while self._answers >= 0:
            try:
                connection, _ = self._listening.accept()
            except OSError:  # the other side does not like our certificate
                continue
            with connection:
                self.connections += 1
                self._talk(connection)

    def _talk(self, connection: socket) -> None:
        for _ in range(self._answers):
            if not connection.recv(65536):
                return
            self.requests.append(self.connections)
            connection.sendall(ANSWER)
        self.unanswered += bool(connection.recv(65536))  # one more request, and no answer


def connections(port: int, tls: ssl.SSLContext | None = None) -> Connections:
    return Connections(
        allow=frozenset({f"127.0.0.1:{port}", f"{NAME}:{port}"}),
        resolve=lambda host, port: ["127.0.0.1"],
        deadline=Deadline(),
        waits=Waits(5.0, 5.0),
        tls=lambda: tls or ssl.create_default_context(),
    )


def body(through: Connections, url: str) -> bytes:
    parts = urlsplit(url)
    target = Target(
        parts.scheme.encode(),
        (parts.hostname or "").encode(),
        parts.port,
        parts.path.encode(),
        parts.netloc.encode(),
    )
    with through.get(target, []) as answer:
        return b"".join(answer.chunks())


def test_a_round_uses_one_connection_to_a_host(site: Site, fetcher: Fetcher) -> None:
    url = site.put("/a", "hallo", ETag='"1"')

    with fetcher.round() as fetch:
        statuses = [fetch(url, etag=etag).status for etag in ("", '"1"', "", '"1"')]

    assert statuses == [200, 304, 200, 304]
    assert site.connections == 1


def test_what_was_not_read_to_its_end_is_not_used_again(site: Site, fetcher: Fetcher) -> None:
    site.put("/b", "hallo")
    url = site.put("/a", "x" * 500_000, status=302, Location="/b")

    with fetcher.round() as fetch:
        assert [fetch(url).body, fetch(url).body] == [b"hallo", b"hallo"]

    assert site.connections == 3  # the second look began on the one that had been read


def test_a_connection_that_the_server_gave_up_is_made_anew() -> None:
    with Raw(answers=2).running() as server:
        through = connections(server.port)
        url = f"http://127.0.0.1:{server.port}/"
        bodies = [body(through, url) for _ in range(5)]
        through.close()

    assert bodies == [b"hallo"] * 5
    assert server.requests == [1, 1, 2, 2, 3]


def test_a_server_that_never_answers_on_a_new_connection_is_asked_once() -> None:
    with Raw(answers=0).running() as server:
        through = connections(server.port)
        with pytest.raises(httpcore.RemoteProtocolError):
            body(through, f"http://127.0.0.1:{server.port}/")

    assert server.unanswered == 1


def test_not_more_connections_are_kept_than_we_say(site: Site) -> None:
    names = [f"127.0.1.{n}" for n in range(1, KEPT + 2)]
    site.put("/a", "hallo")
    through = Connections(
        allow=frozenset(f"{name}:{site.port}" for name in names),
        resolve=lambda host, port: ["127.0.0.1"],
        deadline=Deadline(),
        waits=Waits(5.0, 5.0),
        tls=ssl.create_default_context,
    )
    for name in names:
        body(through, f"http://{name}:{site.port}/a")
    assert site.connections == KEPT + 1

    body(through, f"http://{names[-1]}:{site.port}/a")
    assert site.connections == KEPT + 1

    body(through, f"http://{names[0]}:{site.port}/a")  # the oldest was closed
    assert site.connections == KEPT + 2
    through.close()


def test_a_certificate_is_checked_for_the_name_and_not_for_the_address(tmp_path: Path) -> None:
    certificate = certify(tmp_path, NAME)
    with Raw(answers=1, tls=server_context(certificate)).running() as server:
        through = connections(server.port, ssl.create_default_context(cafile=certificate))
        assert body(through, f"https://{NAME}:{server.port}/") == b"hallo"
        through.close()


def test_a_certificate_of_another_name_is_refused(tmp_path: Path) -> None:
    certificate = certify(tmp_path, "other.example.org")
    with Raw(answers=1, tls=server_context(certificate)).running() as server:
        through = connections(server.port, ssl.create_default_context(cafile=certificate))
        with pytest.raises(httpcore.ConnectError, match="Hostname mismatch"):
            body(through, f"https://{NAME}:{server.port}/")


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    certificate = certify(tmp_path, NAME)
    with Raw(answers=1, tls=server_context(certificate)).running() as server:
        fetcher = Fetcher(
            allow=frozenset({f"{NAME}:{server.port}"}),
            contact="",
            resolve=lambda host, port: ["127.0.0.1"],
        )
        with pytest.raises(SourceUnreachable, match="self-signed certificate"):
            fetcher.fetch(f"https://{NAME}:{server.port}/")


def certify(folder: Path, name: str) -> Path:
    """Write a key, and a certificate that vouches for itself, into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    today = datetime.now(UTC)  # noqa: TID251 - OpenSSL reads the machine's clock
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def server_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
