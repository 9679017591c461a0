"""`newsletter key ...`: the secret key that links are signed with."""

import typer

from newsletter.accounts.sessions import end_all_sessions
from newsletter.cli.output import JSON, print_json, say
from newsletter.cli.session import open_services
from newsletter.keys import change_key
from storage.log import record

app = typer.Typer(no_args_is_help=True, help="The secret key that links are signed with.")


@app.callback()
def _keys() -> None:
    """Keep `rotate` a command of its own: an app of one command takes no name."""


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
