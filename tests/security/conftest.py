"""The world that is attacked: made once for all tests, copied for each."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from newsletter.values import Role
from tests.security.world import World, make_template, opened

Template = tuple[Path, Mapping[str, str]]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    folder = tmp_path_factory.mktemp("world")
    return folder, make_template(folder)


@pytest.fixture
def world(template: Template, tmp_path: Path) -> Iterator[World]:
    folder, names = template
    with opened(folder, names, tmp_path / "data") as world:
        yield world


@pytest.fixture(scope="module")
def standing(template: Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for the tests of a module that change nothing in it."""
    folder, names = template
    with opened(folder, names, tmp_path_factory.mktemp("standing")) as world:
        yield world


@pytest.fixture(scope="session")
def pages(template: Template, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """The address and the HTML of every page, as an administrator sees it."""
    folder, names = template
    with opened(folder, names, tmp_path_factory.mktemp("pages")) as world:
        world.enter(Role.ADMINISTRATOR)
        return list(world.pages())
