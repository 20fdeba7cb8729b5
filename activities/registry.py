"""The activities of a worker, over the log that its settings name."""

from functools import lru_cache
from typing import Any, Protocol

from activities.notices import Postman, Stores
from activities.office import Office
from eventlog.log import open_log


class Where(Protocol):
    """What of the settings is needed here."""

    @property
    def log(self) -> str: ...
    @property
    def workflow_cache(self) -> int: ...


@lru_cache(maxsize=8)
def _office(url: str, most_streams: int) -> Office:
    return Office(open_log(url), most_streams=most_streams)


def office_for(settings: Where) -> Office:
    """One office in a process for each log."""
    return _office(settings.log, settings.workflow_cache)


class Served(Where, Stores, Protocol):
    """What of the settings a worker needs."""


def postman_for(settings: Served) -> Postman:
    return Postman(office_for(settings).log, settings)


def activities_for(settings: Served) -> list[Any]:
    return [*office_for(settings).activities, postman_for(settings).notify]
