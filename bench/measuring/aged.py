"""A PostgreSQL server as it is after its first hours, not after its first second."""

from sqlalchemy import URL

from tests.postgres_server import run_on

#: Files of the write-ahead log, of 16 MB each, more than are written between two checkpoints here.
_FILES = 60


def age(server: URL) -> None:
    """Let it have files of its write-ahead log to use again: a new one is filled with zeros while everybody waits."""
    run_on(server, f"ALTER SYSTEM SET min_wal_size = '{_FILES * 16}MB'", "SELECT pg_reload_conf()")
    run_on(server, *["SELECT pg_logical_emit_message(false, 'bench', 'aged')", "SELECT pg_switch_wal()"] * _FILES)
    run_on(server, "CHECKPOINT")
