"""Every kind of block with its sample: its MJML and its text are as their snapshots."""

from pathlib import Path

import pytest

from newsletter.compose.blocks import BLOCKS, KINDS
from newsletter.compose.escape import ascii_only
from newsletter.compose.gallery import sample_block, show_sample
from newsletter.compose.render import Renderer
from newsletter.cut import Cut
from newsletter.identity import Organisation
from tests.newsletter.compose import samples
from tests.newsletter.compose.samples import BASE

SNAPSHOTS = Path(__file__).parent.parent.parent / "data" / "snapshots" / "blocks"
RENDER = Renderer(organisation=Organisation(), base_url=BASE)


@pytest.mark.parametrize("name", KINDS)
def test_block_is_as_its_snapshots(name: str) -> None:
    shown = show_sample(RENDER, KINDS[name])

    assert shown.mjml == (SNAPSHOTS / f"{name}.mjml").read_text(encoding="utf-8")
    assert shown.text == (SNAPSHOTS / f"{name}.txt").read_text(encoding="utf-8")


def test_every_snapshot_belongs_to_a_kind() -> None:
    kept = {path.name for path in SNAPSHOTS.iterdir()}

    assert kept == {f"{name}.{ending}" for name in KINDS for ending in ("mjml", "txt")}


@pytest.mark.parametrize("name", BLOCKS)
def test_sample_by_itself_looks_as_in_an_edition(name: str) -> None:
    edition = samples.newsletter(blocks=(sample_block(BLOCKS[name]),))
    whole = RENDER(edition, Cut(None))

    alone = show_sample(RENDER, BLOCKS[name])

    assert whole.problems == ()
    poll = f"{BASE}/peiling/voorbeeld"
    assert ascii_only(alone.mjml) in whole.slots().sub(poll, RENDER.mjml(edition, Cut(None)))
    assert _words(alone.text) in _words(whole.slots().sub(poll, whole.text))
    assert f"<title>{BLOCKS[name].label}</title>" in alone.html


@pytest.mark.parametrize("name", KINDS)
def test_lines_of_a_sample_fit(name: str) -> None:
    text = show_sample(RENDER, KINDS[name]).text

    whole_address = ("http", "  http")
    long = [line for line in text.splitlines() if len(line) > 72]
    assert [line for line in long if not line.startswith(whole_address)] == []


def _words(text: str) -> str:
    return " ".join(text.split())
