"""Every list page needs as many statements for three rows as for one."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, time, timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from feeds import submissions
from feeds.examples import add_example
from feeds.model import Sighting
from feeds.store import get_source
from feeds.values import ItemKind, ItemStatus
from newsletter.accounts.invitations import invite
from newsletter.accounts.sessions import open_session
from newsletter.compose.draft import add_block
from newsletter.model import User
from newsletter.planning import choose_slot, save_rhythm
from newsletter.review_rows import Comment
from newsletter.rhythm import Choice, Rhythm
from newsletter.values import Role
from newsletter.wiring import Services
from storage.log import record
from subscribers.segments import add_default_segments, save_segment
from subscribers.values import Audience
from tests.factories import judge_item, make_edition
from tests.fakes import START
from tests.feeds.sending_in import TOLD, send_in
from tests.queries import counted
from tests.web.desk import (
    desk,
    make_draft,
    make_item,
    make_member,
    make_partnership,
    make_source,
    make_subscriber,
    make_user,
    version,
)

Grow = Callable[[Services, int], object]


def grow_items(services: Services, number: int) -> None:
    make_item(services, f"Bericht {number}")
    make_item(
        services,
        f"Bijeenkomst {number}",
        kind=ItemKind.EVENT,
        starts_at=services.clock() + timedelta(days=number + 1),
    )


def grow_chosen(services: Services, number: int) -> None:
    item = make_item(services, f"Gekozen {number}")
    judge_item(services.db, item, ItemStatus.ACCEPTED)


def grow_refused(services: Services, number: int) -> None:
    """Refuse one that two sources gave."""
    item = make_item(services, f"Geweigerd {number}")
    judge_item(services.db, item, ItemStatus.REFUSED)
    for slug in (f"een-{number}", f"twee-{number}"):
        make_source(services, slug)
        with services.db.write() as session:
            source = get_source(session, slug)
            session.add(
                Sighting(
                    item_id=item, source_id=source.id, key=slug, first_seen_at=services.clock()
                )
            )


def grow_editions(services: Services, _number: int) -> None:
    make_draft(services)


def grow_sources(services: Services, number: int) -> None:
    make_source(services, f"Bron {number}")
    make_source(services, f"Kapotte bron {number}", last_error="SourceTooSlow")


def grow_segments(services: Services, number: int) -> None:
    save_segment(services.db, f"doel-{number}", conditions={"region": f"Regio {number}"}, now=START)


def grow_readers(services: Services, number: int) -> None:
    """Let somebody come in whose organisation is known, and who follows a theme."""
    partnership = make_partnership(services, f"Verband {number}")
    make_member(services, f"School {number}", Audience.SCHOOL, partnership)
    follows = {"organisation": f"School {number}", "themes": ["visie"]}
    make_subscriber(services, f"nieuw{number}@example.org", None, **follows)


def grow_received(services: Services, number: int) -> None:
    file = io.BytesIO(b"email\nnieuw@example.org\n")
    services.lists.receive(file, name=f"lijst-{number}.csv", by=None)


def grow_planned(services: Services, number: int) -> None:
    """Plan an edition, and decide about a slot of the rhythm."""
    if number == 1:
        rhythm = Rhythm(3, time(10), date(2027, 4, 1), weeks=1)
        save_rhythm(services.db, rhythm, version=0, now=services.clock(), by=None)
    at = services.clock() + timedelta(days=2 * number)
    with services.db.write() as session:
        make_edition(session, now=services.clock(), number=number, planned_at=at)
    skipped = date(2027, 4, 22) + timedelta(weeks=number)
    choose_slot(services.db, skipped, Choice(None), now=services.clock(), by=None)


def grow_in_review(services: Services, number: int) -> None:
    """Put an edition before the approvers, and send another."""
    at, now = services.clock() + timedelta(days=number), services.clock()
    with services.db.write() as session:
        make_edition(session, now=now, number=number, planned_at=at, status="in_review")
        make_edition(session, now=now, number=number + 10, status="sent", finished_at=now)


def grow_people(services: Services, number: int) -> None:
    """Let somebody in who came, and invite somebody who did not."""
    make_user(services, Role.EDITOR, f"Collega-{number}")
    email = f"nieuw{number}@example.org"
    invite(services.db, email=email, name="", role=Role.EDITOR, by=1, now=services.clock())


def grow_entries(services: Services, number: int) -> None:
    with services.db.write() as session:
        for user_id in session.scalars(select(User.id)).all():
            about = f"Bron {number}"
            record(session, "source.removed", now=services.clock(), by=user_id, about=about)


def grow_sessions(services: Services, _number: int) -> None:
    with services.db.read() as session:
        everybody = session.scalars(select(User.id)).all()
    for user_id in everybody:
        open_session(services.db, user_id, now=services.clock(), agent="Firefox")


def grow_comments(services: Services, number: int) -> None:
    """Let everybody say something about the first edition, and somebody answer."""
    if number == 1:
        make_draft(services)
    make_user(services, Role.EDITOR, f"Lezer-{number}")
    with services.db.write() as session:
        for user_id in session.scalars(select(User.id)).all():
            said = {"edition_id": 1, "user_id": user_id, "at": START, "text": "Klopt dit?"}
            session.add(first := Comment(**said))
            session.flush()
            session.add(Comment(**said, parent_id=first.id))


def grow_sent(services: Services, number: int) -> None:
    with services.db.write() as session:
        make_edition(session, number=number, status="sent", started_at=START, finished_at=START)


def grow_sent_in(services: Services, number: int) -> None:
    sent = send_in(services.db, email=f"lezer{number}@example.org", now=services.clock())
    submissions.confirm(services.db, sent, now=services.clock())


def grow_examples(services: Services, number: int) -> None:
    told = replace(TOLD, title=f"Voorbeeld {number}", themes=())
    add_example(services.db, told, now=services.clock())


PAGES: list[tuple[str, Grow]] = [
    ("/redactie/kalender", grow_planned),
    ("/redactie/kalender?maand=2027-05", grow_items),
    ("/redactie", grow_planned),
    ("/redactie", grow_in_review),
    ("/redactie", grow_sources),
    ("/redactie", grow_editions),
    ("/redactie/selecteren", grow_items),
    ("/redactie/selecteren", grow_chosen),
    ("/redactie/selecteren?soort=news&q=bericht", grow_items),
    ("/redactie/selecteren?stand=geweigerd&open=1", grow_refused),
    ("/redactie/selecteren/nieuw", grow_items),
    ("/redactie/edities", grow_editions),
    ("/redactie/edities", grow_items),
    ("/redactie/bronnen", grow_sources),
    ("/redactie/abonnees", grow_segments),
    ("/redactie/abonnees", grow_readers),
    ("/redactie/abonnees?q=example&kant=geen", grow_readers),
    ("/redactie/abonnees/wijzigen?q=example", grow_readers),
    ("/redactie/abonnees/aantallen", grow_segments),
    ("/redactie/abonnees/inlezen", grow_received),
    ("/redactie/abonnees/uitvoer", grow_segments),
    ("/redactie/doelgroepen", grow_segments),
    ("/redactie/doelgroepen/school", grow_segments),
    ("/redactie/mensen", grow_people),
    ("/redactie/mensen/1", grow_sessions),
    ("/redactie/account", grow_sessions),
    ("/redactie/logboek", grow_entries),
    ("/redactie/logboek.csv", grow_entries),
    ("/redactie/resultaten", grow_sent),
    ("/redactie/edities/1/beoordelen", grow_comments),
    ("/redactie/edities/1", grow_comments),
    ("/redactie/kalender/2027-05-06", grow_planned),
    ("/redactie/inzendingen", grow_sent_in),
    ("/redactie/voorbeelden", grow_examples),
]


@pytest.mark.parametrize(("path", "grow"), PAGES)
def test_a_list_needs_as_many_queries_for_three_rows_as_for_one(
    client: TestClient, services: Services, path: str, grow: Grow
) -> None:
    add_default_segments(services.db)
    make_subscriber(services, "lezer@example.org", None)
    desk(client, services, Role.ADMINISTRATOR)
    grow(services, 1)
    assert client.get(path).status_code == 200

    with counted(services.db.engine) as one:
        assert client.get(path).status_code == 200
    grow(services, 2)
    grow(services, 3)
    with counted(services.db.engine) as three:
        assert client.get(path).status_code == 200

    assert len(three) == len(one), [s for s in three if s not in one]


def test_an_edition_needs_as_many_queries_for_three_blocks_as_for_one(
    client: TestClient, services: Services
) -> None:
    add_default_segments(services.db)
    desk(client, services)
    edition_id = make_draft(services)
    path = f"/redactie/edities/{edition_id}"
    client.get(path)

    with counted(services.db.engine) as one:
        client.get(path)
    for number in range(2):
        add_block(
            services.db,
            edition_id,
            version=version(services, edition_id),
            kind="intro",
            now=services.clock.later(seconds=number),  # type: ignore[attr-defined]  # a FakeClock
            by=None,
        )
    with counted(services.db.engine) as three:
        client.get(path)

    assert len(three) == len(one)
