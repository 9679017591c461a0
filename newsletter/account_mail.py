"""What happens around accounts by mail: invitations, new passwords, ways in, and what changed.

The moves themselves are of `newsletter.accounts`. Each is stored first, for no transaction is open
while the relay is waited for; what the relay then said is in the result.
"""

from datetime import datetime
from typing import Final

from newsletter import dutch
from newsletter.accounts import invitations, people
from newsletter.accounts.invitations import Invited
from newsletter.accounts.links import LIVES, LinkPurpose
from newsletter.mailed import Mailed, mail
from newsletter.send.notices import account as notices
from newsletter.values import Role
from newsletter.wiring import Services
from subscribers.errors import InvalidAddress

INVITATION: Final = "/redactie/uitnodiging"
RESET: Final = "/redactie/wachtwoord"
UNLOCK: Final = "/redactie/binnen"
ACCOUNT: Final = "/redactie/account"


def invite(
    services: Services, *, email: str, name: str, role: Role, by: int | None, now: datetime
) -> tuple[int, Mailed]:
    """Make an account that waits, and mail its owner. Raises InvalidAddress, AccountExists.

    When the mail does not go, the account waits all the same: the invitation can be sent again.
    """
    asked = invitations.invite(services.db, email=email, name=name, role=role, by=by, now=now)
    return asked.user_id, _mail_invitation(services, asked, by, now)


def invite_again(services: Services, user_id: int, *, by: int | None, now: datetime) -> Mailed:
    """Mail an invitation with a fresh link. Raises UnknownUser, AccountChanged."""
    asked = invitations.invite_again(services.db, user_id, by=by, now=now)
    return _mail_invitation(services, asked, by, now)


def send_reset(services: Services, email: str, *, now: datetime) -> None:
    """Mail a link for a new password to who has one; nothing for anybody else."""
    try:
        asked = invitations.ask_reset(services.db, email, now=now)
    except InvalidAddress:
        return
    if asked is None:
        return
    to, name, token = asked
    _mail_link(services, LinkPurpose.RESET, (to, name), RESET, token, now)


def send_unlock(services: Services, user_id: int, *, now: datetime) -> None:
    """Mail a way in past the wait, unless the one of before still works."""
    asked = invitations.ask_unlock(services.db, user_id, now=now)
    if asked is None:
        return
    to, name, token = asked
    _mail_link(services, LinkPurpose.UNLOCK, (to, name), UNLOCK, token, now)


def tell_changed(services: Services, user_id: int, what: str, *, now: datetime) -> Mailed:
    """Tell somebody what changed about signing in. what: a Dutch sentence."""
    with services.db.read() as session:
        user = people.get_user(session, user_id)
    desk_url = services.settings.base_url + ACCOUNT
    values = notices.changed_values(name=user.name, what=what, at=now, desk_url=desk_url)
    return mail(services, "account_changed", user.email, values, now)


def _mail_invitation(services: Services, asked: Invited, by: int | None, now: datetime) -> Mailed:
    with services.db.read() as session:
        asking = "" if by is None else people.get_user(session, by).name
    values = notices.invitation_values(
        name=asked.name,
        role=dutch.role_word(asked.role),
        by=asking,
        accept_url=f"{services.settings.base_url}{INVITATION}/{asked.token}",
        until=now + LIVES[LinkPurpose.INVITATION],
    )
    return mail(services, "account_invitation", asked.email, values, now)


def _mail_link(
    services: Services,
    purpose: LinkPurpose,
    whom: tuple[str, str],
    path: str,
    token: str,
    now: datetime,
) -> None:
    to, name = whom
    url = f"{services.settings.base_url}{path}/{token}"
    values = notices.link_values(name=name, url=url, until=now + LIVES[purpose])
    mail(services, f"account_{purpose}", to, values, now)
