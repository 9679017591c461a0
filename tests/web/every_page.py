"""Every page of the desk: the addresses to open it at, in a desk that is empty, usual or full.

A page that is added to the table of routes belongs in PAGES, or in NO_PAGES with what it is.
"""

import io
import threading
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Final

from sqlalchemy import select
from starlette.testclient import TestClient

from feeds import submissions
from feeds.examples import add_example
from feeds.values import ItemKind, ItemStatus
from newsletter.accounts import links
from newsletter.accounts.invitations import invite
from newsletter.accounts.links import LinkPurpose
from newsletter.accounts.people import user_by_email
from newsletter.accounts.sessions import Step
from newsletter.compose.draft import draft_announcement
from newsletter.model import Block, Delivery, Edition, Revision
from newsletter.planning import save_rhythm
from newsletter.rhythm import Rhythm
from newsletter.send.worker import run_worker
from newsletter.values import Role
from newsletter.wiring import Services
from subscribers.field import Stage
from subscribers.model import Subscriber
from subscribers.segments import parse_expression, save_segment
from subscribers.values import Audience
from tests.factories import judge_item
from tests.feeds.sending_in import TOLD, publish, send_in
from tests.newsletter.learn.returning import process, report
from tests.web.desk import (
    PASSWORD,
    advance,
    approved,
    begin,
    enter,
    freeze,
    make_draft,
    make_item,
    make_member,
    make_partnership,
    make_source,
    make_user,
    submitted,
)
from tests.web.furniture import furnish
from web.app import create_app
from web.forms import moment_value

Names = Mapping[str, str]
"""What an address in PAGES may name, such as the number of an edition that is a draft."""

ADMINISTRATOR: Final = "cees@example.org"
EDITIONS: Final = ("draft", "announcement", "review", "approved", "planned", "sending", "sent")
WHERE: Final = "audience = school and region in (noord, oost) and not role = bestuurder"
SENDING: Final = ("draft", "approved", "planned", "sending", "sent")

PAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "sign_in": ("/redactie/inloggen",),
    "forgotten": ("/redactie/wachtwoord-vergeten",),
    "reset": ("/redactie/wachtwoord/{reset}",),
    "invitation": ("/redactie/uitnodiging/{invitation}",),
    "unlock": ("/redactie/binnen/{unlock}",),
    "held": ("/redactie/verder",),
    "account": ("/redactie/account",),
    "own_step": ("/redactie/account/tweestaps",),
    "people": ("/redactie/mensen",),
    "person": ("/redactie/mensen/{person}",),
    "reports": ("/redactie/resultaten",),
    "log": ("/redactie/logboek",),
    "today": ("/redactie",),
    "selecting": ("/redactie/selecteren", "/redactie/selecteren?lijst=geparkeerd"),
    "adding": ("/redactie/selecteren/nieuw",),
    "changing": ("/redactie/selecteren/{own}/wijzig",),
    "editions": ("/redactie/edities",),
    "calendar": ("/redactie/kalender",),
    "slot": ("/redactie/kalender/{slot}",),
    "block_gallery": ("/redactie/blokken",),
    "block_kind": ("/redactie/blokken/congress",),
    "edition": tuple(f"/redactie/edities/{{{one}}}" for one in EDITIONS),
    "block": ("/redactie/edities/{draft}?blok={block}",),
    "occasion": ("/redactie/edities/{announcement}/blokken/{congress}/bijeenkomst",),
    "review": tuple(f"/redactie/edities/{{{one}}}/beoordelen" for one in ("draft", "review")),
    "matrix": ("/redactie/edities/{draft}/verdeling",),
    "versions": ("/redactie/edities/{draft}/versies",),
    "version": ("/redactie/edities/{draft}/versies/{revision}",),
    "sending": tuple(f"/redactie/edities/{{{one}}}/verzenden" for one in SENDING),
    "rhythm": ("/redactie/instellingen/ritme",),
    "trial_mail": ("/redactie/edities/{draft}/proefmail",),
    "result": ("/redactie/edities/{sent}/resultaat",),
    "recipients": ("/redactie/edities/{sent}/ontvangers",),
    "sources": ("/redactie/bronnen",),
    "source_list": ("/redactie/bronnenlijst",),
    "source": ("/redactie/bronnen/{source}", "/redactie/bronnen/{failing}"),
    "submissions": ("/redactie/inzendingen",),
    "submission": ("/redactie/inzendingen/{submission}",),
    "own_examples": ("/redactie/voorbeelden",),
    "new_example": ("/redactie/voorbeelden/nieuw",),
    "own_example": ("/redactie/voorbeelden/{example}",),
    "kept": ("/redactie/bewaren",),
    "register": ("/redactie/verwerkingsregister",),
    "subscribers": ("/redactie/abonnees", "/redactie/abonnees?kant=school&q=zz"),
    "subscriber_counts": ("/redactie/abonnees/aantallen",),
    "subscriber": ("/redactie/abonnees/{reader}",),
    "came_back": ("/redactie/teruggekomen",),
    "many": ("/redactie/abonnees/wijzigen?van=gekozen&wie={reader}",),
    "receiving": ("/redactie/abonnees/inlezen",),
    "received_list": (
        "/redactie/abonnees/inlezen/{list}",
        "/redactie/abonnees/inlezen/{tried_list}",
    ),
    "giving": ("/redactie/abonnees/uitvoer",),
    "segments": ("/redactie/doelgroepen",),
    "new_segment": ("/redactie/doelgroepen/nieuw",),
    "segment": tuple(
        f"/redactie/doelgroepen/{one}" for one in ("{fixed}", "{segment}", "{nested}")
    ),
    "events": ("/redactie/bijeenkomsten",),
    "event_attendance": ("/redactie/bijeenkomsten/{event}",),
    "organisation": ("/redactie/instellingen/organisatie",),
    "partnerships": ("/redactie/opleidingsscholen", "/redactie/opleidingsscholen?q=zz"),
    "new_partnership": ("/redactie/opleidingsscholen/nieuw",),
    "partnership": ("/redactie/opleidingsscholen/{partnership}",),
    "field_list": ("/redactie/opleidingsscholen/inlezen",),
    "members": ("/redactie/organisaties",),
    "new_member": ("/redactie/organisaties/nieuw",),
    "member": ("/redactie/organisaties/{member}",),
}
HALF_WAY: Final[Mapping[str, tuple[Step, str]]] = {
    # What stands between the password and the desk.
    "code": (Step.CODE, "/redactie/inloggen/code"),
    "set_up_step": (Step.SET_UP, "/redactie/inloggen/instellen"),
}
NO_PAGES: Final[Mapping[str, str]] = {
    "work_account": "leads on to the issuer",
    "work_account_back": "leads on into the desk",
    "preview": "a mail",
    "standing": "a part of a page",
    "moment_in_words": "a part of a page",
    "block_sample": "a mail",
    "organisation_sample": "a mail",
    "any_picture": "a picture",
    "give_list": "a file",
    "list_standing": "a part of a page",
    "list_errors": "a file",
    "log_csv": "a file",
    "log_json": "a file",
    "partnerships_csv": "a file",
    "members_csv": "a file",
    "old_inbox": "leads to another page",
    "old_item": "leads to another page",
    "segment_count": "a part of a page",
}


def addresses(names: Names) -> dict[str, str]:
    """Return the addresses that can be opened with these names, each with a name for a picture."""
    found: dict[str, str] = {}
    for page, paths in PAGES.items():
        for number, path in enumerate(paths):
            try:
                found[f"{page}-{number}" if number else page] = path.format(**names)
            except KeyError:
                continue  # there is no such thing on this desk
    return found


def begin_empty(services: Services) -> Names:
    """Make a desk where nobody has done anything."""
    make_user(services, Role.ADMINISTRATOR, "Cees", password=PASSWORD)
    return {}


