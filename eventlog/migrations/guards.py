"""The triggers by which the database itself refuses to change or remove history."""

_SQLITE_REFUSAL = "SELECT RAISE(ABORT, 'the event log is append-only')"


def _sqlite(table: str, moment: str, condition: str = "") -> str:
    name = f"{table}_refuses_{moment.split()[0].lower()}"
    when = f" WHEN {condition}" if condition else ""
    return f"CREATE TRIGGER {name} BEFORE {moment} ON {table}{when} BEGIN {_SQLITE_REFUSAL}; END"


# The triggers on INSERT are there for INSERT OR REPLACE, which removes the row in its way without a DELETE trigger:
# by position, by stream and version, or by command.
SQLITE_GUARDS = (
    _sqlite("events", "UPDATE"),
    _sqlite("events", "DELETE"),
    _sqlite(
        "events",
        "INSERT",
        "NEW.position <> (SELECT coalesce(max(position), 0) + 1 FROM events)"
        " OR EXISTS (SELECT 1 FROM events WHERE stream = NEW.stream AND version = NEW.version)"
        " OR EXISTS (SELECT 1 FROM events WHERE command = NEW.command)",
    ),
    _sqlite("streams", "UPDATE"),
    _sqlite("streams", "DELETE"),
    _sqlite("streams", "INSERT", "EXISTS (SELECT 1 FROM streams WHERE number = NEW.number OR name = NEW.name)"),
    _sqlite("head", "UPDATE", "NEW.size < OLD.size OR NEW.id <> 1"),
    _sqlite("head", "DELETE"),
    _sqlite("head", "INSERT", "EXISTS (SELECT 1 FROM head)"),
)


def _postgres(table: str, moments: str) -> str:
    return (
        f"CREATE TRIGGER {table}_append_only BEFORE {moments} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_rewrite_history()"
    )


POSTGRES_GUARDS = (
    "CREATE FUNCTION refuse_to_rewrite_history() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the event log is append-only' USING ERRCODE = 'restrict_violation'; END $$",
    _postgres("events", "UPDATE OR DELETE OR TRUNCATE"),
    _postgres("streams", "UPDATE OR DELETE OR TRUNCATE"),
    _postgres("head", "DELETE OR TRUNCATE"),
    "CREATE FUNCTION refuse_to_move_back() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN IF NEW.size < OLD.size OR NEW.id <> 1 THEN "
    "RAISE EXCEPTION 'the event log is append-only' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER head_moves_on BEFORE UPDATE ON head FOR EACH ROW EXECUTE FUNCTION refuse_to_move_back()",
)
