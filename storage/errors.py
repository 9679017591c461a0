"""What can go wrong with the database, as the people above need it.

SQLAlchemy's own tree, under our name: doors catch it without knowing the library.
"""

from sqlalchemy.exc import SQLAlchemyError as StorageError

__all__ = ["StorageError"]
