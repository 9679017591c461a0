"""The settings: one frozen object, read once, from `newsletter.toml` and the environment.

The environment wins. A value that cannot be used stops the start with one sentence that names it.
Each field is documented for operators in docs/settings.md; a test holds the two together.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

from newsletter.dkim_keys import DkimKey, read_dkim_keys
from newsletter.errors import SettingWrong
from newsletter.identity import Organisation, mail_address, read_organisation
from newsletter.keys import read_former, read_key
from newsletter.limits import (
    OTHERS,
    Limit,
    Limits,
    QuietHours,
    WarmUp,
    read_domains,
    read_limits,
    read_quiet_hours,
    read_warm_up,
)
from newsletter.returns import (
    BounceMailbox,
    read_mailbox,
    read_signing_key,
    read_topics,
    read_user_and_password,
)
from newsletter.setting_texts import (
    read_approvers,
    read_base_url,
    read_count,
    read_database,
    read_host_ports,
    read_hours,
    read_label,
    read_log_file,
    read_log_form,
    read_minutes,
    read_moment,
    read_token,
    read_yes_no,
)
from newsletter.ways_out import LOOPBACK, MailFolder, Provider, read_way_out

T = TypeVar("T")

CONFIG_NAME: Final = "newsletter.toml"
SMTP_SCHEMES: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
BOUNCE_LOCAL_MAXIMUM: Final = 37  # of the 64 that RFC 5321 allows, 27 are for "+" and the token
SENDER: Final = "Steunpunt Opleidingsscholen VO <nieuwsbrief@example.org>"


@dataclass(frozen=True, slots=True)
class SmtpRelay:
    """The server we hand mail to. security: "none", "starttls" or "tls", never less than asked.

    patience: what all times that we wait are multiplied by; less than 1 for trials only.
    """

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)
    connections: int = 4
    patience: float = 1.0

    @property
    def needs_extensions(self) -> bool:
        """Whether a server without ESMTP cannot serve: TLS and signing in are extensions."""
        return self.security == "starttls" or bool(self.user)

    @property
    def kind(self) -> str:
        """The name of this way out."""
        return "smtp"

    @property
    def is_local(self) -> bool:
        """Whether it is on this machine, as a mail catcher is."""
        return self.host in LOOPBACK


WayOut = SmtpRelay | MailFolder | Provider


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set; handed down as arguments by the doors."""

    data_dir: Path
    database_url: str = field(repr=False)
    base_url: str
    smtp: SmtpRelay
    sender: str
    bounce_address: str
    bounce_mailbox: BounceMailbox | None
    ses_topics: frozenset[str]
    """The topics of Amazon SNS that are believed about mail that came back."""
    postmark_hook: str = field(repr=False)
    """The user and password that Postmark sends with what it tells us, or ""."""
    mailgun_hook_key: str = field(repr=False)
    """The key that Mailgun signs with what it tells us, or ""."""
    secret_key: bytes = field(repr=False)
    former_secret_keys: tuple[bytes, ...] = field(repr=False)
    """Keys of before, the first one first: links and sealed texts of theirs are still known."""
    source_allow: frozenset[str]
    log: str
    now: datetime | None
    four_eyes: bool
    approvers: int
    second_step: bool
    """Whether who approves, and who administers, must have a second step to sign in."""
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_label: str
    oidc_trust_email: bool
    section_maximum: int
    undo_minutes: int
    late_hours: int
    pace: tuple[Limit, ...]
    pace_domains: Mapping[str, tuple[Limit, ...]]
    warm_up: WarmUp | None
    quiet_hours: QuietHours | None
    metrics_token: str = field(repr=False)
    """Who may read the figures at /metrics says this; "" leaves them to this machine itself."""
    organisation: Organisation
    transport: MailFolder | Provider | None = None
    """Another way out than `smtp`."""
    relay_log: Path | None = None
    """Where the relay of `smtp` writes what became of our mail."""
    dkim: tuple[DkimKey, ...] = ()
    """What signs our mail: at most one key of each kind, RSA first."""
    sender_is_fixed: bool = False
    """Whether the environment says who sends, so that nobody at the desk can."""

    @property
    def way_out(self) -> WayOut:
        """Where all mail goes."""
        return self.transport or self.smtp

    @property
    def signing(self) -> tuple[DkimKey, ...]:
        """The keys that sign what goes out; () as well where a provider makes each mail anew."""
        return () if self.way_out.kind == "postmark" else self.dkim

    @property
    def sender_address(self) -> str:
        """The address of the From header."""
        return parseaddr(self.sender)[1]

    @property
    def keys(self) -> tuple[bytes, ...]:
        """Today's secret key, which makes and seals, and then those that are only known."""
        return self.secret_key, *self.former_secret_keys

    @property
    def hash_key(self) -> bytes:
        """The key of the hashes that are kept: the first there was.

        A hash cannot be made anew without the text behind it, and nothing opens with one: who was
        erased stays known, a poll's voter votes once, and a mail keeps its Message-ID.
        """
        return (*self.former_secret_keys, self.secret_key)[0]

    @property
    def letterhead(self) -> tuple[str, ...]:
        """What heads each mail of ours: it is sealed with what was approved."""
        return self.sender, self.organisation.contact, self.organisation.name

    @property
    def limits(self) -> Limits:
        """All that holds a sending back."""
        named = {host: limits for host, limits in self.pace_domains.items() if host != OTHERS}
        others = self.pace_domains.get(OTHERS, ())
        return Limits(self.pace, named, others, self.warm_up, self.quiet_hours)


