"""The settings of returned mail: what is taken, what is refused, and that no secret is shown."""

from pathlib import Path

import pytest

from newsletter.errors import SettingWrong
from newsletter.returns import BounceMailbox, read_mailbox
from newsletter.settings import read_settings

TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"


@pytest.mark.parametrize(
    ("text", "mailbox"),
    [
        ("", None),
        (
            "imaps://jan%40example.org:p%2Fw%40@imap.example.org",
            BounceMailbox("imap.example.org", 993, "tls", "jan@example.org", "p/w@", "INBOX"),
        ),
        (
            "imap+starttls://jan:geheim@imap.example.org:1143/Terug%20gekomen",
            BounceMailbox("imap.example.org", 1143, "starttls", "jan", "geheim", "Terug gekomen"),
        ),
        (
            "imap://jan:geheim@127.0.0.1/INBOX",
            BounceMailbox("127.0.0.1", 143, "none", "jan", "geheim", "INBOX"),
        ),
    ],
)
def test_a_mailbox_is_read_from_one_line(text: str, mailbox: BounceMailbox | None) -> None:
    assert read_mailbox(text) == mailbox


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOUNCE_MAILBOX", "pop3://jan:geheim@example.org"),
        ("BOUNCE_MAILBOX", "imaps://jan@example.org"),
        ("BOUNCE_MAILBOX", "imaps://jan:geheim@"),
        ("BOUNCE_MAILBOX", "imap://jan:geheim@example.org"),
        ("BOUNCE_MAILBOX", "imaps://jan:ge%0Aheim@example.org"),
        ("BOUNCE_MAILBOX", "imaps://jan:geheim@example.org/INBOX?x=1"),
        ("BOUNCE_MAILBOX", "imaps://jan:geheim@example.org:70000"),
        ("SES_TOPICS", "bounces"),
        ("SES_TOPICS", TOPIC + " nog-een"),
        ("POSTMARK_HOOK", "zonder-dubbele-punt"),
        ("POSTMARK_HOOK", "jan:kort"),
        ("MAILGUN_HOOK_KEY", "kort"),
    ],
)
def test_a_wrong_value_is_named_and_not_shown(tmp_path: Path, name: str, value: str) -> None:
    environ = {"NEWSLETTER_DATA_DIR": str(tmp_path), f"NEWSLETTER_{name}": value}

    with pytest.raises(SettingWrong, match=f"NEWSLETTER_{name}") as raised:
        read_settings(environ)

    assert "geheim" not in str(raised.value)


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    secrets = ["een-lang-wachtwoord", "nog-een-lang-wachtwoord", "de-sleutel-van-mailgun"]
    settings = read_settings(
        {
            "NEWSLETTER_DATA_DIR": str(tmp_path),
            "NEWSLETTER_BOUNCE_MAILBOX": f"imaps://jan:{secrets[0]}@example.org",
            "NEWSLETTER_POSTMARK_HOOK": f"postmark:{secrets[1]}",
            "NEWSLETTER_MAILGUN_HOOK_KEY": secrets[2],
            "NEWSLETTER_SES_TOPICS": TOPIC,
        }
    )

    assert settings.bounce_mailbox is not None
    assert settings.ses_topics == {TOPIC}
    assert not any(secret in repr(settings) for secret in secrets)


@pytest.mark.parametrize(
    "line",
    [
        'bounce_mailbox = "imaps://jan:geheim@example.org"',
        'postmark_hook = "postmark:een-lang-wachtwoord"',
        'mailgun_hook_key = "de-sleutel-van-mailgun"',
    ],
)
def test_a_file_with_such_a_secret_is_for_its_owner(tmp_path: Path, line: str) -> None:
    file = tmp_path / "newsletter.toml"
    file.write_text(line)
    file.chmod(0o644)

    with pytest.raises(SettingWrong, match="chmod 600"):
        read_settings({"NEWSLETTER_DATA_DIR": str(tmp_path)})
