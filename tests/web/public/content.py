"""Content for the public pages, as plain rows."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from feeds.model import Theme
from feeds.values import ItemKind
from newsletter.model import Block
from newsletter.values import EditionKind, EditionStatus
from newsletter.wiring import Services
from subscribers.model import Consent
from subscribers.values import ConsentKind, SubscriberStatus
from tests import factories
from tests.fakes import START
from web.public.stamps import make_stamp

HOSTILE = "<script>alert(1)</script> & \"x\" 'y' \u202e"
SHOWN = "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &#34;x&#34; &#39;y&#39;"


def add_source(services: Services, slug: str = "partner") -> int:
    with services.db.write() as session:
        url = f"https://example.org/{slug}.ics"
        name = "Platform Samen Opleiden"
        return factories.make_source(session, slug, name=name, kind="agenda", url=url).id


def add_event(
    services: Services, title: str = "Werkbezoek", *, days: float = 7, **fields: Any
) -> int:
    starts = START + timedelta(days=days)
    values: dict[str, Any] = {
        "location": "Breda",
        "starts_at": starts,
        "ends_at": starts + timedelta(hours=3),
        "details": {"type": "werkbezoek"},
    }
    return _add_item(services, ItemKind.EVENT, title, **{**values, **fields})


def add_example(services: Services, title: str = "Samen kijken", **fields: Any) -> int:
    details = {
        "question": "Hoe leren ervaren docenten ook van studenten?",
        "approach": "Elke zes weken een les bij elkaar, daarna een uur gesprek.",
        "result": "Na een jaar wilden 14 van de 19 begeleiders ermee doorgaan.",
        "contact": "de schoolopleider, opleider@example.org",
        "partnership": "Opleidingsschool De Tussendeur",
    }
    return _add_item(services, ItemKind.PRACTICE, title, **{"details": details, **fields})


def _add_item(services: Services, kind: ItemKind, title: str, **fields: Any) -> int:
    key = f"{kind}-{title}-{fields.get('starts_at', '')}"[:200]
    values = {"key": key, "summary": "", "url": ""}
    with services.db.write() as session:
        return factories.store_item(session, title, kind, **{**values, **fields}).id


def add_edition(
    services: Services,
    number: int | None = 12,
    title: str = "Naast elkaar, of echt met elkaar?",
    *,
    status: EditionStatus = EditionStatus.SENT,
    blocks: "Blocks" = (),
    **fields: Any,
) -> int:
    """Blocks: kind, audience, fields."""
    values: dict[str, Any] = {
        "kind": EditionKind.NEWSLETTER if number else EditionKind.ANNOUNCEMENT,
        "number": number,
        "title": title,
        "preheader": "Dinsdag zien we elkaar in Doorn.",
        "dated_on": date(2027, 4, 1) + timedelta(days=number or 0),
        "segments": ["school"],
        "status": status,
        "started_at": START,
        "blocks": [
            Block(position=place, kind=kind, audience=audience, fields=words)
            for place, (kind, audience, words) in enumerate(blocks)
        ],
    }
    with services.db.write() as session:
        return factories.make_edition(session, **{**values, **fields}).id


def add_subscriber(
    services: Services,
    email: str = "m.v@example.org",
    *,
    status: SubscriberStatus = SubscriberStatus.ACTIVE,
    since: datetime = START - timedelta(days=48),
    **fields: Any,
) -> int:
    with services.db.write() as session:
        row = factories.make_subscriber(session, email, status=status, since=since, **fields)
        for kind in (ConsentKind.ASKED, ConsentKind.CONFIRMED):
            session.add(Consent(subscriber_id=row.id, kind=kind, at=since, topics=["newsletter"]))
        return row.id


def stamped(services: Services, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return a form as somebody sends it who was shown it a minute ago."""
    shown = services.clock() - timedelta(minutes=1)
    return {**fields, "stempel": make_stamp(services.settings.secret_key, now=shown)}


def add_themes(services: Services) -> None:
    with services.db.write() as session:
        session.add(Theme(slug="kwaliteitszorg", number=23, group="Kwaliteitszorg", label="Zorg"))
        session.add(Theme(slug="hr-beleid", number=28, group="HR", label="HR-beleid"))


Blocks = tuple[tuple[str, str | None, dict[str, Any]], ...]

BLOCKS: Blocks = (
    ("intro", None, {"text": "Een **twee-onder-een-kap**.\n\nOf één woning.", "sender": ""}),
    (
        "article",
        "school",
        {
            "title": "Wie doet wat?",
            "teaser": "Een woordenlijst.",
            "url": "https://example.org/woorden",
            "source": "OCW",
        },
    ),
    (
        "event",
        None,
        {
            "title": "Werkbezoek",
            "type": "Werkbezoek",
            "starts_at": "2027-05-11T11:30:00+00:00",
            "ends_at": "2027-05-11T14:00:00+00:00",
            "location": "Breda",
            "item_id": 1,
        },
    ),
    (
        "practice",
        "lerarenopleiding",
        {
            "title": "Samen kijken",
            "question": "Hoe leren zij?",
            "contact": "de opleider, opleider@example.org",
            "item_id": 2,
        },
    ),
    (
        "publication",
        None,
        {"title": "Factsheet", "url": "https://example.org/f.pdf", "format": "pdf"},
    ),
)
