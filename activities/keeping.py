"""What a workflow is started with, and the names by which workflows and activities call each other."""

from typing import Literal

import msgspec

#: a live rollout waits by timers; in a rehearsal the date comes with each command
Calendar = Literal["live", "rehearsal"]

RECORD = "record"
LOOK = "look"
FOLLOW = "follow"

#: types of the errors that fail an update
REFUSED = "Refused"
LOG_AWAY = "LogUnavailable"


class KeeperStart(msgspec.Struct, frozen=True, omit_defaults=True):
    """The stream that a workflow keeps. Everything else is in the log."""

    stream: str
    calendar: Calendar = "live"
    #: continue as new after so many events of history; 0: when the server suggests it
    longest_history: int = 0
