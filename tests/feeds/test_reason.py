"""What people read of why an exchange failed."""

import httpcore
import pytest

from feeds.reason import plain_reason


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("timed out", "timed out"),
        ("", "ConnectError"),
        ("[Errno 104] Connection reset by peer", "Connection reset by peer"),
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate "
            "(_ssl.c:1006)",
            "the certificate of the site cannot be trusted: self-signed certificate",
        ),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", "wrong version number"),
        ("_ssl.c:989: The handshake operation timed out", "The handshake operation timed out"),
        ("illegal chunk header: bytearray(b'zz\\r\\n')", "illegal chunk header"),
        ("peer unexpectedly closed connection", "what came is no HTTP, or only its beginning"),
        (
            "InformationalResponse status_code should be in range [100, 200), not 99",
            "99 is no status of HTTP",
        ),
        ("een\ntwee", "een"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_reason_is_a_few_words(said: str, plain: str) -> None:
    assert plain_reason(httpcore.ConnectError(said)) == plain
