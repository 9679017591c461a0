"""What is believed of an issuer: a token that is signed, for us, for this attempt, and fresh."""

from datetime import timedelta
from typing import Any

import pytest

from newsletter.errors import OpenIdFailed
from newsletter.openid import Attempt, Client, OpenId, WorkAccount, check_claims, may_match
from tests.fakes import START

US = Client("https://login.example.org", "nieuwsbrief", "geheim")
NOW_S = int(START.timestamp())
GOOD: dict[str, Any] = {
    "iss": US.issuer,
    "sub": "a1b2",
    "aud": US.client_id,
    "exp": NOW_S + 300,
    "iat": NOW_S,
    "nonce": "een-keer",
}


def check(**changed: Any) -> dict[str, Any]:
    claims = {name: value for name, value in (GOOD | changed).items() if value is not None}
    return check_claims(
        claims, {"alg": "RS256"}, client=US, nonce="een-keer", access_token="t", now=START
    )


def test_a_token_for_us_is_believed() -> None:
    assert check(email="a@example.org")["email"] == "a@example.org"
    assert check(aud=[US.client_id])["sub"] == "a1b2"
    assert check(aud=[US.client_id, "een ander"], azp=US.client_id)["sub"] == "a1b2"
    assert check(exp=NOW_S - 30)["sub"] == "a1b2"  # their clock and ours


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://elders.example.org"},
        {"iss": US.issuer + "/"},
        {"iss": None},
        {"aud": "een ander"},
        {"aud": ["een ander"]},
        {"aud": []},
        {"aud": None},
        {"aud": [US.client_id, "een ander"]},  # and no word on who it was made for
        {"azp": "een ander"},
        {"nonce": "van-gisteren"},
        {"nonce": None},
        {"exp": NOW_S - 61},
        {"exp": None},
        {"exp": "straks"},
        {"iat": NOW_S + 3600},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"at_hash": "van-een-ander-token"},
    ],
)
def test_any_other_token_is_not(changed: dict[str, Any]) -> None:
    with pytest.raises(OpenIdFailed):
        check(**changed)


@pytest.mark.parametrize(
    ("email", "is_verified", "trusts_silence", "may"),
    [
        ("a@example.org", True, False, True),
        ("a@example.org", None, True, True),
        ("a@example.org", None, False, False),
        ("a@example.org", False, True, False),
        ("a@example.org", False, False, False),
        ("", True, True, False),
        ("", None, True, False),
    ],
)
def test_an_address_counts_when_the_issuer_vouches_or_we_trust_it(
    email: str, *, is_verified: bool | None, trusts_silence: bool, may: bool
) -> None:
    account = WorkAccount(US.issuer, "a1b2", email, "", is_verified)

    assert may_match(account, trusts_silence=trusts_silence) is may


def test_an_answer_of_another_attempt_or_issuer_is_refused_unasked() -> None:
    """Nothing is asked of the issuer, which does not exist."""
    openid = OpenId(Client("http://127.0.0.1:1", "a", "b"), redirect_url="http://127.0.0.1/terug")
    attempt = Attempt("staat", "een-keer", "bewijs")
    for answer in (
        {"code": "x"},
        {"code": "x", "state": "anders"},
        {"code": "x", "state": "staat", "iss": "https://elders.example.org"},
        {"state": "staat", "error": "access_denied"},
    ):
        with pytest.raises(OpenIdFailed) as refused:
            openid.finish(attempt, answer, now=START + timedelta(seconds=1))
        assert "does not answer" not in str(refused.value)


def test_an_issuer_that_is_silent_is_left_alone_for_a_moment() -> None:
    openid = OpenId(Client("http://127.0.0.1:1", "a", "b"), redirect_url="http://127.0.0.1/terug")

    said = []
    for later in (0, 19, 20):
        with pytest.raises(OpenIdFailed) as refused:
            openid.begin(now=START + timedelta(seconds=later))
        said.append(str(refused.value))

    assert "does not answer: ConnectError" in said[0]
    assert "a moment ago" in said[1]
    assert said[2] == said[0]
