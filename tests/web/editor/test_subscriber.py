"""One reader at the desk: what we hold, all that happened, changing it, and letting them go."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from feeds.themes import add_default_themes
from newsletter.model import Delivery
from newsletter.values import DeliveryState, Role
from newsletter.wiring import Services
from storage.log import LogEntry
from subscribers import consent
from subscribers.model import Consent, Subscriber
from subscribers.themes import themes_of
from subscribers.values import Audience, Topic
from tests.factories import make_edition
from tests.fakes import START
from tests.queries import counted
from tests.subscribers.making import add_organisation
from tests.web.desk import desk, post, seen
from web.app import create_app

LIST = "/redactie/abonnees"
TEXT = "Ja, ik wil de nieuwsbrief."


@pytest.fixture
def jan(services: Services) -> str:
    """Return the address of the page of somebody who signed up, and got an edition."""
    add_default_themes(services.db)
    made = consent.sign_up(
        services.db,
        email="Jan@example.org",
        audience=Audience.SCHOOL,
        role="docent",
        topics=[Topic.NEWSLETTER],
        text_shown=TEXT,
        text_version="aanmelden-3",
        source="aanmelden",
        now=START,
    )
    assert made.subscriber_id
    consent.confirm(services.db, made.subscriber_id, now=START)
    with services.db.write() as session:
        sent = make_edition(session, number=12, status="sent")
        session.add(
            Delivery(
                edition_id=sent.id,
                subscriber_id=made.subscriber_id,
                state=DeliveryState.FAILED,
                code=550,
                reply="5.1.1 unknown",
                at=START + timedelta(days=1),
            )
        )
    return f"{LIST}/{made.subscriber_id}"


@pytest.fixture
def cees(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), follow_redirects=False) as client:
        yield desk(client, services, Role.ADMINISTRATOR)


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def history(html: str) -> str:
    return text(html.partition("Wat er gebeurde")[2].partition("</section>")[0])


def row_of(services: Services) -> Subscriber:
    with services.db.read() as session:
        return session.scalars(select(Subscriber)).one()


def save(cees: TestClient, page: str, **changed: Any) -> Response:
    form = {
        "seen": seen(cees, page),
        "kant": "school",
        "role": "docent",
        "krijgt": ["newsletter"],
    }
    return post(cees, page, form | changed)


def test_the_page_says_what_we_hold_why_and_all_that_happened(cees: TestClient, jan: str) -> None:
    page = cees.get(jan).text

    assert '<h1 class="address">Jan<wbr>@example.org</h1>' in page
    assert "In de mail staat: “Je krijgt" in text(page)
    assert "Vroeg er zelf om en bevestigde dat" in page
    told = history(page)
    assert "Editie 12 kwam niet aan. Adres bestaat niet of is dicht" in told
    assert "De lezer vroeg om onze mail. Wat er toen stond “Ja, ik wil de nieuwsbrief.”" in told
    assert "aanmelden-3" in told
    assert told.index("Editie 12") < told.index("bevestigde dat")


def test_a_change_is_kept_and_told_with_who_did_it(
    cees: TestClient, jan: str, services: Services
) -> None:
    answer = save(cees, jan, role="rector", region="Oost", thema="visie")

    assert "Bewaard." in cees.get(answer.headers["location"]).text
    row = row_of(services)
    assert (row.role, row.region, row.audience, row.wants_newsletter) == (
        *("rector", "Oost", "school"),
        True,
    )
    with services.db.read() as session:
        assert themes_of(session, [row.id]) == {row.id: ["visie"]}
        entry = session.scalars(select(LogEntry).where(LogEntry.what == "subscriber.changed")).one()
    assert entry.detail == {"subscriber": row.id, "fields": ["role", "region", "themes"]}
    assert "Administrator wijzigde rol, regio en thema’s" in history(cees.get(jan).text)
    assert [kind for kind, *_ in facts(services)] == ["asked", "confirmed"], "what they get stayed"


def facts(services: Services) -> list[tuple[str, str, list[str]]]:
    with services.db.read() as session:
        return [
            (one.kind, one.source, one.topics)
            for one in session.scalars(select(Consent).order_by(Consent.id))
        ]


def test_what_somebody_gets_leaves_evidence_that_says_the_desk_did_it(
    cees: TestClient, jan: str, services: Services
) -> None:
    save(cees, jan, krijgt=["newsletter", "announcements"])

    assert facts(services)[-1] == ("changed", "desk", ["announcements", "newsletter"])
    told = history(cees.get(jan).text)
    assert "wijzigde wat deze lezer krijgt" in told
    why = services.links.preferences_url(1, None).removeprefix(services.settings.base_url)
    public = text(cees.get(f"{why}/waarom").text)
    assert "De redactie wijzigde wat je krijgt." in public
    assert "Je wijzigde je voorkeuren." not in public


def test_nothing_is_not_a_choice(cees: TestClient, jan: str, services: Services) -> None:
    answer = save(cees, jan, krijgt=[])

    assert answer.status_code == 422
    assert "Kies ten minste één ding." in answer.text
    assert row_of(services).wants_newsletter


def test_a_side_that_is_not_said_follows_the_organisation(
    cees: TestClient, jan: str, services: Services
) -> None:
    add_organisation(services.db, "Hogeschool Rijn", Audience.TEACHER_EDUCATION)

    save(cees, jan, kant="volgt", organisation="Hogeschool Rijn")
    follows = row_of(services)
    save(cees, jan, kant="geen", organisation="Hogeschool Rijn")

    assert (follows.audience, follows.audience_said) == ("lerarenopleiding", False)
    assert (row_of(services).audience, row_of(services).audience_said) == (None, True)


def test_a_change_by_somebody_else_is_not_overwritten_unseen(
    cees: TestClient, jan: str, services: Services
) -> None:
    mark = seen(cees, jan)
    save(cees, jan, role="rector")

    answer = save(cees, jan, role="bestuurder", seen=mark)

    assert answer.status_code == 422
    assert "Iemand wijzigde deze abonnee intussen" in answer.text
    assert 'value="bestuurder"' in answer.text
    assert row_of(services).role == "rector"
    shown = re.search(r'name="seen" value="([^"]+)"', answer.text)
    assert shown
    assert save(cees, jan, role="bestuurder", seen=shown[1]).status_code == 303
    assert row_of(services).role == "bestuurder"


def test_the_desk_lets_somebody_go_and_cannot_bring_them_back(
    cees: TestClient, jan: str, services: Services
) -> None:
    assert "alleen de lezer zelf kan zich weer aanmelden" in cees.get(jan).text

    post(cees, f"{jan}/afmelden")

    page = cees.get(jan).text
    assert row_of(services).status == "unsubscribed"
    assert facts(services)[-1][:2] == ("withdrawn", "desk")
    assert "Administrator meldde deze lezer af" in history(page)
    assert f"{jan}/afmelden" not in page


def test_an_address_is_blocked_for_a_reason(cees: TestClient, jan: str, services: Services) -> None:
    assert post(cees, f"{jan}/blokkeren", {"reden": "erased"}).status_code == 404
    post(cees, f"{jan}/blokkeren", {"reden": "complaint"})

    page = cees.get(jan).text
    assert row_of(services).status == "suppressed"
    assert "Administrator blokkeerde dit adres na een klacht" in history(page)
    assert f"{jan}/blokkeren" not in page


def test_only_what_was_blocked_as_broken_is_taken_back_and_the_question_says_so(
    cees: TestClient, jan: str, services: Services
) -> None:
    before = cees.get(jan).text
    post(cees, f"{jan}/blokkeren", {"reden": "bounce"})
    blocked = cees.get(jan).text
    post(cees, f"/redactie/teruggekomen/adres/{row_of(services).id}/weer")
    again = row_of(services).status
    post(cees, f"{jan}/afmelden")
    left = cees.get(jan).text

    assert "Na een klacht kun je dit niet terugdraaien. Werkt het adres later toch" in before
    assert "Laat weer mail krijgen" in blocked
    assert again == "active"
    assert "Na een klacht kun je dit niet terugdraaien.</p>" in left


def test_erasing_leaves_nothing_to_show(cees: TestClient, jan: str, services: Services) -> None:
    assert "Dit kan niet ongedaan worden gemaakt." in cees.get(jan).text

    answer = post(cees, f"{jan}/wissen")

    assert answer.headers["location"] == LIST
    assert cees.get(jan).status_code == 404
    assert post(cees, f"{jan}/wissen").status_code == 404
    with services.db.read() as session:
        assert session.scalars(select(Subscriber)).all() == []


def test_the_page_needs_as_many_queries_for_three_of_each_event_as_for_one(
    cees: TestClient, jan: str, services: Services
) -> None:
    grow(services, 1)
    cees.get(jan)
    with counted(services.db.engine) as one:
        assert cees.get(jan).status_code == 200
    grow(services, 2)
    grow(services, 3)

    with counted(services.db.engine) as three:
        page = cees.get(jan).text

    assert len(three) == len(one), [s for s in three if s not in one]
    assert history(page).count("wijzigde de eigen voorkeuren") == 3


def grow(services: Services, number: int) -> None:
    """Let somebody change their wishes by the link in another edition, and let another come."""
    at = START + timedelta(days=number + 1)
    with services.db.write() as session:
        edition = make_edition(session, number=20 + number, status="sent")
        session.add(
            Delivery(edition_id=edition.id, subscriber_id=1, state=DeliveryState.SENT, at=at)
        )
        session.add(
            Consent(
                subscriber_id=1,
                kind="changed",
                at=at,
                topics=["newsletter"],
                source="preferences",
                edition_id=edition.id,
            )
        )
