"""`newsletter user ...`: accounts for the desk."""

import sys
from typing import Annotated, Final

import typer

from newsletter import account_mail
from newsletter.accounts import people, second_step
from newsletter.accounts.people import add_user
from newsletter.cli.output import JSON, fail, print_list, print_report
from newsletter.cli.session import account_id, open_services
from newsletter.mailed import Mailed
from newsletter.model import User
from newsletter.values import Role

app = typer.Typer(no_args_is_help=True, help="Accounts for the desk.")

SHOWN: Final = ("email", "name", "role", "state", "seen_at")
ROLE = Annotated[Role, typer.Option()]


@app.command("add")
def add(
    email: str,
    role: ROLE,
    name: str = "",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
    json: bool = JSON,
) -> None:
    """Make an account for the desk, or change its role and password; one that was off is on."""
    services = open_services()
    password = _read_password() if password_stdin else _ask_password()
    user_id = add_user(
        services.db,
        email=email,
        role=role,
        name=name,
        password=password,
        now=services.clock(),
        near=(services.settings.organisation.name,),
    )
    print_report({"id": user_id, "email": email, "role": role.value}, json=json)


@app.command("list")
def list_(json: bool = JSON) -> None:
    """List the accounts, with their role, their state and when they were last used."""
    services = open_services()
    with services.db.read() as session:
        users = people.list_users(session)
    rows = [_row(user) for user in users]
    print_list(
        rows,
        json=json,
        columns=("Address", "Name", "Role", "State", "Seen"),
        rows=([row[name] for name in SHOWN] for row in rows),
        empty="There is no account yet: newsletter user add.",
    )


@app.command("invite")
def invite(email: str, role: ROLE, name: str = "", json: bool = JSON) -> None:
    """Mail somebody a link, valid for seven days, to choose a password of their own."""
    services = open_services()
    user_id, mailed = account_mail.invite(
        services, email=email, name=name, role=role, by=None, now=services.clock()
    )
    if mailed in {Mailed.REFUSED, Mailed.FAILED}:
        fail("the account waits, but the mail did not go: see NEWSLETTER_SMTP_URL, and try again")
    print_report(
        {"id": user_id, "email": email, "role": role.value, "mail": mailed.value}, json=json
    )


@app.command("disable")
def disable(email: str, json: bool = JSON) -> None:
    """Switch an account off: nobody comes in with it, and what it did stays in the log."""
    services = open_services()
    user_id = account_id(services, email)
    people.switch_off(services.db, user_id, by=None, now=services.clock())
    print_report({"id": user_id, "email": email, "state": "off"}, json=json)


@app.command("reset-second-step")
def reset_second_step(email: str, json: bool = JSON) -> None:
    """Take the second step off an account whose owner lost phone and codes; mails them."""
    services = open_services()
    user_id, now = account_id(services, email), services.clock()
    second_step.reset(services.db, user_id, by=None, now=now)
    told = "Een beheerder haalde de tweestapsverificatie van je account weg."
    mailed = account_mail.tell_changed(services, user_id, told, now=now)
    print_report({"id": user_id, "email": email, "mail": mailed.value}, json=json)


def _row(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "state": "off" if user.disabled_at else "in" if people.has_come_in(user) else "invited",
        "seen_at": user.seen_at,
    }


def _read_password() -> str:
    try:
        return sys.stdin.readline().rstrip("\r\n")
    except UnicodeDecodeError:
        fail("the password on standard input is not text in UTF-8")


def _ask_password() -> str | None:
    if not sys.stdin.isatty():
        fail("give the password with --password-stdin, or run this on a terminal")
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
