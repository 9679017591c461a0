"""The ground under the tables: base class, sessions, and what differs per database."""
