"""What can go wrong with the database, as the people above need it.

SQLAlchemy's own tree, under our name: doors catch it without knowing the library.
"""

from sqlalchemy.exc import SQLAlchemyError as StorageError

__all__ = ["NumberTooLarge", "StorageError", "TookTooLong"]


class NumberTooLarge(StorageError):
    """A number was asked for that no column can hold, so nothing has it."""


class TookTooLong(StorageError):
    """A question was given up at its time limit. seconds: that limit; nothing was changed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"this took more than {seconds:g} seconds and was given up:"
            " ask less at once, such as a segment with fewer conditions"
        )
        self.seconds = seconds
