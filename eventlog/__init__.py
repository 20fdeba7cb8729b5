"""The append-only event log over SQLite or PostgreSQL, with its evidence and its views."""
