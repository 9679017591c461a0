"""What the checks noticed, as the desk shows it: the place in words, and the way there."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from newsletter.approve.checks.dates import DATED_ON, MISDATED
from newsletter.approve.waive import Waived, finding_mark
from newsletter.compose.blocks import BLOCKS
from newsletter.compose.blocks.kind import link
from newsletter.dutch import audience_word
from newsletter.model import Block
from newsletter.values import Finding, Level
from subscribers.values import Audience
from web.editor.words import first_words

AT_ONCE: Final[Mapping[str, str]] = {
    "links.moved": "Neem het nieuwe adres over",
    "links.tracking": "Haal volgcodes weg",
    MISDATED: "Zet de datum goed",
}
OF_OCCASION: Final = frozenset({"starts_at", "ends_at", "register_by", "programme"})
SENDER: Final = "settings sender"
HEAD: Final[Mapping[str, str]] = {
    "subject": "Onderwerp",
    "preheader": "Voorproefje",
    DATED_ON: "Datum op de editie",
    "not_after": "Niet meer versturen na",
    **{
        f"{name} {side}": f"{word} voor {audience_word(side)}"
        for side in Audience
        for name, word in (("subject", "Onderwerp"), ("preheader", "Voorproefje"))
    },
}


@dataclass(frozen=True, slots=True)
class Noted:
    """A finding at the desk. place: "" for the whole edition; address: "" when nothing opens."""

    finding: Finding
    place: str
    address: str

    @property
    def mark(self) -> str:
        """What a form about it carries."""
        return finding_mark(self.finding)

    @property
    def mends(self) -> str:
        """What the button that mends it posts to, below the findings; "" without one."""
        if self.finding.rule == MISDATED:
            return "datum"
        return "adres" if self.finding.instead else ""

    @property
    def at_once(self) -> str:
        """The words of the button that mends it, for a finding that can be mended so."""
        return AT_ONCE.get(self.finding.rule, "Neem dit adres over")


@dataclass(frozen=True, slots=True)
class LetPass:
    """A warning that somebody let pass. who: "" when the account is gone."""

    noted: Noted
    because: str
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class Ways:
    """How to get to what a finding is about.

    to_block: the address of the page with that block open.
    to_head:  the address of the page with its head.
    may_edit: whether there are fields to jump to.
    to_occasion: the address of the page about the event of that block, when there is one.
    to_sender: the address of where the sender is chosen; "" for who may not choose it.
    """

    to_block: Callable[[int], str]
    to_head: str
    may_edit: bool
    to_sender: str = ""
    to_occasion: Callable[[int], str] | None = None


def noted_by_level(
    findings: Iterable[Finding], blocks: Sequence[Block], ways: Ways
) -> dict[str, list[Noted]]:
    """Return the findings with their places, by level; every level is there."""
    by_level: dict[str, list[Noted]] = {level.value: [] for level in Level}
    for finding in findings:
        by_level[finding.level].append(_noted(finding, blocks, ways))
    return by_level


def let_pass(
    waived: Iterable[Waived], blocks: Sequence[Block], ways: Ways, names: Mapping[int, str]
) -> list[LetPass]:
    """Return the warnings that were let pass, with who did."""
    return [
        LetPass(
            _noted(one.finding, blocks, ways), one.because, one.at, names.get(one.by_id or 0, "")
        )
        for one in waived
    ]


def _noted(finding: Finding, blocks: Sequence[Block], ways: Ways) -> Noted:
    if finding.where in HEAD:
        address = f"{ways.to_head}#{finding.where.replace(' ', '-')}" if ways.may_edit else ""
        return Noted(finding, HEAD[finding.where], address)
    if finding.where == SENDER:
        return Noted(finding, "Afzender", ways.to_sender)
    block, field = _block_of(finding, blocks)
    if block is None:
        return Noted(finding, "", "")
    place = f"{BLOCKS[block.kind].label}{_named(block)}"
    if block.kind == "congress" and field in OF_OCCASION and ways.may_edit and ways.to_occasion:
        return Noted(finding, place, f"{ways.to_occasion(block.id)}#{field}")
    return Noted(finding, place, f"{ways.to_block(block.id)}#{_anchor(block, field, ways)}")


def _block_of(finding: Finding, blocks: Sequence[Block]) -> tuple[Block | None, str]:
    """Return the block and the field that a finding is about; a link's is the one that holds it."""
    for block in blocks:
        if finding.where == f"block {block.id}":
            return block, finding.field
    url = finding.where
    held = [(one, name, text) for one in blocks for name, text in _texts(one.fields)]
    # A field that is nothing but that address; the mail may write it otherwise than it was typed.
    exact = [
        (one, _field_beside(name, finding))
        for one, name, text in held
        if url in {text, link({"url": text}, "url")}
    ]
    within = [(one, name) for one, name, text in held if url in text]
    return next(iter([*exact, *within] if url else []), (None, ""))


def _field_beside(name: str, finding: Finding) -> str:
    """Return the field to go to: that of the link's words, when it is they that are wrong."""
    return finding.field or name if name == "url" else name


def _texts(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the texts of a block by field; a programme is a list of rows with texts."""
    for name, value in fields.items():
        for row in value if isinstance(value, list) else [value]:
            parts = row.values() if isinstance(row, Mapping) else [row]
            yield from ((name, part) for part in parts if isinstance(part, str))


def _named(block: Block) -> str:
    fields = (str(block.fields.get(one.name) or "") for one in BLOCKS[block.kind].editable)
    words = first_words(list(fields))
    return f" “{words}”" if words else ""


def _anchor(block: Block, field: str, ways: Ways) -> str:
    can_edit = any(one.name == field for one in BLOCKS[block.kind].editable)
    return f"blok-{field}" if can_edit and ways.may_edit else "bewerk"
