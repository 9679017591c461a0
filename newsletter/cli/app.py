"""`newsletter`: the commands, and the way in."""

import re
import sys
from importlib import import_module
from pathlib import Path
from socket import socket
from typing import Annotated, Final, Protocol, cast

import typer

from feeds.errors import GatherError, ItemUnusable
from newsletter import pipeline, wiring
from newsletter.cli import (
    deliveries,
    doubt,
    editions,
    events,
    field,
    following,
    items,
    keys,
    lists,
    log,
    people,
    register,
    reports,
    segments,
    sources,
    trial,
    users,
    verifying,
    way,
)
from newsletter.cli.helping import let_help_flow
from newsletter.cli.output import JSON, prepare_streams, print_json, say
from newsletter.cli.sending_bar import sending_bar
from newsletter.cli.session import open_program, read_services, state
from newsletter.cli.stopping import told_to_stop
from newsletter.demo import once, run
from newsletter.errors import NewsletterError
from newsletter.send import worker as sending
from newsletter.wiring import Services
from storage.errors import NumberTooLarge, StorageError, TookTooLong
from subscribers.errors import SubscriberError

app = typer.Typer(
    name="newsletter",
    help="Gathers, composes, approves and sends the newsletter.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(users.app, name="user")
sources.app.add_typer(following.app)  # without a name: its commands are commands of source
app.add_typer(sources.app, name="source")
app.add_typer(items.app, name="item")
editions.app.add_typer(trial.app)
editions.app.add_typer(deliveries.app)
editions.app.add_typer(doubt.app)
editions.app.add_typer(way.app)  # without a name: its commands are commands of edition
app.add_typer(editions.app, name="edition")
people.subscriber_app.add_typer(
    lists.app
)  # without a name: its commands are commands of subscriber
app.add_typer(people.subscriber_app, name="subscriber")
app.add_typer(events.app, name="event")
app.add_typer(segments.segment_app, name="segment")
app.add_typer(field.partnership_app, name="partnership")
app.add_typer(field.organisation_app, name="organisation")
app.add_typer(people.bounce_app, name="bounce")
app.add_typer(reports.app, name="report")
app.add_typer(keys.app, name="key")
app.command("gather")(sources.gather)
app.command("log")(log.show_log)
app.command("register")(register.show_register)
app.command("verify")(verifying.show_verified)


EXPECTED: Final = (
    NewsletterError,
    GatherError,
    ItemUnusable,
    SubscriberError,
    NumberTooLarge,
    TookTooLong,
    OSError,
)


class _Scheduler(Protocol):
    def listen(self, host: str, port: int) -> list[socket]: ...

    def serve(
        self, services: Services, sockets: list[socket], *, with_jobs: bool, with_worker: bool
    ) -> None: ...


NOT_UTF8: Final = re.compile("[\udc80-\udcff]")  # how Python keeps such a byte (PEP 383)
PORT: Final = typer.Option(min=0, max=65535)


def main() -> None:
    """Run one command. Nobody sees a traceback, unless asked for by --debug."""
    prepare_streams()
    try:
        app()
    except EXPECTED as expected:
        if state.debug:
            raise
        typer.echo(f"newsletter: {_first_line(expected)}", err=True)
        sys.exit(1)
    except StorageError as trouble:
        if state.debug:
            raise
        typer.echo(
            f"newsletter: the database of NEWSLETTER_DATABASE_URL: {_first_line(trouble)}", err=True
        )
        sys.exit(1)
    except Exception as surprise:
        if state.debug:
            raise
        typer.echo(f"newsletter: {_told(surprise)}", err=True)
        sys.exit(1)
    finally:
        state.close()


def _told(surprise: Exception) -> str:
    if isinstance(surprise, UnicodeEncodeError) and any(map(NOT_UTF8.search, sys.argv)):
        return "an argument is not text in UTF-8"
    what = f"{type(surprise).__name__}: {_first_line(surprise)}"
    return f"unexpected {what}; add --debug to see where"


def _first_line(error: Exception) -> str:
    if isinstance(error, OSError) and error.filename and error.strerror:
        return f"{error.filename}: {error.strerror}"
    return (str(error).splitlines() or [type(error).__name__])[0]


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
) -> None:
    """Gathers, composes, approves and sends the newsletter."""
    state.debug = debug


@app.command("init")
def init(json: bool = JSON) -> None:
    """Create the database, or bring it to this version."""
    services = read_services()
    before, after = wiring.prepare_database(services)
    pipeline.add_defaults(services)
    if json:
        print_json({"before": before, "after": after})
    elif before == after:
        say("The database was up to date.")
    else:
        say("The database is ready." if before is None else "The database was migrated.")


app.command("migrate", help="The same as init.")(init)


@app.command("serve")
def serve(
    host: str = "127.0.0.1",
    port: Annotated[int, PORT] = 8000,
    scheduler: bool = True,
    worker: bool = True,
) -> None:
    """Run the web site, the desk, the scheduler and one worker."""
    services = open_program()
    sockets = _scheduler().listen(host, port)
    say(f"Site {services.settings.base_url}/  Desk {services.settings.base_url}/redactie")
    _serve(services, sockets, with_jobs=scheduler, with_worker=worker)


@app.command("worker")
def worker() -> None:
    """Send what is due, until stopped."""
    services = open_program()
    with told_to_stop() as stop, sending_bar(services) as bar:
        sending.run_worker(services, stop=stop, progress=bar)


@app.command("demo")
def demo(
    port: Annotated[int, PORT] = 8000,
    data_dir: Annotated[Path, typer.Option(help="Folder for everything the demo keeps.")] = Path(
        "demo-data"
    ),
    once_only: Annotated[
        bool, typer.Option("--once", help="Do the whole way without a browser, report, and end.")
    ] = False,
) -> None:
    """Show the whole product on this machine, with nothing to set up."""
    if once_only:
        raise typer.Exit(once.run_once(data_dir=data_dir))
    run.run_demo(data_dir=data_dir, port=port, serve=_serve_all)


def _serve_all(services: Services, host: str, port: int) -> None:
    sockets = _scheduler().listen(host, port)
    _serve(services, sockets, with_jobs=True, with_worker=True)


def _serve(
    services: Services, sockets: list[socket], *, with_jobs: bool, with_worker: bool
) -> None:
    with told_to_stop():
        _scheduler().serve(services, sockets, with_jobs=with_jobs, with_worker=with_worker)


def _scheduler() -> _Scheduler:
    # By name: the scheduler stands above the doors, so none of them may import it.
    return cast("_Scheduler", import_module("scheduler"))


let_help_flow(app)
