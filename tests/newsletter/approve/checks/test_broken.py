"""Editions that are broken on purpose, one thing in each: each gives its finding and no other.

A file in `tests/data/broken` holds what it should give, the edition, and, where the fault is not in
the edition, what is wrong with the mail or the facts. `clean.toml` is whole.
"""

import re
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from feeds.values import LinkOutcome, Sight
from newsletter.approve.checks import CHECKS, run_checks
from newsletter.compose.blocks import BLOCKS
from newsletter.compose.render import Renderer
from newsletter.cut import NO_SIDE, parse_cut
from newsletter.identity import Organisation
from newsletter.model import DomainLook
from newsletter.store.domains import records_of
from newsletter.values import (
    AtSource,
    BlockContent,
    Contrast,
    EditionContent,
    EditionKind,
    Facts,
    Finding,
    Head,
    House,
    Rendered,
)
from subscribers.values import Audience

SOUND = {
    "sender": "steunpunt.nl",
    "bounces": "steunpunt.nl",
    "spf": ["v=spf1 mx -all"],
    "included": {},
    "dmarc_at": "steunpunt.nl",
    "dmarc": ["v=DMARC1; p=quarantine"],
    "keys": ["default"],
    "has_other_keys": False,
}
BROKEN = Path(__file__).parents[3] / "data" / "broken"
FILES = sorted(BROKEN.glob("*.toml"))
HOUSE = House(base_url="https://nieuwsbrief.example.org")
RENDER = Renderer(organisation=Organisation(), base_url=HOUSE.base_url)
SIDES = (*Audience, NO_SIDE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_edition_gives_its_finding_and_no_other(path: Path) -> None:
    read = tomllib.loads(path.read_text())

    found = findings_of(read)

    wanted = read.get("expected")
    assert [
        {"rule": one.rule, "level": one.level, "where": one.where, "quote": one.quote}
        for one in found
    ] == ([wanted] if wanted else [])
    assert all(one.message and one.mend.endswith(".") for one in found if "://" not in one.mend)


def test_each_check_has_a_broken_edition_and_one_edition_is_clean() -> None:
    rules = [tomllib.loads(path.read_text()).get("expected", {}).get("rule") for path in FILES]

    assert set(CHECKS) <= {rule.partition(".")[0] for rule in rules if rule}
    assert rules.count(None) == 1


def findings_of(read: dict[str, Any]) -> tuple[Finding, ...]:
    facts = dict(read.get("facts", {}))
    cuts = [parse_cut(one) for one in facts.pop("audiences", SIDES)]
    content = edition_of(read)
    variants = {cut: spoilt(RENDER(content, cut), read.get("mail", {})) for cut in cuts}
    return run_checks(content, variants, facts_of(facts))


def edition_of(read: dict[str, Any]) -> EditionContent:
    heads = read["edition"].pop("heads", {})
    dated_on = read["edition"].pop("dated_on", date(2027, 4, 22))
    kind = EditionKind(read["edition"].pop("kind", "newsletter"))
    return EditionContent(
        id=14,
        kind=kind,
        number=14,
        title="Editie 14",
        dated_on=dated_on,
        blocks=tuple(block_of(number, one) for number, one in enumerate(read["blocks"], 1)),
        heads={Audience(side): Head(**head) for side, head in heads.items()},
        **read["edition"],
    )


def block_of(number: int, read: dict[str, Any]) -> BlockContent:
    fields = dict(read)
    kind, audience = fields.pop("kind"), fields.pop("audience", "overig")
    there, segment = fields.pop("at_source", None), fields.pop("segment", None)
    whole = {**BLOCKS[kind].blank, **fields}
    return BlockContent(
        id=number,
        kind=kind,
        audience=parse_cut(audience).audience,
        fields=whole,
        at_source=at_source_of(whole, there) if there else None,
        segment=segment,
    )


def at_source_of(fields: dict[str, Any], there: dict[str, Any]) -> AtSource:
    same = {"title": fields["title"], "location": fields.get("location", ""), "starts_at": None}
    usual = {"cancelled": False, "has_vanished": False, "status": "accepted", "before": {}}
    return AtSource(**{**same, **usual, **there})


def spoilt(rendered: Rendered, read: dict[str, Any]) -> Rendered:
    html, text = rendered.html, rendered.text
    for pattern, instead in read.get("replace", []):
        html = re.sub(pattern, instead, html)
    for pattern, instead in read.get("replace_text", []):
        text = re.sub(pattern, instead, text)
    return replace(rendered, html=html.ljust(read.get("pad_to", 0), "x"), text=text)


def sight_of(read: dict[str, Any]) -> Sight:
    return Sight(**{**read, "outcome": LinkOutcome(read["outcome"])})


def facts_of(read: dict[str, Any]) -> Facts:
    people = read.pop("people", None)
    counted = None if people is None else {parse_cut(key): n for key, n in people.items()}
    pairs = tuple(Contrast(*one) for one in read.pop("contrasts", []))
    now = read.pop("now", datetime(2027, 4, 22, 8, tzinfo=UTC))
    links, domain = read.pop("links", None), read.pop("domain", None)
    house = replace(HOUSE, contrasts=pairs, **read.pop("house", {}))
    return Facts(
        now=now,
        house=house,
        people=counted,
        links=None if links is None else {url: sight_of(one) for url, one in links.items()},
        domain=None if domain is None else records_of(DomainLook(records={**SOUND, **domain})),
        names=read.pop("names", {}),
        **{key: _plain(value) for key, value in read.items()},
    )


def _plain(value: Any) -> Any:  # Any: of TOML, to a field of the facts
    return tuple(value) if isinstance(value, list) else value
