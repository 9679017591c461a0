"""S46: what stands behind a question mark, or in a selection, is a value and never a statement."""

import re
import sys
import time
from itertools import cycle, islice
from pathlib import Path

import pytest

from newsletter.cli.app import main
from newsletter.cli.session import state
from newsletter.values import Role
from subscribers import segments, store
from subscribers.errors import SubscriberError
from tests.security.statements import STATEMENTS
from tests.security.world import World
from web.route import Route
from web.routes import ROUTES

WEB = Path(__file__).parents[2] / "web"
READS = (
    r'(?:query|fields)\.get\(\s*"(\w+)"',
    r'"(\w+)" in call\.query',
    r'query_params\.getlist\("(\w+)"',
    r'form\.(?:line|text|date|number|audience|picked|moment|time)\(\s*"(\w+)"',
    r'_(?:line|number|day|text|one_of)\(\s*"(\w+)"',
)
IMPORTED = re.compile(r"^from (web(?:\.\w+)+) import", re.M)
DESK = [one for one in ROUTES if "GET" in one.methods and one.path.startswith("/redactie")]
LONGEST_S = 5.0


def source_of(module: str) -> str:
    path = sys.modules[module].__file__
    return Path(path).read_text("utf-8") if path else ""


def parameters(route: Route) -> list[str]:
    """Return the names that the code behind a route reads from an address, and some more."""
    own = source_of(route.handler.__module__)
    if "query" not in own:
        return []
    texts = [own, *(source_of(one) for one in IMPORTED.findall(own))]
    return sorted({name for text in texts for reads in READS for name in re.findall(reads, text)})


READING = {route.name: names for route in DESK if (names := parameters(route))}


def share(route: Route) -> tuple[str, ...]:
    """Return the statements for a route: those that read alike, being of a module, share them."""
    alike = [one.name for one in DESK if one.handler.__module__ == route.handler.__module__]
    return STATEMENTS[alike.index(route.name) :: len(alike)] if route.name in READING else ()


def test_every_parameter_is_tried() -> None:
    """A name that some code reads from an address belongs to a route here."""
    code = "\n".join(path.read_text("utf-8") for path in (WEB / "editor").glob("*.py"))
    read = set(re.findall(r'(?:call\.)?query\.get\(\s*"(\w+)"', code))

    assert len(STATEMENTS) >= 100
    assert len(set(STATEMENTS)) == len(STATEMENTS)
    assert {"q", "kant", "stand", "bladzijde", "voor", "thema", "bron", "maand"} <= read
    behind_forms_only = {"waar", "from"}  # in addresses that a form is sent to
    assert read - {name for names in READING.values() for name in names} == behind_forms_only


@pytest.mark.sweep
def test_a_statement_in_an_address_of_the_desk_is_a_word(world: World) -> None:
    world.enter(Role.ADMINISTRATOR)
    before, slow, wrong, others = world.prints(), [], [], cycle(STATEMENTS)
    for route in DESK:
        names, path = READING.get(route.name, []), world.address(route)
        together = [dict.fromkeys(names, one) for one in share(route)]
        alone = [{name: one} for name in names for one in islice(others, 1)]
        for query in (*together, *alone):
            begun = time.monotonic()
            answer = world.app.get(path, params=query)
            if time.monotonic() - begun > LONGEST_S:
                slow.append((route.name, query))
            if answer.status_code >= 500:
                wrong.append((route.name, query, answer.status_code))

    assert wrong == []
    assert slow == []
    assert world.prints() == before


@pytest.mark.sweep
@pytest.mark.parametrize("field", ["audience", "region", "role", "organisation", "theme"])
def test_a_statement_in_a_selection_is_a_value_or_is_refused(world: World, field: str) -> None:
    db, now, kept = world.services.db, world.services.clock(), 0
    before, counts = world.prints(), []
    shapes = ("{field} = {one}", '{field} = "{one}"', "{one}")
    for one in STATEMENTS:
        for shape in shapes:
            expression = shape.format(field=field, one=one)
            try:
                conditions = segments.parse_expression(expression)
                segments.save_segment(db, "proef", conditions=conditions, name=one, now=now)
            except (SubscriberError, ValueError):
                continue
            kept += 1
            with db.read() as session:
                counts.append(store.count_segment(session, "proef"))

    after = world.prints()
    assert {name for name in before if before[name] != after[name]} <= {"segment", "log_entry"}
    assert set(counts) <= {0}
    assert kept > 0 or field in {"audience", "theme"}


@pytest.mark.sweep
@pytest.mark.parametrize("one", STATEMENTS[::12])
def test_a_statement_on_the_command_line_is_a_value_or_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], one: str
) -> None:
    monkeypatch.setenv("NEWSLETTER_DATA_DIR", str(world.services.settings.data_dir))
    monkeypatch.delenv("NEWSLETTER_DATABASE_URL", raising=False)
    monkeypatch.setattr(state, "debug", False)
    before = world.prints()
    for command in (
        ["segment", "save", one, "--where", "region = Oost"],
        ["segment", "save", "proef", "--where", f"region = Oost {one}"],
        ["segment", "count", one],
        ["log", "--words", one, "--from", one],
        ["log", "--words", one],
        ["log", "--by", one],
        ["item", "list", "--from", one],
        ["edition", "show", one],
        ["subscriber", "show", one],
    ):
        monkeypatch.setattr("sys.argv", ["newsletter", *(w.replace("\x00", "") for w in command)])
        with pytest.raises(SystemExit) as end:
            main()
        assert end.value.code in {0, 1, 2}, command
        assert "unexpected" not in capsys.readouterr().err, command

    after = world.prints()
    assert {name for name in before if before[name] != after[name]} <= {"segment", "log_entry"}
