"""What two rehearsals have in common when they come from one seed: each stream's events, on the same dates."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from eventlog.log import open_log
from rehearsal.stage import log_of

#: (date, kind, data)
Said = tuple[datetime, str, str]


def said_by(folder: Path, rollout: str) -> dict[str, list[Said]]:
    """Stream -> its events; without the rehearsal's own id, and without where in the log a gate's facts stood."""
    found: dict[str, list[Said]] = {}
    with open_log(log_of(folder), read_only=True) as log:
        for stream in log.streams():
            mine = [
                _said(record.happened_at, record.kind, bytes(record.data), rollout) for record in log.stream(stream)
            ]
            found[stream.replace(rollout, "R")] = mine
    return found


def _said(happened_at: datetime, kind: str, data: bytes, rollout: str) -> Said:
    value: dict[str, Any] = json.loads(data)
    if kind == "GateOpened":
        # The one order of the log runs through all streams, and streams do not wait for each other.
        value["position"] = None
        value["readings"] = [{**reading, "version": None} for reading in value["readings"]]
    return happened_at, kind, json.dumps(value, sort_keys=True).replace(rollout, "R")


def differences(one: dict[str, list[Said]], other: dict[str, list[Said]]) -> Iterator[str]:
    """Where they part; on one date and in one stream the events of others may arrive in another order."""
    if one.keys() != other.keys():
        yield f"streams: {sorted(one.keys() ^ other.keys())}"
    for stream in one.keys() & other.keys():
        if sorted(one[stream]) != sorted(other[stream]):
            yield f"{stream}: {next(iter(set(one[stream]) ^ set(other[stream])), 'another number of events')}"
