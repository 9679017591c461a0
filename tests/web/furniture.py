"""A desk as it looks after a while: two people, forty readers, five sources, and what came in."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import update

from feeds.model import Item
from feeds.themes import add_default_themes
from feeds.values import ItemKind
from newsletter.settings import read_settings
from newsletter.values import Role
from newsletter.wiring import Services, build_services
from subscribers.segments import add_default_segments
from subscribers.values import Audience, SubscriberStatus
from tests.fakes import FakeClock
from tests.web.desk import PASSWORD, make_item, make_source, make_subscriber, make_user


def prepared(start: Path, folder: Path, *steps: Callable[[Services], object]) -> Path:
    """Return a copy of a database, in that folder, in which these did their work."""
    path = folder / start.name
    shutil.copy(start, path)
    services = replace(
        build_services(read_settings({"NEWSLETTER_DATA_DIR": str(folder)})), clock=FakeClock()
    )
    for step in steps:
        step(services)
    with services.db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    services.db.close()
    return path


def furnish(services: Services) -> None:
    """Two people, forty readers, and what came in from four sources."""
    make_user(services, Role.EDITOR, "Anna", password=PASSWORD)
    make_user(services, Role.APPROVER, "Bas", password=PASSWORD)
    add_default_segments(services.db)
    add_default_themes(services.db)
    for name in ("Ministerie van OCW", "VO-raad", "NRO"):
        make_source(services, name)
    make_source(services, "VELON", last_error="SourceTooSlow")
    make_source(services, "Lectoraat samen opleiden", last_error="SourceGone")
    for number in range(26):
        make_subscriber(services, f"school{number}@example.org", Audience.SCHOOL)
    for number in range(12):
        make_subscriber(services, f"opl{number}@example.org", Audience.TEACHER_EDUCATION)
    for number in range(2):
        make_subscriber(services, f"overig{number}@example.org", None)
    make_subscriber(
        services, "weg@example.org", Audience.SCHOOL, status=SubscriberStatus.UNSUBSCRIBED
    )
    make_subscriber(
        services, "stuk@example.org", Audience.SCHOOL, status=SubscriberStatus.SUPPRESSED
    )
    _gathered(services)


def _gathered(services: Services) -> None:
    news = (
        ("Aanbevelingen over samen opleiden naar het bestuur van de VO-raad", ()),
        ("Wie doet wat? Een woordenlijst voor rollen in de opleidingsschool", ("school",)),
        ("Samen voorbereiden op de beoordeling door de NVAO", ("lerarenopleiding",)),
        ("Leesgroep zoekt mensen: competentieprofiel van de werkplekbegeleider", ()),
        ("Planning bekostiging opleidingsscholen voor het nieuwe schooljaar", ("school",)),
        ("Regionale uitwisseling rond de beoordeling door de NVAO", ()),
        ("Subsidie voor samen onderzoek: tot 1 juli aanvragen", ()),
    )
    for title, audiences in news:
        make_item(services, title, audiences=audiences)
    events = (
        ("Congres Steunpunt Opleidingsscholen", 9, ()),
        ("Regiobijeenkomst: nieuwe scholen laten instappen", 16, ("school",)),
        ("Intervisie voor instituutsopleiders", 23, ("lerarenopleiding",)),
        ("Masterclass kwaliteitszorg", 30, ()),
        ("Studiemiddag begeleidingsmodellen", 70, ()),
    )
    for title, days, audiences in events:
        starts_at = services.clock() + timedelta(days=days)
        make_item(services, title, kind=ItemKind.EVENT, starts_at=starts_at, audiences=audiences)
    practice = make_item(services, "De beginner leert de begeleider iets", kind=ItemKind.PRACTICE)
    details = {
        "question": "Hoe leren ervaren docenten ook van studenten?",
        "approach": "Elke zes weken kijken student en begeleider bij elkaar in de les.",
        "result": "Na een jaar wilden 14 van de 19 begeleiders ermee doorgaan.",
        "contact": "De schoolopleider van Opleidingsschool De Tussendeur",
    }
    with services.db.write() as session:
        session.execute(
            update(Item)
            .where(Item.id == practice)
            .values(details=details, themes=["begeleidingsmodellen"])
        )
        session.execute(update(Item).where(Item.kind == ItemKind.NEWS).values(source_id=1))
