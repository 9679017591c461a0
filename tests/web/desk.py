"""People at the desk, and the rows they work with: plain functions, no surprises."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

from httpx import Response
from starlette.testclient import TestClient

from feeds.values import ItemKind
from newsletter.accounts.people import add_user, user_by_email
from newsletter.accounts.sessions import find_session, open_session
from newsletter.approve import review
from newsletter.compose.draft import draft_newsletter
from newsletter.compose.marks import block_mark as mark_of
from newsletter.model import Block, Edition
from newsletter.send.freeze import freeze_due
from newsletter.values import InDoubtPolicy, Role
from newsletter.wiring import Services
from storage.text import slugify
from subscribers.field import Stage, judge_organisation, judge_partnership
from subscribers.organisations import add_organisation
from subscribers.partnerships import add_partnership
from subscribers.segments import add_default_segments
from subscribers.values import Audience
from tests import factories
from web.access import masked

_TOKENS: dict[str, str] = {}  # by session: a page is worth asking for once
PASSWORD = "een-lange-zin-voor-de-proef"


def make_user(
    services: Services, role: Role, name: str = "", *, password: str | None = None
) -> str:
    """Make an account and return its address."""
    email = f"{name or role}@example.org".lower()
    add_user(
        services.db,
        email=email,
        role=role,
        name=name or role.capitalize(),
        password=password,
        now=services.clock(),
    )
    return email


def sign_in(client: TestClient, email: str) -> Response:
    """Sign in with the password, as people do."""
    fields = {"email": email, "password": PASSWORD}
    answer: Response = client.post("/redactie/inloggen", data=fields)
    return answer


def enter(client: TestClient, services: Services, email: str) -> None:
    """Come in without the door: hashing a password takes a third of a second."""
    with services.db.read() as session:
        user = user_by_email(session, email)
    token = open_session(services.db, user.id, now=services.clock())
    client.cookies.set("session", token, domain="testserver.local", path="/")
    opened = find_session(services.db, token, now=services.clock())
    assert opened, email
    _TOKENS[token] = masked(opened.csrf)


def desk(client: TestClient, services: Services, role: Role = Role.EDITOR) -> TestClient:
    """Return the client, signed in with a role."""
    enter(client, services, make_user(services, role))
    return client


def links_in(raw: bytes, path: str) -> list[str]:
    """Return the links to a kind of page that stand in the text of a mail, without the host."""
    message = message_from_bytes(raw, policy=policy.default)
    body = message.get_body(("plain",))
    assert body
    return re.findall(rf"https?://[^/\s]+({path}\S+)", body.get_content())


def token(client: TestClient) -> str:
    """Return the token that stands in the forms of this session."""
    session = ", ".join(str(one.value) for one in client.cookies.jar if "session" in one.name)
    if session not in _TOKENS:
        found = re.search(r'name="csrf" value="([^"]+)"', client.get("/redactie/account").text)
        assert found, "no token: is anybody signed in?"
        _TOKENS[session] = found[1]
    return _TOKENS[session]


def post(client: TestClient, path: str, data: Mapping[str, object] | None = None) -> Response:
    """Send a form as our own page would."""
    answer: Response = client.post(path, data={**(data or {}), "csrf": token(client)})
    return answer


def seen(client: TestClient, path: str) -> str:
    """Return the mark of what a page shows, which its form must carry."""
    found = re.search(r'name="seen" value="([^"]+)"', client.get(path).text)
    assert found, f"{path} has no form of what can be changed by two people"
    return found[1]


def make_source(services: Services, name: str = "VO-raad", *, last_error: str = "") -> str:
    """Make a source; return its slug."""
    now = services.clock()
    slug = name.lower().replace(" ", "-")
    with services.db.write() as session:
        factories.make_source(
            session,
            slug,
            name=name,
            created_at=now,
            last_look_at=now - timedelta(hours=1),
            last_success_at=now - timedelta(days=1),
            next_look_at=now + timedelta(hours=1),
            failures_in_row=3 if last_error else 0,
            last_error=last_error,
        )
    return slug


def make_item(
    services: Services,
    title: str,
    *,
    kind: ItemKind = ItemKind.NEWS,
    starts_at: datetime | None = None,
    audiences: tuple[str, ...] = (),
) -> int:
    """Make an item of our own; return its id."""
    now = services.clock()
    with services.db.write() as session:
        return factories.store_item(
            session,
            title,
            kind,
            summary=f"Waar ‘{title}’ over gaat, in een zin.",
            url=f"https://example.org/bericht/{slugify(title, maximum=80)}",
            audiences=list(audiences),
            first_seen_at=now - timedelta(hours=2),
            published_at=now - timedelta(hours=3),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=3) if starts_at else None,
            location="Utrecht" if starts_at else "",
        ).id


def make_subscriber(
    services: Services, email: str, audience: Audience | None, **changed: Any
) -> int:
    """Make somebody who may be mailed; return the id."""
    since = services.clock() - timedelta(days=100)
    with services.db.write() as session:
        row = factories.make_subscriber(session, email, audience=audience, since=since, **changed)
        return row.id


def fill(services: Services) -> None:
    """Put readers of each kind, news and an event where editors find them."""
    add_default_segments(services.db)
    for number in range(3):
        make_subscriber(services, f"school{number}@example.org", Audience.SCHOOL)
    make_subscriber(services, "pabo@example.org", Audience.TEACHER_EDUCATION)
    make_subscriber(services, "raad@example.org", None)
    make_item(services, "Nieuwe regels voor samen opleiden")
    make_item(services, "Een woordenlijst voor rollen", audiences=("school",))
    make_item(
        services,
        "Masterclass kwaliteitszorg",
        kind=ItemKind.EVENT,
        starts_at=services.clock() + timedelta(days=20),
    )


def make_partnership(
    services: Services,
    name: str,
    *,
    region: str = "",
    stage: str = Stage.RECOGNISED,
    agreed: bool = False,
) -> int:
    """Make a partnership of secondary schools; return its number."""
    given = {"name": name, "region": region, "stage": stage, "sector": "vo", "since_year": "2012"}
    if agreed:
        given |= {"agreed_on": "2026-09-01", "agreed_by": "penvoerder"}
    values = judge_partnership(given).values
    return add_partnership(services.db, values, now=services.clock())


def make_member(services: Services, name: str, side: Audience, *partnerships: int) -> int:
    """Make a school or an institute that belongs to these; return its number."""
    values = judge_organisation({"name": name, "audience": side, "city": "Nijmegen"}).values
    return add_organisation(services.db, values, partnerships=partnerships, now=services.clock()).id


def make_draft(services: Services, author_id: int | None = None) -> int:
    """Make a newsletter's draft from what is there; return its id."""
    return draft_newsletter(services.db, now=services.clock(), author_id=author_id)


