"""Debian's Dovecot, run for a test on this machine only: a real IMAP server with one mailbox."""

import grp
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from imapclient import IMAPClient

from newsletter.returns import BounceMailbox
from tests.fakes import START

DOVECOT: Final = shutil.which("dovecot") or "/usr/sbin/dovecot"
IS_THERE: Final = Path(DOVECOT).exists() and Path("/usr/lib/dovecot/imap").exists()
USER: Final = "bounces@example.org"
PASSWORD: Final = "geheim=met/tekens"
STARTS_S: Final = 20.0
NOW: Final = START - timedelta(days=365)

CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
ssl_dh =
mail_location = maildir:{folder}/mail
default_internal_user = {internal}
default_login_user = {login}
default_internal_group = {group}
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {clear}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


@dataclass(frozen=True, slots=True)
class Dovecot:
    """A running server. port: of TLS; starttls: of what begins in clear."""

    port: int
    starttls: int
    context: ssl.SSLContext

    def mailbox(self, *, password: str = PASSWORD, folder: str = "INBOX") -> BounceMailbox:
        """Return the mailbox as a setting has it."""
        return BounceMailbox("localhost", self.port, "tls", USER, password, folder)

    @contextmanager
    def open(self) -> Iterator[IMAPClient]:
        """Give the mailbox as another program sees it."""
        with IMAPClient("localhost", port=self.port, ssl_context=self.context) as client:
            client.login(USER, PASSWORD)
            client.select_folder("INBOX")
            yield client

    def put(self, raw: bytes, *, at: datetime = NOW) -> None:
        """Deliver a message at this moment; for a moment that is to come it takes its own."""
        with self.open() as client:
            client.append("INBOX", raw.replace(b"\n", b"\r\n"), msg_time=at)

    def flags(self) -> list[list[str]]:
        """Return the flags of each message, in their order."""
        with self.open() as client:
            found = client.get_flags(client.search("ALL"))
            return [sorted(one.decode() for one in flags) for _, flags in sorted(found.items())]


@contextmanager
def running() -> Iterator[Dovecot]:
    """Run a server with an empty mailbox until the body is done."""
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    folder.chmod(0o755)
    try:
        context = _make_certificate(folder)
        clear, tls = _free_port(), _free_port()
        config = folder / "dovecot.conf"
        config.write_text(_config(folder, clear, tls))
        process = subprocess.Popen([DOVECOT, "-F", "-c", str(config)])
        try:
            _wait_for(tls, process, folder)
            yield Dovecot(tls, clear, context)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STARTS_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _config(folder: Path, clear: int, tls: int) -> str:
    me = pwd.getpwuid(os.getuid())
    is_root = me.pw_uid == 0
    owner = pwd.getpwnam("nobody") if is_root else me
    mail = folder / "mail"
    mail.mkdir()
    if is_root:  # no mailbox may be root's
        os.chown(mail, owner.pw_uid, owner.pw_gid)
    return CONFIG.format(
        folder=folder,
        clear=clear,
        tls=tls,
        password=PASSWORD,
        internal="dovecot" if is_root else me.pw_name,
        login="dovenull" if is_root else me.pw_name,
        group="dovecot" if is_root else _group_of(me.pw_gid),
        uid=owner.pw_uid,
        gid=owner.pw_gid,
    )


def _group_of(gid: int) -> str:
    return grp.getgrgid(gid).gr_name


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    until = time.monotonic() + STARTS_S
    while time.monotonic() < until and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    log = folder / "log"
    raise RuntimeError(log.read_text() if log.exists() else "dovecot does not start")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _make_certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = START.replace(tzinfo=None)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3650))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    (folder / "cert.pem").write_bytes(pem)
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return ssl.create_default_context(cadata=pem.decode())