def begin_usual(services: Services) -> Names:
    """Make a desk as it is on a Tuesday: an edition at each point of its way."""
    furnish(services)
    make_user(services, Role.ADMINISTRATOR, "Cees", password=PASSWORD)
    rhythm = Rhythm(3, time(10), date(2027, 4, 29), weeks=1)
    save_rhythm(services.db, rhythm, version=0, now=services.clock(), by=None)
    with _client(services, "anna@example.org") as anna, _client(services, "bas@example.org") as bas:
        names = _editions(services, anna, bas)
    names |= {"reader": "1", "fixed": "school"}
    _came_back(services, int(names["sent"]))
    own = make_item(services, "Van de redactie: de studiereis gaat door")
    judge_item(services.db, own, ItemStatus.PARKED)
    waiting = send_in(services.db, now=services.clock())
    submissions.confirm(services.db, waiting, now=services.clock())
    publish(services.db, now=services.clock())
    example = add_example(services.db, TOLD, now=services.clock())
    names |= {"own": str(own), "submission": str(waiting), "example": str(example)}
    names |= _accounts(services) | _field(services) | _segments(services) | _lists(services)
    return {**names, "source": "vo-raad", "failing": "velon", "slot": "2027-05-13"}


def begin_full(services: Services) -> Names:
    """Make a desk of years: much of everything, with the longest words that come in."""
    names = begin_usual(services)
    long = "Meerjarensamenwerkingsovereenkomst over werkplekbegeleidersprofessionalisering "
    for number in range(120):
        make_item(services, f"{long}{number}, met een titel die maar niet ophoudt " * 2)
    for number in range(60):
        starts_at = services.clock() + timedelta(days=number)
        make_item(services, f"{long}{number}", kind=ItemKind.EVENT, starts_at=starts_at)
    for number in range(40):
        make_source(services, f"Samenwerkingsverband-{number}", last_error="SourceGone")
    for number in range(30):
        make_user(services, Role.EDITOR, f"Wilhelmina-{number}-van-der-Zandschulp")
    for number in range(15):
        send_in(services.db, email=f"lezer{number}@example.org", now=services.clock())
    for number in range(60):
        of = make_partnership(services, f"{long}{number}", region="Noord-Brabant", agreed=True)
        make_member(services, f"Scholengemeenschap {long}{number}", Audience.SCHOOL, of)
    for number in range(25):
        make_item(services, f"{long} {number}")
        edition = make_draft(services)
        with services.db.write() as session:
            session.get_one(Edition, edition).title = f"{long}{number}"[:200]
    return names


def _editions(services: Services, anna: TestClient, bas: TestClient) -> dict[str, str]:
    """Return an edition in each state."""
    names = {}
    sent = approved(anna, bas, services)
    advance(anna, services, sent, "/verstuur")
    freeze(services)
    run_worker(services, stop=threading.Event(), until_complete=sent)
    names["sent"] = str(sent)
    for name, rest in (("sending", "/verstuur"), ("planned", "/inplannen"), ("approved", "")):
        make_item(services, f"Nieuws voor de editie die {name} is")
        edition = approved(anna, bas, services)
        names[name] = str(edition)
        if rest:
            at = moment_value(services.clock() + timedelta(days=2))
            advance(anna, services, edition, rest, **({"at": at} if name == "planned" else {}))
        freeze(services)
    make_item(services, "Nieuws voor de editie die beoordeeld wordt")
    names["review"] = str(submitted(anna, services))
    for title in ("Een eerste bericht", "Een tweede bericht"):
        make_item(services, title)
    names["draft"] = str(begin(anna))
    names |= _announcement(services)
    with services.db.read() as session:
        blocks = select(Block.id).where(Block.edition_id == int(names["draft"]))
        revisions = select(Revision.id).where(Revision.edition_id == int(names["draft"]))
        names["block"] = str(session.scalars(blocks.order_by(Block.position)).first())
        names["revision"] = str(session.scalars(revisions.order_by(Revision.id)).first())
    return names


