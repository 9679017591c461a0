"""The registry of checks: a new check is one file here and one line below.

A check gets the content, what each cut of it would be, and the facts from outside; it returns what
it noticed. An error stops the edition, a warning is for the editor to judge. Pure: no database, no
network, no clock.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from newsletter.approve.checks.changed import check_changed
from newsletter.approve.checks.contrast import check_contrast
from newsletter.approve.checks.dates import check_dates
from newsletter.approve.checks.domain import check_domain
from newsletter.approve.checks.doubles import check_doubles
from newsletter.approve.checks.examples import check_examples
from newsletter.approve.checks.head import check_head
from newsletter.approve.checks.headings import check_headings
from newsletter.approve.checks.hosts import check_hosts
from newsletter.approve.checks.images import check_images
from newsletter.approve.checks.language import check_language
from newsletter.approve.checks.links import check_links
from newsletter.approve.checks.parts import check_parts
from newsletter.approve.checks.placeholders import check_placeholders
from newsletter.approve.checks.polls import check_polls
from newsletter.approve.checks.reach import check_reach
from newsletter.approve.checks.recipients import check_recipients
from newsletter.approve.checks.size import check_size
from newsletter.cut import Cut
from newsletter.values import EditionContent, Facts, Finding, Level, Rendered

Check = Callable[[EditionContent, Mapping[Cut, Rendered], Facts], Iterable[Finding]]

CHECKS: Final[Mapping[str, Check]] = {
    "recipients": check_recipients,
    "head": check_head,
    "reach": check_reach,
    "doubles": check_doubles,
    "polls": check_polls,
    "placeholders": check_placeholders,
    "links": check_links,
    "images": check_images,
    "hosts": check_hosts,
    "dates": check_dates,
    "changed": check_changed,
    "examples": check_examples,
    "language": check_language,
    "headings": check_headings,
    "contrast": check_contrast,
    "parts": check_parts,
    "size": check_size,
    "domain": check_domain,
}
_WHY_LEFT_OUT: Final = frozenset({"images.undecided", "hosts.left-out"})
_WEIGHT: Final = {level: weight for weight, level in enumerate(Level)}


def run_checks(
    content: EditionContent, rendered: Mapping[Cut, Rendered], facts: Facts
) -> tuple[Finding, ...]:
    """Return what rendering and the checks noticed, errors first, each thing once."""
    noticed = [problem for variant in rendered.values() for problem in variant.problems]
    for check in CHECKS.values():
        noticed.extend(check(content, rendered, facts))
    told = {one.where for one in noticed if one.rule in _WHY_LEFT_OUT and one.level is Level.ERROR}
    kept = (one for one in noticed if one.rule != "render.block" or one.where not in told)
    return tuple(sorted(dict.fromkeys(kept), key=lambda finding: _WEIGHT[finding.level]))
