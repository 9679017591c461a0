"""The ground under the tables: base class, sessions, and what differs between SQLite and PostgreSQL."""