def read_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises SettingWrong, naming the setting and what it should be."""
    given = dict(os.environ if environ is None else environ)
    data_dir = Path(given.get("NEWSLETTER_DATA_DIR") or "data").resolve()
    config = _read_config(data_dir / CONFIG_NAME)
    read = _Reader(given, config)
    smtp = read("smtp_url", "smtp://127.0.0.1:1025", _smtp)
    transport = read("transport_url", "", read_way_out)
    key = read("secret_key", "", lambda text: read_key(text, data_dir))
    return Settings(
        data_dir=data_dir,
        database_url=read("database_url", f"sqlite:///{data_dir / 'newsletter.db'}", read_database),
        base_url=read("base_url", "http://127.0.0.1:8000", read_base_url),
        smtp=smtp,
        sender=read("sender", SENDER, sender_text),
        bounce_address=read("bounce_address", "", _bounce_address),
        bounce_mailbox=read("bounce_mailbox", "", read_mailbox),
        ses_topics=read("ses_topics", "", read_topics),
        postmark_hook=read("postmark_hook", "", read_user_and_password),
        mailgun_hook_key=read("mailgun_hook_key", "", read_signing_key),
        secret_key=key,
        former_secret_keys=read(
            "former_secret_keys", "", lambda text: read_former(text, data_dir, key=key)
        ),
        source_allow=read("source_allow", "", read_host_ports),
        log=read("log", "text", read_log_form),
        now=_refuse_on_real_relay(read("now", "", read_moment), transport or smtp),
        four_eyes=read("four_eyes", "yes", read_yes_no),
        approvers=read("approvers", "1", read_approvers),
        second_step=read("second_step", "no", read_yes_no),
        **_work_accounts(read),
        section_maximum=read("section_maximum", "5", read_count),
        undo_minutes=read("undo_minutes", "5", read_minutes),
        late_hours=read("late_hours", "6", read_hours),
        pace=read("pace", "", read_limits),
        pace_domains=read("pace_domains", "", read_domains),
        warm_up=read("warm_up", "", read_warm_up),
        quiet_hours=read("quiet_hours", "", read_quiet_hours),
        metrics_token=read("metrics_token", "", read_token),
        organisation=read_organisation(config.get("organisation", {}), where=CONFIG_NAME),
        transport=transport,
        relay_log=read("relay_log", "", read_log_file),
        dkim=read("dkim_selector", "", lambda text: read_dkim_keys(text, data_dir)),
        sender_is_fixed=bool(given.get("NEWSLETTER_SENDER")),
    )


def _work_accounts(read: "_Reader") -> dict[str, Any]:
    """Return the settings for signing in with a work account: all that it needs, or none."""
    found: dict[str, Any] = {
        "oidc_issuer": read("oidc_issuer", "", _issuer),
        "oidc_client_id": read("oidc_client_id", "", str.strip),
        "oidc_client_secret": read("oidc_client_secret", "", str.strip),
    }
    missing = [f"NEWSLETTER_{name.upper()}" for name, value in found.items() if not value]
    if len(missing) not in {0, len(found)}:
        raise SettingWrong(f"{missing[0]}: signing in with a work account needs this one too")
    return found | {
        "oidc_label": read("oidc_label", "werkaccount", read_label),
        "oidc_trust_email": read("oidc_trust_email", "no", read_yes_no),
    }


class _Reader:
    """Finds one setting's text, turns it into its value, and names it when that fails."""

    def __init__(self, environ: Mapping[str, str], config: Mapping[str, Any]) -> None:
        self._environ, self._config = environ, config

    def __call__(self, name: str, default: str, convert: Callable[[str], T]) -> T:
        variable = f"NEWSLETTER_{name.upper()}"
        text = self._environ.get(variable) or str(self._config.get(name, default))
        try:
            return convert(text)
        except ValueError as wrong:
            where = variable if variable in self._environ else f"{name} in {CONFIG_NAME}"
            raise SettingWrong(f"{where}: {wrong}") from None


