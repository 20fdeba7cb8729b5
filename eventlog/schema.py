"""The tables of the log itself, and of what stands beside it: consequences under way, notices, texts."""

from sqlalchemy import CheckConstraint, Column, Index, MetaData, Table, UniqueConstraint

from eventlog.columns import BYTES, INSTANT, NUMBER, TEXT

metadata = MetaData()

head = Table(
    "head",
    metadata,
    Column("id", NUMBER, CheckConstraint("id = 1", name="one_head"), primary_key=True, autoincrement=False),
    Column("size", NUMBER, nullable=False),
    #: Roots of the full subtrees, the largest first, 32 bytes each.
    Column("frontier", BYTES, nullable=False),
    Column("root", BYTES, nullable=False),
    #: Microseconds, as in events.
    Column("recorded_at", NUMBER, nullable=True),
    #: How many streams there are.
    Column("streams", NUMBER, nullable=False),
)

# A stream's number stands for its name in events: their index stays small, and so does what each commit writes.
streams = Table(
    "streams",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=False),
    Column("name", TEXT, nullable=False, unique=True),
)

events = Table(
    "events",
    metadata,
    Column("position", NUMBER, primary_key=True, autoincrement=False),
    Column("stream", NUMBER, nullable=False),
    Column("version", NUMBER, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("rollout", TEXT, nullable=True),
    #: On the first event of a command, the key of its id.
    Column("command", BYTES, nullable=True),
    Column("happened_at", NUMBER, nullable=False),
    Column("recorded_at", NUMBER, nullable=False),
    #: The canonical JSON of the whole record, as it was hashed.
    Column("entry", BYTES, nullable=False),
    Column("leaf", BYTES, nullable=False),
    UniqueConstraint("stream", "version", name="one_event_a_version"),
)

# On PostgreSQL these are of the same few rows, as the migration makes them; said here, it would bring psycopg's
# dialect into every command that only reads a file.
Index(
    "one_recording_a_command",
    events.c.command,
    unique=True,
    sqlite_where=events.c.command.is_not(None),
)

followups = Table(
    "followups",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("stream", TEXT, nullable=False),
    Column("version", NUMBER, nullable=False),
    Column("position", NUMBER, nullable=False),
    Column("target", TEXT, nullable=False),
    Column("command", BYTES, nullable=False),
    #: Wall clock, also in a rehearsal: how long it has been under way.
    Column("created_at", INSTANT, nullable=False),
    Column("acknowledged_at", INSTANT, nullable=True),
    Column("outcome", TEXT, nullable=True),
)
Index("followups_pending", followups.c.position, sqlite_where=followups.c.acknowledged_at.is_(None))

outbox = Table(
    "outbox",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("stream", TEXT, nullable=False),
    Column("version", NUMBER, nullable=False),
    Column("to_person", TEXT, nullable=True),
    Column("to_role", TEXT, nullable=True),
    Column("template", TEXT, nullable=False),
    Column("params", TEXT, nullable=False),
    Column("not_before", INSTANT, nullable=False),
    Column("claimed_until", INSTANT, nullable=True),
    Column("sent_at", INSTANT, nullable=True),
)
Index("outbox_due", outbox.c.not_before, sqlite_where=outbox.c.sent_at.is_(None))
Index("outbox_person", outbox.c.to_person)

texts = Table(
    "texts",
    metadata,
    Column("id", TEXT, primary_key=True),
    Column("salt", BYTES, nullable=True),
    Column("body", TEXT, nullable=True),
    Column("person", TEXT, nullable=True),
    Column("erased_at", INSTANT, nullable=True),
)
Index("texts_person", texts.c.person)
