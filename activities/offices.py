"""The offices of a process, one for each log that settings name, and the activities of its worker."""

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


_offices: dict[str, Office] = {}


def office_for(settings: Where) -> Office:
    """One office in a process for each log, until `close_offices`."""
    if settings.log not in _offices:
        _offices[settings.log] = Office(open_log(settings.log), most_streams=settings.workflow_cache)
    return _offices[settings.log]


def close_offices() -> None:
    """The end of a worker: no connection is left for the garbage collector, or for the server to miss."""
    while _offices:
        _offices.popitem()[1].log.close()


class Served(Where, Stores, Protocol):
    """What of the settings a worker needs."""


def postman_for(settings: Served) -> Postman:
    return Postman(office_for(settings).log, settings)


def activities_for(settings: Served) -> list[Any]:
    return [*office_for(settings).activities, postman_for(settings).notify]
