"""The registry of checks: a new check is one file here and one line below.

A check gets the content and what each audience would get, and returns what it noticed. An error
stops the submission, a warning is for the editor to judge. Pure: no database, no network.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from newsletter.approve.checks.changed import check_changed
from newsletter.approve.checks.dates import check_dates
from newsletter.approve.checks.head import check_head
from newsletter.approve.checks.images import check_images
from newsletter.approve.checks.links import check_links
from newsletter.approve.checks.reach import check_reach
from newsletter.approve.checks.size import check_size
from newsletter.values import EditionContent, Finding, Level, Rendered
from subscribers.values import Audience

Check = Callable[[EditionContent, Mapping[Audience | None, Rendered]], Iterable[Finding]]

CHECKS: Final[Mapping[str, Check]] = {
    "head": check_head,
    "reach": check_reach,
    "links": check_links,
    "images": check_images,
    "dates": check_dates,
    "changed": check_changed,
    "size": check_size,
}
_WEIGHT: Final = {level: weight for weight, level in enumerate(Level)}


def run_checks(
    content: EditionContent, rendered: Mapping[Audience | None, Rendered]
) -> tuple[Finding, ...]:
    """Return what rendering and the checks noticed, errors first, each thing once."""
    noticed = [problem for variant in rendered.values() for problem in variant.problems]
    for check in CHECKS.values():
        noticed.extend(check(content, rendered))
    return tuple(sorted(dict.fromkeys(noticed), key=lambda finding: _WEIGHT[finding.level]))
