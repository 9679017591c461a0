"""The addresses of the other ways out: read exactly, refused without telling a secret."""

from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.errors import SettingWrong
from newsletter.register import make_register
from newsletter.settings import Settings, read_settings
from newsletter.ways_out import MailFolder, Provider, read_way_out
from newsletter.wiring import Services
from tests.fakes import START


def read(folder: Path, **environ: str) -> Settings:
    return read_settings({"NEWSLETTER_DATA_DIR": str(folder), **environ})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("folder:///srv/post", MailFolder(Path("/srv/post"))),
        ("folder:///srv/de%20post?connections=8", MailFolder(Path("/srv/de post"), 8)),
        (
            "ses://AKID:a%2Fb%2Bc@eu-west-1?connections=16",
            Provider(
                kind="ses",
                base_url="https://email.eu-west-1.amazonaws.com",
                secret="a/b+c",
                user="AKID",
                place="eu-west-1",
                connections=16,
            ),
        ),
        (
            "ses://AKID:s@127.0.0.1:8080/us-gov-west-1",
            Provider("ses", "http://127.0.0.1:8080", "s", "AKID", "us-gov-west-1"),
        ),
        (
            "postmark://tok-en@api.postmarkapp.com",
            Provider("postmark", "https://api.postmarkapp.com", "tok-en", place="broadcast"),
        ),
        (
            "postmark://tok-en@[::1]:8080?stream=nieuws",
            Provider("postmark", "http://[::1]:8080", "tok-en", place="nieuws"),
        ),
        (
            "mailgun://key-1@api.eu.mailgun.net/mg.example.org",
            Provider("mailgun", "https://api.eu.mailgun.net", "key-1", place="mg.example.org"),
        ),
    ],
)
def test_each_way_is_read(text: str, expected: MailFolder | Provider | None) -> None:
    assert read_way_out(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "geheim",
        "http://geheim@api.postmarkapp.com",
        "folder://post/in",
        "folder:///",
        "folder:///post?stream=geheim",
        "ses://AKID:geheim/deel@eu-west-1",
        "ses://AKID:geheim?deel@eu-west-1",
        "ses://AKID:geheim#deel@eu-west-1",
        "ses://AKID@eu-west-1",
        "ses://AKID:geheim@eu-west-1/more",
        "ses://AKID:geheim@evil.example.org",
        "ses://AKID:geheim@eu-west-1:443",
        "ses://AKID:geheim%0D%0Adeel@eu-west-1",
        "ses://AKID:gehéim@eu-west-1",
        "postmark://api.postmarkapp.com",
        "postmark://geheim:geheim@api.postmarkapp.com",
        "postmark://geheim@api.postmarkapp.com/v2",
        "postmark://geheim@api.postmarkapp.com?stream=a%20b",
        "postmark://geheim@api.postmarkapp.com?connections=0",
        "postmark://geheim@api.postmarkapp.com?connections=²",
        "postmark://geheim@api.postmarkapp.com:99999",
        "postmark://geheim@api postmarkapp",
        "mailgun://geheim@api.eu.mailgun.net",
        "mailgun://geheim@api.eu.mailgun.net/a/b",
        "mailgun://geheim@api.eu.mailgun.net/..",
        "mailgun://geheim@api.eu.mailgun.net/d?tracking=yes",
        "mailgun://geheim@[::1/d",
    ],
)
def test_what_is_no_way_is_refused_without_its_secret(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingWrong, match=r"^NEWSLETTER_TRANSPORT_URL") as wrong:
        read(tmp_path, NEWSLETTER_TRANSPORT_URL=text)

    assert "geheim" not in str(wrong.value)
    assert "deel" not in str(wrong.value)


def test_without_another_way_mail_goes_by_smtp(tmp_path: Path) -> None:
    usual = read(tmp_path)
    other = read(tmp_path, NEWSLETTER_TRANSPORT_URL="folder:///srv/post")

    assert usual.way_out == usual.smtp
    assert other.way_out == MailFolder(Path("/srv/post"))


def test_a_file_with_a_key_is_for_its_owner_only(tmp_path: Path) -> None:
    config = tmp_path / "newsletter.toml"
    config.write_text('transport_url = "postmark://tok-en@api.postmarkapp.com"\n')
    config.chmod(0o644)

    with pytest.raises(SettingWrong, match="holds a secret and can be read by others"):
        read(tmp_path)

    config.chmod(0o600)
    assert read(tmp_path).way_out.kind == "postmark"
    assert "tok-en" not in repr(read(tmp_path))


@pytest.mark.parametrize(
    ("way", "is_taken"),
    [
        ("folder:///srv/post", True),
        ("postmark://t@127.0.0.1:8080", True),
        ("postmark://t@api.postmarkapp.com", False),
    ],
)
def test_another_clock_goes_with_mail_that_stays_here(
    tmp_path: Path,
    way: str,
    is_taken: bool,  # noqa: FBT001 - made up
) -> None:
    given = {
        "NEWSLETTER_TRANSPORT_URL": way,
        "NEWSLETTER_SMTP_URL": "smtps://u:p@mail.example.org",
        "NEWSLETTER_NOW": "2027-04-22T10:00+02:00",
    }

    if is_taken:
        assert read(tmp_path, **given).now is not None
    else:
        with pytest.raises(SettingWrong, match=r"mail goes to api\.postmarkapp\.com"):
            read(tmp_path, **given)


def test_the_register_names_who_takes_the_mail(settings: Settings) -> None:
    def told(way: str) -> str:
        register = make_register(replace(settings, transport=read_way_out(way)), today=START.date())
        return "\n".join((*register.receivers, *register.measures))

    provider = told("mailgun://k@api.eu.mailgun.net/mg.example.org")

    assert "De mailserver api.eu.mailgun.net, om de mail af te leveren" in provider
    assert "versleuteld naar de mailserver (met HTTPS)" in provider
    assert "die komt in een map op deze machine" in told("folder:///srv/post")


def test_the_checks_know_whether_mail_leaves(services: Services) -> None:
    def house(way: str) -> tuple[str, bool]:
        settings = replace(services.settings, transport=read_way_out(way))
        found = replace(services, settings=settings).house
        return found.relay, found.is_trial

    assert house("folder:///srv/post") == ("", True)
    assert house("ses://A:b@eu-west-1") == ("", False)
