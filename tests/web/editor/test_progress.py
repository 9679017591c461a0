"""The progress as editors see it: figures of the ledger, what fails in groups, what to do."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time, timedelta
from threading import Event

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from newsletter.errors import TransportError, TransportRefused, TransportUnavailable
from newsletter.limits import Limit, Limits, QuietHours, WarmUp
from newsletter.model import Delivery, Edition
from newsletter.send.deliver import deliver_due
from newsletter.send.loop.closing import halt, halt_changed, halt_faulty, note_outage
from newsletter.send.notices.telling import tell_ends
from newsletter.send.pace import Pace
from newsletter.send.watching.meter import Meter
from newsletter.send.worker import run_worker
from newsletter.store.deliveries import figures
from newsletter.store.editions import log_event
from newsletter.values import DeliveryState, EditionEvent, Role
from newsletter.wiring import Services
from tests.fakes import START, FakeClock, FakeTransport
from tests.queries import counted, reads
from tests.web.desk import advance, approved, desk, edition_path, freeze, post, step
from web.app import create_app
from web.editor.progress import going_since

D = DeliveryState


@pytest.fixture
def edition(editor: TestClient, approver: TestClient, near: Services) -> int:
    """An edition that is being sent to five."""
    edition = approved(editor, approver, near)
    advance(editor, near, edition, "/verstuur")
    freeze(near)
    return edition


def live(editor: TestClient, edition: int) -> str:
    return str(editor.get(edition_path(edition, "/stand")).text)


def shown(page: str) -> Mapping[str, int]:
    """Return the figures that stand on the page."""
    pairs = re.findall(r"<dt>([a-z ]+)</dt><dd class=\"num\">(?:<a[^>]*>)?(\d+)<", page)
    return {word: int(number) for word, number in pairs}


def settle(near: Services, number: int, state: DeliveryState, **values: object) -> None:
    """Let the ledger say this of so many of those that wait."""
    with near.db.write() as session:
        waiting = session.query(Delivery).filter_by(state=D.PENDING).limit(number)
        for row in waiting:
            session.execute(
                update(Delivery).where(Delivery.id == row.id).values(state=state, **values)
            )


def test_the_figures_are_those_of_the_ledger(
    editor: TestClient, edition: int, near: Services
) -> None:
    settle(near, 1, D.SENT)
    settle(near, 1, D.FAILED, code=550, reply="5.1.1 no such user")
    settle(near, 1, D.IN_DOUBT)
    settle(near, 1, D.SKIPPED, reply="left or suppressed")

    page = live(editor, edition)

    with near.db.read() as session:
        found = figures(session, edition)
    assert shown(page) == {
        "verzonden": found.sent,
        "mislukt": found.failed,
        "nog te gaan": found.pending,
        "overgeslagen": found.skipped,
        "onzeker": found.in_doubt,
    }
    assert "4 van de 5" in page


def test_what_fails_stands_in_groups_with_what_to_do(
    editor: TestClient, edition: int, near: Services
) -> None:
    settle(near, 2, D.FAILED, code=550, reply="5.1.1 school0@example.org unknown")
    settle(near, 1, D.FAILED, code=554, reply="5.7.1 spam")
    settle(near, 1, D.DEFERRED, code=450, reply="4.2.0 later", next_at=START + timedelta(minutes=5))

    page = live(editor, edition)

    rows = re.findall(r'<th scope="row">([^<]+)</th><td>([^<]+)</td><td[^>]*>(\d+)', page)
    assert rows == [
        ("Adres bestaat niet of is dicht", "Vraag de lezer om een nieuw adres.", "2"),
        (
            "Mailserver wil onze mail niet",
            "Vertel het de beheerder. Die vindt de reden in het grootboek.",
            "1",
        ),
    ]
    assert "1 mail wacht, omdat een mailserver om geduld vroeg." in page
    assert "De eerste gaat om 10.05 uur opnieuw." in page
    assert "@example.org" not in page
    paused = step(editor, near, edition, "/pauze")
    assert "1 mail wacht, omdat een mailserver om geduld vroeg." in paused
    assert "opnieuw" not in paused.split("om geduld vroeg.")[1].split("</p>")[0]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TransportUnavailable("no connection"), "De mailserver is niet bereikbaar."),
        (TransportUnavailable("4.3.2 not now", code=421), "De mailserver weigert ons."),
    ],
)
def test_a_relay_that_is_away_is_told_with_the_moment_of_the_next_try(
    editor: TestClient,
    edition: int,
    near: Services,
    clock: FakeClock,
    error: TransportError,
    words: str,
) -> None:
    with near.db.write() as session:
        note_outage(session, edition, note=str(error), now=clock())
        session.get_one(Edition, edition).retry_at = START + timedelta(minutes=12)

    page = live(editor, edition)
    clock.later(minutes=12, seconds=1)
    trying = live(editor, edition)
    clock.later(minutes=1)
    after = live(editor, edition)

    assert words in page
    assert ("421 4.3.2 not now" in page) == (error.code is not None)
    assert "We proberen het om 10.12 uur opnieuw. Niemand verliest daardoor een beurt." in page
    assert "We proberen het nu opnieuw." in trying
    assert "opnieuw" not in after.split('id="live-cijfers"')[0]


def test_a_breaker_that_stopped_it_says_why_and_what_to_do(
    editor: TestClient, edition: int, near: Services
) -> None:
    with near.db.write() as session:
        halt(session, edition, note="20 readers in a row refused: it must be us", now=START)

    page = editor.get(edition_path(edition, "/verzenden")).text
    tell_ends(near.db, notify=lambda *_: True, now=START)
    told = editor.get(edition_path(edition, "/verzenden")).text
    on = step(editor, near, edition, "/hervat")

    assert "De mailserver weigerde lezer na lezer. Dat ligt aan ons, niet aan hen." in page
    assert "De mailserver weigerde lezer na lezer." in told
    assert "kies dan <em>Ga verder met verzenden</em>" in page
    assert "weigerde lezer na lezer" not in on


def test_what_is_wrong_with_the_edition_itself_is_not_put_on_the_relay(
    editor: TestClient, edition: int, near: Services
) -> None:
    with near.db.write() as session:
        halt_faulty(session, edition, note="3 deliveries, but 5 readers", now=START)
    faulty = live(editor, edition)
    advance(editor, near, edition, "/hervat")
    with near.db.write() as session:
        halt_changed(session, edition, detail={}, now=START)
    changed = live(editor, edition)

    assert "Er klopt iets niet aan deze editie." in faulty
    assert "De mails zijn niet meer wat er is goedgekeurd." in changed
    assert "mailserver weigerde" not in faulty + changed


def test_mails_that_were_changed_are_told_on_top_and_no_first_button_goes_on(
    editor: TestClient, edition: int, near: Services
) -> None:
    settle(near, 1, D.SENT)
    with near.db.write() as session:
        halt_changed(session, edition, detail={}, now=START)
    paused = live(editor, edition)

    told = step(editor, near, edition, "/hervat")

    head = paused.split('<p class="lead">')[1].split("</p>")[0]
    assert head.startswith("De mails zijn niet meer wat er is goedgekeurd.")
    assert "button-primary" not in paused
    assert "Kijk de mails na en ga verder" in paused
    assert "We kijken de mails na. Kloppen ze weer, dan gaat het verzenden verder." in told


def test_a_mail_in_doubt_is_explained_and_may_be_sent_again(
    editor: TestClient, edition: int, near: Services, transport: FakeTransport
) -> None:
    settle(near, 2, D.IN_DOUBT)
    page = live(editor, edition)

    again = step(editor, near, edition, "/onzeker")
    run_worker(near, stop=Event(), until_complete=edition)
    decided = post(editor, edition_path(edition, "/onzeker"))

    assert "Van 2 mails weten we niet of die aankwamen" in page
    assert "krijgt misschien iemand de mail twee keer" in page
    assert "2 mails gaan nog een keer." in again
    assert len(transport.attempted) == 5
    told = editor.get(decided.headers["location"]).text
    assert "Er was niets meer om over te besluiten." in told


def test_what_was_not_sent_again_is_told_when_all_is_done(
    editor: TestClient, edition: int, near: Services
) -> None:
    settle(near, 1, D.IN_DOUBT)
    run_worker(near, stop=Event(), until_complete=edition)

    page = editor.get(edition_path(edition, "/verzenden")).text

    assert "is verzonden" in page
    assert "Stuur die ene nog een keer" in page
    assert "data-refresh" not in page


def test_looking_costs_as_little_whatever_happened(
    editor: TestClient, edition: int, near: Services
) -> None:
    def statements() -> int:
        with counted(near.db.engine) as found:
            live(editor, edition)
        return len(reads(found))

    settle(near, 1, D.FAILED, code=550, reply="5.1.1 unknown")
    one = statements()
    settle(near, 1, D.FAILED, code=550, reply="5.7.1 spam")
    settle(near, 1, D.FAILED, code=None, reply="lost before the dot")
    settle(near, 1, D.DEFERRED, next_at=START)

    assert statements() == one
    assert one <= 8


def test_the_many_changes_before_the_approval_are_not_read_again_and_again(
    editor: TestClient, edition: int, near: Services, clock: FakeClock
) -> None:
    with near.db.write() as session:
        session.get_one(Edition, edition).approved_at = START + timedelta(seconds=1)
        log_event(session, edition, what="paused", now=START + timedelta(minutes=2))

    page = live(editor, edition)

    assert "op pauze gezet" in page
    assert "ingediend" not in page


@pytest.mark.parametrize(
    ("stop", "words"),
    [
        ("/pauze", "3 mensen wachten nog. 2 mails zijn nog onderweg."),
        ("/stop", "De rest krijgt hem niet. 2 mails zijn nog onderweg."),
    ],
)
def test_what_is_in_hand_when_it_is_stopped_is_followed_to_its_end(
    editor: TestClient, edition: int, near: Services, stop: str, words: str
) -> None:
    settle(near, 2, D.ATTEMPTING)

    stopped = step(editor, near, edition, stop)
    with near.db.write() as session:
        session.execute(update(Delivery).where(Delivery.state == D.ATTEMPTING).values(state=D.SENT))
    settled = live(editor, edition)

    assert words in stopped
    assert 'data-refresh="3"' in stopped
    assert "onderweg" not in settled
    assert "data-refresh" not in settled


def test_who_waits_for_an_answer_in_doubt_sees_what_it_waits_for(
    editor: TestClient, edition: int, near: Services
) -> None:
    settle(near, 3, D.SENT)
    settle(near, 2, D.IN_DOUBT, next_at=START + timedelta(minutes=10))

    page = live(editor, edition)

    assert "5 van de 5" in page
    assert "We zoeken nog uit of 2 onzekere mails aankwamen." in page


def test_who_may_see_people_finds_them_while_it_is_sent(
    editor: TestClient, edition: int, near: Services
) -> None:
    seen_by_editor = live(editor, edition)
    with TestClient(create_app(near), follow_redirects=False) as client:
        seen = live(desk(client, near, Role.ADMINISTRATOR), edition)

    assert "/ontvangers" not in seen_by_editor
    assert f'href="{edition_path(edition, "/ontvangers")}">Bekijk de ontvangers' in seen


def test_pausing_and_going_on_can_be_undone_in_one_press(
    editor: TestClient, edition: int, near: Services
) -> None:
    paused = step(editor, near, edition, "/pauze")
    on = step(editor, near, edition, "/hervat")

    for page, undo in ((paused, "/hervat"), (on, "/pauze")):
        toast = page.split('class="toast')[1].split("</div>")[0]
        assert f'action="{edition_path(edition, undo)}"' in toast
        assert "Maak ongedaan" in toast


def test_what_left_cannot_be_taken_back(
    editor: TestClient, edition: int, near: Services, transport: FakeTransport
) -> None:
    deliver_due(
        near.db,
        open_transport=near.open_transport,
        links=near.links,
        settings=near.settings,
        clock=near.clock,
        may_begin=lambda: len(transport.attempted) < 1,
    )

    answer = post(editor, edition_path(edition, "/terughalen"))

    assert answer.status_code == 409
    assert "De eerste mails zijn al weg." in answer.text
    assert "Haal terug" not in live(editor, edition)


def test_the_pace_leaves_out_the_time_on_pause() -> None:
    def event(what: str, minutes: float) -> EditionEvent:
        at = START + timedelta(minutes=minutes)
        return EditionEvent(0, 1, at, None, what, "", {})

    events = [
        event("approved", -60),
        event("sending", 0),
        event("relay_unavailable", 1),
        event("paused", 2),
        event("resumed", 62),
        event("halted", 63),
        event("resumed", 70),
    ]

    assert going_since(events) == START + timedelta(minutes=70)
    assert going_since(events[:4]) is None
    assert going_since(events[:3]) == START
    assert going_since([]) is None


def test_a_refused_reader_is_in_the_group_of_addresses_after_a_real_run(
    editor: TestClient, edition: int, near: Services, transport: FakeTransport
) -> None:
    transport.fails["school0@example.org"] = TransportRefused("5.2.2 full", code=552)
    run_worker(near, stop=Event(), until_complete=edition)

    page = live(editor, edition)

    assert shown(page)["mislukt"] == 2
    assert "Postvak vol" in page
    assert "Adres bestaat niet of is dicht" in page


def pulse(near: Services, edition: int, number: int) -> None:
    beats = Meter(near.db, now=START)
    beats.add(edition, {"sent 2xx": number}, now=START)
    beats.write(START)


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (Limits(quiet=QuietHours(time(9), time(11))), "Het zijn stille uren. Vandaag om 11.00 uur"),
        (Limits(whole=(Limit(20, 1),)), "Het gaat niet sneller dan 20 mails per seconde, zo staat"),
        (
            Limits(warm_up=WarmUp(date(2027, 4, 19), (2, 50))),
            "is dag 2 van 2. Vandaag gaan er hoogstens 50 mails uit, daarvan zijn er nog 48 over.",
        ),
        (
            Limits(warm_up=WarmUp(date(2027, 4, 20), (2, 50))),
            "De 2 mails van vandaag zijn weg, morgen om 0.00 uur gaat het verder.",
        ),
        (Limits(domains={"gmail.com": (Limit(1, 1),)}), "Naar gmail.com gaat het langzamer"),
    ],
)
def test_page_says_why_it_goes_no_faster(
    edition: int, near: Services, limits: Limits, words: str
) -> None:
    Pace(near.db, limits).grant(["gmail.com"] * 2, START)
    settings = replace(
        near.settings,
        pace=limits.whole,
        pace_domains=limits.domains,
        warm_up=limits.warm_up,
        quiet_hours=limits.quiet,
    )

    with TestClient(create_app(replace(near, settings=settings))) as client:
        page = live(desk(client, near, Role.APPROVER), edition)

    assert words in page


def test_rate_and_end_are_those_of_the_last_half_minute(
    editor: TestClient, edition: int, near: Services, clock: FakeClock
) -> None:
    pulse(near, edition, 30)
    clock.later(seconds=10)

    page = live(editor, edition)

    assert '<dt>per seconde</dt><dd class="num">3,0</dd>' in page
    assert "Nog ongeveer <strong>2 seconden</strong>." in page


def test_rate_that_is_low_is_told_by_the_minute(
    editor: TestClient, edition: int, near: Services, clock: FakeClock
) -> None:
    pulse(near, edition, 1)
    clock.later(minutes=10)

    page = live(editor, edition)

    assert '<dt>per minuut</dt><dd class="num">0,1</dd>' in page
    assert "Nog ongeveer <strong>50 minuten</strong>, klaar rond 11.00 uur." in page
