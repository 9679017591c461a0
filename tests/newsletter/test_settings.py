"""Settings: the environment wins, and a wrong value stops the start and is named."""

from pathlib import Path

import pytest

from newsletter.errors import SettingWrong
from newsletter.settings import Settings, read_settings


def read(folder: Path, **environ: str) -> Settings:
    return read_settings({"NEWSLETTER_DATA_DIR": str(folder), **environ})


def test_defaults_need_nothing(tmp_path: Path) -> None:
    settings = read(tmp_path)

    assert settings.database_url == f"sqlite:///{tmp_path}/newsletter.db"
    assert settings.base_url == "http://127.0.0.1:8000"
    assert (settings.smtp.host, settings.smtp.port) == ("127.0.0.1", 1025)
    assert settings.four_eyes


def test_the_secret_key_is_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    first, second = read(tmp_path), read(tmp_path)

    assert first.secret_key == second.secret_key
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    read(tmp_path)
    (tmp_path / "secret.key").chmod(0o644)

    with pytest.raises(SettingWrong, match=r"secret.key can be read by others"):
        read(tmp_path)


@pytest.mark.parametrize("kept", ["", "half a key"])
def test_a_key_that_was_not_written_whole_is_refused(tmp_path: Path, kept: str) -> None:
    read(tmp_path)
    (tmp_path / "secret.key").write_text(kept)

    with pytest.raises(SettingWrong, match=r"secret.key holds no whole key"):
        read(tmp_path)


def test_a_new_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    read(tmp_path / "new")

    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_an_empty_data_folder_means_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    settings = read_settings({"NEWSLETTER_DATA_DIR": ""})

    assert settings.data_dir == tmp_path / "data"


def test_addresses_are_kept_as_mail_carries_them(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        NEWSLETTER_BASE_URL="HTTPS://Nieuwsbrief.Example.org/",
        NEWSLETTER_SENDER="Redactie <post@café.example>",
        NEWSLETTER_BOUNCE_ADDRESS="bounces@café.example",
    )

    assert settings.base_url == "https://nieuwsbrief.example.org"
    assert settings.sender == "Redactie <post@xn--caf-dma.example>"
    assert settings.bounce_address == "bounces@xn--caf-dma.example"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text('base_url = "https://a.example.org"\nlog = "json"\n')

    settings = read(tmp_path, NEWSLETTER_BASE_URL="https://b.example.org/")

    assert (settings.base_url, settings.log) == ("https://b.example.org", "json")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SMTP_URL", "http://mail"),
        ("SMTP_URL", "smtp://mail?connections=0"),
        ("DATABASE_URL", "mysql://x"),
        ("BASE_URL", "nieuwsbrief.example.org"),
        ("SENDER", "post@example.org"),
        ("BOUNCE_ADDRESS", "no address"),
        ("SOURCE_ALLOW", "localhost"),
        ("LOG", "loud"),
        ("NOW", "2027-04-22T10:00"),
        ("NOW", "tomorrow"),
        ("FOUR_EYES", "perhaps"),
        ("SECOND_STEP", "perhaps"),
        ("OIDC_ISSUER", "login.example.org"),
        ("OIDC_ISSUER", "http://login.example.org"),
        ("OIDC_ISSUER", "https://a:b@login.example.org"),
        ("OIDC_ISSUER", "https://login.microsoftonline.com/common/v2.0"),
        ("OIDC_ISSUER", "https://login.microsoftonline.com/organizations/v2.0"),
        ("OIDC_LABEL", "x" * 41),
        ("OIDC_TRUST_EMAIL", "soms"),
        ("SECTION_MAXIMUM", "0"),
        ("SECRET_KEY", "short"),
        ("BASE_URL", "http://nieuwsbrief.example.org:abc"),
        ("SOURCE_ALLOW", "localhost:99999"),
        ("NOW", "9999-12-31T23:59:59+00:00"),
        ("DATA_DIR", "/dev/null"),
        ("DATABASE_URL", "postgresql+psycopg://127.0.0.1:abc/newsletter"),
        ("DATABASE_URL", "sqlite:///"),
        ("BASE_URL", "https://nieuws brief.example.org"),
        ("BASE_URL", "https://nieuwsbrief.example.org\n"),
        ("BASE_URL", "https://café.example"),
        ("BASE_URL", "https://user:password@nieuwsbrief.example.org"),
        ("BASE_URL", "https://example.org/nieuwsbrief"),
        ("SMTP_URL", "smtp://mail/path"),
        ("SMTP_URL", "smtp://mail?connection=4"),
        ("SMTP_URL", "smtp://mail?connections="),
        ("SMTP_URL", "smtp://mail?connections=²"),
        ("SMTP_URL", "smtp://user@mail"),
        ("SMTP_URL", "smtp://user:secret@mail.example.org"),
        ("SMTP_URL", "smtp://mail.example.org?patience=0.5"),
        ("SMTP_URL", "smtp://ma il"),
        ("SENDER", "Redactie <a b@example.org>"),
        ("SENDER", "Redactie <a@example.org>, Ander <b@example.org>"),
        ("SENDER", "Redactie <ä@example.org>"),
        ("SENDER", "Redactie\u2028 <a@example.org>"),
        ("BOUNCE_ADDRESS", "“@example.org"),
        ("BOUNCE_ADDRESS", f"{'b' * 38}@example.org"),
        ("SECRET_KEY", " " * 40),
        ("SECTION_MAXIMUM", "²"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingWrong, match=f"^NEWSLETTER_{name}"):
        read(tmp_path, **{f"NEWSLETTER_{name}": value})


