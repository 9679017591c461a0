"""The editors' calendar: what stands where, by address; and what can be done about a plan."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from feeds.values import ItemKind
from newsletter.compose.draft import draft_announcement
from newsletter.model import Edition, User
from newsletter.planning import save_rhythm
from newsletter.rhythm import Choice, Period, Rhythm
from newsletter.store.planning import read_choices
from newsletter.values import EditionStatus, Role
from newsletter.wiring import Services
from subscribers.segments import add_default_segments
from tests.factories import make_edition
from tests.web.desk import desk, make_item, post

# The clock stands on Tuesday 20 April 2027.
PATH = "/redactie/kalender"
AT = datetime(2027, 4, 22, 8, tzinfo=UTC)
SLOT = f"{PATH}/2027-05-06"  # Hemelvaartsdag: it goes out on Wednesday
MAY = Period(date(2027, 5, 15), date(2027, 5, 23), "Meivakantie")
RHYTHM = Rhythm(3, time(10), date(2027, 4, 22), periods=(MAY,))


@pytest.fixture
def rhythm(services: Services) -> Rhythm:
    add_default_segments(services.db)
    save_rhythm(services.db, RHYTHM, version=0, now=services.clock(), by=None)
    return RHYTHM


@pytest.fixture
def editor(client: TestClient, services: Services) -> TestClient:
    return desk(client, services)


def cells(page: str) -> dict[str, list[str]]:
    """Return what stands on each day that has something, by its date, in words."""
    found: dict[str, list[str]] = {}
    for cell in re.findall(r"<td.*?</td>", page, re.DOTALL):
        day = re.search(r'datetime="([^"]+)"', cell)
        links = re.findall(r'<a class="slot [^"]*"[^>]*>(.*?)</a>', cell, re.DOTALL)
        if day and links:
            found[day[1]] = [" ".join(re.sub(r"<[^>]+>", "", one).split()) for one in links]
    return found


def put_edition(services: Services, **fields: object) -> int:
    with services.db.write() as session:
        return make_edition(session, now=services.clock(), number=7, **fields).id


def test_an_edition_stands_on_its_day_with_its_deadlines_before_it(
    editor: TestClient, services: Services, rhythm: Rhythm
) -> None:
    put_edition(services, planned_at=AT, period="slot-2027-04-22")

    page = editor.get(f"{PATH}?maand=2027-04").text

    assert cells(page) == {
        "2027-04-19": ["Editie 7: selectie dicht 12.00 uur"],
        "2027-04-20": ["Editie 7: ingediend vóór 17.00 uur"],
        "2027-04-21": ["Editie 7: akkoord vóór 17.00 uur"],
        "2027-04-22": ["Editie 7 10.00 uur, concept"],
        "2027-04-30": ["Editie van 5 mei: selectie dicht 12.00 uur"],
    }
    assert "<small>vandaag</small>" in page
    assert '<span class="meta">Koningsdag</span>' in page


def test_what_was_not_done_in_time_is_late_and_what_was_done_is_done(
    editor: TestClient, services: Services, rhythm: Rhythm
) -> None:
    put_edition(services, planned_at=AT - timedelta(days=2), status=EditionStatus.IN_REVIEW)

    page = cells(editor.get(f"{PATH}?maand=2027-04").text)

    assert page["2027-04-15"] == ["Editie 7: selectie dicht 12.00 uur, gedaan"]
    assert page["2027-04-16"] == ["Editie 7: ingediend vóór 17.00 uur, gedaan"]
    assert page["2027-04-19"][1:] == ["Editie 7: akkoord vóór 17.00 uur, te laat"]


def test_planned_editions_stand_there_before_they_exist(
    editor: TestClient, services: Services, rhythm: Rhythm
) -> None:
    page = editor.get(f"{PATH}?maand=2027-05&toon=edities").text

    assert cells(page) == {
        "2027-05-05": ["Editie gepland 10.00 uur, concept volgt"],
        "2027-05-20": ["Geen editie vrije periode"],
        "2027-06-03": ["Editie gepland 10.00 uur, concept volgt"],
    }
    assert f'class="slot slot-edition slot-empty slot-planned" href="{SLOT}"' in page
    assert page.count('<span class="meta">Meivakantie</span>') == 3  # also beside the holiday


def test_announcements_and_events_stand_there_too(editor: TestClient, services: Services) -> None:
    add_default_segments(services.db)
    starts_at = datetime(2027, 4, 28, 11, 30, tzinfo=UTC)
    event = make_item(services, "Congres", kind=ItemKind.EVENT, starts_at=starts_at)
    edition = draft_announcement(
        services.db, event_id=event, segment="school", now=services.clock()
    )
    with services.db.write() as session:
        session.get_one(Edition, edition).planned_at = AT

    page = cells(editor.get(f"{PATH}?maand=2027-04").text)

    assert page == {
        "2027-04-22": ["Congres 10.00 uur, concept"],
        "2027-04-28": ["Congres 13.30 uur, Utrecht", "Congres: uiterlijk 13.30 uur"],
    }


def test_a_sent_edition_stands_where_it_went_out_and_leads_to_its_result(
    editor: TestClient, services: Services, rhythm: Rhythm
) -> None:
    sent = {"status": EditionStatus.SENT, "started_at": AT - timedelta(days=6)}
    edition = put_edition(services, planned_at=AT - timedelta(days=7), **sent)
    put_off = {"status": EditionStatus.CANCELLED, "planned_at": AT}
    with services.db.write() as session:
        make_edition(session, now=services.clock(), number=8, **put_off)

    page = editor.get(f"{PATH}?maand=2027-04&toon=edities").text

    assert cells(page)["2027-04-16"] == ["Editie 7 10.00 uur, verzonden"]
    assert f'href="/redactie/edities/{edition}/resultaat"' in page
    assert "Editie 8" not in page


def test_an_edition_without_a_moment_stands_on_its_date(
    editor: TestClient, services: Services
) -> None:
    put_edition(services)

    page = editor.get(PATH).text

    assert cells(page) == {"2027-04-20": ["Editie 7 nog geen moment, concept"]}


def test_the_month_and_the_filters_stand_in_the_address(editor: TestClient) -> None:
    page = editor.get(f"{PATH}?maand=2027-12&toon=termijnen&toon=edities").text

    assert "<h1>December 2027</h1>" in page
    assert 'href="/redactie/kalender?maand=2027-11&amp;toon=edities&amp;toon=termijnen"' in page
    assert 'href="/redactie/kalender?maand=2028-01&amp;toon=edities&amp;toon=termijnen"' in page
    assert 'href="/redactie/kalender?maand=2027-04&amp;toon=edities&amp;toon=termijnen"' in page
    assert re.findall(r'name="toon" value="(\w+)" checked', page) == ["edities", "termijnen"]
    assert "staat niets van wat je koos" in page


@pytest.mark.parametrize("month", ["", "morgen", "2027-13", "1066-10", "2027-4", "9999-12"])
def test_a_month_that_is_none_is_this_month(editor: TestClient, month: str) -> None:
    answer = editor.get(PATH, params={"maand": month})

    assert answer.status_code == 200
    assert "<h1>April 2027</h1>" in answer.text


@pytest.mark.parametrize("month", ["2015-01", "2099-12"])
def test_the_calendar_has_two_ends(editor: TestClient, month: str) -> None:
    page = editor.get(PATH, params={"maand": month}).text

    assert (
        page.count('class="only-read">Vorige maand')
        + page.count('class="only-read">Volgende maand')
        == 1
    )


def test_the_month_is_a_table_with_heads_for_days_and_weeks(editor: TestClient) -> None:
    page = editor.get(f"{PATH}?maand=2027-01").text

    assert re.findall(r'<th scope="col">(\w+)', page)[1:] == [
        "maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag",
    ]  # fmt: skip
    assert re.findall(r'<th scope="row">.*?(\d+)</th>', page) == ["53", "1", "2", "3", "4"]


def test_the_empty_calendar_says_what_to_do_first(client: TestClient, services: Services) -> None:
    as_editor = desk(client, services).get(PATH).text
    as_approver = desk(client, services, Role.APPROVER).get(PATH).text

    assert "Begin met een ritme" in as_editor
    assert "/redactie/instellingen/ritme" not in as_editor
    assert 'class="button button-primary" href="/redactie/instellingen/ritme"' in as_approver


def undo_of(editor: TestClient, path: str) -> str:
    found = re.search(r'<form method="post" action="([^"]+\?naar=[^"]+)"', editor.get(path).text)
    assert found
    return found[1]


def choices(services: Services) -> dict[date, Choice]:
    with services.db.read() as session:
        return dict(read_choices(session))


def test_a_planned_edition_tells_its_moments(editor: TestClient, rhythm: Rhythm) -> None:
    page = " ".join(editor.get(SLOT).text.split())

    assert "Gepland op woensdag 5 mei" in page
    assert "Donderdag 6 mei is Hemelvaartsdag. Daarom op een andere werkdag." in page
    assert "<dt>goedgekeurd</dt><dd>di 4 mei, 17.00 uur</dd>" in page


def test_a_planned_edition_is_moved_and_moved_back(
    editor: TestClient, services: Services, rhythm: Rhythm
) -> None:
    day = date(2027, 5, 6)
    assert 'name="naar" value="2027-05-07"' in editor.get(SLOT).text

    once = post(editor, SLOT, {"naar": "2027-05-07"})
    first_undo = undo_of(editor, once.headers["location"])
    twice = post(editor, SLOT, {"naar": "2027-05-10"})
    second_undo = undo_of(editor, twice.headers["location"])

    assert choices(services)[day] == Choice(datetime(2027, 5, 10, 8, tzinfo=UTC))
    post(editor, second_undo)
    assert choices(services)[day] == Choice(datetime(2027, 5, 7, 8, tzinfo=UTC))
    post(editor, first_undo)
    assert choices(services) == {}


def test_a_planned_edition_is_skipped_and_comes_back(
    editor: TestClient, services: Services, rhythm: Rhythm
) -> None:
    answer = post(editor, SLOT, {"naar": "niet"})
    undo = undo_of(editor, answer.headers["location"])
    page = editor.get(f"{PATH}?maand=2027-05&toon=edities").text

    assert cells(page)["2027-05-06"] == ["Geen editie overgeslagen door de redactie"]
    post(editor, undo)
    assert choices(services) == {}


def test_the_day_of_the_rhythm_is_no_choice_of_the_team(
    editor: TestClient, services: Services, rhythm: Rhythm
) -> None:
    same = post(editor, SLOT, {"naar": "2027-05-05"})
    told = editor.get(same.headers["location"]).text
    post(editor, SLOT, {"naar": "2027-05-07"})
    post(editor, SLOT, {"naar": "2027-05-05"})

    assert "De editie gaat uit op woensdag 5 mei, zoals het ritme zegt." in told
    assert choices(services) == {}
    assert "De redactie koos" not in editor.get(SLOT).text


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2027-05-08", "Dat is op een zaterdag. Dan leest bijna niemand werkmail."),
        ("2027-05-17", "Dat is op een feestdag: "),
    ],
)
def test_a_day_on_which_nobody_works_is_told(
    editor: TestClient, rhythm: Rhythm, day: str, sentence: str
) -> None:
    moved = post(editor, SLOT, {"naar": day})

    assert sentence in editor.get(moved.headers["location"]).text
    assert sentence in editor.get(SLOT).text


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("onzin", "Vul een datum in, zoals 28-05-2027."),
        ("2027-04-19", "Deze dag is al geweest. Kies een latere dag."),
        ("2027-07-01", "Kies een dag binnen vier weken van 6 mei."),
        ("2027-04-22", "Op deze dag gaat al een editie uit. Kies een andere dag."),
    ],
)
def test_a_day_that_cannot_be_is_refused_at_its_field(
    editor: TestClient, services: Services, rhythm: Rhythm, day: str, sentence: str
) -> None:
    answer = post(editor, SLOT, {"naar": day})

    assert answer.status_code == 422
    assert sentence in answer.text
    assert choices(services) == {}


def test_somebody_begins_a_planned_edition_now(
    editor: TestClient, services: Services, rhythm: Rhythm
) -> None:
    answer = post(editor, f"{SLOT}/begin")

    edition_id = int(answer.headers["location"].rsplit("/", 1)[1])
    with services.db.read() as session:
        edition = session.get_one(Edition, edition_id)
    assert (edition.period, edition.planned_at) == (
        "slot-2027-05-06",
        datetime(2027, 5, 5, 8, tzinfo=UTC),
    )
    assert "Deze editie is al begonnen." in editor.get(SLOT).text
    assert post(editor, SLOT, {"naar": "niet"}).status_code == 409


@pytest.mark.parametrize("slot", ["2027-04-29", "onzin", "2026-04-23"])
def test_a_day_that_the_rhythm_does_not_name_is_no_page(
    editor: TestClient, rhythm: Rhythm, slot: str
) -> None:
    assert editor.get(f"{PATH}/{slot}").status_code == 404
    assert post(editor, f"{PATH}/{slot}", {"naar": "niet"}).status_code == 404


def test_somebody_turns_the_reminders_off_and_on_again(
    editor: TestClient, services: Services
) -> None:
    def wants() -> bool:
        with services.db.read() as session:
            return session.scalars(select(User.wants_reminders)).one()

    assert "Jij krijgt die ook." in editor.get(PATH).text
    answer = post(editor, "/redactie/herinneringen", {"wil": "nee"})
    assert not wants()
    assert answer.headers["location"] == f"{PATH}#herinneringen"
    page = editor.get(PATH).text
    assert "Jij krijgt ze niet." in page
    undo = re.search(r'action="(/redactie/herinneringen\?wil=ja)"', page)
    assert undo

    post(editor, undo[1])

    assert wants()


def test_the_reminders_are_turned_off_on_the_page_of_the_account_too(
    editor: TestClient, services: Services
) -> None:
    account = "/redactie/account"
    answer = post(editor, "/redactie/herinneringen", {"wil": "nee", "van": "account"})
    page = editor.get(account).text
    undo = re.search(r'action="(/redactie/herinneringen\?wil=ja&amp;van=account)"', page)

    assert answer.headers["location"] == f"{account}#herinneringen"
    assert "Dat staat uit." in page
    assert undo
    post(editor, undo[1].replace("&amp;", "&"))
    assert "Dat staat aan." in editor.get(account).text
