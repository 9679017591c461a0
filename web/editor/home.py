"""Where somebody lands: what waits for who makes editions, results for who reads them."""

from starlette.responses import Response

from web.access import Who, rank
from web.editor import today
from web.editor.desk import RESULTS
from web.pages import Call, see_other


def show_home(call: Call) -> Response:
    """Show Today; lead who only reads on to the results."""
    if rank(call.user) < Who.EDITOR:
        return see_other(RESULTS)
    return today.show_today(call)
