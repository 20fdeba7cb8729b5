"""The tables derived from the log: rebuilt at will, written in the transaction of the events they follow from."""

from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.types import TypeEngine

from eventlog.columns import INSTANT, NUMBER, TEXT, TRUTH
from eventlog.schema import metadata


def _view(name: str, *columns: Column[Any]) -> Table:
    return Table(name, metadata, *columns, sqlite_with_rowid=False)


def _key(name: str, kind: TypeEngine[Any] = TEXT) -> Column[Any]:
    return Column(name, kind, primary_key=True, autoincrement=False)


def _given(name: str, kind: TypeEngine[Any] = TEXT) -> Column[Any]:
    return Column(name, kind, nullable=False)


def _maybe(name: str, kind: TypeEngine[Any] = TEXT) -> Column[Any]:
    return Column(name, kind, nullable=True)


#: The task inbox: open tasks only.
tasks = _view(
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
)

#: The tree of participants.
participants = _view(
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
)

#: Who trained, mentored, reviewed or certified whom, and from when until when.
lineage = _view(
    "lineage",
    _key("stream"),
    _key("relation"),
    _key("other"),
    _key("since", INSTANT),
    _maybe("step"),
    _maybe("until", INSTANT),
)

#: What gates and rights read: `value` is JSON, `version` the event of the stream that it came from.
facts = _view("facts", _key("stream"), _key("name"), _given("value"), _given("version", NUMBER))

#: When the clock has to look at a stream next.
dues = _view(
    "dues",
    _key("stream"),
    _maybe("rollout"),
    _maybe("due_at", INSTANT),
    _given("ended", TRUTH),
)

rollouts = _view(
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
)

#: A rollout's own list of schools; `names` is JSON by language.
roster = _view(
    "roster",
    _key("stream"),
    _key("participant"),
    _given("school"),
    _given("tier"),
    _maybe("parent"),
    _given("status"),
    _maybe("names"),
)

rights = _view("rights", _key("stream"), _key("person"), _key("right"), _key("scope"))

persons = _view("persons", _key("stream"), _key("person"), _given("status"))

programmes_used = _view("programmes_used", _key("stream"), _key("programme"), _key("version"), _given("digest"))

# No index but the keys: a view has some rows for each participant, to be looked through in milliseconds, while every
# index would be written to by every command.
VIEWS: dict[str, Table] = {
    str(view.name): view
    for view in (
        tasks, participants, lineage, facts, dues, rollouts, roster, rights, persons, programmes_used,
    )
}  # fmt: skip
