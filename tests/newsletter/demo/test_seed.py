"""Seeding twice is seeding once, on another port too."""

from datetime import date

from sqlalchemy import func, select

from feeds.model import Source, Submission, Theme
from newsletter.demo.seed import ACCOUNTS, APPROVER, EDITOR, seed
from newsletter.model import User
from newsletter.values import Role
from newsletter.wiring import Services
from subscribers.consent import leave
from subscribers.model import Organisation, Partnership, Segment, Subscriber
from subscribers.partnerships import list_shown
from subscribers.store import get_subscriber

DAY = date(2027, 4, 20)
COUNTED = (Theme, Segment, Source, Partnership, Organisation, Subscriber, User, Submission)


def counts(services: Services) -> dict[str, int]:
    with services.db.read() as session:
        return {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in COUNTED
        }


def test_seed_sows_everything_once(services: Services) -> None:
    first = seed(services, partners_url="http://127.0.0.1:1", day=DAY)
    sown = counts(services)
    second = seed(services, partners_url="http://127.0.0.1:1", day=DAY)

    assert sown == counts(services)
    assert sown == {
        "theme": 30,
        "segment": 3,
        "source": 5,
        "partnership": 4,
        "organisation": 16,
        "subscriber": 200,
        "user_account": 3,
        "submission": 1,
    }
    assert (first.readers_added, second.readers_added) == (200, 0)
    assert (first.sources, first.accounts) == (second.sources, second.accounts)
    assert not second.has_been_gathered


def test_three_of_the_four_partnerships_are_on_the_site_and_readers_follow(
    services: Services,
) -> None:
    seed(services, partners_url="http://127.0.0.1:1", day=DAY)

    with services.db.read() as session:
        assert len(list_shown(session)) == 3
        sides = select(Subscriber.audience, func.count()).where(Subscriber.audience_said.is_(False))
        following = dict(session.execute(sides.group_by(Subscriber.audience)).all())
    assert following == {"school": 120, "lerarenopleiding": 60, None: 20}


def test_another_port_leads_the_same_sources_there(services: Services) -> None:
    first = seed(services, partners_url="http://127.0.0.1:1", day=DAY)

    second = seed(services, partners_url="http://127.0.0.1:2", day=DAY)

    with services.db.read() as session:
        urls = set(session.scalars(select(Source.url)))
    assert second.sources == first.sources
    assert {url for url in urls if ":1/" in url} == set()
    assert sum(url.startswith("http://127.0.0.1:2/") for url in urls) == 4


def test_who_left_is_not_brought_back(services: Services) -> None:
    seed(services, partners_url="http://127.0.0.1:1", day=DAY)
    with services.db.read() as session:
        email, reader = session.execute(select(Subscriber.email, Subscriber.id).limit(1)).one()
    leave(services.db, reader, source="test", now=services.clock())

    seed(services, partners_url="http://127.0.0.1:1", day=DAY)

    with services.db.read() as session:
        found = get_subscriber(session, email)
    assert found is not None
    assert found.status == "unsubscribed"


def test_edited_practice_example_stays_as_it_is(services: Services) -> None:
    seed(services, partners_url="http://127.0.0.1:1", day=DAY)
    path = min((services.settings.data_dir / "practice").glob("*.md"))
    path.write_text("changed", encoding="utf-8")

    seed(services, partners_url="http://127.0.0.1:1", day=DAY)

    assert path.read_text("utf-8") == "changed"
    assert len(list(path.parent.glob("*.md"))) == 10


def test_two_people_are_needed_for_four_eyes() -> None:
    assert (EDITOR.role, APPROVER.role) == (Role.EDITOR, Role.APPROVER)
    assert len({one.password for one in ACCOUNTS}) == 3
