"""What the demo's editor does to a fresh draft: pictures, with what is on them, and a poll."""

from collections.abc import Mapping

from newsletter.compose import draft
from newsletter.compose.marks import block_mark
from newsletter.demo.material import read_dressing
from newsletter.model import Block, Edition
from newsletter.poll import KIND
from newsletter.store.editions import get_edition
from newsletter.values import EditionStatus
from newsletter.wiring import Services


def dress(services: Services, edition_id: int, *, by: int) -> None:
    """Give a draft that nobody touched yet its pictures and its poll; another stays as it is."""
    edition = _read(services, edition_id)
    if edition.state is not EditionStatus.DRAFT or edition.version != 1:
        return
    dressing = read_dressing()
    for block in edition.blocks:
        _rewrite(services, edition_id, block, dressing.pictures.get(_place(block), {}), by=by)
    version = _read(services, edition_id).version
    poll_id = draft.add_block(
        services.db, edition_id, version=version, kind=KIND, now=services.clock(), by=by
    )
    poll = next(one for one in _read(services, edition_id).blocks if one.id == poll_id)
    _rewrite(services, edition_id, poll, dressing.poll, by=by)


def _read(services: Services, edition_id: int) -> Edition:
    with services.db.read() as session:
        return get_edition(session, edition_id, with_blocks=True)


def _rewrite(
    services: Services, edition_id: int, block: Block, fields: Mapping[str, str], *, by: int
) -> None:
    if fields:
        draft.rewrite_block(
            services.db,
            edition_id,
            block.id,
            seen=block_mark(block),
            fields=fields,
            now=services.clock(),
            by=by,
        )


def _place(block: Block) -> str:
    """Return the last part of the address of a block's item, by which the demo knows it."""
    return str(block.fields.get("url") or "").rstrip("/").rpartition("/")[2]
