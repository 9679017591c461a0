"""Answers that programs follow: a feed, a calendar. They ask often, so "unchanged" is short."""

import hashlib
from typing import Final

from starlette.responses import Response

from web.pages import Call

FRESH_S: Final = 300


def document(call: Call, body: bytes, content_type: str, *, file_name: str = "") -> Response:
    """Return the document, or 304 when the program has this very one (RFC 9110 §13.1.2).

    file_name: ASCII; browsers then save it instead of showing it.
    """
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={FRESH_S}"}
    known = {one.strip() for one in call.request.headers.get("if-none-match", "").split(",")}
    if tag in known or f"W/{tag}" in known:
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = content_type
    if file_name:
        headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return Response(body, headers=headers)
