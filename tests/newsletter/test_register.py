"""The register of processing says what the settings make true, and nothing that they do not."""

from dataclasses import replace
from datetime import date

import pytest

from newsletter.register import make_register
from newsletter.retention import TABLE
from newsletter.settings import Settings, SmtpRelay

TODAY = date(2027, 4, 20)


def relay(host: str = "mail.example.org", security: str = "starttls") -> SmtpRelay:
    return SmtpRelay(host, 587, security, user="u", password="geheim")


def told(settings: Settings) -> str:
    made = make_register(settings, today=TODAY)
    return "\n".join([*made.receivers, *made.measures])


def test_it_holds_who_we_are_and_all_that_is_kept(settings: Settings) -> None:
    made = make_register(settings, today=TODAY)

    organisation = settings.organisation
    assert (made.controller, made.contact) == (organisation.name, organisation.contact)
    kept = [pair for one in made.processings for pair in one.kept]
    assert sorted(kept) == sorted((one.what, one.how_long) for one in TABLE)
    assert made.as_json()["made_on"] == "2027-04-20"


def test_secrets_and_passwords_are_not_in_it(settings: Settings) -> None:
    url = "postgresql+psycopg://ons:geheim@db.example.org/brief"
    made = make_register(replace(settings, smtp=relay(), database_url=url), today=TODAY)

    assert "geheim" not in str(made.as_json())
    assert "De database op db.example.org" in str(made.receivers)


@pytest.mark.parametrize(
    ("changed", "there", "gone"),
    [
        ({"base_url": "https://x.example.org"}, "alleen via https", "op http"),
        ({"base_url": "http://x.example.org"}, "nu op http", "alleen via https"),
        ({"smtp": relay()}, "versleuteld naar de mailserver (met STARTTLS)", "onversleuteld"),
        ({"smtp": relay(security="none")}, "nu onversleuteld", "gaat versleuteld"),
        ({"smtp": relay("127.0.0.1", "none")}, "mailserver op deze machine", "onversleuteld"),
        ({"four_eyes": True, "approvers": 2}, "als 2 anderen hem goedkeurde", "1 ander "),
        ({"four_eyes": False}, "logboek", "gaat pas uit"),
        ({"second_step": True}, "tweede stap", "nu op https"),
        ({"second_step": False}, "logboek", "tweede stap"),
        ({"oidc_issuer": "https://in.example.org/x"}, "in.example.org, om collega’s", "nooit"),
    ],
)
def test_it_follows_the_settings(
    settings: Settings, changed: dict[str, object], there: str, gone: str
) -> None:
    text = told(replace(settings, **changed))  # type: ignore[arg-type]  # a field each

    assert there in text
    assert gone not in text
