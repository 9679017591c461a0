"""Blocks for saved segments, from a draft to mailboxes: each reader gets theirs, each once."""

from dataclasses import replace
from email import message_from_bytes, policy
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select, update

from newsletter.approve import review
from newsletter.cut import parse_cut
from newsletter.errors import ChecksFailed
from newsletter.model import Block, Delivery, Edition
from newsletter.preview import Format, preview
from newsletter.send import schedule
from newsletter.send.freeze import freeze_due
from newsletter.send.worker import run_worker
from newsletter.store.approvals import variants_of
from newsletter.store.editions import events_of
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services
from subscribers.model import Segment, Subscriber
from subscribers.values import Audience
from tests.factories import make_edition, make_segments, make_subscriber, make_user
from tests.fakes import FakeTransport
from tests.newsletter.making import sound

TITLES = {
    "iedereen": "Voor iedereen bij elkaar",
    "school": "Een dag op school",
    "zuid": "Bijeenkomst in Breda",
    "startend": "Zo begin je samen",
}
READERS: dict[str, dict[str, Any]] = {
    "beide@example.org": {"region": "Zuid", "role": "starter"},
    "zuid@example.org": {"region": "Zuid"},
    "geen@example.org": {"region": "Noord"},
}


class Way:
    """An edition with a block for everybody, for schools and for two segments, on its way."""

    def __init__(self, services: Services) -> None:
        self.transport = FakeTransport()
        self.services = replace(services, open_transport=lambda: self.transport)
        now = services.clock()
        with services.db.write() as session:
            make_segments(session)
            for slug, conditions in (
                ("zuid", {"region": "Zuid"}),
                ("startend", {"role": "starter"}),
            ):
                session.add(Segment(slug=slug, name=slug.capitalize(), conditions=conditions))
            for email, fields in READERS.items():
                make_subscriber(session, email, since=now, **fields)
            make_subscriber(
                session, "pabo@example.org", audience=Audience.TEACHER_EDUCATION, role="starter"
            )
            self.editor = make_user(session, "redacteur@example.org", Role.EDITOR, now=now)
            self.approver = make_user(session, "eind@example.org", Role.APPROVER, now=now)
            self.edition_id = make_edition(
                session,
                now=now,
                number=14,
                title="Editie 14",
                subject="Samen opleiden in het zuiden",
                preheader="Vier berichten over samen opleiden, voor wie het aangaat.",
                segments=["school", "lerarenopleiding"],
                blocks=[_block(place, name) for place, name in enumerate(TITLES)],
            ).id

    def submit(self) -> None:
        services = self.services
        review.submit(
            services.db,
            self.edition_id,
            by=self.editor,
            render=services.render,
            house=services.house,
            now=services.clock(),
        )

    def bring(self) -> None:
        """Submit, approve, and make it due now."""
        self.submit()
        services = self.services
        review.approve(
            services.db,
            self.edition_id,
            by=self.approver,
            terms=services.terms,
            house=services.house,
            four_eyes=True,
            now=services.clock(),
        )
        schedule.send_now(services.db, self.edition_id, terms=services.terms, now=services.clock())

    def send(self) -> None:
        run_worker(self.services, stop=Event(), until_complete=self.edition_id)

    def freeze(self) -> list[int]:
        services = self.services
        return freeze_due(
            services.db,
            terms=services.terms,
            preflight=sound,
            now=services.clock(),
        )

    def cuts(self) -> dict[str, str | None]:
        """Return the cut of each reader, by address."""
        with self.services.db.read() as session:
            rows = session.execute(
                select(Subscriber.email, Delivery.cut).join(
                    Subscriber, Subscriber.id == Delivery.subscriber_id
                )
            )
            return {row.email: row.cut for row in rows}

    def read(self) -> dict[str, dict[str, int]]:
        """Return how often each block stands in the text of each reader's mails, by address."""
        texts: dict[str, str] = {}
        for _, recipient, raw in self.transport.accepted:
            part = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
            assert part is not None
            texts[recipient] = texts.get(recipient, "") + part.get_content()
        return {
            recipient: {name: text.count(title) for name, title in TITLES.items() if title in text}
            for recipient, text in texts.items()
        }


def _block(place: int, name: str) -> Block:
    return Block(
        position=place,
        kind="article",
        audience="school" if name == "school" else None,
        segment=name if name in {"zuid", "startend"} else None,
        fields={
            "title": TITLES[name],
            "teaser": "Lees hoe scholen en opleidingen dit samen doen.",
            "url": f"https://nieuws.example.org/{name}",
            "link_text": f"Lees verder over bericht {place}",
        },
    )


@pytest.fixture
def way(services: Services) -> Way:
    return Way(services)


def test_each_reader_gets_the_union_of_their_blocks_and_each_block_once(way: Way) -> None:
    way.bring()

    way.send()

    assert way.read() == {
        "beide@example.org": {"iedereen": 1, "school": 1, "zuid": 1, "startend": 1},
        "zuid@example.org": {"iedereen": 1, "school": 1, "zuid": 1},
        "geen@example.org": {"iedereen": 1, "school": 1},
        "pabo@example.org": {"iedereen": 1, "startend": 1},
    }
    assert len(way.transport.accepted) == 4
    assert way.cuts() == {
        "beide@example.org": "school.startend.zuid",
        "zuid@example.org": "school.zuid",
        "geen@example.org": "school",
        "pabo@example.org": "lerarenopleiding.startend",
    }


