"""What is known of a rollout: its programme, its roster and its nominations."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

Status = Literal["unknown", "running", "paused", "closed"]
EntryStatus = Literal["enrolled", "certified", "withdrawn", "completed", "closed"]


class RosterEntry(msgspec.Struct, frozen=True):
    """One participant of the roster."""

    school: str
    tier: str
    parent: str | None
    names: Mapping[str, str]
    region: str
    language: str
    status: EntryStatus = "enrolled"
    certified: bool = False


class Nomination(msgspec.Struct, frozen=True):
    """A school that a parent named, waiting for the parent's gate to open."""

    school: str
    tier: str
    parent: str
    names: Mapping[str, str]
    region: str
    language: str
    persons: Mapping[str, str]


class Rollout(msgspec.Struct, frozen=True):
    version: int = 0
    id: str = ""
    programme: str = ""
    programme_version: str = ""
    definition: str = ""
    cohort: str = ""
    rehearsal: bool = False
    status: Status = "unknown"
    started_at: datetime | None = None
    paused_at: datetime | None = None
    closed_at: datetime | None = None
    calendar: Mapping[str, Any] | None = None
    #: participant -> entry, in the order in which they came
    roster: Mapping[str, RosterEntry] = {}
    #: school -> nomination
    nominated: Mapping[str, Nomination] = {}
    #: (participant, tier) whose gate to the next tier is open
    opened: frozenset[tuple[str, str]] = frozenset()
    #: withdrawn participants whose place another has taken
    replaced: frozenset[str] = frozenset()
