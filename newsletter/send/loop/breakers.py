"""What stops an edition before a whole list is refused for what is wrong with us, or with it."""

from collections import deque
from collections.abc import Sequence
from enum import Enum, auto

from newsletter.errors import TransportRefused
from newsletter.send.loop.results import Result
from newsletter.send.outcomes import MANY, WATCHED, Refusal, is_about_us


class Trip(Enum):
    """Why to stop."""

    ALIKE = auto()  # it must be us: those readers get their turn back
    MANY = auto()  # a person looks at the list first


class Breakers:
    """What was refused lately of one edition. size: of its list.

    refused: the last in a row; when they tripped it, until `spared`: those who had no part in it.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self.refused: list[Refusal] = []
        self.spares = False
        self._last: deque[bool] = deque(maxlen=WATCHED)  # whether each was refused

    def watch(self, results: Sequence[Result], *, goes_on: bool) -> Trip | None:
        """Take what came back; say whether to stop. goes_on: it was not stopped already."""
        self._last.extend(isinstance(one.result, TransportRefused) for one in results)
        for one in results:
            result = one.result
            if isinstance(result, TransportRefused) and result.code is not None:
                self.refused.append(Refusal(one.delivery_id, result.reply, one.domain))
            elif not self.spares and self.refused:
                self.refused.clear()
        if not goes_on:
            return None
        if is_about_us(self.refused, size=self._size):
            self.spares = True
            return Trip.ALIKE
        if len(self._last) == WATCHED and self.many > MANY:
            return Trip.MANY
        return None

    @property
    def many(self) -> int:
        """How many of the last WATCHED were refused."""
        return sum(self._last)

    def counted(self) -> int:
        """Return `many`, and count anew from here."""
        many = self.many
        self._last.clear()
        return many

    def spared(self) -> list[int]:
        """Return whose turn is to be given back, and forget them."""
        if not self.spares:
            return []
        spared = [one.delivery_id for one in self.refused]
        self.refused.clear()
        return spared
