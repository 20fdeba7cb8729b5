"""Where a session is held, for those who are asked to it: the text that whoever planned it left beside the log."""

import json

import msgspec

from domain.identity import participant_id, participant_stream, read_session
from eventlog.log import EventLog
from eventlog.outbox import Notice
from eventlog.texts import StoredText

_MOST = 10_000


class Whereabouts:
    """The places of sessions, each looked up once. What has been erased is no place any more."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._found: dict[tuple[str, str], StoredText | None] = {}

    def told_in(self, notice: Notice) -> Notice:
        """An invitation, with the place if one was said; any other notice as it is."""
        if notice.template != "SessionBooked":
            return notice
        params = json.loads(notice.params)
        key = (params["rollout"], params["session"])
        if key not in self._found:
            self._found[key] = self._look(*key)
        place = self._found[key]
        if place is None or place.body is None:
            return notice
        said = {**params, "where": place.body, "where_by": place.person or ""}
        return msgspec.structs.replace(notice, params=json.dumps(said))

    def _look(self, rollout: str, session: str) -> StoredText | None:
        """The stream of its host says where it is."""
        named = read_session(session)
        if named is None:
            return None
        host = participant_stream(participant_id(rollout, named.host))
        for record in self._log.read(limit=_MOST, stream=host, kinds=["SessionPlanned"]):
            planned = msgspec.json.decode(bytes(record.data))
            if planned["session"] == session:
                place = planned.get("place")
                return None if place is None else self._log.texts.entry(place["id"])
        return None
