"""Signing in with the account of one's work: out to the issuer, and back."""

import json
from dataclasses import asdict
from typing import Final

import structlog
from starlette.responses import RedirectResponse, Response

from newsletter.accounts.sealed import open_text, seal_text
from newsletter.accounts.work_account import find_account
from newsletter.errors import NoAccount, NoAccountFault, OpenIdFailed
from newsletter.openid import Attempt, OpenId, WorkAccount, may_match
from web.access import is_secure, set_cookie
from web.editor.entering import HOME, SIGN_IN, asked_page, come_in, with_onward
from web.errors import PageUnknown
from web.pages import Call, see_other

WORK: Final = "/redactie/inloggen/werk"
LONGEST_ONWARD: Final = 1_000  # a cookie holds 4 kB
KEPT_S: Final = 10 * 60  # to give a password, and perhaps a code, at the issuer
ABOUT: Final = "an attempt to sign in with a work account"
FAILED: Final = "Inloggen met je {} lukte niet. Probeer het opnieuw, of log in met een wachtwoord."
REFUSED: Final = {
    NoAccountFault.UNKNOWN: "Er is hier geen account met het adres van je {}. "
    "Vraag een beheerder om een uitnodiging op dat adres.",
    NoAccountFault.UNVERIFIED: "Je {} zegt niet zeker welk mailadres van jou is. "
    "Log in met een wachtwoord, of vraag het een beheerder.",
    NoAccountFault.OTHER: "Bij dit account hoort al een ander {}. Vraag een beheerder om die los "
    "te maken.",
}

log = structlog.get_logger(__name__)


def begin(call: Call) -> Response:
    """Go to the issuer; what must come back is kept in a cookie that only we can read."""
    try:
        attempt, url = _openid(call).begin(now=call.now)
    except OpenIdFailed as failure:
        return _failed(call, failure)
    onward = asked_page(call)
    kept = json.dumps(
        asdict(attempt)
        | {
            "naar": onward if len(onward) <= LONGEST_ONWARD else HOME,
            "at": str(call.now.timestamp()),
        }
    )
    response = RedirectResponse(url, status_code=303)
    settings = call.services.settings
    sealed = seal_text(settings.secret_key, kept, about=ABOUT)
    set_cookie(response, settings, _cookie(call), sealed, age_s=KEPT_S)
    return response


def come_back(call: Call) -> Response:
    """Believe the issuer, as far as its answer fits the attempt of this browser; and come in."""
    response = _come_back(call)
    set_cookie(response, call.services.settings, _cookie(call), "", age_s=0)  # once
    return response


def _come_back(call: Call) -> Response:
    openid, services = _openid(call), call.services
    kept = _kept(call)
    if not kept:
        return see_other(SIGN_IN, message="Dat duurde te lang. Begin opnieuw met inloggen.")
    attempt = Attempt(kept["state"], kept["nonce"], kept["verifier"])
    try:
        account = openid.finish(attempt, call.query, now=call.now)
        user_id = find_account(
            services.db,
            issuer=account.issuer,
            subject=account.subject,
            email=account.email,
            may_match=_may_match(call, account),
            now=call.now,
        )
    except OpenIdFailed as failure:
        return _failed(call, failure)
    except NoAccount as refusal:
        return _refused(call, refusal)
    return come_in(call, user_id, onward=kept["naar"])


def _may_match(call: Call, account: WorkAccount) -> bool:
    return may_match(account, trusts_silence=call.services.settings.oidc_trust_email)


def _kept(call: Call) -> dict[str, str]:
    """Return what this browser keeps of its attempt; {} for nothing, or too old."""
    sealed = call.request.cookies.get(_cookie(call), "")
    text = open_text(call.services.settings.secret_key, sealed, about=ABOUT)
    kept: dict[str, str] = json.loads(text) if text else {}
    is_fresh = kept and call.now.timestamp() - float(kept["at"]) <= KEPT_S
    return kept if is_fresh else {}


def _openid(call: Call) -> OpenId:
    if call.services.openid is None:
        raise PageUnknown("work accounts are not set")
    return call.services.openid


def _failed(call: Call, failure: OpenIdFailed) -> Response:
    log.warning("a work account could not be used", why=str(failure))
    return see_other(with_onward(SIGN_IN, HOME), message=FAILED.format(_label(call)))


def _refused(call: Call, refusal: NoAccount) -> Response:
    log.warning("a work account opens nothing", why=refusal.fault.value)
    return see_other(SIGN_IN, message=REFUSED[refusal.fault].format(_label(call)))


def _label(call: Call) -> str:
    label = call.services.settings.oidc_label
    return label if label == "werkaccount" else f"werkaccount ({label})"


def _cookie(call: Call) -> str:
    return "__Host-work" if is_secure(call.services.settings) else "work"
