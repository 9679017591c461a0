"""What every command starts with: the services, on a database that is ready."""

from dataclasses import dataclass, replace

from newsletter import wiring
from newsletter.accounts import people
from newsletter.cli.output import say
from newsletter.errors import RoleMissing, UnknownUser
from newsletter.logs import configure_logging
from newsletter.values import Role
from newsletter.wiring import Services


@dataclass
class _State:
    """What one command shares: whether tracebacks are shown, and what to close at its end."""

    debug: bool = False
    services: Services | None = None

    def close(self) -> None:
        """Give the database's connections back."""
        if self.services is not None:
            self.services.db.close()
            self.services = None


state = _State()


def read_services() -> Services:
    """Put the program together, to be closed when the command ends. Raises SettingWrong."""
    state.services = wiring.read_services()
    return state.services


def open_services() -> Services:
    """Return the services for a command of somebody's. Raises SettingWrong, DatabaseNotReady."""
    services = open_program()
    return replace(services, db=services.db.acting(via="cli"))


def open_program() -> Services:
    """Read the settings and require today's tables, for what then runs by itself.

    Raises SettingWrong, DatabaseNotReady.
    """
    services = read_services()
    configure_logging(services.settings.log)
    if services.settings.now is not None:
        say(f"newsletter: the clock was set to {services.clock().isoformat(timespec='seconds')}")
    wiring.require_database(services)
    return services.current()


def account_id(services: Services, email: str) -> int:
    """Return the id of the account with this address. Raises UnknownUser, also when it is off."""
    with services.db.read() as session:
        user = people.user_by_email(session, email)
    if user.disabled_at is not None:
        raise UnknownUser("the account with that address is switched off")
    return user.id


def editor_id(services: Services, email: str) -> int:
    """Return the id of an account that may work on editions. Raises UnknownUser, RoleMissing."""
    found = account_id(services, email)
    with services.db.read() as session:
        role = Role(people.get_user(session, found).role)
    if not people.includes(role, Role.EDITOR):
        raise RoleMissing("that account reads results and changes nothing", Role.EDITOR)
    return found