@pytest.mark.parametrize(
    "url",
    [
        "smtps://user:secret@mail.example.org",
        "smtp+starttls://user:secret@mail.example.org",
        "smtp://user:secret@127.0.0.1:1025",
    ],
)
def test_a_password_goes_to_a_relay_encrypted_or_stays_here(tmp_path: Path, url: str) -> None:
    relay = read(tmp_path, NEWSLETTER_SMTP_URL=url).smtp

    assert (relay.user, relay.password) == ("user", "secret")
    assert "secret" not in repr(relay)


def test_a_wrong_value_in_the_file_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text('log = "loud"\n')

    with pytest.raises(SettingWrong, match=r"^log in newsletter.toml"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("written", "named"),
    [
        ('bas_url = "https://a.example.org"', "unknown setting 'bas_url'"),
        ("[organisation]\nname = 5", r"organisation\.name"),
        ('[organisation]\nname_lines = "abc"', r"organisation\.name_lines"),
        ("[organisation]\ncolours = 5", r"organisation\.colours"),
        ('[organisation]\nname = ""', r"organisation\.name"),
        ('[organisation]\nname = "a\\nb"', r"organisation\.name"),
        ('[organisation]\ncontact = "redactie"', r"organisation\.contact"),
    ],
)
def test_what_the_file_says_wrongly_is_named(tmp_path: Path, written: str, named: str) -> None:
    (tmp_path / "newsletter.toml").write_text(written)

    with pytest.raises(SettingWrong, match=named):
        read(tmp_path)


def test_a_contact_stands_as_mail_carries_it(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text('[organisation]\ncontact = "post@café.example"')

    assert read(tmp_path).organisation.contact == "post@xn--caf-dma.example"


@pytest.mark.parametrize(
    "secret",
    [
        'smtp_url = "smtps://u:geheim@mail.example.org"',
        f'secret_key = "{"k" * 40}"',
        'oidc_issuer = "https://a.example.org"\noidc_client_id = "a"\noidc_client_secret = "b"',
    ],
)
def test_a_secret_in_a_file_that_others_can_read_is_refused(tmp_path: Path, secret: str) -> None:
    path = tmp_path / "newsletter.toml"
    path.write_text(secret)
    path.chmod(0o644)
    with pytest.raises(SettingWrong, match="chmod 600"):
        read(tmp_path)

    path.chmod(0o600)
    assert read(tmp_path)


def test_a_moved_clock_is_refused_on_a_real_relay(tmp_path: Path) -> None:
    with pytest.raises(SettingWrong, match="NEWSLETTER_NOW"):
        read(
            tmp_path,
            NEWSLETTER_NOW="2027-04-22T10:00+02:00",
            NEWSLETTER_SMTP_URL="smtps://mail.example.org",
        )


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    shown = repr(read(tmp_path, NEWSLETTER_SMTP_URL="smtps://u:geheim@mail.example.org"))

    assert "geheim" not in shown
    assert "secret_key" not in shown


def test_the_organisation_is_a_table_of_known_fields(tmp_path: Path) -> None:
    (tmp_path / "newsletter.toml").write_text('[organisation]\nname = "Platform Samen Opleiden"\n')
    assert read(tmp_path).organisation.name_lines == ("Platform Samen Opleiden",)

    (tmp_path / "newsletter.toml").write_text('[organisation]\nnaam = "x"\n')
    with pytest.raises(SettingWrong, match="unknown field 'naam'"):
        read(tmp_path)


WORK = {"ISSUER": "https://login.example.org", "CLIENT_ID": "a", "CLIENT_SECRET": "geheim"}


def test_work_accounts_need_an_issuer_a_name_and_a_secret(tmp_path: Path) -> None:
    given = {f"NEWSLETTER_OIDC_{name}": value for name, value in WORK.items()}

    whole = read(tmp_path, **given, NEWSLETTER_OIDC_LABEL=" SURFconext ")
    assert (whole.oidc_issuer, whole.oidc_label) == ("https://login.example.org", "SURFconext")
    assert "geheim" not in repr(whole)
    assert read(tmp_path).oidc_issuer == ""
    for left_out in given:
        with pytest.raises(SettingWrong, match=left_out):
            read(tmp_path, **{name: value for name, value in given.items() if name != left_out})


def test_an_issuer_on_this_machine_may_do_without_https(tmp_path: Path) -> None:
    given = {f"NEWSLETTER_OIDC_{name}": value for name, value in WORK.items()}
    here = given | {"NEWSLETTER_OIDC_ISSUER": "http://127.0.0.1:5999"}

    assert read(tmp_path, **here).oidc_issuer == "http://127.0.0.1:5999"


def test_there_is_no_key_that_everybody_has(tmp_path: Path) -> None:
    assert read(tmp_path / "one").secret_key != read(tmp_path / "two").secret_key
