"""Who there is at the desk: added, changed, switched off, and never without an administrator."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.accounts import invitations, people, sessions
from newsletter.accounts.links import LIVES, LinkPurpose, find_owner
from newsletter.errors import (
    AccountChanged,
    AccountExists,
    AccountLinkGone,
    LastAdministrator,
    PasswordFault,
    PasswordUnusable,
    UnknownUser,
)
from newsletter.model import User
from newsletter.values import Role
from storage.log import LogEntry
from storage.session import Database
from tests.factories import KEY
from tests.fakes import START, FakeClock
from tests.newsletter.accounts.someone import EMAIL, PASSWORD, WRONG, add, attempt

OTHER = "een heel ander wachtwoord"


def test_a_name_is_one_line_that_fits(db: Database) -> None:
    name = "Anna\n\udcff" + "x" * 300

    user_id = people.add_user(
        db, email=EMAIL, role=Role.EDITOR, name=name, password=None, now=START
    )

    with db.read() as session:
        assert session.get_one(User, user_id).name == "Anna " + "x" * 195


def test_adding_again_changes_the_account_and_keeps_the_password(db: Database) -> None:
    first = add(db)

    second = people.add_user(db, email=EMAIL, role=Role.APPROVER, password=None, now=START)

    with db.read() as session:
        user = session.get_one(User, first)
    assert first == second == attempt(db, FakeClock(), PASSWORD).user_id
    assert (user.role, user.name) == (Role.APPROVER, "Rik")


@pytest.mark.parametrize("password", ["elf letters", "a" * 129])
def test_a_password_of_another_length_cannot_be_set(db: Database, password: str) -> None:
    with pytest.raises(PasswordUnusable):
        add(db, password=password)


@pytest.mark.parametrize(
    ("role", "password", "stays"),
    [(Role.EDITOR, None, True), (Role.EDITOR, WRONG, False), (Role.APPROVER, None, False)],
)
def test_a_new_role_or_password_ends_the_sessions(
    db: Database, role: Role, password: str | None, *, stays: bool
) -> None:
    token = sessions.open_session(db, add(db), now=START)

    people.add_user(db, email=EMAIL, role=role, password=password, now=START)

    assert (sessions.find_session(db, token, now=START) is not None) is stays


def test_an_unknown_account_is_named_as_such(session: Session) -> None:
    with pytest.raises(UnknownUser):
        people.user_by_email(session, "niemand@example.org")


def test_accounts_are_listed_by_address(db: Database) -> None:
    for email in ("c@example.org", "A@example.org", "b@example.org"):
        people.add_user(db, email=email, role=Role.EDITOR, password=None, now=START)

    with db.read() as session:
        listed = [user.email for user in people.list_users(session)]

    assert listed == ["A@example.org", "b@example.org", "c@example.org"]


def test_each_role_includes_the_ones_before_it() -> None:
    allowed = [[people.includes(role, needed) for needed in Role] for role in Role]

    assert allowed == [[here >= there for there in range(4)] for here in range(4)]
    assert next(iter(Role)) is Role.READER


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("aaaaaaaaaaaaaa", PasswordFault.REPEATS),
        ("welkom1welkom1", PasswordFault.REPEATS),
        ("abababababab!", PasswordFault.REPEATS),
        ("redactie@example.org", PasswordFault.EASY),
        ("Redactie.2027!!", PasswordFault.EASY),
        ("123456789012", PasswordFault.EASY),
        ("qwertyuiop-asdf", PasswordFault.EASY),
        ("poiuytrewq4321", PasswordFault.EASY),
        ("SteunpuntRik27", PasswordFault.EASY),
    ],
)
def test_a_password_that_is_guessed_at_once_cannot_be_set(
    db: Database, password: str, fault: PasswordFault
) -> None:
    with pytest.raises(PasswordUnusable) as refused:
        people.add_user(
            db,
            email=EMAIL,
            role=Role.EDITOR,
            name="Rik",
            password=password,
            near=("Steunpunt Opleidingsscholen VO",),
            now=START,
        )

    assert refused.value.fault is fault


@pytest.mark.parametrize(
    "password", ["fiets lamp dinsdag", "Rik eet graag pruimen", "kT4#pq9!xw2Zb"]
)
def test_an_ordinary_password_can(db: Database, password: str) -> None:
    assert add(db, password=password)


def test_the_last_administrator_stays(db: Database) -> None:
    first = add(db, email="a@example.org", role=Role.ADMINISTRATOR)
    invited = invitations.invite(
        db, email="b@example.org", name="B", role=Role.ADMINISTRATOR, by=first, now=START
    )

    with pytest.raises(LastAdministrator):
        people.switch_off(db, first, by=first, now=START)
    with pytest.raises(LastAdministrator):
        people.change_role(db, first, Role.EDITOR, by=first, now=START)
    with pytest.raises(LastAdministrator):
        people.add_user(db, email="a@example.org", role=Role.EDITOR, password=None, now=START)

    invitations.accept(db, invited.token, OTHER, now=START)
    people.switch_off(db, first, by=invited.user_id, now=START)
    with pytest.raises(LastAdministrator):
        people.switch_off(db, invited.user_id, by=invited.user_id, now=START)


def test_switching_off_ends_everything_and_on_gives_it_back(db: Database) -> None:
    user_id = add(db)
    token = sessions.open_session(db, user_id, now=START)

    people.switch_off(db, user_id, by=None, now=START)
    assert sessions.find_session(db, token, now=START) is None
    assert invitations.ask_reset(db, EMAIL, now=START) is None

    people.switch_on(db, user_id, by=None, now=START)
    assert attempt(db, FakeClock(), PASSWORD).user_id == user_id
    assert sessions.find_session(db, token, now=START) is None


def test_adding_an_account_that_is_off_switches_it_on_and_says_so(db: Database) -> None:
    user_id = add(db)
    people.switch_off(db, user_id, by=None, now=START)

    add(db)

    assert attempt(db, FakeClock(), PASSWORD).user_id == user_id
    with db.read() as session:
        names = list(session.scalars(select(LogEntry.what)))
    assert names.count("account.switched_on") == 1


def test_every_move_is_in_the_log_with_who_did_it(db: Database) -> None:
    boss = add(db, role=Role.ADMINISTRATOR)
    asked = invitations.invite(
        db, email="noor@example.org", name="Noor", role=Role.READER, by=boss, now=START
    )
    invitations.accept(db, asked.token, OTHER, now=START)
    people.change_role(db, asked.user_id, Role.APPROVER, by=boss, now=START)
    people.switch_off(db, asked.user_id, by=boss, now=START)
    people.switch_on(db, asked.user_id, by=boss, now=START)

    with db.read() as session:
        log = session.scalars(select(LogEntry).order_by(LogEntry.id)).all()
    told = [(one.what, one.user_id, one.about) for one in log if one.about != "Rik"]
    assert told == [
        ("account.invited", boss, "Noor"),
        ("account.accepted", asked.user_id, ""),
        ("account.role_changed", boss, "Noor"),
        ("account.switched_off", boss, "Noor"),
        ("account.switched_on", boss, "Noor"),
    ]
    assert asked.token not in str([one.detail for one in log])


def test_an_invitation_works_once_and_seven_days(db: Database, clock: FakeClock) -> None:
    asked = invitations.invite(
        db, email="noor@example.org", name="Noor", role=Role.EDITOR, by=None, now=clock()
    )
    assert find_owner(db, asked.token, LinkPurpose.INVITATION, now=clock()).name == "Noor"
    late = clock() + LIVES[LinkPurpose.INVITATION]
    assert find_owner(db, asked.token, LinkPurpose.INVITATION, now=late).name == "Noor"
    with pytest.raises(AccountLinkGone):
        find_owner(db, asked.token, LinkPurpose.INVITATION, now=late.replace(hour=23))

    invitations.accept(db, asked.token, OTHER, now=clock())

    assert attempt(db, clock, OTHER, email="noor@example.org").user_id == asked.user_id
    with pytest.raises(AccountLinkGone):
        invitations.accept(db, asked.token, OTHER, now=clock())


def test_a_password_that_is_refused_costs_no_invitation(db: Database) -> None:
    asked = invitations.invite(
        db, email="noor@example.org", name="Noor", role=Role.EDITOR, by=None, now=START
    )
    with pytest.raises(PasswordUnusable):
        invitations.accept(db, asked.token, "kort", now=START)

    assert invitations.accept(db, asked.token, OTHER, now=START) == asked.user_id


def test_an_invitation_can_be_sent_again_and_taken_back(db: Database) -> None:
    first = invitations.invite(
        db, email="noor@example.org", name="Noor", role=Role.EDITOR, by=None, now=START
    )
    second = invitations.invite_again(db, first.user_id, by=None, now=START)
    with pytest.raises(AccountLinkGone):
        invitations.accept(db, first.token, OTHER, now=START)

    invitations.take_back(db, first.user_id, by=None, now=START)
    with pytest.raises(AccountLinkGone):
        invitations.accept(db, second.token, OTHER, now=START)
    with pytest.raises(AccountChanged):
        people.switch_on(db, first.user_id, by=None, now=START)

    third = invitations.invite(
        db, email="Noor@example.org", name="Noor", role=Role.READER, by=None, now=START
    )
    assert third.user_id == first.user_id
    assert invitations.accept(db, third.token, OTHER, now=START)


def test_who_has_an_account_is_not_invited(db: Database) -> None:
    user_id = add(db)

    with pytest.raises(AccountExists):
        invitations.invite(db, email=EMAIL, name="", role=Role.ADMINISTRATOR, by=None, now=START)
    with pytest.raises(AccountChanged):
        invitations.invite_again(db, user_id, by=None, now=START)
    with pytest.raises(AccountChanged):
        invitations.take_back(db, user_id, by=None, now=START)


def test_a_forgotten_password_is_chosen_anew_by_a_link_of_one_hour(
    db: Database, clock: FakeClock
) -> None:
    user_id = add(db)
    cookie = sessions.open_session(db, user_id, now=clock())
    asked = invitations.ask_reset(db, EMAIL, now=clock())
    assert asked
    assert invitations.ask_reset(db, EMAIL, now=clock()) is None  # a mailbox is not flooded
    with pytest.raises(AccountLinkGone):
        invitations.reset_password(
            db, asked[2], OTHER, key=KEY, now=clock().replace(hour=clock().hour + 1, minute=1)
        )

    invitations.reset_password(db, asked[2], OTHER, key=KEY, now=clock())

    assert sessions.find_session(db, cookie, now=clock()) is None
    assert attempt(db, clock, OTHER).user_id == user_id
    assert attempt(db, clock, PASSWORD).user_id is None
    with pytest.raises(AccountLinkGone):
        invitations.reset_password(db, asked[2], PASSWORD, key=KEY, now=clock())


def test_nobody_to_mail_gives_no_link(db: Database) -> None:
    add(db, password=None)

    assert invitations.ask_reset(db, EMAIL, now=START) is None
    assert invitations.ask_reset(db, "niemand@example.org", now=START) is None


def test_changing_a_password_ends_the_other_sessions_and_the_links(db: Database) -> None:
    user_id = add(db)
    here, there = (sessions.open_session(db, user_id, now=START) for _ in range(2))
    asked = invitations.ask_reset(db, EMAIL, now=START)
    assert asked

    people.change_password(db, user_id, OTHER, keep=here, now=START)

    assert sessions.find_session(db, here, now=START) is not None
    assert sessions.find_session(db, there, now=START) is None
    with pytest.raises(AccountLinkGone):
        invitations.reset_password(db, asked[2], WRONG, key=KEY, now=START)
