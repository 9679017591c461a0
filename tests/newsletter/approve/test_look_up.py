"""Looking where the links of an edition lead: what is asked, what is believed, what it stops."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest

from feeds.fetch import Fetcher
from feeds.links import look_at_links
from feeds.values import LinkOutcome, Sight
from newsletter import pipeline
from newsletter.approve import review
from newsletter.approve.look_up import (
    LookReport,
    believed,
    due,
    look_up_domain,
    look_up_edition,
    look_up_underway,
)
from newsletter.cut import Cut
from newsletter.errors import ChecksFailed
from newsletter.model import Block, Edition, LinkLook
from newsletter.ports import Outside
from newsletter.store.domains import last_look, records_of
from newsletter.store.looks import forget_looks, save_sights, sights
from newsletter.values import DomainRecords, EditionContent, EditionStatus, Rendered
from newsletter.wiring import Services
from storage.session import Database
from tests.factories import make_edition, make_readers, make_segments, make_user
from tests.fakes import START
from tests.feeds.site import Site
from tests.newsletter.making import HOUSE, make_draft, plain_render

A, B = "https://een.nl/a", "https://twee.nl/b"
FINE, DEAD = Sight(LinkOutcome.FINE, 200), Sight(LinkOutcome.DEAD, 404)
SOUND = DomainRecords(
    sender="steunpunt.nl",
    bounces="post.nl",
    spf=("v=spf1 mx -all",),
    included={"een.nl": "v=spf1 -all"},
    dmarc_at="steunpunt.nl",
    dmarc=("v=DMARC1; p=reject",),
    keys=("default",),
    has_other_keys=False,
)
NO_NAME = Sight(LinkOutcome.NO_NAME)


class Looks:
    """Somebody who looks, and what was asked; each address gives what `gives` says."""

    def __init__(self, gives: Mapping[str, Sight]) -> None:
        self.gives, self.asked = gives, list[str]()

    def __call__(self, urls: Iterable[str]) -> Mapping[str, Sight]:
        asked = list(urls)
        self.asked.extend(asked)
        return {url: self.gives[url] for url in asked if url in self.gives}


class Desk:
    """A draft of which each mail leads to these addresses."""

    def __init__(self, db: Database, *urls: str) -> None:
        self.db, self.urls = db, urls
        with db.write() as session:
            make_segments(session)
            make_readers(session, 3)
            self.editor = make_user(session, "redacteur@example.org")
            self.edition_id = make_draft(session, now=START)

    def render(self, content: EditionContent, cut: Cut) -> Rendered:
        rendered = plain_render(content, cut)
        links = "".join(f'<a href="{url}">Lees over {url}</a>' for url in self.urls)
        own = f'<a href="{HOUSE.base_url}/archief/1">Lees in de browser</a>'
        slot = f'<a href="{rendered.marker}unsubscribex">Meld je af</a>'
        return replace(rendered, html=f"{rendered.html}{links}{own}{slot}")

    def look(self, looks: Looks, now: datetime = START) -> LookReport:
        return look_up_edition(
            self.db, self.edition_id, look=looks, render=self.render, house=HOUSE, now=now
        )

    def known(self, now: datetime = START) -> dict[str, Sight]:
        with self.db.read() as session:
            return sights(session, now=now)


def looked(url: str, sight: Sight, at: datetime = START) -> LinkLook:
    return LinkLook(url=url, at=at, outcome=sight.outcome, code=sight.code, leads_to=sight.leads_to)


def test_only_the_web_of_others_is_asked_and_kept_for_a_day(db: Database) -> None:
    desk = Desk(db, A, B, "mailto:post@example.org", "https://nieuws.example.org/a")
    looks = Looks({A: FINE, B: DEAD})

    assert desk.look(looks) == LookReport(asked=2, seen=2)
    assert looks.asked == [A, B]
    assert desk.known() == {A: FINE, B: DEAD}
    assert desk.known(START + timedelta(hours=25)) == {}


def test_what_was_fine_is_asked_again_after_a_day_and_the_rest_after_ten_minutes() -> None:
    known = [looked(A, FINE), looked(B, DEAD)]

    assert due([A, B], known, now=START + timedelta(minutes=9)) == []
    assert due([A, B], known, now=START + timedelta(minutes=10)) == [B]
    assert due([A, B, "https://drie.nl"], known, now=START + timedelta(days=1)) == [
        "https://drie.nl",
        A,
        B,
    ]


def test_a_second_look_takes_the_place_of_the_first(db: Database) -> None:
    desk, later = Desk(db, A), START + timedelta(minutes=11)
    desk.look(Looks({A: DEAD}))

    desk.look(Looks({A: FINE}), later)

    assert desk.known(later) == {A: FINE}


@pytest.mark.parametrize(
    ("seen", "known", "expected"),
    [
        ({A: NO_NAME}, [], {}),
        ({A: NO_NAME, B: Sight(LinkOutcome.SILENT)}, [], {B: Sight(LinkOutcome.SILENT)}),
        ({A: NO_NAME, "http://127.0.0.1:8000/": FINE}, [], {"http://127.0.0.1:8000/": FINE}),
        ({A: NO_NAME, B: DEAD}, [], {A: NO_NAME, B: DEAD}),
        ({A: NO_NAME}, [looked(B, FINE)], {A: NO_NAME}),
    ],
)
def test_a_name_is_missing_only_when_another_site_answered(
    seen: dict[str, Sight], known: list[LinkLook], expected: dict[str, Sight]
) -> None:
    assert believed(seen, known) == expected


def test_every_edition_underway_is_looked_at_and_none_that_is_over_or_long_forgotten(
    db: Database,
) -> None:
    desk, looks = Desk(db, A), Looks({A: FINE})

    def round_at(now: datetime) -> LookReport:
        return look_up_underway(db, look=looks, render=desk.render, house=HOUSE, now=now)

    assert round_at(START) == LookReport(asked=1, seen=1)
    assert round_at(START) == LookReport(asked=0, seen=0)
    assert round_at(START + timedelta(days=31)) == LookReport(asked=0, seen=0)
    with db.write() as session:
        edition = session.get_one(Edition, desk.edition_id)
        edition.status, edition.status_since = EditionStatus.SENT, START + timedelta(days=31)
    assert round_at(START + timedelta(days=31)) == LookReport(asked=0, seen=0)


def test_submitting_looks_first_and_a_dead_link_stops_it_until_it_is_mended(db: Database) -> None:
    with Site() as site:
        desk = Desk(db, site.put("/weg", status=404))
        fetcher = Fetcher(allow=frozenset({site.host_port}), contact="")

        def submit(now: datetime) -> int:
            return review.submit(
                db,
                desk.edition_id,
                by=desk.editor,
                render=desk.render,
                house=HOUSE,
                now=now,
                outside=Outside(
                    links=lambda urls: look_at_links(urls, fetcher=fetcher),
                    domain=lambda sender, bounces: None,
                ),
            )

        with pytest.raises(ChecksFailed) as failed:
            submit(START)
        site.put("/weg", "terug")

        assert [one.rule for one in failed.value.findings] == ["links.dead"]
        assert submit(START + timedelta(minutes=10)) == desk.edition_id
        assert site.paths() == ["/weg", "/weg"]


def test_looks_are_forgotten_after_a_week(db: Database) -> None:
    with db.write() as session:
        save_sights(session, {A: FINE}, now=START)
        save_sights(session, {B: FINE}, now=START + timedelta(days=2))

        assert forget_looks(session, now=START + timedelta(days=8)) == 1
        assert list(sights(session, now=START + timedelta(days=2))) == [B]


class Names:
    """Name servers that say this, and how often they were asked."""

    def __init__(self, says: DomainRecords | None) -> None:
        self.says, self.asked = says, 0

    def __call__(self, sender: str, bounces: str) -> DomainRecords | None:
        self.asked += 1
        return self.says


def test_a_domain_is_asked_for_once_a_day_and_sooner_when_nobody_answered(db: Database) -> None:
    house = replace(HOUSE, sender_domain="steunpunt.nl", bounce_domain="post.nl")
    names = Names(None)

    def ask(now: datetime) -> DomainRecords | None:
        look_up_domain(db, ask=names, house=house, now=now)
        with db.read() as session:
            return records_of(last_look(session, "steunpunt.nl", "post.nl"))

    assert ask(START) is None
    assert ask(START + timedelta(minutes=59)) is None
    assert names.asked == 1
    names.says = SOUND
    assert ask(START + timedelta(hours=1)) == SOUND
    names.says = None
    assert ask(START + timedelta(hours=24)) == SOUND
    assert names.asked == 2
    assert ask(START + timedelta(hours=25)) == SOUND
    assert names.asked == 3


def test_a_key_that_others_cannot_read_yet_is_looked_for_every_hour(db: Database) -> None:
    house = replace(
        HOUSE, sender_domain="steunpunt.nl", bounce_domain="post.nl", dkim={"nieuw": "MIIB"}
    )
    names = Names(replace(SOUND, own={"nieuw": ""}))

    def ask(hours: int) -> bool:
        return look_up_domain(db, ask=names, house=house, now=START + timedelta(hours=hours))

    assert [ask(0), ask(1)] == [True, True]
    names.says = replace(SOUND, own={"nieuw": "MIIB"})
    assert [ask(2), ask(3), ask(25), ask(26)] == [True, False, False, True]


@pytest.mark.parametrize("domain", ["example.org", "post.example.com", "localhost", "machine", ""])
def test_a_domain_that_nobody_can_look_up_is_not_asked_for(db: Database, domain: str) -> None:
    names = Names(SOUND)

    asked = look_up_domain(db, ask=names, house=replace(HOUSE, sender_domain=domain), now=START)

    assert (asked, names.asked) == (False, 0)


def test_the_job_looks_at_links_and_at_the_domain(services: Services) -> None:
    names = Names(SOUND)
    with Site() as site:
        url = site.put("/weg", status=404)
        fetcher = Fetcher(allow=frozenset({site.host_port}), contact="")
        settings = replace(services.settings, sender="Nieuwsbrief <post@steunpunt.nl>")
        looking = replace(services, settings=settings, fetcher=fetcher, ask_domain=names)
        with services.db.write() as session:
            make_segments(session)
            words = {"title": "Een dag meelopen", "url": url}
            block = Block(position=1, kind="article", fields=words)
            make_edition(session, now=START, segments=["school"], blocks=[block])

        report = pipeline.STAGES["look_up"].do(looking, START)
        again = pipeline.STAGES["look_up"].do(looking, START)

    assert report == {"asked": 1, "seen": 1, "domain": True}
    assert again == {"asked": 0, "seen": 0, "domain": False}
    assert site.paths() == ["/weg"]


def test_two_who_look_at_the_same_moment_do_not_get_in_each_others_way(db: Database) -> None:
    house = replace(HOUSE, sender_domain="steunpunt.nl", bounce_domain="post.nl")
    both = Barrier(2)
    failures: list[Exception] = []

    def look() -> None:
        both.wait(10)
        try:
            look_up_domain(db, ask=Names(SOUND), house=house, now=START)
            with db.write() as session:
                save_sights(session, {A: FINE, B: DEAD}, now=START)
        except Exception as failure:  # noqa: BLE001 - whatever it is, the test tells
            failures.append(failure)

    threads = [Thread(target=look) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()

    assert failures == []
    with db.read() as session:
        assert sights(session, now=START) == {A: FINE, B: DEAD}
        assert records_of(last_look(session, "steunpunt.nl", "post.nl")) == SOUND
