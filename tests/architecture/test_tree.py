"""The tree is as it says: each module in its layer, each library in its home, nothing too long."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("feeds", "newsletter", "subscribers", "storage", "web")
LONGEST = 400  # lines of a module

HOMES = {
    "PIL": {"feeds/images.py"},
    "aiosmtpd": {"newsletter/demo"},
    "alembic": {"storage"},
    "apscheduler": {"scheduler.py"},
    "argon2": {"newsletter/passwords.py"},
    "authlib": {"newsletter/openid.py"},
    "backports": {"feeds/unpack.py"},
    "brotli": {"feeds/unpack.py"},
    "cryptography": {
        "newsletter/accounts/sealed.py",
        "newsletter/dkim_keys.py",
        "newsletter/learn/sns.py",
        "newsletter/send/mail/signing.py",
        "subscribers/links.py",
    },
    "dkim": {"newsletter/send/mail/signing.py"},
    "feedparser": {"feeds/sources/xmlfeed.py"},
    "flufl": {"newsletter/learn/naming.py"},
    "h11": {"feeds/http1.py", "web/impatient.py"},
    "httpcore": {"feeds/connect.py", "feeds/fetch.py", "feeds/http1.py"},
    "httpx": {"feeds/fetch.py", "newsletter/openid.py", "newsletter/send/transports/web.py"},
    "icalendar": {"feeds/sources", "web/public/calendar.py"},
    "imapclient": {"newsletter/learn/imap.py"},
    "joserfc": {"newsletter/openid.py"},
    "mjml": {"newsletter/compose"},
    "nh3": {"feeds/clean.py"},
    "recurring_ical_events": {"feeds/sources/budget.py", "feeds/sources/occurrences.py"},
    "pyotp": {"newsletter/accounts/second_step.py"},
    "rich": {"newsletter/cli", "newsletter/demo"},
    "segno": {"web/editor/qr.py"},
    "typer": {"newsletter/cli"},
}
"""Where a library may be imported; the import linter knows no subpackages of what is not ours."""

IMPORT = re.compile(r"^\s*(?:import|from) (\w+)", re.M)


def modules() -> list[Path]:
    found = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    return [*found, ROOT / "scheduler.py"]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imported(path: Path) -> frozenset[str]:
    """Return the first part of each name that a module imports, wherever in it."""
    return frozenset(IMPORT.findall(path.read_text(encoding="utf-8")))


def is_at_home(name: str, homes: set[str]) -> bool:
    return any(name == home or name.startswith(f"{home}/") for home in homes)


@pytest.mark.parametrize("library", HOMES)
def test_a_library_is_imported_in_its_home_and_nowhere_else(library: str) -> None:
    users = {
        name_of(path)
        for path in modules()
        if library in imported(path) and "migrations" not in path.parts
    }

    assert users, "nobody imports it: take it out of pyproject.toml, or out of this table"
    assert {name for name in users if not is_at_home(name, HOMES[library])} == set()


def test_each_module_of_the_newsletter_has_a_layer() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = {name.strip(" ()") for layer in layers for name in layer.replace(":", "|").split("|")}

    here = {
        f"newsletter.{path.stem}"
        for path in (ROOT / "newsletter").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").exists()
    }

    assert here - placed == set()


def test_no_module_is_too_long() -> None:
    long = {
        name_of(path): lines
        for path in modules()
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
        and "versions" not in path.parts  # generated statements
    }

    assert long == {}


def test_each_module_begins_with_a_docstring() -> None:
    silent = [
        name_of(path) for path in modules() if not (ast.get_docstring(parsed(path)) or "").strip()
    ]

    assert silent == []


def test_an_init_holds_a_docstring_or_a_registry() -> None:
    allowed = (ast.Import, ast.ImportFrom, ast.AnnAssign, ast.Assign, ast.ClassDef, ast.FunctionDef)
    registries = {
        "feeds/sources",
        "newsletter/approve/checks",
        "newsletter/compose/blocks",
        "newsletter/send/notices",
        "newsletter/send/transports",
    }
    for path in modules():
        if path.name != "__init__.py":
            continue
        body = parsed(path).body[1:]
        if name_of(path.parent) in registries:
            assert all(isinstance(node, allowed) for node in body), name_of(path)
        else:
            assert body == [], name_of(path)


def test_each_web_template_is_used() -> None:
    web = ROOT / "templates" / "web"
    files = [*(ROOT / "web").rglob("*.py"), *web.rglob("*.html")]
    text = "".join(path.read_text(encoding="utf-8") for path in files)

    named = set(re.findall(r"[\"/](\w+\.html)\"", text))

    pages = {path.name for path in web.rglob("*.html") if path.parent.name != "blocks"}
    assert pages - named == set()
