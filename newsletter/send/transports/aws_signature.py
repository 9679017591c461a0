"""Signature Version 4 of Amazon Web Services: a request proves that its sender has the secret.

By their "Create a signed AWS API request". Some thirty lines; botocore, which has them, is 15 MB.
"""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final, NamedTuple

ALGORITHM: Final = "AWS4-HMAC-SHA256"


class Scope(NamedTuple):
    """What a signature is good for, on the day of its request."""

    region: str
    service: str


def signed(
    headers: Mapping[str, str],
    content: bytes,
    *,
    path: str,
    key_id: str,
    secret: str,
    scope: Scope,
) -> dict[str, str]:
    """Return the headers of a POST with the one that signs them and the content.

    headers: all that go out and must not change, names in lower case; among them host and
             x-amz-date (`20150830T123600Z`).
    path:    without a query, each part of it plain.
    """
    moment = headers["x-amz-date"]
    named = ";".join(sorted(headers))
    lines = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in sorted(headers))
    whole = "\n".join(("POST", path, "", lines, named, _sha256(content)))
    place = "/".join((moment[:8], scope.region, scope.service, "aws4_request"))
    to_sign = "\n".join((ALGORITHM, moment, place, _sha256(whole.encode())))
    key = f"AWS4{secret}".encode()
    for part in place.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    credential = f"Credential={key_id}/{place}, SignedHeaders={named}, Signature={signature}"
    return {**headers, "authorization": f"{ALGORITHM} {credential}"}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
