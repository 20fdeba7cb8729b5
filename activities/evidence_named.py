"""Which artefacts the log names: those bytes have to be in the store, and none of them is ever removed."""

import msgspec

from eventlog.log import EventLog

_PAGE = 5_000


def artefacts_named_in(log: EventLog) -> set[str]:
    """The hash of every artefact that an event of the log names."""
    found: set[str] = set()
    after = 0
    while records := log.read(after, _PAGE, kinds=("EvidenceSubmitted",)):
        for record in records:
            found.update(each["sha256"] for each in msgspec.json.decode(record.data)["artefacts"])
        after = records[-1].position
    return found
