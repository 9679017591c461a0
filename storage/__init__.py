"""The ground under the tables.

base       the base class, names of constraints, moments in UTC
session    transactions, for reading and for writing
dialect    what differs between SQLite and PostgreSQL
migrate    bringing a database to this version; the steps are in migrations/
text       what a text may hold, on one line, cut or as a slug: no database in it
"""
