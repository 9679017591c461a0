"""A certificate authority of a test's own: certificates that are sound, and those that are not."""

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

DAY = timedelta(days=1)
LONG = (-DAY, 3650 * DAY)
EXPIRED, NOT_YET = (-30 * DAY, -DAY), (DAY, 30 * DAY)
NOW = datetime.now(UTC)  # noqa: TID251 - whoever checks a certificate asks the machine's clock


class Authority:
    """Signs for servers. trusted: what a client knows that believes it, and nobody else."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._key = folder, generate_private_key(SECP256R1())
        self._name = _named("An authority for one test")
        root = (
            _begun(self._name, self._key, LONG)
            .issuer_name(self._name)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_others=True), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        self.file = folder / "authority.pem"
        self.file.write_bytes(root.public_bytes(Encoding.PEM))
        self.trusted = ssl.create_default_context(cafile=str(self.file))

    def server(
        self, name: str = "localhost", period: tuple[timedelta, timedelta] = LONG
    ) -> ssl.SSLContext:
        """Return a server's TLS. period: from when and until when its certificate holds."""
        key = generate_private_key(SECP256R1())
        whose = self._key.public_key()
        certificate = (
            _begun(_named(name), key, period)
            .issuer_name(self._name)
            .add_extension(x509.SubjectAlternativeName([_alternative(name)]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(whose), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        file = self._folder / "server.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        file.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _begun(
    subject: x509.Name, key: EllipticCurvePrivateKey, period: tuple[timedelta, timedelta]
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + period[0])
        .not_valid_after(NOW + period[1])
    )


def _usage(*, signs_others: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_others,
        crl_sign=signs_others,
        encipher_only=False,
        decipher_only=False,
    )
