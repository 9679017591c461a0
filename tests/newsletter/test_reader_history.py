"""All that happened about one reader, from every place where it stands."""

from datetime import timedelta

from newsletter.model import Delivery
from newsletter.reader_history import Event, Kind, history_of
from newsletter.values import DeliveryState
from storage.session import Database
from subscribers import consent, editing, many
from subscribers.editing import Edit, mark_of
from subscribers.finding import Wanted
from subscribers.store import get_by_id
from subscribers.values import Audience, SuppressionReason, Topic
from tests.factories import KEY, make_edition, make_user
from tests.fakes import START

DAY = timedelta(days=1)


def sign_up(db: Database) -> int:
    made = consent.sign_up(
        db,
        email="jan@example.org",
        audience=Audience.SCHOOL,
        topics=[Topic.NEWSLETTER],
        text_shown="Ja, graag.",
        text_version="aanmelden-3",
        source="aanmelden",
        now=START,
    )
    assert made.subscriber_id
    return made.subscriber_id


def history(db: Database, who: int) -> list[Event]:
    with db.read() as session:
        row = get_by_id(session, who)
        assert row
        return history_of(session, row, key=KEY)


def test_the_newest_comes_first_with_who_did_it_and_what_still_has_to_go(db: Database) -> None:
    with db.write() as session:
        cees = make_user(session, "cees@example.org")
        edition = make_edition(session, number=12)
        waiting = make_edition(session, number=13)
    desk = db.acting(by=cees)
    who = sign_up(db)
    consent.confirm(db, who, now=START)
    with db.write() as session:
        for one, state, at in (
            (edition, DeliveryState.SENT, START + DAY),
            (waiting, DeliveryState.PENDING, None),
        ):
            session.add(Delivery(edition_id=one.id, subscriber_id=who, state=state, at=at))
    consent.change(
        db, who, audience=None, topics=[Topic.NEWSLETTER], role="docent", now=START + 2 * DAY
    )
    change = many.Change(region="Oost")
    many.change_many(desk, Wanted(), change, expected=1, now=START + 3 * DAY)
    editing.suppress(desk, who, reason=SuppressionReason.COMPLAINT, key=KEY, now=START + 4 * DAY)

    told = history(db, who)

    assert [(one.kind, one.what, one.who) for one in told] == [
        (Kind.MAIL, "pending", ""),
        (Kind.BLOCKED, "complaint", "cees@example.org"),
        (Kind.MANY, "", "cees@example.org"),
        (Kind.CONSENT, "changed", ""),
        (Kind.MAIL, "sent", ""),
        (Kind.CONSENT, "confirmed", ""),
        (Kind.CONSENT, "asked", ""),
    ]
    assert told[0].edition == "editie 13"
    assert told[2].values == {"region": "Oost"}
    assert (told[-1].text, told[-1].version) == ("Ja, graag.", "aanmelden-3")


def test_what_happened_to_others_is_not_told(db: Database) -> None:
    who = sign_up(db)
    other = consent.add(
        db, email="mia@example.org", audience=None, ground="lid", key=KEY, now=START
    )
    with db.read() as session:
        row = get_by_id(session, other)
        assert row
        seen = mark_of(row, ())
    values = dict.fromkeys(editing.FIELDS, "") | {"role": "rector"}
    given = Edit(None, audience_said=True, values=values, themes=(), topics=None)
    assert editing.edit(db, other, given, seen=seen, now=START) == ("audience", "role")

    assert [one.what for one in history(db, who)] == ["asked"]
    assert [one.what for one in history(db, other)] == ["subscriber.changed", "imported"]
    assert history(db, other)[0].as_json() == {
        "at": START,
        "kind": Kind.DONE,
        "what": "subscriber.changed",
        "fields": ("audience", "role"),
    }
