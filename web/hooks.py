"""Addresses for providers' programs: what they tell of mail that came back.

No session and no form: who asks proves it by a signature or a password (see `learn/hooks.py`).
An address whose setting is not filled in does not exist. Answers are one line of text.
"""

from collections.abc import Callable
from typing import Final

import structlog
from starlette.responses import PlainTextResponse, Response

from newsletter.errors import HookRefused
from newsletter.learn import hooks
from newsletter.learn.bounces import Returns
from newsletter.learn.sns import fetching
from web.errors import PageUnknown
from web.pages import Call

HOOKS: Final = "/api/v1/returned"

log = structlog.get_logger()


def take_ses(call: Call) -> Response:
    """Take a notification of Amazon SNS about mail sent by SES."""
    settings = call.services.settings
    _require(bool(settings.ses_topics))
    return _answer(
        hooks.SES,
        lambda: hooks.take_ses(
            _returns(call),
            call.body,
            topics=settings.ses_topics,
            certificates=call.request.app.state.certificates,
            fetch=fetching(call.services.fetcher),
            now=call.now,
        ),
    )


def take_postmark(call: Call) -> Response:
    """Take what Postmark tells."""
    expected = call.services.settings.postmark_hook
    _require(bool(expected))
    authorization = call.request.headers.get("authorization", "")
    return _answer(
        hooks.POSTMARK,
        lambda: hooks.take_postmark(
            _returns(call),
            call.body,
            authorization=authorization,
            expected=expected,
            now=call.now,
        ),
    )


def take_mailgun(call: Call) -> Response:
    """Take what Mailgun tells."""
    key = call.services.settings.mailgun_hook_key
    _require(bool(key))
    return _answer(
        hooks.MAILGUN,
        lambda: hooks.take_mailgun(_returns(call), call.body, key=key, now=call.now),
    )


def _require(is_set: object) -> None:
    if not is_set:
        raise PageUnknown("webhook")


def _returns(call: Call) -> Returns:
    services = call.services
    return Returns(services.db, services.links, services.settings.hash_key)


def _answer(provider: str, take: Callable[[], object]) -> Response:
    headers = {"Cache-Control": "no-store"}
    try:
        take()
    except HookRefused as refused:
        log.warning("a webhook was refused", provider=provider, because=str(refused))
        return PlainTextResponse(f"refused: {refused}\n", status_code=403, headers=headers)
    return PlainTextResponse("ok\n", headers=headers)
