"""The organisation as the desk chooses it: laid over the settings, followed by every process."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from feeds.pictures import erase_unused, keep_picture, read_image, read_shown_image
from feeds.values import Picture
from newsletter import organisation
from newsletter.accounts.people import add_user
from newsletter.errors import OrganisationChanged, SenderInUse
from newsletter.identity import Logo
from newsletter.model import Edition
from newsletter.organisation import NOTHING, Chosen, Sealed, chosen_only, with_chosen
from newsletter.send.notices import held_values
from newsletter.settings import Settings
from newsletter.values import EditionKind, EditionStatus, Role
from newsletter.wiring import Services, build_services, make_parts
from tests.fakes import FakeTransport

HELD = held_values(
    kind=EditionKind.NEWSLETTER,
    number=3,
    title="Editie 3",
    because=("De bijeenkomst is verzet.",),
    edition_url="https://nieuwsbrief.example.org/redactie/edities/3",
)
PICTURE = Picture(b"\x89PNG\r\n\x1a\n", "image/png", 200, 100, "a" * 64)


@pytest.fixture
def marit(services: Services) -> int:
    return add_user(
        services.db,
        email="marit@example.org",
        role=Role.ADMINISTRATOR,
        password=None,
        now=services.clock(),
    )


@pytest.fixture
def elsewhere(services: Services) -> Iterator[Services]:
    """Another process at the same database."""
    built = replace(build_services(services.settings), clock=services.clock)
    yield built
    built.db.close()


def choose(
    services: Services, by: int, /, *, version: int = 0, logo_digest: str = "", **values: Any
) -> list[Sealed]:
    chosen = Chosen(values, None, logo_digest, version)
    given = services.followed.given
    render = make_parts(with_chosen(given, chosen)).render
    return organisation.save(
        services.db, chosen, given=given, render=render, by=by, now=services.clock()
    )


def test_nothing_chosen_leaves_the_settings_as_they_are(services: Services) -> None:
    with services.db.read() as session:
        assert organisation.read_chosen(session) == NOTHING
    assert services.current() is services
    assert with_chosen(services.settings, NOTHING) == services.settings


def test_what_is_chosen_stands_over_the_settings_and_the_rest_stays(settings: Settings) -> None:
    given = replace(
        settings,
        organisation=replace(
            settings.organisation, rhythm="Elke maand", colours={"ink": "#111111"}
        ),
    )
    values = {"name": "Platform", "colours": {"school": "#224466"}, "weg": "een veld van vroeger"}

    now = with_chosen(given, Chosen(values, Logo("/beeld/a.png", 2, 1), "a", 3)).organisation

    assert (now.name, now.rhythm) == ("Platform", "Elke maand")
    assert now.colours == {"ink": "#111111", "school": "#224466"}
    assert now.logo == Logo("/beeld/a.png", 2, 1)


def test_a_sender_of_the_environment_is_fixed(settings: Settings) -> None:
    chosen = Chosen({"sender": "Ander <ander@example.org>"}, None, "", 1)

    assert with_chosen(settings, chosen).sender == "Ander <ander@example.org>"
    fixed = replace(settings, sender_is_fixed=True)
    assert with_chosen(fixed, chosen).sender == settings.sender
    assert chosen_only(fixed, {"sender": "Ander <ander@example.org>"}) == {}


def test_only_what_differs_from_the_settings_is_kept(settings: Settings) -> None:
    same = settings.organisation
    values = {
        "name": same.name,
        "name_lines": same.name_lines,
        "rhythm": "",
        "sender": settings.sender,
        "colours": {"school": "#224466"},
    }

    assert chosen_only(settings, values) == {"rhythm": "", "colours": {"school": "#224466"}}


def test_another_process_sees_a_change_without_a_restart(
    services: Services, elsewhere: Services, marit: int
) -> None:
    before = elsewhere.current()

    choose(services, marit, name="Platform Samen Opleiden", call_title_school="Schrijf ons")
    now = elsewhere.current()

    assert before is elsewhere
    assert now.settings.organisation.name == "Platform Samen Opleiden"
    assert now.render_notice("held", HELD).text.endswith(
        f"Platform Samen Opleiden, {now.settings.organisation.postal_address}\n"
    )
    assert elsewhere.remembered().render is now.render
    assert elsewhere.current().render is now.render


def test_services_with_other_parts_keep_them(services: Services, marit: int) -> None:
    choose(services, marit, name="Platform")

    transport = FakeTransport()
    other = replace(services, open_transport=lambda: transport)

    assert other.current().open_transport() is transport
    assert other.current().settings.organisation.name == "Platform"


def test_of_two_people_who_save_at_once_the_second_is_told(services: Services, marit: int) -> None:
    choose(services, marit, name="Eerst")

    with pytest.raises(OrganisationChanged):
        choose(services, marit, name="Daarna")

    assert services.current().settings.organisation.name == "Eerst"
    choose(services, marit, name="Daarna", version=1)
    assert services.current().settings.organisation.name == "Daarna"


def test_a_logo_is_shown_and_kept_for_ever(services: Services, marit: int) -> None:
    with services.db.write() as session:
        keep_picture(session, PICTURE, now=services.clock())
        keep_picture(session, replace(PICTURE, digest="b" * 64), now=services.clock())

    choose(services, marit, logo_digest=PICTURE.digest)
    logo = services.current().settings.organisation.logo
    choose(services, marit, version=1)
    with services.db.write() as session:
        erased = erase_unused(session, before=services.clock())

    assert logo == Logo(f"/beeld/{PICTURE.digest}.png", 200, 100)
    assert logo.mail_width == 80
    assert services.current().settings.organisation.logo is None
    assert erased == 1
    with services.db.read() as session:
        assert read_shown_image(session, PICTURE.digest) is not None
        assert read_image(session, "b" * 64) is None


@pytest.mark.parametrize(
    ("width", "height", "wide"), [(40, 40, 40), (1000, 100, 160), (1, 2400, 1)]
)
def test_a_logo_stands_40_high_in_a_mail_unless_it_is_very_wide(
    width: int, height: int, wide: int
) -> None:
    assert Logo("/beeld/a.png", width, height).mail_width == wide


def test_nobody_becomes_another_sender_while_an_edition_is_on_its_way(
    services: Services, marit: int
) -> None:
    with services.db.write() as session:
        session.add(
            Edition(
                kind="newsletter",
                title="Editie 1",
                dated_on=services.clock().date(),
                status=EditionStatus.SENDING,
                status_since=services.clock(),
                created_at=services.clock(),
            )
        )

    with pytest.raises(SenderInUse):
        choose(services, marit, sender="Ander <ander@example.org>")
    choose(services, marit, rhythm="Elke week")

    assert services.current().settings.sender == services.settings.sender
    assert services.current().settings.organisation.rhythm == "Elke week"