def _came_back(services: Services, edition_id: int) -> None:
    """Let mail of the edition that was sent come back: not understood, refused for us, gone."""
    key, now = services.settings.hash_key, services.clock()
    with services.db.read() as session:
        gone, refused = session.scalars(
            select(Delivery.subscriber_id)
            .where(Delivery.edition_id == edition_id)
            .order_by(Delivery.id.desc())  # the first readers are on other pages
            .limit(2)
        )
        email = session.get_one(Subscriber, gone).email
    spam = {"status": "5.7.1", "said": "smtp; 550 5.7.1 Message rejected as spam"}
    question = "From: Mieke <mieke@example.net>\nSubject: Vraag\n\nWie kan ik bellen?\n" + "x" * 900
    first, second = services.links.bounce_tokens(
        [(gone or 0, edition_id), (refused or 0, edition_id)]
    )
    for raw in (
        report(0, edition_id, address=email, token=first),
        report(0, edition_id, token=second, **spam),
        question.encode(),
    ):
        process(services.db, raw, now, key=key, links=services.links)


def _segments(services: Services) -> dict[str, str]:
    """Return a segment of several conditions, in another one."""
    made = (
        ("noord-oost", "Scholen in Noord en Oost", WHERE),
        ("erbuiten", "Wie er niet bij hoort", "not (segment = noord-oost or theme = visie)"),
    )
    for slug, name, where in made:
        conditions = parse_expression(where)
        save_segment(services.db, slug, conditions=conditions, name=name, now=services.clock())
    return {"segment": "noord-oost", "nested": "erbuiten"}


def _field(services: Services) -> dict[str, str]:
    """Return a partnership with a school and an institute, beside others."""
    partnership = make_partnership(services, "De Tussendeur", region="Gelderland", agreed=True)
    make_partnership(services, "Hunzeland", region="Drenthe", stage=Stage.ASPIRANT)
    make_member(services, "Lyceum Waaloever", Audience.SCHOOL, partnership)
    institute = make_member(
        services, "Hogeschool Rijnstreek", Audience.TEACHER_EDUCATION, partnership
    )
    return {"partnership": str(partnership), "member": str(institute)}


def _lists(services: Services) -> dict[str, str]:
    """Return a list whose columns are to be said, and one that was tried, with errors."""
    lines = b"E-mailadres;Naam;Regio\n" + b"".join(
        f"nieuw{n}@example.org;Nieuw Mens {n};Oost\n".encode() for n in range(8)
    )
    received = services.lists.receive(io.BytesIO(lines), name="leden.csv", by=None)
    wrong = lines + b"fout;Zonder adres;West\nnieuw1@example.org;Nog eens;West\n"
    tried = services.lists.receive(io.BytesIO(wrong), name="deelnemers.csv", by=None)
    columns = {"email": 0, "name": 1, "region": 2}
    services.lists.try_out(tried, columns=columns, ground="deelnemer van het congres")
    services.lists.work(known_themes={})
    return {"list": str(received), "tried_list": str(tried)}


def _accounts(services: Services) -> dict[str, str]:
    """Return an account, and what a link of each kind holds."""
    invited = invite(
        services.db,
        email="dirk@example.org",
        name="Dirk",
        role=Role.READER,
        by=None,
        now=services.clock(),
    )
    with services.db.write() as session:
        bas = user_by_email(session, "bas@example.org").id
        held = {
            purpose.value: links.issue(session, bas, purpose, now=services.clock())
            for purpose in (LinkPurpose.RESET, LinkPurpose.UNLOCK)
        }
    return {**held, "invitation": invited.token, "person": str(bas)}


def _announcement(services: Services) -> dict[str, str]:
    event = make_item(
        services,
        "Congres Samen opleiden in de praktijk",
        kind=ItemKind.EVENT,
        starts_at=services.clock() + timedelta(days=40),
    )
    edition = draft_announcement(
        services.db, event_id=event, segment="school", now=services.clock()
    )
    with services.db.read() as session:
        block = session.scalars(select(Block.id).where(Block.edition_id == edition)).one()
    return {"announcement": str(edition), "congress": str(block), "event": str(event)}


def _client(services: Services, email: str) -> TestClient:
    client = TestClient(create_app(services), follow_redirects=False)
    enter(client, services, email)
    return client
