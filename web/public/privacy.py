"""What we keep, why and how long: made from the organisation's settings and the rules in code."""

from starlette.responses import Response

from feeds import submissions
from newsletter.dutch import count
from newsletter.learn.poll_results import LEAST
from newsletter.learn.polls import OPEN_FOR
from newsletter.send import old_deliveries
from subscribers.retention import UNCONFIRMED_KEPT
from web.pages import Call, page


def show_privacy(call: Call) -> Response:
    """Show the privacy statement."""
    return page(
        call,
        "public/privacy.html",
        sent_days=old_deliveries.KEPT_FOR.days,
        unconfirmed_days=UNCONFIRMED_KEPT.days,
        unconfirmed_example_days=submissions.UNCONFIRMED_KEPT.days,
        declined_days=submissions.DECLINED_KEPT.days,
        poll_days=OPEN_FOR.days,
        poll_least=count(LEAST),
    )
