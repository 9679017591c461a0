"""`newsletter key ...`: the secret key that links are signed with, and keys to sign mail with."""

from datetime import datetime
from typing import Annotated, Final

import typer

from newsletter.accounts.sessions import end_all_sessions
from newsletter.cli.output import JSON, fail, print_fields, print_json, say
from newsletter.cli.session import open_services
from newsletter.dkim_keys import DkimKey, KeyKind, all_dkim_keys, make_dkim_key
from newsletter.keys import change_key
from newsletter.settings import Settings
from newsletter.wiring import domain_of
from storage.log import record

app = typer.Typer(
    no_args_is_help=True,
    help="The secret key that links are signed with, and the keys that mail is signed with (DKIM).",
)
make = typer.Typer(no_args_is_help=True, help="Makes a key.")
app.add_typer(make, name="make")

MARKS: Final = {KeyKind.RSA: "", KeyKind.ED25519: "-ed"}


@make.callback()
def _make() -> None:
    """Keep `dkim` a command of its own: an app of one command takes no name."""


@app.command("rotate")
def rotate(json: bool = JSON) -> None:
    """Make a new secret key, keep the old one for links that went out, and end all sessions."""
    services = open_services()
    kept = change_key(services.settings.data_dir, key=services.settings.secret_key)
    with services.db.write() as session:
        ended = end_all_sessions(session)
        record(session, "key.rotated", now=services.clock())
    if json:
        print_json({"kept": kept, "sessions_ended": ended})
        return
    say("The key is new; links of before keep working. Restart what runs, to use it.")
    say(f"Sessions ended: {ended}.")


@make.command("dkim")
def make_dkim(
    selector: Annotated[
        str, typer.Option(help="Its name in DNS; by itself news-YEARMONTH.", show_default=False)
    ] = "",
    kind: Annotated[
        KeyKind, typer.Option(help="ed25519 is for a second signature beside rsa.")
    ] = KeyKind.RSA,
    json: bool = JSON,
) -> None:
    """Make a key to sign mail with (DKIM) and print the record for DNS; nothing uses it yet."""
    services = open_services()
    settings, now = services.settings, services.clock()
    name = selector or _named_for(kind, now)
    try:
        key = make_dkim_key(settings.data_dir, selector=name, kind=kind)
    except ValueError as wrong:
        fail(f"--selector: {wrong}")
    with services.db.write() as session:
        record(session, "key.dkim_made", now=now, detail={"selector": name, "kind": kind.value})
    _print([_told(key, settings)], json=json)
    beside = [one.selector for one in settings.dkim if one.kind is not kind]
    chosen = ",".join((*beside, name))
    say(
        f"Put the record in DNS. When others can read it, set NEWSLETTER_DKIM_SELECTOR to {chosen} "
        "and restart what runs."
    )


@app.command("show")
def show(json: bool = JSON) -> None:
    """Print the record for DNS of each key that mail can be signed with (DKIM)."""
    settings = open_services().settings
    _print([_told(one, settings) for one in all_dkim_keys(settings.data_dir)], json=json)


def _named_for(kind: KeyKind, now: datetime) -> str:
    return f"news-{now:%Y%m}{MARKS[kind]}"


def _told(key: DkimKey, settings: Settings) -> dict[str, object]:
    domain = domain_of(settings.sender_address)
    return {
        "selector": key.selector,
        "kind": key.kind,
        "in_use": key.selector in {one.selector for one in settings.signing},
        "name": key.name(domain),
        "type": "TXT",
        "value": key.record,
        "zone_line": key.zone_line(domain),
    }


def _print(keys: list[dict[str, object]], *, json: bool) -> None:
    if json:
        print_json(keys)
    elif not keys:
        say("There is no key yet: `newsletter key make dkim` makes one.")
    for one in keys if not json else []:
        print_fields(one)
