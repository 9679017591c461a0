"""What can go wrong with the database, as the people above need it.

SQLAlchemy's own tree, under our name: doors catch it without knowing the library.
"""

from sqlalchemy.exc import SQLAlchemyError as StorageError

__all__ = ["NumberTooLarge", "StorageError"]


class NumberTooLarge(StorageError):
    """A number was asked for that no column can hold, so nothing has it."""
