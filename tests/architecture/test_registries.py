"""What is registered is whole: its files are there, and each registry knows the other's names."""

import pytest

import scheduler
from newsletter.approve.checks import CHECKS
from newsletter.compose.blocks import BLOCKS
from newsletter.compose.editions import EDITION_KINDS
from newsletter.compose.templates import TEMPLATES
from newsletter.pipeline import STAGES
from newsletter.send.notices import NOTICES
from newsletter.values import EditionKind
from web.routes import ROUTES


def test_each_kind_of_edition_is_registered_and_has_both_templates() -> None:
    folder = TEMPLATES / "editions"

    assert set(EDITION_KINDS) == set(EditionKind)
    assert {path.name for path in folder.iterdir()} == {
        f"{kind}.{form}" for kind in EDITION_KINDS for form in ("mjml", "txt")
    }


def test_each_block_has_its_part_of_the_web_edition() -> None:
    folder = TEMPLATES.parent / "web" / "public" / "blocks"

    # Of the fixed ones the page has the colofon; the rest it says in its own way.
    assert {path.stem for path in folder.iterdir()} == {*BLOCKS, "colofon"}


def test_each_notice_is_registered_and_has_its_templates() -> None:
    folder = TEMPLATES.parent / "notices"
    folders = {path.name for path in folder.iterdir() if path.is_dir()}

    assert folders == set(NOTICES)
    for notice in NOTICES:
        assert {path.name for path in (folder / notice).iterdir()} == {
            "subject.txt",
            "body.txt",
            "body.mjml",
        }


def test_each_job_runs_a_stage_and_each_stage_has_a_job() -> None:
    assert sorted(job.stage for job in scheduler.JOBS) == sorted(STAGES)


@pytest.mark.parametrize("name", CHECKS)
def test_each_check_stands_in_a_file_of_its_name(name: str) -> None:
    check = CHECKS[name]

    assert (check.__module__, check.__name__) == (
        f"newsletter.approve.checks.{name}",
        f"check_{name}",
    )


def test_no_two_routes_answer_the_same_request() -> None:
    answered = [(method, route.path) for route in ROUTES for method in route.methods]

    assert len(set(answered)) == len(answered)


def test_each_route_is_of_the_public_site_or_of_the_desk() -> None:
    handlers = {route.name: route.handler.__module__ for route in ROUTES}

    strange = [
        route.name
        for route in ROUTES
        if handlers[route.name].startswith("web.editor.") != route.path.startswith("/redactie")
    ]

    assert strange == []
