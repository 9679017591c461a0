"""Pictures on our own site: only those of something that is shown."""

from starlette.responses import Response

from feeds.pictures import read_shown_image
from web.pages import Call
from web.pictures import digest_in, picture_response


def show_picture(call: Call) -> Response:
    """Give a picture; its name holds the hash of its content, so it may be kept for ever."""
    name = call.path["name"]
    with call.services.db.read() as session:
        image = read_shown_image(session, digest_in(name))
    return picture_response(image, name)
