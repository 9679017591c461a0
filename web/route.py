"""One address of the site or the desk, as the tables of routes have it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.responses import Response

from web.access import Who
from web.pages import Call

Handler = Callable[[Call], Response]
POST: Final = ("POST",)


@dataclass(frozen=True, slots=True)
class Route:
    """One address.

    methods:   GET also answers HEAD.
    files:     how many its form may bring along.
    megabytes: how large its form may be; a photo of a telephone is refused with a sentence only
               when it was read.
    is_raw:    its body is for a program: no form, and read as it is.
    """

    path: str
    handler: Handler
    name: str
    who: Who
    methods: tuple[str, ...] = ("GET",)
    files: int = 0
    megabytes: int = 1
    is_raw: bool = False


OPEN: Final = Who.PUBLIC
READER: Final = Who.READER
IN: Final = Who.EDITOR
APPROVER: Final = Who.APPROVER
ADMINISTRATOR: Final = Who.ADMINISTRATOR
