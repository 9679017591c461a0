"""S53: what we build on is pinned by hash, known by licence, and runs nothing when installed."""

import re
import tomllib
from importlib.metadata import distribution, distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = tuple(sorted((ROOT / "locks").glob("*.txt")))
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^\s;]+)", re.M)
BSD = (
    "Redistribution and use in source and binary forms, with or without modification, are permitted"
)
FREE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|Mozilla|MPL|LGPL|Lesser General|Unlicense"
    r"|Public Domain|Zope|HPND|0BSD|CC0",
    re.I,
)


def entries(lock: Path) -> list[str]:
    """Return the requirements of a lock file, each with what stands below it."""
    text = re.sub(r"^\s+#.*\n?", "", lock.read_text("utf-8"), flags=re.M)
    return [one for one in re.split(r"\n(?=\S)", text) if one.strip() and one[0] not in "#-"]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_library_is_pinned_by_version_and_hash(lock: Path) -> None:
    found = entries(lock)

    assert len(found) > 20
    assert [one for one in found if not PINNED.match(one)] == []
    assert [one for one in found if not re.search(r"--hash=sha256:[0-9a-f]{64}", one)] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_registry(lock: Path) -> None:
    assert not re.search(
        r"https?://|--(extra-)?index-url|--find-links|@ (git|file)", lock.read_text()
    )


def test_what_we_name_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {re.split(r"[^\w.-]", one)[0].replace(".", "-") for one in project["dependencies"]}
    pinned = set(PINNED.findall((ROOT / "locks" / "runtime.txt").read_text("utf-8")))

    assert named - {name for name, _ in pinned} == set()


def test_every_library_may_be_used() -> None:
    """By pip's own metadata: name, version and licence of each are the bill of materials."""
    runtime = (ROOT / "locks" / "runtime.txt").read_text("utf-8")
    here = {one.metadata["Name"].lower().replace("_", "-") for one in distributions()}
    bill = {
        f"{name} {version}": _licence(name)
        for name, version in PINNED.findall(runtime)
        if name in here  # some are for other systems
    }

    assert len(bill) > 20
    assert {name: one for name, one in bill.items() if not FREE.search(one)} == {}


def _licence(name: str) -> str:
    told = distribution(name).metadata
    fields = ("License-Expression", "License", "Classifier")
    said = [one for field in fields for one in told.get_all(field) or []]
    named = " ".join(one for one in said if "::" not in one or one.startswith("License"))
    return named or _licence_text(name)


def _licence_text(name: str) -> str:
    """Return what the licence itself is, for a library whose metadata does not name it."""
    files = distribution(name).files or []
    texts = [one.read_text() for one in files if one.name in {"COPYING", "LICENSE"}]
    is_bsd = BSD in " ".join(" ".join(texts).split())
    return "BSD" if is_bsd else ""
