"""Signing in with the account of one's work: OpenID Connect, the code flow with PKCE.

What is believed of an answer: nothing but an ID token that the issuer of the settings signed, for
us, for this attempt, just now. State, nonce and verifier are of one attempt (RFC 7636; OpenID
Connect Core §3.1). docs/decisions/0013-work-accounts.md says who is let in by it.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final
from urllib.parse import quote_plus

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from newsletter.errors import OpenIdFailed
from newsletter.settings import is_safe_address

WORK_RETURN: Final = "/redactie/inloggen/werk/terug"  # where an issuer sends people back to
SCOPE: Final = "openid email profile"
ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384"]
WAIT: Final = httpx.Timeout(10.0)  # as for sources; somebody is looking at the page
LARGEST_BYTES: Final = 1024 * 1024
SUBJECT_LENGTH: Final = 255  # OpenID Connect Core §2
LEEWAY_S: Final = 60  # their clock and ours
REST: Final = timedelta(seconds=20)  # after an issuer failed, before it is asked again
KEEP: Final = timedelta(hours=1)  # what the issuer says of itself; keys that are new are asked for
NEEDED: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to the issuer."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in, kept by the browser that makes it until it comes back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True)
class WorkAccount:
    """Who somebody is at work. is_verified: whether the issuer says so; None when it is silent."""

    issuer: str
    subject: str
    email: str
    name: str
    is_verified: bool | None


@dataclass(frozen=True, slots=True)
class _Issuer:
    """What an issuer said of itself, and when."""

    told: Mapping[str, Any]
    keys: KeySet
    at: datetime


class OpenId:
    """The way to one issuer. Safe to share between threads.

    redirect_url: where the issuer sends people back to; it must know this address.
    """

    def __init__(self, client: Client, *, redirect_url: str) -> None:
        self.client = client
        self._redirect_url = redirect_url
        self._lock = Lock()
        self._issuer: _Issuer | None = None
        self._silent_until: datetime | None = None

    def begin(self, *, now: datetime) -> tuple[Attempt, str]:
        """Return an attempt, and the address at the issuer to go to. Raises OpenIdFailed."""
        attempt = Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))
        url = prepare_grant_uri(
            str(self._known(now).told["authorization_endpoint"]),
            self.client.client_id,
            "code",
            redirect_uri=self._redirect_url,
            scope=SCOPE,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )
        return attempt, str(url)

    def finish(self, attempt: Attempt, answer: Mapping[str, str], *, now: datetime) -> WorkAccount:
        """Return who came back. answer: the query of the address. Raises OpenIdFailed."""
        if not hmac.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
            raise OpenIdFailed("the answer belongs to another attempt")
        if answer.get("iss", self.client.issuer) != self.client.issuer:  # RFC 9207
            raise OpenIdFailed("the answer is of another issuer")
        if "code" not in answer:
            raise OpenIdFailed(f"the issuer refused: {answer.get('error', 'no code')[:60]!r}")
        tokens = self._exchange(attempt, answer["code"], now)
        claims = self._read(tokens, attempt, now)
        if "email" not in claims:
            claims |= self._ask_more(tokens, str(claims["sub"]), now)
        return WorkAccount(
            issuer=self.client.issuer,
            subject=str(claims["sub"]),
            email=str(claims.get("email") or ""),
            name=str(claims.get("name") or ""),
            is_verified=_verified(claims.get("email_verified")),
        )

    def _exchange(self, attempt: Attempt, code: str, now: datetime) -> dict[str, Any]:
        body = prepare_token_request(
            "authorization_code",
            redirect_uri=self._redirect_url,
            code=code,
            code_verifier=attempt.verifier,
        )
        # RFC 6749 §2.3.1: both are written as in a form before they are joined.
        who = (quote_plus(self.client.client_id), quote_plus(self.client.secret))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        endpoint = str(self._known(now).told["token_endpoint"])
        return _ask("POST", endpoint, headers=headers, content=body, auth=who)

    def _read(self, tokens: Mapping[str, Any], attempt: Attempt, now: datetime) -> dict[str, Any]:
        """Return the claims of the ID token; keys are asked for again when none of them fits."""
        for known in (self._known, self._ask_issuer):
            try:
                token = jwt.decode(
                    str(tokens.get("id_token", "")), known(now).keys, algorithms=ALGORITHMS
                )
            except (JoseError, ValueError) as failure:
                why = type(failure).__name__
            else:
                return check_claims(
                    token.claims,
                    token.header,
                    client=self.client,
                    nonce=attempt.nonce,
                    access_token=str(tokens.get("access_token", "")),
                    now=now,
                )
        raise OpenIdFailed(f"the ID token is not signed by the issuer: {why}")

    def _ask_more(self, tokens: Mapping[str, Any], subject: str, now: datetime) -> dict[str, Any]:
        """Return what the issuer tells elsewhere: some put no address into the ID token."""
        endpoint = self._known(now).told.get("userinfo_endpoint")
        if not is_safe_address(str(endpoint or "")):
            return {}
        bearer = {"Authorization": f"Bearer {tokens.get('access_token', '')}"}
        told = _ask("GET", str(endpoint), headers=bearer)
        if told.get("sub") != subject:  # OpenID Connect Core §5.3.2
            raise OpenIdFailed("the issuer told of somebody else")
        return {name: told[name] for name in ("email", "email_verified", "name") if name in told}

    def _known(self, now: datetime) -> _Issuer:
        known = self._issuer
        return known if known and now - known.at < KEEP else self._ask_issuer(now)

    def _ask_issuer(self, now: datetime) -> _Issuer:
        """Return what the issuer says of itself; one that failed is left alone for a moment.

        Anybody may press the button: that must not hold up a thread each time.
        """
        if self._silent_until and now < self._silent_until:
            raise OpenIdFailed("the issuer did not answer a moment ago")
        try:
            found = self._read_issuer(now)
        except OpenIdFailed:
            self._silent_until = now + REST
            raise
        with self._lock:
            self._issuer = found
        return found

    def _read_issuer(self, now: datetime) -> _Issuer:
        issuer = self.client.issuer
        told = _ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != issuer:
            raise OpenIdFailed(f"the issuer calls itself {str(told.get('issuer'))[:200]!r}")
        for name in NEEDED:
            if not is_safe_address(str(told.get(name, ""))):
                raise OpenIdFailed(f"the issuer's {name} is not an https address")
        keys = _ask("GET", str(told["jwks_uri"]))
        try:
            return _Issuer(told, KeySet.import_key_set(keys), now)  # type: ignore[arg-type]
        except (JoseError, ValueError, KeyError) as failure:
            raise OpenIdFailed(f"the issuer's keys: {type(failure).__name__}") from None


def check_claims(
    claims: Mapping[str, Any],
    header: Mapping[str, Any],
    *,
    client: Client,
    nonce: str,
    access_token: str,
    now: datetime,
) -> dict[str, Any]:
    """Return what a signed ID token says, when it is for us and for this attempt.

    Raises OpenIdFailed (OpenID Connect Core §3.1.3.7).
    """
    wanted = {
        "iss": {"essential": True, "value": client.issuer},
        "aud": {"essential": True, "value": client.client_id},
    }
    of_attempt = {"nonce": nonce, "client_id": client.client_id, "access_token": access_token}
    found = CodeIDToken(dict(claims), dict(header), wanted, of_attempt)
    try:
        found.validate(now=int(now.timestamp()), leeway=LEEWAY_S)
    except (JoseError, AuthlibBaseError, ValueError) as failure:
        raise OpenIdFailed(f"the ID token is not for us: {failure}") from None
    if not isinstance(found["sub"], str) or not 0 < len(found["sub"]) <= SUBJECT_LENGTH:
        raise OpenIdFailed("the issuer has no name for this person")
    return dict(found)


def _ask(method: str, url: str, **sent: Any) -> dict[str, Any]:
    """Return the JSON object that the issuer answers with, within our limits."""
    body = b""
    try:
        with (
            httpx.Client(timeout=WAIT, trust_env=False) as http,
            http.stream(method, url, **sent) as answer,
        ):
            answer.raise_for_status()
            for part in answer.iter_bytes():
                body += part
                if len(body) > LARGEST_BYTES:
                    raise OpenIdFailed("the issuer's answer is too large")
        found = json.loads(body)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as failure:
        raise OpenIdFailed(f"the issuer does not answer: {type(failure).__name__}") from None
    if not isinstance(found, dict):
        raise OpenIdFailed("the issuer's answer is no object")
    return found


def may_match(account: WorkAccount, *, trusts_silence: bool) -> bool:
    """Say whether the address of a work account may be looked up among our accounts.

    trusts_silence: whether an issuer that says nothing of it is believed all the same.
    """
    if account.is_verified is None:
        return bool(account.email) and trusts_silence
    return bool(account.email) and account.is_verified


def _verified(told: object) -> bool | None:
    """Return what an issuer says; some say it as text."""
    if told is None:
        return None
    return told is True or str(told).lower() == "true"