def offer(services: Services) -> int:
    """Make a newsletter that Anna offers for review; return its id."""
    with services.db.read() as session:
        anna = user_by_email(session, "anna@example.org").id
    edition = make_draft(services, anna)
    review.submit(
        services.db,
        edition,
        by=anna,
        render=services.render,
        house=services.house,
        now=services.clock(),
    )
    return edition


def approve_offered(services: Services, *, policy: InDoubtPolicy = InDoubtPolicy.RESEND) -> int:
    """Make a newsletter that Anna offers and Bas approves; return its id."""
    edition = offer(services)
    with services.db.write() as session:
        session.get_one(Edition, edition).in_doubt_policy = policy
        bas = user_by_email(session, "bas@example.org").id
    return review.approve(
        services.db,
        edition,
        by=bas,
        terms=services.terms,
        house=services.house,
        four_eyes=True,
        now=services.clock(),
    )


def version(services: Services, edition_id: int) -> int:
    """Return the version that a form about this edition must carry."""
    with services.db.read() as session:
        return session.get_one(Edition, edition_id).version


def edition_path(edition_id: int, rest: str = "") -> str:
    """Return the address of an edition."""
    return f"/redactie/edities/{edition_id}{rest}"


def begin(editor: TestClient) -> int:
    """Begin an edition, beside another one too."""
    answer = post(editor, "/redactie/edities", {"kind": "newsletter"})
    if known := re.search(r'name="naast" value="(\d+)"', answer.text):
        answer = post(editor, "/redactie/edities", {"kind": "newsletter", "naast": known[1]})
    return int(answer.headers["location"].rsplit("/", 1)[1])


def submitted(editor: TestClient, services: Services) -> int:
    """Begin an edition and offer it for review."""
    edition = begin(editor)
    advance(editor, services, edition, "/indienen")
    return edition


def approved(editor: TestClient, approver: TestClient, services: Services) -> int:
    """Begin an edition and bring it as far as its approval."""
    edition = submitted(editor, services)
    advance(approver, services, edition, "/goedkeuren")
    return edition


def add_block(editor: TestClient, services: Services, edition: int, kind: str = "article") -> str:
    """Add an empty block; return its number."""
    opened = advance(editor, services, edition, "/blokken", kind=kind)
    return opened.rsplit("blok=", 1)[1]


def block_mark(services: Services, block_id: int) -> str:
    """Return the mark that the form of a block must carry."""
    with services.db.read() as session:
        return mark_of(session.get_one(Block, block_id))


def step(client: TestClient, services: Services, edition: int, rest: str, **fields: str) -> str:
    """Press a button of the edition; return what the next page says."""
    return str(client.get(advance(client, services, edition, rest, **fields)).text)


def advance(client: TestClient, services: Services, edition: int, rest: str, **fields: str) -> str:
    """Press a button of the edition; return the address of the next page, which is not opened."""
    data: dict[str, object] = {"version": version(services, edition), **fields}
    if of_block := re.match(r"/blokken/(\d+)(?:\?|$)", rest):
        data["seen"] = block_mark(services, int(of_block[1]))
    answer = post(client, edition_path(edition, rest), data)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def freeze(services: Services) -> None:
    """Let the sendings that are due begin, as the worker does."""
    freeze_due(
        services.db,
        terms=services.terms,
        preflight=services.preflight,
        now=services.clock(),
    )
