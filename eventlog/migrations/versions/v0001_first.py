"""The log with its evidence, what stands beside it, the first views, and the triggers that keep history as it is."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.types import TypeEngine

from eventlog.columns import BYTES, INSTANT, NUMBER, TEXT, TRUTH
from eventlog.merkle import EMPTY_ROOT
from eventlog.migrations.guards import POSTGRES_GUARDS, SQLITE_GUARDS

revision = "0001"
down_revision = None

#: What is updated again and again: with room beside it in its page, PostgreSQL leaves its indexes alone.
_ROOM = {"fillfactor": 50}


def upgrade() -> None:
    _create_log()
    _create_beside()
    _create_inbox()
    _create_other_views()
    _create_indexes()
    head = sa.table("head", *map(sa.column, ("id", "size", "frontier", "root", "streams")))
    op.bulk_insert(head, [{"id": 1, "size": 0, "frontier": b"", "root": EMPTY_ROOT, "streams": 0}])
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.get_bind().exec_driver_sql(guard)


def _key(name: str, kind: TypeEngine[Any] = TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _given(name: str, kind: TypeEngine[Any] = TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _maybe(name: str, kind: TypeEngine[Any] = TEXT) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _create_log() -> None:
    op.create_table(
        "head",
        _key("id", NUMBER),
        _given("size", NUMBER),
        _given("frontier", BYTES),
        _given("root", BYTES),
        _maybe("recorded_at", NUMBER),
        _given("streams", NUMBER),
        sa.CheckConstraint("id = 1", name="one_head"),
        postgresql_with=_ROOM,
    )
    op.create_table(
        "streams",
        _key("number", NUMBER),
        sa.Column("name", TEXT, nullable=False, unique=True),
    )
    op.create_table(
        "events",
        _key("position", NUMBER),
        _given("stream", NUMBER),
        _given("version", NUMBER),
        _given("kind"),
        _maybe("rollout"),
        _maybe("command", BYTES),
        _given("happened_at", NUMBER),
        _given("recorded_at", NUMBER),
        _given("entry", BYTES),
        _given("leaf", BYTES),
        sa.UniqueConstraint("stream", "version", name="one_event_a_version"),
    )


def _create_beside() -> None:
    op.create_table(
        "followups",
        _key("id"),
        _given("stream"),
        _given("version", NUMBER),
        _given("position", NUMBER),
        _given("target"),
        _given("command", BYTES),
        _given("created_at", INSTANT),
        _maybe("acknowledged_at", INSTANT),
        _maybe("outcome"),
    )
    op.create_table(
        "outbox",
        _key("id"),
        _given("stream"),
        _given("version", NUMBER),
        _maybe("to_person"),
        _maybe("to_role"),
        _given("template"),
        _given("params"),
        _given("not_before", INSTANT),
        _maybe("claimed_until", INSTANT),
        _maybe("sent_at", INSTANT),
    )
    op.create_table(
        "texts",
        _key("id"),
        _maybe("salt", BYTES),
        _maybe("body"),
        _maybe("person"),
        _maybe("erased_at", INSTANT),
    )


def _create_inbox() -> None:
    op.create_table(
        "tasks",
        _key("stream"),
        _key("task"),
        _given("rollout"),
        _maybe("participant"),
        _maybe("tier"),
        _maybe("step"),
        _given("kind"),
        _given("role"),
        _maybe("person"),
        _given("asked_at", INSTANT),
        _maybe("due_at", INSTANT),
        _given("status"),
        _maybe("substitute"),
        sqlite_with_rowid=False,
        postgresql_with=_ROOM,
    )
    op.create_table(
        "participants",
        _key("stream"),
        _given("rollout"),
        _given("participant"),
        _given("school"),
        _given("tier"),
        _maybe("parent"),
        _given("status"),
        _maybe("phase"),
        _maybe("region"),
        _maybe("language"),
        _given("seats_filled", NUMBER),
        _given("seats_total", NUMBER),
        _maybe("certified_at", INSTANT),
        _maybe("ended_at", INSTANT),
        _maybe("waits_for"),
        sqlite_with_rowid=False,
        postgresql_with=_ROOM,
    )
    op.create_table(
        "lineage",
        _key("stream"),
        _key("relation"),
        _key("other"),
        _key("since", INSTANT),
        _maybe("step"),
        _maybe("until", INSTANT),
        sqlite_with_rowid=False,
        postgresql_with=_ROOM,
    )
    op.create_table(
        "facts",
        _key("stream"),
        _key("name"),
        _given("value"),
        _given("version", NUMBER),
        sqlite_with_rowid=False,
        postgresql_with=_ROOM,
    )
    op.create_table(
        "dues",
        _key("stream"),
        _maybe("rollout"),
        _maybe("due_at", INSTANT),
        _given("ended", TRUTH),
        sqlite_with_rowid=False,
        postgresql_with=_ROOM,
    )


def _create_other_views() -> None:
    op.create_table(
        "rollouts",
        _key("stream"),
        _given("rollout"),
        _given("programme"),
        _given("programme_version"),
        _maybe("cohort"),
        _given("status"),
        _maybe("started_at", INSTANT),
        _maybe("ended_at", INSTANT),
        _maybe("title"),
        sqlite_with_rowid=False,
        postgresql_with=_ROOM,
    )
    op.create_table(
        "roster",
        _key("stream"),
        _key("participant"),
        _given("school"),
        _given("tier"),
        _maybe("parent"),
        _given("status"),
        _maybe("names"),
        sqlite_with_rowid=False,
        postgresql_with=_ROOM,
    )
    op.create_table(
        "rights",
        _key("stream"),
        _key("person"),
        _key("right"),
        _key("scope"),
        sqlite_with_rowid=False,
        postgresql_with=_ROOM,
    )
    op.create_table(
        "persons",
        _key("stream"),
        _key("person"),
        _given("status"),
        sqlite_with_rowid=False,
        postgresql_with=_ROOM,
    )
    op.create_table(
        "programmes_used",
        _key("stream"),
        _key("programme"),
        _key("version"),
        _given("digest"),
        sqlite_with_rowid=False,
        postgresql_with=_ROOM,
    )


def _create_indexes() -> None:
    for name, table, column, among, unique in (
        ("one_recording_a_command", "events", "command", sa.text("command IS NOT NULL"), True),
        ("followups_pending", "followups", "position", sa.text("acknowledged_at IS NULL"), False),
        ("outbox_due", "outbox", "not_before", sa.text("sent_at IS NULL"), False),
    ):
        op.create_index(name, table, [column], unique=unique, sqlite_where=among, postgresql_where=among)
    op.create_index("outbox_person", "outbox", ["to_person"])
    op.create_index("texts_person", "texts", ["person"])
