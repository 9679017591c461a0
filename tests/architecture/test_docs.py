"""What the documentation promises to list, it lists."""

import re
from dataclasses import fields
from pathlib import Path

import scheduler
from newsletter.identity import Organisation
from newsletter.settings import Settings

ROOT = Path(__file__).parents[2]


def test_each_setting_stands_in_the_settings_page() -> None:
    page = (ROOT / "docs/settings.md").read_text(encoding="utf-8")

    found_out = {"organisation", "sender_is_fixed"}
    names = [one.name for one in fields(Settings) if one.name not in found_out]
    missing = [one for one in names if f"`NEWSLETTER_{_variable(one)}`" not in page]
    missing += [one.name for one in fields(Organisation) if f"`{one.name}`" not in page]

    assert missing == []


def test_each_job_stands_in_the_operating_page() -> None:
    page = (ROOT / "docs/operating.md").read_text(encoding="utf-8")

    missing = [
        job.stage for job in scheduler.JOBS if f"| {job.stage} | {job.sentence} |" not in page
    ]

    assert missing == []


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def test_each_decision_has_a_number_of_its_own() -> None:
    pages = sorted((ROOT / "docs/decisions").glob("*.md"))

    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        assert page.read_text(encoding="utf-8").startswith(f"# {int(page.name[:4])}. "), page.name


def test_the_lock_files_hold_hashes_and_no_address() -> None:
    for path in (ROOT / "locks").glob("*.txt"):
        text = path.read_text(encoding="ascii")
        pinned = re.findall(r"^\S+==", text, re.M)
        assert pinned
        assert len(re.findall(r"^\S+==.*\\\n\s+--hash=sha256:", text, re.M)) == len(pinned)
        assert "://" not in text


def _variable(name: str) -> str:
    otherwise = {"smtp": "SMTP_URL", "transport": "TRANSPORT_URL", "dkim": "DKIM_SELECTOR"}
    return otherwise.get(name, name.upper())