def test_what_was_frozen_before_there_were_cuts_is_what_the_side_gets(way: Way) -> None:
    way.bring()
    way.freeze()
    with way.services.db.write() as session:
        session.execute(update(Delivery).values(cut=None))

    way.send()

    both = {"iedereen": 1, "school": 1}
    schools = dict.fromkeys(READERS, both)
    assert way.read() == {**schools, "pabo@example.org": {"iedereen": 1}}


def test_a_segment_that_was_changed_after_approval_stops_the_edition(way: Way) -> None:
    way.bring()
    with way.services.db.write() as session:
        only_schools = update(Segment).where(Segment.slug == "zuid")
        session.execute(only_schools.values(conditions={"region": "Zuid", "audience": "school"}))

    assert way.freeze() == []

    with way.services.db.read() as session:
        edition = session.get_one(Edition, way.edition_id)
        assert edition.state is EditionStatus.DRAFT
        assert events_of(session, way.edition_id)[-1].what == "seal_broken"


def test_nothing_is_sent_when_somebody_would_have_no_mail(way: Way) -> None:
    way.bring()
    with way.services.db.write() as session:
        way_of = session.get_one(Edition, way.edition_id)
        session.add(
            Delivery(
                edition_id=way_of.id,
                subscriber_id=session.scalars(select(Subscriber.id)).first(),
                audience="school",
                cut="school.weg",
                at=way.services.clock(),
            )
        )

    assert way.freeze() == []

    with way.services.db.read() as session:
        assert session.get_one(Edition, way.edition_id).state is EditionStatus.DRAFT
        assert variants_of(session, way.edition_id) == {}


@pytest.mark.parametrize("how", ["removed", "empty"])
def test_a_block_for_a_segment_that_reaches_nobody_stops_the_submission(way: Way, how: str) -> None:
    with way.services.db.write() as session:
        if how == "removed":
            session.delete(session.get_one(Segment, "zuid"))
        else:
            session.execute(update(Subscriber).values(region="Noord"))

    with pytest.raises(ChecksFailed) as failed:
        way.submit()

    (finding,) = failed.value.findings
    assert finding.rule == "reach.nobody"
    assert (
        finding.message
        == {
            "removed": "Niemand krijgt “Bijeenkomst in Breda”: het is voor de doelgroep “zuid”, "
            "maar die is er niet meer.",
            "empty": "Niemand krijgt “Bijeenkomst in Breda”: het is voor de doelgroep “Zuid”, "
            "maar daarin zit nu niemand die deze editie krijgt.",
        }[how]
    )


@pytest.mark.parametrize(
    ("segment", "expected"),
    [
        ("school", {"iedereen", "school"}),
        ("zuid", {"iedereen", "zuid"}),
        ("lerarenopleiding", {"iedereen"}),
    ],
)
def test_preview_for_a_segment_is_what_its_reader_gets(
    way: Way, segment: str, expected: set[str]
) -> None:
    text = preview(way.services, way.edition_id, segment=segment, format=Format.TEXT).decode()

    assert {name for name, title in TITLES.items() if title in text} == expected


def test_preview_for_a_cut_is_what_exactly_those_readers_get(way: Way) -> None:
    text = preview(
        way.services,
        way.edition_id,
        segment="",
        cut=parse_cut("school.startend.zuid"),
        format=Format.TEXT,
    ).decode()

    assert all(title in text for title in TITLES.values())


def test_a_subject_of_one_side_is_that_of_its_readers_and_part_of_the_approval(way: Way) -> None:
    with way.services.db.write() as session:
        session.get_one(Edition, way.edition_id).heads = {"school": {"subject": "Voor scholen"}}
    way.bring()

    way.send()

    subjects = {
        recipient: message_from_bytes(raw, policy=policy.default)["Subject"]
        for _, recipient, raw in way.transport.accepted
    }
    common = "Samen opleiden in het zuiden"
    schools = dict.fromkeys(READERS, "Voor scholen")
    assert subjects == {**schools, "pabo@example.org": common}


def test_a_subject_of_one_side_that_was_changed_after_approval_stops_the_edition(way: Way) -> None:
    way.bring()
    with way.services.db.write() as session:
        session.get_one(Edition, way.edition_id).heads = {"school": {"subject": "Anders"}}

    assert way.freeze() == []


def test_an_order_of_one_side_is_that_of_its_readers(way: Way) -> None:
    with way.services.db.write() as session:
        edition = session.get_one(Edition, way.edition_id)
        blocks = session.scalars(select(Block.id).order_by(Block.position)).all()
        edition.orders = {"school": [*reversed(blocks)]}
    way.bring()

    way.send()

    orders = {}
    for _, recipient, raw in way.transport.accepted:
        part = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
        assert part is not None
        text = part.get_content()
        places = {text.find(title): name for name, title in TITLES.items()}
        orders[recipient] = [places[at] for at in sorted(places) if at >= 0]
    assert orders == {
        "beide@example.org": ["startend", "zuid", "school", "iedereen"],
        "zuid@example.org": ["zuid", "school", "iedereen"],
        "geen@example.org": ["school", "iedereen"],
        "pabo@example.org": ["iedereen", "startend"],
    }
