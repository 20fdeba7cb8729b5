"""Python's garbage collector in a process that stays."""

import gc

#: Objects that have to be new before the collector looks: by default it looks again after each few commands.
_NEW_OBJECTS = 10_000


def spare_what_stays() -> None:
    """Call when all is loaded: it is not looked through again, which takes longer than many commands."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
