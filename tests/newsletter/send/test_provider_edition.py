"""A signed edition by way of each provider: what the ledger says of whom, now and later."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.dkim_keys import KeyKind, make_dkim_key
from newsletter.model import Delivery
from newsletter.send.deliver import deliver_due
from newsletter.send.loop.tally import SendReport
from newsletter.send.mail.ahead import MOST
from newsletter.send.transports import open_transport
from newsletter.settings import Settings
from newsletter.ways_out import PROVIDERS, MailFolder, read_way_out
from storage.session import Database
from tests.fakes import START, FakeClock
from tests.newsletter.send import providers
from tests.newsletter.send.dkim_reader import records_of, verdicts
from tests.newsletter.send.test_deliver import Desk
from tests.newsletter.send.web_server import Heard, Web, answer, web_serving


@pytest.fixture
def signing(settings: Settings, tmp_path: Path) -> Settings:
    keys = [make_dkim_key(tmp_path, selector=f"k-{kind}", kind=kind) for kind in KeyKind]
    return replace(settings, dkim=tuple(keys))


def send_out(desk: Desk) -> SendReport:
    return deliver_due(
        desk.db,
        open_transport=lambda: open_transport(desk.settings.way_out),
        links=desk.links,
        settings=desk.settings,
        clock=desk.clock,
    )


class Moody:
    """A provider that refuses r2, asks for ten minutes for r3, and hangs up on r4 once."""

    def __init__(self, kind: str) -> None:
        self._kind, self._moods = kind, {"r3": 1, "r4": 1}

    def __call__(self, heard: Heard) -> bytes | None:
        who = providers.recipient(self._kind, heard).rpartition("<")[2].partition("@")[0]
        if who == "r2":
            status, said, headers = providers.REFUSED[self._kind]
            return answer(status, said, **headers)
        if self._moods.get(who):
            self._moods[who] = 0
            return None if who == "r4" else answer(429, {}, Retry_After="1200")
        return answer(200, providers.ACCEPTED[self._kind])


@pytest.mark.parametrize("kind", PROVIDERS)
def test_each_reader_has_the_end_that_the_provider_told(
    kind: str, db: Database, signing: Settings, clock: FakeClock
) -> None:
    web = Web(Moody(kind))
    with web_serving(web) as port:
        way = read_way_out(providers.URLS[kind].format(port=port))
        desk = Desk(db, replace(signing, transport=way), clock)
        edition_id = desk.arrange(readers=4)

        first = send_out(desk)
        now, then = desk.deliveries(), next_moments(db)
        clock.later(minutes=25)
        second = send_out(desk)

    assert now == [
        ("r1", "sent", 1, 0),
        ("r2", "failed", 1, 0),
        ("r3", "deferred", 1, 0),
        ("r4", "in_doubt", 1, 0),
    ]
    assert then[2] == START + timedelta(minutes=20)  # no sooner than it asked
    assert desk.deliveries()[2:] == [("r3", "sent", 2, 0), ("r4", "sent", 2, 1)]
    assert (first.sent, second.sent, second.completed) == (1, 2, (edition_id,))
    if kind != "postmark":
        mails = [providers.raw(kind, one) for one in web.heard]
        held = [verdicts(one, records_of(desk.settings.dkim)) for one in mails]
        assert held == [[True, True]] * 6


def test_an_edition_in_a_folder_is_a_signed_file_for_each_reader(
    db: Database, signing: Settings, clock: FakeClock, tmp_path: Path
) -> None:
    way = MailFolder(tmp_path / "mail")
    desk = Desk(db, replace(signing, transport=way), clock)
    desk.arrange(readers=MOST + 20)  # more than are begun ahead

    report = send_out(desk)

    mails = [one.read_bytes() for one in way.path.glob("*.eml")]
    assert (report.sent, len(mails)) == (MOST + 20, MOST + 20)
    assert all(verdicts(one, records_of(desk.settings.dkim)) == [True, True] for one in mails)
    assert all(f"<{one['Delivered-To']}>" in one["To"] for one in map(message_from_bytes, mails))


def next_moments(db: Database) -> list[object]:
    with db.read() as session:
        return list(session.scalars(select(Delivery.next_at).order_by(Delivery.id)))
