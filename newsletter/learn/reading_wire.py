"""A `BounceReport` as JSON, between us and the child that reads strangers' mail."""

import json
from dataclasses import asdict
from typing import Final

from newsletter.learn.returned import BounceClass, BounceReport, Excerpt, ReturnedRecipient

# What broken JSON, or JSON of another shape, makes unpacking raise.
UNPACK_FAULTS: Final = (ValueError, TypeError, LookupError, AttributeError)


def pack_report(report: BounceReport) -> bytes:
    """Return a report as one frame."""
    return json.dumps(asdict(report), separators=(",", ":")).encode()


def unpack_report(frame: bytes) -> BounceReport:
    """Return what `pack_report` was given. Raises UNPACK_FAULTS for less."""
    told = json.loads(frame)
    return BounceReport(
        BounceClass(told["kind"]),
        tuple(
            ReturnedRecipient(**(one | {"kind": BounceClass(one["kind"])}))
            for one in told["recipients"]
        ),
        tokens=tuple(map(str, told["tokens"])),
        message_ids=tuple(map(str, told["message_ids"])),
        addresses=tuple(map(str, told["addresses"])),
        excerpt=Excerpt(**told["excerpt"]),
    )