NOT_IN_FILE: Final = {"smtp", "transport", "dkim", "data_dir", "sender_is_fixed"}
SECRETS: Final = {
    *("secret_key", "former_secret_keys", "oidc_client_secret", "metrics_token"),
    *("postmark_hook", "mailgun_hook_key"),
}
OTHERWISE_NAMED: Final = {"smtp_url", "transport_url", "dkim_selector"}


def _read_config(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    try:
        config = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as wrong:
        raise SettingWrong(f"{path} cannot be read as TOML: {wrong}") from None
    known = {one.name for one in fields(Settings)} - NOT_IN_FILE | OTHERWISE_NAMED
    if unknown := set(config) - known:
        raise SettingWrong(f"{path} has an unknown setting {min(unknown)!r}")
    if _holds_secret(config) and path.stat().st_mode & 0o077:
        raise SettingWrong(f"{path} holds a secret and can be read by others: run chmod 600 on it")
    return config


def _holds_secret(config: Mapping[str, Any]) -> bool:
    named = ("smtp_url", "database_url", "bounce_mailbox")
    urls = (str(config.get(name, "")) for name in named)
    # "user:password@" stands between the slashes and the host.
    is_said = SECRETS & set(config)
    is_said |= {"@"} & set(str(config.get("transport_url", "")))  # before it, a key alone
    return bool(is_said) or any(re.search(r"//[^/@]*:[^/@]*@", url) for url in urls)


def _smtp(text: str) -> SmtpRelay:
    url = urlsplit(text)
    host = url.hostname or ""
    is_bare = re.fullmatch(r"[\w.:-]+", host) and not url.path.strip("/") and not url.fragment
    if url.scheme not in SMTP_SCHEMES or not is_bare:
        raise ValueError("give smtp://, smtp+starttls:// or smtps:// with a host, and nothing else")
    if bool(url.username) != bool(url.password):
        raise ValueError("give a user and a password, or neither")
    if url.password and url.scheme == "smtp" and host not in LOOPBACK:
        raise ValueError("give smtps:// or smtp+starttls://: a password does not go out in clear")
    options = parse_qs(url.query, keep_blank_values=True)
    if unknown := set(options) - {"connections", "patience"}:
        raise ValueError(f"there is no option {min(unknown)!r}; there are connections and patience")
    connections = options.get("connections", ["4"])[-1]
    if not re.fullmatch(r"[1-9][0-9]?|100", connections):
        raise ValueError("connections must be a number from 1 to 100")
    return SmtpRelay(
        host=host,
        port=url.port or SMTP_SCHEMES[url.scheme],
        security={"smtp": "none", "smtp+starttls": "starttls", "smtps": "tls"}[url.scheme],
        user=unquote(url.username or ""),
        password=unquote(url.password or ""),
        connections=int(connections),
        patience=_patience(options.get("patience", ["1"])[-1], host),
    )


def _patience(text: str, host: str) -> float:
    is_number = re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,4})?", text)
    if not is_number or not 0.001 <= float(text) <= 10:
        raise ValueError("patience must be a number from 0.001 to 10")
    if float(text) < 1 and host not in LOOPBACK:
        raise ValueError("patience below 1 doubles mail: it is for trials on this machine only")
    return float(text)


def is_safe_address(url: str) -> bool:
    """Say whether a web address is https, or on this machine."""
    parts = urlsplit(url)
    if parts.username or not parts.hostname:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def sender_text(text: str) -> str:
    """Return `Name <address>`, the address as mail carries it. Raises ValueError."""
    name, address = parseaddr(text)
    if not name or not text.isprintable() or not re.fullmatch(r"[^<>]+<[^<>]+>\s*", text):
        raise ValueError("give a name and one address, such as Nieuwsbrief <post@example.org>")
    return text.replace(f"<{address}>", f"<{mail_address(address)}>")


def _bounce_address(text: str) -> str:
    if not text:
        return text
    address = mail_address(text)
    if len(address.partition("@")[0]) > BOUNCE_LOCAL_MAXIMUM:
        raise ValueError(f"give at most {BOUNCE_LOCAL_MAXIMUM} characters before the @")
    return address


def _issuer(text: str) -> str:
    if text and not is_safe_address(text):
        raise ValueError("give the issuer's https address, as its own configuration says it")
    if re.search(r"/(common|organizations|consumers)(/|$)", text):
        raise ValueError("give the address of one organisation: this one lets everybody in")
    return text


def _refuse_on_real_relay(now: datetime | None, way: WayOut) -> datetime | None:
    if now is not None and not way.is_local:
        raise SettingWrong(
            "NEWSLETTER_NOW moves the clock and is for demos and checks only; "
            f"it is refused because mail goes to {way.host}"
        )
    return now
