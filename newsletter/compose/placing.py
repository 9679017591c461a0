"""From chosen items to the blocks of a draft: which comes first, and who gets it. No queries."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from feeds.model import Item
from feeds.values import ItemKind
from newsletter.compose.blocks import BLOCKS
from newsletter.compose.blocks.event import event_fields
from newsletter.compose.choose import Choice, audience_of
from newsletter.compose.escape import clean
from newsletter.model import Block
from newsletter.outdated import AGENDA_SAYS
from subscribers.values import Audience

WHEN: Final = ("starts_at", "ends_at", "all_day", "register_by")
TOLD: Final = ("title", "location")


def blocks_for(choice: Choice, items: Mapping[int, Item]) -> list[Block]:
    """Return the blocks in reading order; the lead first."""

    def of(kind: str, ids: Sequence[int]) -> list[Block]:
        return [block_for(items[one], kind, audience=audience_of(items[one])) for one in ids]

    news = _news([items[one] for one in choice.news])
    practice = [choice.practice] if choice.practice is not None else []
    blocks = [
        *news,
        *of("event", choice.events),
        *of("practice", practice),
        *of("publication", choice.publications),
    ]
    return sorted(blocks, key=lambda block: not block.fields.get("lead"))


def kind_for(item: Item) -> str:
    """Return the first kind of block that is made from this kind of item."""
    return next(name for name, kind in BLOCKS.items() if item.kind in kind.item_kinds)


def block_for(item: Item, kind: str, *, audience: Audience | None) -> Block:
    """Return a block of this kind, filled from the item (its source loaded)."""
    make = BLOCKS[kind].from_item
    fields = cleaned(make(item)) if make else {}
    return Block(kind=kind, audience=audience, item_id=item.id, fields=fields)


def as_told_now(fields: Mapping[str, Any], item: Item) -> dict[str, Any]:
    """Return the fields of a block about an event with when and where it is today.

    A title or place that an editor wrote stays; one that the source wrote follows the source.
    """
    told = cleaned(event_fields(item))
    followed = [name for name in TOLD if fields.get(name) == item.before.get(name, told[name])]
    kept = {name: value for name, value in fields.items() if name != AGENDA_SAYS}
    return {**kept, **{name: told[name] for name in (*WHEN, *followed)}}


def cleaned(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields whose texts hold nothing that a database or a mail trips over."""
    return {
        name: clean(value) if isinstance(value, str) else value for name, value in fields.items()
    }


def _news(items: Sequence[Item]) -> list[Block]:
    """Return the blocks of news and reports; of those for everybody one opens, a report first."""
    for_all = [item for item in items if audience_of(item) is None]
    reports = [item for item in for_all if item.kind == ItemKind.REPORT]
    lead = next(iter(reports or for_all), None)
    return [_lead(item) if item is lead else _of_its_kind(item) for item in items]


def _lead(item: Item) -> Block:
    block = block_for(item, "article", audience=audience_of(item))
    block.fields = {**block.fields, "lead": True}
    return block


def _of_its_kind(item: Item) -> Block:
    return block_for(item, kind_for(item), audience=audience_of(item))
