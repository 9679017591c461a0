"""What the libraries of the network say went wrong, in one line without their own words. Pure."""

import re
from typing import Final

LENGTH: Final = 200
UNTRUSTED: Final = re.compile(r"certificate verify failed: (?P<why>.*?)\.?(?: \(_ssl\.c:\d+\))?$")
STATUS: Final = re.compile(r"^\w+ status_code should be .*, not (\d+)$")
# Where in the library it was found, which number it has there, and the bytes that were looked at.
JARGON: Final = re.compile(
    r"^\[Errno -?\d+\] |^\[SSL: \w+\] |^\[SSL\] |^_ssl\.c:\d+: | \(_ssl\.c:\d+\)$"
    r"|:? ?bytearray\(.*"
)
PLAINER: Final = {
    "peer unexpectedly closed connection": "what came is no HTTP, or only its beginning",
    "Receive buffer too long": "the head of the answer has no end",
}


def plain_reason(failure: Exception) -> str:
    """Return why an exchange failed: a few words, never more than a line."""
    line = (str(failure) or type(failure).__name__).splitlines()[0]
    untrusted = UNTRUSTED.search(line)
    if untrusted:
        return f"the certificate of the site cannot be trusted: {untrusted['why'][:LENGTH]}"
    line = STATUS.sub(r"\1 is no status of HTTP", line)
    return PLAINER.get(line) or JARGON.sub("", line)[:LENGTH] or type(failure).__name__
